"""
Stands before every page of the admin: nobody passes without the second factor, and nobody changes anything without a
fresh proof of who they are.

It asks for what is not named here, so that a page which somebody adds is guarded from its first day.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from storecredit.backoffice.access.signing_in.again import ask_again
from storecredit.backoffice.access.signing_in.proofs import is_proved, passed_second_step
from storecredit.backoffice.access.signing_in.sessions import note_seen

#: What browsers send. A page that takes whatever is no POST for a look, or for one, is never asked.
_METHODS: Final = ("GET", "HEAD", "POST")
#: The doors themselves, and what lies before them.
_DOORS: Final = frozenset(
    {
        "admin:login",
        "admin:logout",
        "admin:jsi18n",
        "admin:again",
        "choose-password",
        "admin_password_reset",
        "password-asked",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
    }
)
#: Where a second factor is set up: all that is open to whoever has none yet.
_SETTING_UP: Final = frozenset({"admin:security", "admin:security_app", "admin:security_passkey"})
#: What is sent every day and moves neither money nor access: looking, writing to colleagues, one's own taste. And the
#: next slice of what was begun with a fresh proof, for a long import is not to stop in its middle.
_EVERYDAY: Final = frozenset(
    {
        "admin:search",
        "admin:preferences",
        "admin:notices",
        "admin:giftcards_giftcard_find",
        "admin:backoffice_importrun_piece",
        "admin:backoffice_importrun_slice",
    }
)
_EVERYDAY_ENDINGS: Final = ("_save_filter", "_delete_filter")
_EVERYDAY_WAY: Final = "/comment/"
#: What takes data out of the house, though it is only looked at.
_TAKING_OUT: Final = ("_file", "_errors", "_result")


class SignInMiddleware:
    """Asks for the second factor, and for a fresh proof; and notes when a session was seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not _is_of_staff(request) or not request.user.is_authenticated:
            return answer
        note_seen(request)
        # A file that nobody named below does not leave, either; what its page has written of it says too much then.
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        return ask_again(request).render() if is_file and not is_proved(request) else answer  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not _is_of_staff(request) or request.resolver_match is None:
            return None
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS)
        name = request.resolver_match.view_name
        if name in _DOORS or not request.user.is_authenticated:
            return None
        if settings.SECOND_FACTOR and not passed_second_step(request) and name not in _SETTING_UP:
            messages.warning(request, gettext("Set up a second factor first: without one, no page is shown to you."))
            return HttpResponseRedirect(reverse("admin:security"))
        return ask_again(request) if _wants_proof(request, name) and not is_proved(request) else None


def _wants_proof(request: HttpRequest, name: str) -> bool:
    if request.method == "POST":
        is_everyday = name in _EVERYDAY or name.endswith(_EVERYDAY_ENDINGS) or _EVERYDAY_WAY in request.path_info
        return not is_everyday
    return name.endswith(_TAKING_OUT) or "file" in request.GET


def _is_of_staff(request: HttpRequest) -> bool:
    return request.path_info.startswith(reverse("admin:index"))
