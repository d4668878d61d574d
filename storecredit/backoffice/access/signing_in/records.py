"""What is written down of how people sign in: each in the transaction of what it tells of."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.backoffice.kit import staff_actor
from storecredit.client_address import client_address


def tell(
    request: HttpRequest, kind: ActivityKind, *, person: User | None = None, details: dict[str, Any] | None = None
) -> None:
    """Write down what whoever is signed in did: to their own way to sign in, or to another person's."""
    about: Any = person or request.user
    record_activity(
        actor=staff_actor(request),
        kind=kind,
        subject=subject_of(about),
        details=details,
        address=client_address(request),
        now=timezone.now(),
    )


def subject_of(person: Any) -> Subject:
    """A member of staff, as activities name them."""
    return Subject(kind="auth.user", id=str(person.pk), label=person.get_username())
