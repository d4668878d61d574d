"""
All that happened with a customer in one line of time: their money, their cards, what was asked for them, and what staff
changed of them.

Each kind is read in the order of its own index from where the page before ended, and no further than one page: what is
older is neither counted nor skipped.
"""

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext

from giftcards.queries import CardEvent, list_cards_of_customer
from ledger.operations import AccountKind
from ledger.queries import Account, Customer, Transaction, list_transactions
from ledger.querysets import reached_by
from storecredit.backoffice.approvals.timeline import request_entry
from storecredit.backoffice.approvals.waiting import may_see_requests
from storecredit.backoffice.approvals.words import amount_of, request_link
from storecredit.backoffice.cards.timeline import card_entries
from storecredit.backoffice.cards.words import card_url
from storecredit.backoffice.kit import Link, Timeline, TimelineEntry, money_text, signed_text
from storecredit.backoffice.kit.parts import PAGE_SIZE
from storecredit.backoffice.kit.rows import door_text, transaction_url
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.queries import CreditRequestEvent, list_requests_of_customer

_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class _Source:
    """One kind of line. `name` tells its place in the address; lines are read by their keys, newest first."""

    name: str
    key: ClassVar[str] = "pk"

    def rows(self) -> Any:
        """All rows, with what their lines name at hand."""
        raise NotImplementedError

    def lines(self, rows: Sequence[Any]) -> Iterable[TimelineEntry]:
        """What is shown of each."""
        raise NotImplementedError

    def read(self, before: int) -> Iterator[tuple[Any, "_Source", int, TimelineEntry]]:
        rows = list(self.rows().filter(**{f"{self.key}__lt": before}).order_by(f"-{self.key}")[: PAGE_SIZE + 1])
        for row, line in zip(rows, self.lines(rows), strict=True):
            yield line.at, self, getattr(row, self.key), line


@dataclass(frozen=True)
class _Changes(_Source):
    """What staff changed of the customer."""

    customer: Customer

    def rows(self) -> Any:
        kind = ContentType.objects.get_for_model(Customer)
        return LogEntry.objects.filter(content_type=kind, object_id=str(self.customer.pk)).select_related("user")

    def lines(self, rows: Sequence[Any]) -> Iterable[TimelineEntry]:
        return [
            TimelineEntry(
                at=entry.action_time,
                icon="edit",
                tone="",
                title=entry.get_change_message() or entry.get_action_flag_display(),
                who=entry.user.get_full_name() or entry.user.get_username(),
                door=door_text("admin"),
            )
            for entry in rows
        ]


@dataclass(frozen=True)
class _Entries(_Source):
    """What moved in one account."""

    account_id: int
    key: ClassVar[str] = "sequence"

    def rows(self) -> Any:
        return list_transactions(account_ids=[self.account_id]).select_related("reason", "account")

    def lines(self, rows: Sequence[Any]) -> Iterable[TimelineEntry]:
        return [_entry_line(entry) for entry in rows]


@dataclass(frozen=True)
class _Cards(_Source):
    """What happened to the customer's cards."""

    customer: Customer

    def rows(self) -> Any:
        cards = list_cards_of_customer(customer_id=self.customer.pk).order_by().values("pk")
        events = CardEvent.objects.filter(reached_by(CardEvent.objects.filter(card__in=cards)))
        return events.select_related("card__account", "transaction__reverses", "reason")

    def lines(self, rows: Sequence[Any]) -> Iterable[TimelineEntry]:
        for event, entry in zip(rows, card_entries(rows), strict=True):
            card = Link(gettext("Card %(code)s") % {"code": event.card.masked_code}, card_url(event.card.pk))
            yield replace(entry, links=(card, *entry.links))


@dataclass(frozen=True)
class _Requests(_Source):
    """What became of the credit requests to pay the customer."""

    customer: Customer

    def rows(self) -> Any:
        requests = list_requests_of_customer(customer_id=self.customer.pk).order_by().values("pk")
        events = CreditRequestEvent.objects.filter(reached_by(CreditRequestEvent.objects.filter(request__in=requests)))
        return events.select_related("request")

    def lines(self, rows: Sequence[Any]) -> Iterable[TimelineEntry]:
        return [
            replace(request_entry(event), links=(request_link(event.request),), value_note=amount_of(event.request))
            for event in rows
        ]


def customer_timeline(request: HttpRequest, customer: Customer) -> Timeline:
    """A page of all that happened, newest first, as far as the viewer may see it. `?before=` says where it goes on."""
    sources = _list_sources(request, customer)
    reached = _read_reached(request.GET.get("before", ""), sources)
    found = (source.read(reached.get(source.name, _LARGEST_KEY)) for source in sources)
    lines = list(islice(heapq.merge(*found, key=itemgetter(0), reverse=True), PAGE_SIZE + 1))
    shown = lines[:PAGE_SIZE]
    for _at, source, key, _line in shown:
        reached[source.name] = key
    return Timeline(
        title=gettext("What happened"),
        entries=[line for _at, _source, _key, line in shown],
        newer_url="?" if request.GET.get("before") else "",
        older_url=f"?{urlencode({'before': json.dumps(reached)})}" if len(lines) > PAGE_SIZE else "",
    )


def _list_sources(request: HttpRequest, customer: Customer) -> list[_Source]:
    user: Any = request.user
    sources: list[_Source] = [_Changes("changes", customer)]
    if user.has_perm("ledger.view_transaction"):
        accounts = Account.objects.filter(customer=customer, kind=AccountKind.STORE_CREDIT)
        sources += [_Entries(f"account-{pk}", pk) for pk in accounts.order_by("pk").values_list("pk", flat=True)]
    if user.has_perm("giftcards.view_giftcard"):
        sources.append(_Cards("cards", customer))
    if may_see_requests(request):
        sources.append(_Requests("requests", customer))
    return sources


def _read_reached(asked: str, sources: Iterable[_Source]) -> dict[str, int]:
    """The key that each kind was shown down to. What no page has named begins with the newest."""
    try:
        said = json.loads(asked or "{}")
    except (ValueError, RecursionError):
        return {}
    names = set(map(attrgetter("name"), sources))
    if not isinstance(said, dict):
        return {}
    return {
        name: key
        for name, key in said.items()
        if name in names and isinstance(key, int) and not isinstance(key, bool) and 0 <= key <= _LARGEST_KEY
    }


def _entry_line(entry: Transaction) -> TimelineEntry:
    return TimelineEntry(
        at=entry.created_at,
        icon="add_card" if entry.amount_minor > 0 else "shopping_bag",
        tone="good" if entry.amount_minor > 0 else "",
        title=entry.get_type_display(),
        url=transaction_url(entry.pk),
        value=signed_text(entry.amount_minor, entry.currency),
        value_note=gettext("then %(balance)s") % {"balance": money_text(entry.balance_after_minor, entry.currency)},
        why=" – ".join(filter(None, (shipped(entry.reason.label) if entry.reason else "", shipped(entry.note)))),
        reference=entry.reference,
        who=entry.actor_label,
        door=door_text(entry.door),
    )
