"""
What a session has proved, and when. Read from what django-allauth notes in the session at each step of a sign-in, so
that no page asks the database for it.

A password opens the first door. The second factor, or a device that is remembered since it was given there, opens the
pages; and whoever changes money or access has given the factor itself within the last quarter of an hour. A remembered
device is good for looking, and never for that.
"""

from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

FACTOR: Final = "mfa"
REMEMBERED: Final = "remembered_device"
_PASSWORD: Final = "password"  # noqa: S105  the name of a way to prove who one is
#: By so much the clocks of two servers may differ. A proof of later than that was given before a clock was set back,
#: and would otherwise be good until it has come round again.
_CLOCKS_DIFFER_SECONDS: Final = 60
_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(person: Any) -> bool:
    """Whether somebody has a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=_STRONG).exists()


def passed_second_step(request: HttpRequest) -> bool:
    """Whether the session's second factor was given, or is remembered on this device."""
    return any(record["method"] in {FACTOR, REMEMBERED} for record in _records(request))


def is_proved(request: HttpRequest) -> bool:
    """Whether who sits there proved lately who they are: with a factor if they have one, else with their password."""
    records = _records(request)
    if _is_any_fresh(records, {FACTOR}):
        return True
    if has_factor(request.user):
        return False
    return _is_any_fresh(records)


def note_factor(request: HttpRequest, factor: Authenticator) -> None:
    """Note that a factor was given: whoever sets one up has just shown that they hold it."""
    record_authentication(request, request.user, FACTOR, id=factor.pk, type=factor.type)


def note_password(request: HttpRequest) -> None:
    """Note that the password was given again."""
    record_authentication(request, request.user, _PASSWORD, reauthenticated=True)


def ways_in(request: HttpRequest) -> list[str]:
    """With what who sits there proved who they are, in order: `password`, `totp`, `webauthn`, `recovery_codes` …"""
    return [str(record.get("type") or record["method"]) for record in _records(request)]


def last_way(request: HttpRequest) -> str:
    """With what they did so last."""
    return ways_in(request)[-1]


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    user: Any = request.user
    return get_authentication_records(request, user)


def _is_any_fresh(records: list[dict[str, Any]], methods: set[str] | None = None) -> bool:
    now = timezone.now().timestamp()
    oldest, newest = now - settings.PROOF_LASTS.total_seconds(), now + _CLOCKS_DIFFER_SECONDS
    return any(
        oldest <= record["at"] <= newest
        and record["method"] != REMEMBERED
        and (methods is None or record["method"] in methods)
        for record in records
    )
