"""
What somebody who decides should know about a request besides itself: what its payee was given lately, and what is odd.

A page of requests costs the same few statements as one, and of an account no more than its newest entries are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import F

from ledger.operations import AccountKind, TransactionType
from ledger.queries import Account, Customer, Transaction, list_referring
from ledger.querysets import reached_by
from storecredit.credits.models import CreditRequest, RequestStatus

RECENT_DAYS = 90
RECENT_SHOWN = 3
_GIVING = (TransactionType.ISSUE, TransactionType.LOAD)
#: How many of an account's newest entries are looked through, and how many of the other requests and of an order's
#: entries: beyond that nobody reads on.
_ENTRIES_READ = 100
_OTHERS_READ = 500
_ALIVE = (RequestStatus.PENDING, RequestStatus.CONFIRMED)


class DoubtKind(StrEnum):
    SAME_ORDER = "same order"
    SAME_AMOUNT = "same amount"
    OWN_RECORD = "own record"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd about a request, and the other request or entry that makes it so."""

    kind: DoubtKind
    request: CreditRequest | None = None
    entry: Transaction | None = None


@dataclass(slots=True)
class RequestContext:
    """
    What stands around one request.

    :param customer: whom it concerns: the payee, the card's owner, or for whom a card is to be made.
    :param recent: the credits that the payee was given in the last 90 days, newest first.
    """

    customer: Customer | None = None
    recent: list[Transaction] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def get_contexts(*, requests: Iterable[CreditRequest], now: datetime) -> dict[UUID, RequestContext]:
    """
    The context of each request, by its id. The requests' payees and requesters are at hand.

    What is decided raises no doubts any more.
    """
    listed = list(requests)
    customers = _customers_of(listed)
    contexts = {request.pk: RequestContext(customer=customers.get(request.pk)) for request in listed}
    waiting = [request for request in listed if request.status in (RequestStatus.PENDING, RequestStatus.FAILED)]
    if not waiting:
        return contexts
    since = now - timedelta(days=RECENT_DAYS)
    accounts = _accounts_of(waiting, customers)
    entries = _list_recent(set().union(*accounts.values()), since)
    others = _list_others(waiting, since)
    booked = _list_booked(waiting)
    for request in waiting:
        context = contexts[request.pk]
        context.recent = [entry for entry in entries if entry.account_id in accounts[request.pk]]
        context.doubts = [
            *_same_order(request, others, booked),
            *_same_amount(request, others, context.recent),
            *_own_record(request, context.customer),
        ]
    return contexts


def _customers_of(requests: list[CreditRequest]) -> dict[UUID, Customer]:
    """Whom each request concerns; a card to be made names its customer in its terms."""
    known: dict[UUID, Customer] = {}
    named: dict[UUID, int] = {}
    for request in requests:
        customer = request.payee_customer or (request.payee_card.customer if request.payee_card else None)
        if customer is not None:
            known[request.pk] = customer
        elif isinstance(customer_id := request.terms.get("customer_id"), int):
            named[request.pk] = customer_id
    found = Customer.objects.in_bulk(set(named.values())) if named else {}
    return known | {pk: found[customer_id] for pk, customer_id in named.items() if customer_id in found}


def _accounts_of(requests: list[CreditRequest], customers: dict[UUID, Customer]) -> dict[UUID, set[int]]:
    """The accounts on which credit for a payee stands: the card's own, or the customer's store credit."""
    wanted = {
        request.pk: customers[request.pk].pk
        for request in requests
        if request.payee_card is None and request.pk in customers
    }
    owned: dict[int, set[int]] = {}
    if wanted:
        rows = Account.objects.filter(customer_id__in=set(wanted.values()), kind=AccountKind.STORE_CREDIT)
        for account_id, customer_id in rows.values_list("pk", "customer_id"):
            owned.setdefault(customer_id, set()).add(account_id)
    return {
        request.pk: {request.payee_card.account_id}
        if request.payee_card
        else owned.get(wanted.get(request.pk, 0), set())
        for request in requests
    }


