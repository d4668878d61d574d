"""Pages of the list of all that was done: the thousandth, and those for each thing that it can be asked for."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.db.models import Model
from django.urls import reverse

from giftcards.queries import CardBatch, GiftCard
from ledger.queries import Account, Customer, Transaction
from storecredit.audit.queries import Activity
from storecredit.backoffice.activity.asking import subject_query
from storecredit.backoffice.activity.pages import ActivityChangeList
from storecredit.backoffice.activity.sources import SOURCES
from storecredit.credits.queries import CreditRequest

_ASKED_BY = ("demo-finance", "Demo shop", "expire_credit", "nobody-at-all", "API:1", "STAFF:1", "NOBODY:")


def list_activities(listed: ActivityChangeList, *, deep: int) -> Iterator[tuple[str, str]]:
    """
    The name and the address of each page.

    :param listed: the list's first page.
    """
    url = reverse("admin:audit_activity_changelist")
    entry = Transaction.objects.order_by("-created_at", "-number")[(deep - 1) * listed.list_per_page]
    [entries] = [source for source in SOURCES if source.name == "entry"]
    yield f"activities: beyond {(deep - 1) * listed.list_per_page} entries", url + listed.url_past((entries, entry))
    for name in ("kind", "door"):
        for value in _list_values(listed.filterset.form.fields[name].choices):
            yield f"activities: {name} {value}", f"{url}?{name}={quote(value)}"
    for who in _ASKED_BY:
        yield f"activities: who {who}", f"{url}?who={quote(who)}"
    for of in _list_subjects():
        yield f"activities: of {of}", f"{url}?of={quote(of)}"
    day = entry.created_at.date()
    yield "activities: a day", f"{url}?on_from={day}&on_to={day}"
    yield "activities: a day, through a door", f"{url}?on_from={day}&on_to={day}&door=admin"
    yield "activities: by somebody, of a kind", f"{url}?who=demo-finance&kind=entry:ADJUST"
    yield "activities: of a kind, through a door", f"{url}?door=admin&kind=entry:REVERSE"


def _list_values(choices: Any) -> Iterator[str]:
    for value, words in choices:
        if isinstance(words, list | tuple):
            yield from (each for each, _ in words)
        elif value:
            yield value


def _list_subjects() -> Iterator[str]:
    """Something in the middle of each list, as the address of its activities names it; and by its number."""
    customer, account = (_middle(model) for model in (Customer, Account))
    yield customer.number
    yield account.number
    for row in (customer, account, *(_middle(model) for model in (GiftCard, CardBatch, CreditRequest, Transaction))):
        yield subject_query(row)
    told = Activity.objects.exclude(subject_kind="").order_by("-pk").first()
    if told is not None:
        yield f"{told.subject_kind}:{told.subject_id}"


def _middle(model: type[Model]) -> Any:
    rows = model._default_manager.order_by("pk")
    return rows[rows.count() // 2]
