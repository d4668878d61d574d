"""
Where somebody is signed in: each session with its device, its address and when it was last seen.

The rows are django-allauth's. A page does not write one: when a session was seen is noted once in five minutes.
"""

import secrets
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Final

from allauth.account.internal import flows
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from storecredit.client_address import client_address

SEEN: Final = "seen_at"
_NOTED_EVERY_SECONDS: Final = int(timedelta(minutes=5).total_seconds())
_LONGEST_AGENT: Final = 200
_NO_ADDRESS: Final = "0.0.0.0"  # noqa: S104  nothing is bound to it: it says that there is none


def begin_session(request: HttpRequest) -> None:
    """Begin to note when a session is seen; its row is the library's."""
    request.session[SEEN] = timezone.now().timestamp()


def note_seen(request: HttpRequest) -> None:
    """Note that a session was used, if that was not noted lately."""
    seen = request.session.get(SEEN)
    now = timezone.now().timestamp()
    if seen is not None and now - seen >= _NOTED_EVERY_SECONDS:
        UserSession.objects.filter(session_key=request.session.session_key).update(**_seen(request))
        request.session[SEEN] = now


def list_sessions(person: Any) -> list[UserSession]:
    """The sessions that are not over, the one seen last first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user_id=person.pk, session_key__in=live)
    return list(rows.order_by("-last_seen_at", "-pk"))


def forget_devices(person: Any) -> None:
    """
    Ask for the second factor again on every device that somebody had remembered.

    The library remembers a device by a digest over what the factors hold, so a new word in them forgets all of them.
    """
    factors = Authenticator.objects.filter(user_id=person.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    # A code that is given at the same moment is written into the same column, and stays used.
    for factor in factors.order_by("pk").select_for_update():
        factor.data["seed"] = secrets.token_hex(16)
        factor.save(update_fields=["data"])


def sign_out(request: HttpRequest) -> None:
    """End the session that asks."""
    flows.logout.logout(request)


def session_address(request: HttpRequest) -> str:
    """The caller's address, as the library's table takes it: whoever comes through a socket has none."""
    address = client_address(request)
    try:
        return str(ip_address(address))
    except ValueError:
        return _NO_ADDRESS


def _seen(request: HttpRequest) -> dict[str, Any]:
    return {
        "ip": session_address(request),
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:_LONGEST_AGENT],
        "last_seen_at": timezone.now(),
    }
