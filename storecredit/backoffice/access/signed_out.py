"""
A form that is sent after the session's end is not done, and not lost: the sign-in page carries what was typed.

Whoever then signs in, if it is who typed it, finds the form as it was and sends it again; signing in sends nothing.
What was typed is not kept here: it goes to the browser and comes back, signed, so that strangers fill no table.
"""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit.site import KEPT_FORM

_TOLD = _("You are signed out, so what you sent was not done. Sign in and look at it again.")
_KEPT = _(
    "You are signed out, so what you sent was not done. Sign in, and the form is there again as you filled it in."
)
_COOKIE, _SALT = "last_person", "storecredit.signed_out"
_MAX_AGE_SECONDS = 86_400
_MOST_KEPT = 32_768
#: What is never given back: passwords and codes; and what is no input of the person's.
_SECRET = re.compile(r"password|code|secret|token|agreed|^_", re.IGNORECASE)


class SignedOutMiddleware:
    """Speaks up when a form of the admin comes without a login, and keeps it for who filled it in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not request.path_info.startswith(reverse("admin:index")):
            return answer
        login = reverse("admin:login")
        if request.method == "POST" and answer.headers.get("Location", "").startswith(f"{login}?"):
            return self._answer_signed_out(request, answer)
        if request.user.is_authenticated:
            _remember_person(request, answer)
        return answer

    def _answer_signed_out(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        kept = sign_typed(request, person=_last_person(request))
        messages.warning(request, _KEPT if kept else _TOLD)
        if not kept:
            return answer
        # The page of the login is shown in the place of the one that was asked for.
        request.method = "GET"
        page: Any = site.login(request, {"app_path": answer.headers["Location"], "kept": kept})
        return page.render() if hasattr(page, "render") else page


def sign_typed(request: HttpRequest, *, person: str) -> str:
    """
    What was typed, for the browser to bring back; blank if it is nothing, or too much.

    :param person: the key of who typed it; blank if nobody knows, and then nothing is kept.
    """
    typed = {name: values for name, values in request.POST.lists() if not _SECRET.search(name)}
    if not person or not any(any(values) for values in typed.values()):
        return ""
    kept = signing.dumps({"person": person, "path": request.get_full_path(), "typed": typed}, salt=_SALT)
    return kept if len(kept) <= _MOST_KEPT else ""


def take_back(request: HttpRequest, *, person: str) -> None:
    """
    Put what a page of the sign-in carried where the form's page finds it, if it was typed by who is there now.

    :param person: the key of who has proved to be there.
    """
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=_MAX_AGE_SECONDS)
    except signing.BadSignature:
        return
    if kept["person"] == person:
        request.session[KEPT_FORM] = kept


def _last_person(request: HttpRequest) -> str:
    return request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=_MAX_AGE_SECONDS) or ""


def _remember_person(request: HttpRequest, answer: HttpResponse) -> None:
    person = str(request.user.pk)
    if _last_person(request) != person:
        answer.set_signed_cookie(
            _COOKIE,
            person,
            salt=_SALT,
            max_age=_MAX_AGE_SECONDS,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
