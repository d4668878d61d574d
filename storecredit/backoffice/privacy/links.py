"""
A colleague who is a customer, too, once that customer is nobody: the link goes, and so does whatever says whose it was.

That a link ended is told among what was done to the colleague; with whom they were linked is not. The number stays on
the customer's history, and whoever could still read it beside a login would know whose history that is.
"""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from ledger.operations import Actor, erase_rows
from ledger.queries import Customer
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.audit.queries import Activity
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.backoffice.privacy.persons import Person
from storecredit.credits.operations import forget_links

_LOGINS = "auth.user"


def end_links(person: Person, *, actor: Actor, now: datetime) -> int:
    """
    Take the link from whoever is linked, and erase the lines that tell of it. How many lines that were.

    :raises IntegrityError: if two people did not decide that this customer's words are erased.
    """
    for person_id, name in forget_links(customer_ids=person.ids):
        record_activity(
            actor=actor,
            kind=ActivityKind.PERSON_CHANGED,
            subject=Subject(kind=_LOGINS, id=str(person_id), label=name),
            details={"link": "ended", "because": "anonymised"},
            now=now,
        )
    changes = Q(before__customer_id__in=person.ids) | Q(after__customer_id__in=person.ids)
    asked = AccessChange.objects.filter(changes, kind=ChangeKind.CUSTOMER)
    told = Activity.objects.filter(_tells_of(person.customers), subject_kind=_LOGINS)
    logged = LogEntry.objects.filter(_logs_of(person.customers), content_type=ContentType.objects.get_for_model(User))
    lines = {
        "audit_activity": set(told.values_list("pk", flat=True)),
        "django_admin_log": set(logged.values_list("pk", flat=True)),
    }
    named = dict.fromkeys(asked.values_list("pk", flat=True), ("before", "after"))
    count = sum(erase_rows(table=table, ids=ids, customer_id=person.ids[0], now=now) for table, ids in lines.items())
    return count + erase_rows(table="backoffice_accesschange", ids=(), named=named, customer_id=person.ids[0], now=now)


def _tells_of(customers: tuple[Customer, ...]) -> Q:
    """Activities that name a customer as the one whom a login was linked to or let go of."""
    tells = Q()
    for number in (each.number for each in customers):
        tells |= Q(before__customer__iexact=number) | Q(after__customer__iexact=number)
        tells |= Q(details__text__iendswith=f": {number}")
    return tells


def _logs_of(customers: tuple[Customer, ...]) -> Q:
    logs = Q()
    for number in (each.number for each in customers):
        logs |= Q(change_message__iendswith=f": {number}") | Q(change_message__icontains=f": {number} (")
    return logs
