"""Whoever is signed out in the middle of something is told at the login that nothing was done."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_TOLD = "You are signed out, so what you sent was not done. Sign in and look at it again."


class SignedOutMiddleware:
    """Speaks up when a form of the admin comes without a login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.method == "POST" and answer.headers.get("Location", "").startswith(f"{reverse('admin:login')}?"):
            messages.warning(request, _TOLD)
        return answer
