"""
Small verbs that set a test's stage and read the books afterwards.

Amounts are written as staff would say them, `"12.50 GBP"`; what is read back comes as text without the currency.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from giftcards.models import CardBatch, CardEvent, GiftCard
from ledger.errors import DomainError
from ledger.models import (
    Account,
    AccountStatus,
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
    TransactionType,
    set_account_status,
    transfer_credit,
)
from ledger.queries import Wallet, get_wallet
from storecredit.credits.models import CreditRequest, CreditRequestBatch, CreditRequestEvent, CreditRequestVote
from tests.factories.defaults import API as API
from tests.factories.defaults import NOW as NOW
from tests.factories.defaults import STAFF as STAFF
from tests.factories.defaults import SYSTEM as SYSTEM
from tests.factories.defaults import money as money
from tests.factories.ledger import (
    AccountFactory,
    BookRulesFactory,
    CustomerFactory,
    HoldFactory,
    ReasonFactory,
    SpendFactory,
    TransactionFactory,
)


def days(count: float) -> datetime:
    """So many days after NOW."""
    return NOW + timedelta(days=count)


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
    owner = {} if customer is None else {"customer": customer}
    return AccountFactory.create(kind=kind, currency=currency, test_mode=test_mode, **owner)


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
    TransactionFactory.create(
        account=account, amount=value, type=type, actor=actor, now=now, expires_at=expires_at, **more
    )
    return Account.objects.get(pk=account.pk)


def given_spend(amount: str, *, account: Account, now: datetime = NOW, **more: Any) -> Transaction:
    """A purchase paid from the account."""
    return SpendFactory.create(account=account, amount=money(amount), now=now, **more)


def given_hold(
    amount: str, *, account: Account, expires_at: datetime | None = None, now: datetime = NOW, **more: Any
) -> Hold:
    """Credit set aside, for a week unless another time is named."""
    ends = {} if expires_at is None else {"expires_at": expires_at}
    return HoldFactory.create(account=account, amount=money(amount), now=now, **ends, **more)


def given_transfer(
    amount: str, *, source: Account, target: Account, now: datetime = NOW
) -> tuple[Transaction, Transaction]:
    """Credit moved by staff from one account to another: how it left, and how it came in."""
    return transfer_credit(source_id=source.pk, target_id=target.pk, amount=money(amount), actor=STAFF, now=now)


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


def given_reasons() -> None:
    """A reason that is off, one that needs a note and one that needs an order: OFF, NOTE and ORDER."""
    ReasonFactory.create(code="OFF", active=False)
    ReasonFactory.create(code="NOTE", needs_note=True)
    ReasonFactory.create(code="ORDER", needs_order=True)


def set_refund_life(life_days: int) -> None:
    """How long credit lives that comes back after it has expired."""
    BookRulesFactory.create(refund_life_days=life_days)


def every_row_of(*models: type[Model]) -> dict[str, list[dict[str, Any]]]:
    """All that the models' tables hold, as the database gives it: the ORM would take ten times as long to say it."""
    with connection.cursor() as cursor:
        return {model._meta.label: list(_rows_of(cursor, model)) for model in models}


def _rows_of(cursor: CursorWrapper, model: type[Model]) -> Iterator[dict[str, Any]]:
    cursor.execute(f'SELECT * FROM {model._meta.db_table} ORDER BY "{model._meta.pk.column}"')
    columns = [column[0] for column in cursor.description]
    return (dict(zip(columns, row, strict=True)) for row in cursor.fetchall())


def _every_row() -> dict[str, list[dict[str, Any]]]:
    books = (Customer, Account, Transaction, Lot, LotUse, LotExpiry, Hold, HoldLot)
    cards = (GiftCard, CardEvent, CardBatch)
    requests = (CreditRequest, CreditRequestVote, CreditRequestEvent, CreditRequestBatch)
    return every_row_of(*books, *cards, *requests)


def _text(amount_minor: int, currency: str) -> str:
    return str(from_minor(amount_minor, currency).amount)


def set_status(*, account_id: int, status: AccountStatus) -> Account:
    """Staff freeze, unfreeze, close or reopen an account."""
    return set_account_status(account_id=account_id, status=status, actor=STAFF, now=NOW)
