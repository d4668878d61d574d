"""What a page says that is refused: what to do, in the house's look."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string


def show_error_page(status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """
    The page of a status, from the template that has its name.

    It reads nothing from the database, which may be what cannot be had.
    """
    kept = {"Cache-Control": "no-store"} | dict(headers or {})
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers=kept)


def is_for_a_browser(request: HttpRequest) -> bool:
    """Whether somebody will look at the answer; a program is told in a line of text, or by the status alone."""
    return "text/html" in request.headers.get("Accept", "")


class RefusedMethodMiddleware:
    """
    Says in words what Django leaves blank: that an address does something when it is sent a form, and shows nothing.

    Place it where the reader's language is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_blank = isinstance(response, HttpResponse) and not response.content
        if response.status_code == 405 and is_blank and is_for_a_browser(request):
            return show_error_page(405, {"Allow": response.headers["Allow"]})
        return response
