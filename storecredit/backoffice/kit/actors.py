"""Who acts in the admin, and what they did there outside of the books, written down."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from ledger.operations import Actor, ActorKind
from ledger.queries import Customer
from storecredit.audit.operations import ActivityKind, Subject, acting, record_activity
from storecredit.client_address import client_address


def staff_actor(request: HttpRequest) -> Actor:
    """The signed-in member of staff, as the books name them."""
    user: Any = request.user
    return Actor(
        kind=ActorKind.STAFF,
        id=str(user.pk),
        label=user.get_username(),
        door="admin",
        request_id=getattr(request, "request_id", ""),
    )


@contextmanager
def as_staff(request: HttpRequest) -> Iterator[None]:
    """Have what the database tells by itself of changes of access told as the signed-in member of staff's."""
    with acting(actor=staff_actor(request), now=timezone.now(), address=client_address(request)):
        yield


def subject_of(target: Model) -> Subject:
    """An object as activities name it. A customer goes by their number, for what they are called may be forgotten."""
    label = target.number if isinstance(target, Customer) else str(target)
    return Subject(kind=target._meta.label_lower, id=str(target.pk), label=label)


def tell(
    request: HttpRequest,
    *,
    kind: ActivityKind,
    subject: Subject,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down what the signed-in member of staff did."""
    record_activity(
        actor=staff_actor(request),
        kind=kind,
        subject=subject,
        before=before,
        after=after,
        details=details,
        address=client_address(request),
        now=timezone.now(),
    )


def audit(
    request: HttpRequest,
    target: Model,
    text: str,
    *,
    mark: str = "",
    kind: ActivityKind = ActivityKind.DONE,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """
    Write down what was done to an object: as an activity, and in Django's log, where the object's history shows it.

    :param mark: by what the line of Django's log is found again.
    """
    user: Any = request.user
    LogEntry.objects.log_actions(
        user_id=user.pk, queryset=[target], action_flag=CHANGE, change_message=text + mark, single_object=True
    )
    tell(request, kind=kind, subject=subject_of(target), before=before, after=after, details={"text": text})


def tell_of_own(request: HttpRequest, form: Any) -> None:
    """Write down what somebody chose for themselves; what they left as it was is nothing to tell."""
    if not form.changed_data:
        return
    user: Any = request.user
    before = {name: str(form.initial.get(name, "")) for name in form.changed_data}
    after = {name: str(form.cleaned_data[name]) for name in form.changed_data}
    tell(request, kind=ActivityKind.SETTING_CHANGED, subject=subject_of(user), before=before, after=after)


def tell_of_password(request: HttpRequest) -> None:
    """Write down that somebody chose another password for themselves."""
    user: Any = request.user
    tell(request, kind=ActivityKind.PASSWORD_CHANGED, subject=subject_of(user))
