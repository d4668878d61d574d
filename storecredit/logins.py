"""
Who guesses passwords is stopped, whichever way they go about it: one name from one address, many names from one
address, or one name from many addresses. Every count is of the last quarter of an hour (`AXES_COOLOFF_TIME`).

The people of a shop share one address, so that one has room for an office in which several mistype; and what strangers
guess at a person's name does not lock that person out where they have logged in before.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import IntegrityError
from django.db.models import Count, Sum
from django.http import HttpRequest

from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.client_address import client_address

KNOWN_ADDRESS_FOR: Final = timedelta(days=30)
_IPV6_NETWORK_BITS: Final = 64


@register(Tags.security, deploy=True)
def check_second_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Complain of a site where a stolen password is enough to move money."""
    if settings.SECOND_FACTOR:
        return []
    told = "SECOND_FACTOR is off: whoever learns somebody's password signs in as them and moves money."
    return [Warning(told, hint="Take SECOND_FACTOR out of the environment.", id="backoffice.W001")]


def login_address(request: HttpRequest) -> str:
    """The caller's address; of IPv6 the network, for whoever has one address there has all of them."""
    address = client_address(request)
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((known, _IPV6_NETWORK_BITS), strict=False).network_address)
    return str(known)


class LoginHandler(AxesDatabaseHandler):
    """Counts by address and by name besides the pair of both, which the settings of axes name."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The failures that are held against the caller: at least the limit if any of the counts is at its own."""
        failures: int = super().get_failures(request, credentials)
        threshold = get_cool_off_threshold(request)
        name = get_client_username(request, credentials)
        if self._is_address_stopped(request, threshold) or self._is_name_stopped(request, name, threshold):
            return max(failures, settings.AXES_FAILURE_LIMIT)
        return failures

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget what was held against the pair. The address's count keeps it, without the name."""
        return sum(attempts.update(username=None) for attempts in self.filter_user_attempts(request, credentials))

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        """Count it, and write it down; what is given while a lock is on is not looked at, and not written down."""
        was_locked = request is None or request.axes_locked_out
        try:
            super().user_login_failed(sender, credentials, request, **kwargs)
        except IntegrityError:
            # Somebody signed in meanwhile, and the row to which this was to be added is forgotten: it begins another.
            super().user_login_failed(sender, credentials, request, **kwargs)
        if not was_locked:
            _tell(request, get_client_username(request, credentials))

    def _is_address_stopped(self, request: Any, threshold: Any) -> bool:
        recent = AccessAttempt.objects.filter(ip_address=request.axes_ip_address or None, attempt_time__gte=threshold)
        counts = recent.aggregate(failures=Sum("failures_since_start"), names=Count("username", distinct=True))
        return (
            counts["names"] >= settings.LOGIN_NAMES_PER_ADDRESS
            or (counts["failures"] or 0) >= settings.LOGIN_FAILURES_PER_ADDRESS
        )

    def _is_name_stopped(self, request: Any, name: str | None, threshold: Any) -> bool:
        recent = AccessAttempt.objects.filter(username=name, attempt_time__gte=threshold)
        failures = recent.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
        if name is None or failures < settings.LOGIN_FAILURES_PER_NAME:
            return False
        return not AccessLog.objects.filter(
            username=name,
            ip_address=request.axes_ip_address or None,
            attempt_time__gte=request.axes_attempt_time - KNOWN_ADDRESS_FOR,
        ).exists()


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Whoever gave something wrong. What they called themselves may be anything, a password in the wrong field too."""

    kind: str = "NOBODY"
    id: str = ""
    label: str = "at the door"
    door: str = "admin"
    request_id: str = ""
    owner: str = ""


def _tell(request: Any, name: str | None) -> None:
    person = get_user_model().objects.filter(username=name).first()
    pk, label = (str(person.pk), person.get_username()) if person else ("", "")
    kinds = [ActivityKind.SIGN_IN_FAILED, *([ActivityKind.LOCKED_OUT] if request.axes_locked_out else [])]
    for kind in kinds:
        record_activity(
            actor=AtTheDoor(request_id=getattr(request, "request_id", "")),
            kind=kind,
            address=client_address(request),
            now=request.axes_attempt_time,
            subject=Subject(kind="auth.user" if pk else "", id=pk, label=label),
        )
