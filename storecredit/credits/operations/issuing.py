"""Paying a request out: one entry for ever, in the transaction that confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings

from giftcards.errors import CodeTaken
from giftcards.operations import NewCard, create_card, end_of_day, reload_card, today_in
from giftcards.queries import Card, GiftCard, get_card_by_id, open_card_code
from ledger.days import days_after
from ledger.errors import DomainError, named_by_place
from ledger.guessing import looking
from ledger.money import from_minor
from ledger.operations import AccountKind, Actor, Why, issue_credit, lock_account_rows, open_account
from ledger.queries import Transaction, find_transaction, get_wallet
from storecredit.credits.errors import DayIssueLimitExceeded, IssueRefused
from storecredit.credits.models import CreditRequest, PayeeKind

#: The term of a request that gives back what was somebody's before.
COMES_BACK = "comes_back"


@dataclass(frozen=True, slots=True)
class Issued:
    """What a request was paid out with: the entry, the card it stands on, and the code of one just made."""

    transaction: Transaction
    card_id: UUID | None = None
    code: str | None = field(default=None, repr=False)


def movement_key(request: CreditRequest) -> str:
    """The key of the one entry that a request can ever be paid out with."""
    return f"credit-request:{request.pk.hex}"


def issue(*, request: CreditRequest, actor: Actor, now: datetime, number: str | None = None) -> Issued:
    """
    Bring the credit into being, inside the caller's transaction.

    :param number: for the card that is still to be made; None: the one asked for if it is free, else a generated one.
    :raises IssueRefused: if the books or the card refuse it.
    :raises DayIssueLimitExceeded: if a policy pays it, and whoever is behind the client may not give so much today.
    """
    try:
        if request.payee_kind == PayeeKind.CUSTOMER:
            return Issued(_issue_to_customer(request, actor, now))
        if request.payee_card_id is not None:
            card = get_card_by_id(card_id=request.payee_card_id, now=now)
            return Issued(_load_card(request, card, actor, now), card_id=card.id, code=open_card_code(card=card))
        # The number was looked up when it was asked for.
        with looking(None):
            made = _make_card(request, actor, now, number)
    except DayIssueLimitExceeded:
        # The books do not refuse it: a policy would have given what the person who asked may not give today.
        raise
    except DomainError as error:
        raise IssueRefused(request=str(request), cause=error) from error
    return Issued(_find_entry(request), card_id=made.id, code=made.code)


def lock_payees(*, requests: Mapping[int, CreditRequest], now: datetime) -> None:
    """
    Lock the accounts that several requests are to pay into, in one go; each request alone would lock its own in turn.

    :param requests: by their place in what was asked for.
    :raises IssueRefused: if the books refuse to open an account for one.
    """
    cards = [request.payee_card_id for request in requests.values() if request.payee_card_id is not None]
    account_ids = set(GiftCard.objects.filter(pk__in=cards).values_list("account_id", flat=True))
    # In one order too: whoever opens an account waits for another who has just opened it.
    for_customers = [(place, one) for place, one in requests.items() if one.payee_customer_id is not None]
    for place, request in sorted(for_customers, key=lambda placed: (placed[1].payee_customer_id, placed[1].currency)):
        with named_by_place(place):
            account_ids.add(_open_account_of(request, now))
    if account_ids:
        lock_account_rows(account_ids=account_ids)


def _open_account_of(request: CreditRequest, now: datetime) -> int:
    try:
        return open_account(
            kind=AccountKind.STORE_CREDIT,
            currency=request.currency,
            now=now,
            customer_id=request.payee_customer_id,
            test_mode=request.test_mode,
        )
    except DomainError as error:
        raise IssueRefused(request=str(request), cause=error) from error


def _find_entry(request: CreditRequest) -> Transaction:
    entry = find_transaction(key=movement_key(request))
    assert entry is not None
    return entry


def last_day(request: CreditRequest, now: datetime) -> date | None:
    """The last day of the credit if it were issued now: the one asked for, else as the reason says; None: for ever."""
    if request.credit_expires_on is not None or request.reason.expires_in_days is None:
        return request.credit_expires_on
    return today_in(settings.TIME_ZONE, days_after(now, request.reason.expires_in_days))


def _issue_to_customer(request: CreditRequest, actor: Actor, now: datetime) -> Transaction:
    customer = request.payee_customer
    assert customer is not None
    day = last_day(request, now)
    return issue_credit(
        wallet=get_wallet(customer=customer.number, currency=request.currency, test_mode=request.test_mode, now=now),
        amount=from_minor(request.amount_minor, request.currency),
        actor=actor,
        now=now,
        why=_why(request),
        expires_at=end_of_day(day, settings.TIME_ZONE) if day else None,
        comes_back=bool(request.terms.get(COMES_BACK)),
    )


def _load_card(request: CreditRequest, card: Card, actor: Actor, now: datetime) -> Transaction:
    return reload_card(
        card=card,
        amount=from_minor(request.amount_minor, request.currency),
        actor=actor,
        now=now,
        why=_why(request),
        comes_back=bool(request.terms.get(COMES_BACK)),
    )


def _make_card(request: CreditRequest, actor: Actor, now: datetime, number: str | None) -> NewCard:
    asked = number if number is not None else request.open_number()
    try:
        return _make_card_with(request, actor, now, asked)
    except CodeTaken:
        # Somebody else's card has got the number since it was asked for.
        if number is not None:
            raise
        return _make_card_with(request, actor, now, None)


def _make_card_with(request: CreditRequest, actor: Actor, now: datetime, number: str | None) -> NewCard:
    terms = dict(request.terms)
    if "valid_from" in terms:
        terms["valid_from"] = datetime.fromisoformat(terms["valid_from"]).astimezone(UTC)
    return create_card(
        amount=from_minor(request.amount_minor, request.currency),
        actor=actor,
        now=now,
        code=number,
        expires_on=last_day(request, now),
        why=_why(request),
        sale_id=request.order_value,
        test_mode=request.test_mode,
        **terms,
    )


def _why(request: CreditRequest) -> Why:
    return Why(
        reason=request.reason_id,
        note=request.note,
        reference=request.order_value,
        key=movement_key(request),
        details={"credit_request": str(request.pk), "requested_by": request.requested_label},
    )
