"""What is written down of how people sign in."""

from enum import Enum
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import kept_in_records


class Told(Enum):
    """What may happen to a way to sign in, in the words of the staff log."""

    FACTOR_ENROLLED = _("Set up a second factor: %(factor)s")
    FACTOR_REMOVED = _("Removed a second factor: %(factor)s")
    RECOVERY_CODES_MADE = _("Made new recovery codes")
    SESSIONS_ENDED = _("Signed out elsewhere (%(sessions)s)")


def tell(request: HttpRequest, told: Told, *, details: dict[str, Any] | None = None) -> None:
    """Write down what somebody did to their own way to sign in, with whatever changed."""
    person: Any = request.user
    log_on(person, told.value, by=person, details=details)


def log_on(person: User, text: Any, *, by: User, details: dict[str, Any] | None = None) -> None:
    """Write into a person's history, in the shop's language."""
    with kept_in_records():
        said = str(text) % (details or {})
    LogEntry.objects.log_actions(
        user_id=by.pk, queryset=[person], action_flag=CHANGE, change_message=said, single_object=True
    )
