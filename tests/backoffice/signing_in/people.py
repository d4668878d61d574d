"""People at the doors of the admin, over HTTP: they give passwords, codes and what they have lost."""

import re
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from storecredit.audit.queries import Activity
from storecredit.backoffice.models.factors import open_factor
from tests.backoffice.staff import PASSWORD, Staff, text_of

OVERVIEW = "/admin/"
SECURITY, AGAIN = "/admin/security/", "/admin/security/again/"
SECOND_STEP = "/admin/sign-in/second-factor/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


class Newcomer(Staff):
    """Somebody with a role and a password, at the door: nobody has let them in yet."""

    def __init__(self, role: str = "Agent", **fields: Any) -> None:
        super().__init__(role, **fields)
        self.client = Client(HTTP_USER_AGENT=CHROME)
        self.codes: list[str] = []


def newcomer(role: str = "Agent", **fields: Any) -> Newcomer:
    """Somebody who comes to the door."""
    return Newcomer(role, **fields)


def give_password(person: Staff, client: Client | None = None, **more: str) -> Any:
    at_door = client or person.client
    return at_door.post(reverse("admin:login"), {"username": person.user.username, "password": PASSWORD} | more)


def give_code(person: Staff, code: str, client: Client | None = None, **more: str) -> Any:
    return (client or person.client).post(SECOND_STEP, {"code": code} | more)


def code_of(person: Staff, ahead: int = 0) -> str:
    """What the app shows now; `ahead` so many half minutes later."""
    secret = open_factor(Authenticator.objects.get(user=person.user, type="totp").data["secret"])
    return code_for(secret, ahead)


def code_for(secret: str, ahead: int = 0) -> str:
    now = list(yield_hotp_counters_from_time())[1]
    return format_hotp_value(hotp_value(secret, now + ahead))


def set_up_app(person: Staff) -> list[str]:
    """Let an app read the picture, and type in what it shows; the recovery codes that come along."""
    page = person.client.get(f"{SECURITY}app/")
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found, text_of(page)
    answer: Any = person.client.post(f"{SECURITY}app/", {"code": code_for(found[1].replace(" ", ""))})
    return recovery_codes_in(answer)


def recovery_codes_in(answer: Any) -> list[str]:
    return [code.replace(" ", "") for code in re.findall(r"<code>(\d{5} \d{5})</code>", answer.content.decode())]


def enrol(person: Newcomer) -> Newcomer:
    """Have somebody set up an app on another machine than the one at which they stand then."""
    give_password(person)
    person.codes = set_up_app(person)
    person.client = Client()
    return person


def is_in(client: Client) -> bool:
    """Whether somebody at this machine has been let in."""
    answer: Any = client.get(OVERVIEW)
    return bool(answer.status_code == 200)


def told_of(person: Staff) -> list[tuple[str, str]]:
    """What is written down about how somebody signs in: the kind, and by whom."""
    rows = Activity.objects.filter(subject_kind="auth.user", subject_id=str(person.user.pk)).order_by("pk")
    # What a test does to somebody behind the program's back is told by the database.
    rows = rows.exclude(door="database")
    return [(row.kind, row.actor_label) for row in rows]
