"""What the program says of a body that has not arrived, or that no page of it would take."""

from collections.abc import Callable
from typing import Final

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from storecredit.error_pages import is_for_a_browser, show_error_page
from storecredit.settings.headers import STRICT

_POLICY: Final = build_policy(config=STRICT)


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
            return _refuse(request, 408, "The body took too long to arrive.")
        if getattr(body, "is_beyond_limit", False) and not request.path_info.startswith("/api/"):
            return _refuse(request, 413, "The body is too long.")
        return self.get_response(request)


def _refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    kept = {HEADER: _POLICY, "Cache-Control": "no-store"}
    if is_for_a_browser(request):
        # Nobody is known yet: the browser says what they read.
        with translation.override(translation.get_language_from_request(request)):
            response = show_error_page(status, kept)
    else:
        response = HttpResponse(sentence, status=status, content_type="text/plain", headers=kept)
    response.headers["Content-Length"] = str(len(response.content))
    return response
