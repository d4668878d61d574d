"""
Small verbs that set a test's stage and read the books afterwards.

Amounts are written as staff would say them, `"12.50 GBP"`; what is read back comes as text without the currency.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from moneyed import Money

from giftcards.models import CardBatch, CardEvent, GiftCard
from ledger.errors import DomainError
from ledger.models import (
    Account,
    AccountStatus,
    BookRules,
    Customer,
    Hold,
    HoldLot,
    Lot,
    LotExpiry,
    LotUse,
    Transaction,
)
from ledger.money import from_minor
from ledger.operations import (
    AccountKind,
    Actor,
    ActorKind,
    TransactionType,
    Why,
    add_credit,
    open_account,
    place_hold,
    set_account_status,
    spend_credit,
)
from ledger.queries import Wallet, get_wallet
from storecredit.credits.models import CreditRequest, CreditRequestBatch, CreditRequestEvent, CreditRequestVote
from tests.factories import CustomerFactory

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
STAFF = Actor(kind=ActorKind.STAFF, id="7", label="alice", door="admin")
API = Actor(kind=ActorKind.API, id="1", label="web shop", door="api:tiquo", request_id="req-1")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="expire_credit", label="expire_credit", door="command:expire_credit")


def days(count: float) -> datetime:
    """So many days after NOW."""
    return NOW + timedelta(days=count)


def money(text: str) -> Money:
    """`"12.50 GBP"` as Money."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def given_customer(**fields: Any) -> Customer:
    """A customer in the shop; the fields are the model's."""
    return CustomerFactory.create(**fields)


def given_account(
    currency: str = "GBP",
    *,
    customer: Customer | None = None,
    kind: AccountKind = AccountKind.STORE_CREDIT,
    test_mode: bool = False,
) -> Account:
    """An empty account: of this customer, of a new one, or of the bearer of a gift card."""
    if customer is None and kind == AccountKind.STORE_CREDIT:
        customer = given_customer(test_mode=test_mode)
    account_id = open_account(
        kind=kind,
        currency=currency,
        now=NOW,
        customer_id=customer.pk if customer else None,
        test_mode=customer.test_mode if customer else test_mode,
    )
    return Account.objects.get(pk=account_id)


def given_credit(
    amount: str,
    *,
    to: Account | None = None,
    customer: Customer | None = None,
    expires_at: datetime | None = None,
    type: TransactionType = TransactionType.ISSUE,
    actor: Actor = STAFF,
    now: datetime = NOW,
    **more: Any,
) -> Account:
    """The account, one lot of credit richer; a new customer's unless another is named."""
    value = money(amount)
    account = to or given_account(value.currency.code, customer=customer)
    add_credit(account_id=account.pk, amount=value, type=type, actor=actor, now=now, expires_at=expires_at, **more)
    return Account.objects.get(pk=account.pk)


def given_spend(amount: str, *, account: Account, now: datetime = NOW, **more: Any) -> Transaction:
    """A purchase paid from the account."""
    return spend_credit(account_id=account.pk, amount=money(amount), actor=API, now=now, **more)


def given_hold(amount: str, *, account: Account, expires_at: datetime | None = None, now: datetime = NOW) -> Hold:
    """Credit set aside, for a week unless another time is named."""
    return place_hold(
        account_id=account.pk,
        amount=money(amount),
        expires_at=expires_at or now + timedelta(days=7),
        actor=API,
        now=now,
        why=Why(reference="order 1"),
    )


def wallet_of(customer: Customer, currency: str = "GBP", *, now: datetime = NOW) -> Wallet:
    """What the doors see of a customer in one currency."""
    return get_wallet(customer=customer.number, currency=currency, test_mode=customer.test_mode, now=now)


def entries_of(account: Account) -> list[Transaction]:
    """The account's transactions, oldest first."""
    return list(Transaction.objects.filter(account=account).order_by("sequence"))


def history_of(account: Account) -> list[tuple[str, str]]:
    """Type and amount of the account's transactions, oldest first."""
    return [(entry.type, _text(entry.amount_minor, entry.currency)) for entry in entries_of(account)]


def lots_of(account: Account) -> list[tuple[str, datetime | None]]:
    """What is left in the account's open lots and until when, oldest lot first."""
    lots = Lot.objects.filter(account=account, remaining_minor__gt=0).order_by("id")
    return [(_text(lot.remaining_minor, account.currency), lot.expires_at) for lot in lots]


def balance_of(account: Account) -> str:
    """All that the account holds, spendable or not."""
    return _text(Account.objects.get(pk=account.pk).balance_minor, account.currency)


def held_in(account: Account) -> str:
    """What holds set aside in the account."""
    return _text(Account.objects.get(pk=account.pk).held_minor, account.currency)


def spendable_in(account: Account, *, now: datetime = NOW) -> str:
    """What could be spent at `now`, added up lot by lot."""
    lots = Lot.objects.filter(account=account)
    free = sum(lot.remaining_minor - lot.reserved_minor for lot in lots if not lot.expires_at or lot.expires_at > now)
    return _text(free, account.currency)


def counter_balances() -> dict[str, str]:
    """What each counter account has gained, `{"SALES GBP": "12.50"}`; those that come to nothing are left out."""
    sums: dict[tuple[str, str], int] = {}
    for entry in Transaction.objects.all():
        side = (entry.counter_account, entry.currency)
        sums[side] = sums.get(side, 0) - entry.amount_minor
    return {f"{name} {currency}": _text(total, currency) for (name, currency), total in sorted(sums.items()) if total}


@contextmanager
def nothing_moves() -> Iterator[None]:
    """Whatever happens in here leaves every row of the books as it was."""
    before = _every_row()
    yield
    assert _every_row() == before


@contextmanager
def refused(error: type[DomainError]) -> Iterator[pytest.ExceptionInfo[Any]]:
    """The operation in here is refused with exactly this error and leaves every row of the books as it was."""
    with nothing_moves(), pytest.raises(error) as caught, transaction.atomic():
        yield caught
    assert type(caught.value) is error


def set_refund_life(life_days: int) -> None:
    """How long credit lives that comes back after it has expired."""
    BookRules.objects.update_or_create(pk=1, defaults={"refund_life_days": life_days})


def _every_row() -> dict[str, list[dict[str, Any]]]:
    books = (Customer, Account, Transaction, Lot, LotUse, LotExpiry, Hold, HoldLot)
    cards = (GiftCard, CardEvent, CardBatch)
    requests = (CreditRequest, CreditRequestVote, CreditRequestEvent, CreditRequestBatch)
    return {
        table.__name__: [dict(row) for row in table._default_manager.order_by("pk").values()]
        for table in (*books, *cards, *requests)
    }


def _text(amount_minor: int, currency: str) -> str:
    return str(from_minor(amount_minor, currency).amount)


def set_status(*, account_id: int, status: AccountStatus) -> Account:
    """Staff freeze, unfreeze, close or reopen an account."""
    return set_account_status(account_id=account_id, status=status, actor=STAFF, now=NOW)
