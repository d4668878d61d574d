"""What django-allauth asks of the house: how people sign in, and how their second factors are kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.internal.flows.trust import is_trusted_browser
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.signing_in.proofs import REMEMBERED, has_factor, ways_in
from storecredit.backoffice.access.signing_in.records import tell
from storecredit.backoffice.access.signing_in.sessions import begin_session, session_address
from storecredit.backoffice.models.factors import open_factor, seal_factor

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def may_come_in(person: Any) -> bool:
    """Whether somebody is let in at all."""
    return bool(person.is_active and person.is_staff)


class SecondStep(AuthenticateStage):
    """
    Asks for the second factor, and notes in the session if it was not asked for because the device is known.

    Whoever has chosen another password meanwhile, or is let in no more, has ended what the old one began.
    """

    def handle(self) -> Any:
        person: Any = self.login.user
        self.state["password"] = person.get_session_auth_hash()
        response, goes_on = super().handle()
        if response is None and has_factor(person) and is_trusted_browser(self.request, person):
            record_authentication(self.request, person, REMEMBERED)
        return response, goes_on

    def exit(self) -> Any:
        person: Any = self.login.user
        is_same = constant_time_compare(self.state.get("password", ""), person.get_session_auth_hash())
        return super().exit() if is_same and may_come_in(person) else self.abort()


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, and what is said to people is said by our own pages."""

    error_messages = DefaultAccountAdapter.error_messages | {"incorrect_password": _("That is not your password.")}

    def is_open_for_signup(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return [f"{__name__}.SecondStep"]

    def pre_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse | None:
        if may_come_in(user):
            return None
        clear_login(request)
        return self.respond_user_inactive(request, user)

    def login(self, request: HttpRequest, user: Any) -> None:
        user.backend = _BACKEND
        with transaction.atomic():
            super().login(request, user)
            begin_session(request)
            ways = ways_in(request)
            if Authenticator.Type.RECOVERY_CODES in ways:
                tell(request, ActivityKind.RECOVERY_CODE_USED)
            tell(request, ActivityKind.SIGNED_IN, details={"with": ways})

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, gettext("You cannot sign in here. Ask whoever manages the staff."))
        return HttpResponseRedirect(reverse("admin:login"))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_client_ip(self, request: HttpRequest) -> str:
        return session_address(request)

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **more: Any
    ) -> None:
        if message:
            messages.add_message(request, level, message)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets lie sealed in the database, and an app names its entry after the shop and the sign-in name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That is not right. Try again, with the code that is shown now."),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_factor(encrypted_text)
