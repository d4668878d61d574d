"""What the program says of a body that has not arrived, or that no page of it would take."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class BodyMiddleware:
    """
    Answers 408 for a body that took too long, whatever the path, and 413 for one that is too long for any page.

    Place it inside the layer that gives the API's answers their words. The API judges lengths itself: each of its paths
    has a limit of its own, and order in its refusals.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        body = request.META.get("wsgi.input")
        if getattr(body, "is_late", False):
            return _refuse(408, "The body took too long to arrive.")
        if getattr(body, "is_beyond_limit", False) and not request.path_info.startswith("/api/"):
            return _refuse(413, "The body is too long.")
        return self.get_response(request)


def _refuse(status: int, sentence: str) -> HttpResponse:
    headers = {"Content-Length": str(len(sentence)), "Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return HttpResponse(sentence, status=status, content_type="text/plain", headers=headers)
