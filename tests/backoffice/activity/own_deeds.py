"""What somebody does at the doors, and to what is theirs: their password, factors, sessions and taste."""

from collections.abc import Callable
from typing import Any, Final
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from storecredit.backoffice.access.signing_in.sessions import list_sessions
from tests.backoffice.activity.deeds import Deed, root, send
from tests.backoffice.signing_in.people import code_for
from tests.backoffice.staff import PASSWORD, Staff
from tests.backoffice.walk.people import let_in

_ANOTHER = "a battery of horses"


def _own(page: str, how: Any = send, staff: Staff | None = None, *args: Any, **data: Any) -> Deed:
    person = staff or root()
    return Deed(person, reverse(f"admin:{page}", args=args), data, how, person.user)


def _with_app() -> Staff:
    staff = root()
    TOTP.activate(staff.user, generate_totp_secret())
    staff.client = let_in(staff.user)
    return staff


def sets_an_app_up() -> Deed:
    def show_code(staff: Staff, url: str, data: dict[str, Any]) -> Any:
        page: Any = staff.client.get(url)
        return staff.client.post(url, {"code": code_for(page.context_data["form"].secret)})

    return _own("security_app", show_code)


def _taken(credential: Any) -> None:
    """As it is."""


def adds_a_passkey() -> Deed:
    def make(staff: Staff, url: str, data: dict[str, Any]) -> Any:
        # What a browser and its device make is tried with them.
        untried: dict[str, Any] = {"parse_registration_response": _taken, "complete_registration": _taken}
        with patch.multiple("allauth.mfa.webauthn.internal.auth", **untried):
            return staff.client.post(url, data)

    return _own("security_passkey", make, credential='{"id": "x"}', name="Laptop")


def removes_a_factor() -> Deed:
    staff = _with_app()
    return _own("security_remove", send, staff, Authenticator.objects.get(user=staff.user).pk)


def ends_another_session() -> Deed:
    staff = root()
    other = Client()
    other.post(reverse("admin:login"), {"username": "root", "password": PASSWORD})
    row = next(one for one in list_sessions(staff.user) if one.session_key == other.session.session_key)
    return _own("security_end_session", send, staff, row.pk)


def chooses_a_password_by_a_link() -> Deed:
    staff = root()
    uid, token = urlsafe_base64_encode(force_bytes(staff.user.pk)), default_token_generator.make_token(staff.user)

    def choose(person: Staff, url: str, data: dict[str, Any]) -> Any:
        browser = Client()
        opened: Any = browser.get(url)
        return browser.post(opened.url, data)

    data = {"new_password1": _ANOTHER, "new_password2": _ANOTHER}
    return Deed(staff, reverse("choose-password", args=[uid, token]), data, choose, staff.user)


def signs_in() -> Deed:
    def sign_in(person: Staff, url: str, data: dict[str, Any]) -> Any:
        return Client().post(url, data)

    return _own("login", sign_in, username="root", password=PASSWORD)


def signs_in_with_a_second_factor() -> Deed:
    staff, secret = root(), generate_totp_secret()
    TOTP.activate(staff.user, secret)
    RecoveryCodes.activate(staff.user)

    def sign_in(person: Staff, url: str, data: dict[str, Any]) -> Any:
        browser = Client()
        browser.post(reverse("admin:login"), {"username": "root", "password": PASSWORD})
        return browser.post(url, {"code": code_for(secret)})

    return Deed(staff, reverse("mfa_authenticate"), {}, sign_in, staff.user)


OWN_DEEDS: Final[dict[str, Callable[[], Deed]]] = {
    "choose a language": lambda: _own("preferences", language="de", time_zone=""),
    "choose one's notices": lambda: _own(
        "notices", notices_waiting="NEVER", notices_decided="NEVER", notices_mentioned="NEVER"
    ),
    "choose another password": lambda: _own(
        "password_change", old_password=PASSWORD, new_password1=_ANOTHER, new_password2=_ANOTHER
    ),
    "choose a password by a link": chooses_a_password_by_a_link,
    "set an app up": sets_an_app_up,
    "add a passkey": adds_a_passkey,
    "remove a factor": removes_a_factor,
    "make recovery codes": lambda: _own("security_codes", send, _with_app()),
    "end another session": ends_another_session,
    "end all sessions": lambda: _own("security_end_all"),
    "prove who one is": lambda: _own("again", password=PASSWORD),
    "sign in": signs_in,
    "sign in with a second factor": signs_in_with_a_second_factor,
    "sign out": lambda: _own("logout"),
}