def _list_recent(account_ids: set[int], since: datetime) -> list[Transaction]:
    if not account_ids:
        return []
    newest = Transaction.objects.filter(
        account_id__in=account_ids, sequence__gt=F("account__sequence") - _ENTRIES_READ, created_at__gte=since
    )
    return list(newest.filter(type__in=_GIVING, amount_minor__gt=0).order_by("-created_at", "-number"))


def _list_others(requests: list[CreditRequest], since: datetime) -> list[CreditRequest]:
    """Requests for the same orders, and the later ones for the same payees."""
    orders = {request.order_value for request in requests if request.order_value}
    customers = {request.payee_customer_id for request in requests if request.payee_customer_id}
    cards = {request.payee_card_id for request in requests if request.payee_card_id}
    rows = CreditRequest.objects
    wanted = reached_by(
        rows.filter(order_value__in=orders),
        rows.filter(payee_customer_id__in=customers, created_at__gte=since),
        rows.filter(payee_card_id__in=cards, created_at__gte=since),
    )
    return list(rows.filter(wanted, status__in=_ALIVE).order_by("-created_at", "-pk")[:_OTHERS_READ])


def _list_booked(requests: list[CreditRequest]) -> list[Transaction]:
    """Credit that was given for the same orders."""
    orders = {request.order_value for request in requests if request.order_value}
    if not orders:
        return []
    found = list_referring(references=orders).filter(type__in=_GIVING, amount_minor__gt=0)
    return list(found.select_related("account").order_by("-number")[:_OTHERS_READ])


def _same_order(request: CreditRequest, others: list[CreditRequest], booked: list[Transaction]) -> Iterator[Doubt]:
    """The order has been credited already, by a request or by hand; each credit is told once."""
    if not request.order_value:
        return
    paid = {other.transaction_id: other for other in others if other.transaction_id and _is_same_order(other, request)}
    for other in paid.values():
        yield Doubt(DoubtKind.SAME_ORDER, request=other)
    for entry in booked:
        by_hand = entry.reference == request.order_value and entry.account.test_mode == request.test_mode
        if by_hand and not (entry.key or "").startswith("credit-request:"):
            yield Doubt(DoubtKind.SAME_ORDER, entry=entry)


def _same_amount(request: CreditRequest, others: list[CreditRequest], recent: list[Transaction]) -> Iterator[Doubt]:
    """The payee, or the order, is given the same amount a second time."""
    paid = set()
    for other in others:
        same = (other.amount_minor, other.currency) == (request.amount_minor, request.currency)
        if other.pk != request.pk and same and (_is_same_payee(other, request) or _is_same_order(other, request)):
            paid.add(other.transaction_id)
            yield Doubt(DoubtKind.SAME_AMOUNT, request=other)
    for entry in recent:
        same = (entry.amount_minor, entry.currency) == (request.amount_minor, request.currency)
        if same and entry.pk not in paid:
            yield Doubt(DoubtKind.SAME_AMOUNT, entry=entry)


def _own_record(request: CreditRequest, customer: Customer | None) -> Iterator[Doubt]:
    """Whoever asked is whom it pays, as far as an e-mail address tells."""
    asking = request.requested_by.email.strip().lower() if request.requested_by else ""
    paid = {customer.email if customer else "", str(request.terms.get("recipient_email") or "")}
    if asking and asking in {address.strip().lower() for address in paid if address}:
        yield Doubt(DoubtKind.OWN_RECORD)


def _is_same_order(other: CreditRequest, request: CreditRequest) -> bool:
    names = ("order_kind", "order_value", "tenant", "test_mode")
    return bool(request.order_value) and all(getattr(other, name) == getattr(request, name) for name in names)


def _is_same_payee(other: CreditRequest, request: CreditRequest) -> bool:
    payee = (request.payee_customer_id, request.payee_card_id)
    return payee != (None, None) and (other.payee_customer_id, other.payee_card_id) == payee
