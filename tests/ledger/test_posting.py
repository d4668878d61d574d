"""The primitive under the operations: a batch chains, numbers are unique, and times mean the same to both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from ledger.errors import AccountNotOpen, AmountTooLarge, CurrencyMismatch, DatabaseBusy, MovementKeyUsed
from ledger.models import Account, Lot, Transaction
from ledger.operations import AccountStatus, Why, atomic, expire_credit, operation, spend_credit
from ledger.posting import LARGEST_BALANCE_MINOR, Movement, NewLot, lock_accounts, post, post_many, read_lots
from ledger.queries import list_findings, list_open_lots, list_transactions
from tests.scenarios import (
    API,
    NOW,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_spend,
    history_of,
    lots_of,
    money,
    nothing_moves,
    refused,
    set_status,
    spendable_in,
    wallet_of,
)

pytestmark = pytest.mark.django_db


def issue(account: Account, amount: int, **more: Any) -> Movement:
    fields: dict[str, Any] = {
        "account_id": account.pk,
        "currency": account.currency,
        "type": "ISSUE",
        "amount_minor": amount,
        "counter_account": "GOODWILL",
        "actor": API,
        "now": NOW,
        "lots": (NewLot(amount, "GOODWILL"),),
    }
    return Movement(**(fields | more))


def post_all(movements: list[Movement]) -> list[Transaction]:
    with transaction.atomic(), connection.cursor() as cursor:
        accounts = lock_accounts(cursor, {movement.account_id for movement in movements})
        return post_many(cursor, movements, accounts)


def test_movements_of_one_account_follow_each_other():
    account = given_credit("10.00 GBP")

    entries = post_all([issue(account, amount) for amount in (1, 2, 3)])

    assert [(entry.sequence, entry.balance_after_minor) for entry in entries] == [(2, 1001), (3, 1003), (4, 1006)]
    assert [entry.number for entry in entries_of(account)][1:] == [entry.number for entry in entries]
    assert list(list_findings()) == []


def test_movements_of_several_accounts_may_alternate():
    one, other = given_account(), given_account("JPY")

    post_all([issue(one, 1), issue(other, 10), issue(one, 2), issue(other, 20), issue(one, 3)])

    assert (history_of(one), balance_of(one)) == ([("ISSUE", "0.01"), ("ISSUE", "0.02"), ("ISSUE", "0.03")], "0.06")
    assert (history_of(other), balance_of(other)) == ([("ISSUE", "10"), ("ISSUE", "20")], "30")


def test_a_batch_brings_in_and_takes_out():
    account = given_credit("10.00 GBP", expires_at=days(5))
    given_credit("10.00 GBP", to=account)
    with connection.cursor() as cursor:
        first, second = read_lots(cursor, Lot.objects.values_list("pk", flat=True)).values()

    post_all(
        [
            issue(account, 500),
            issue(account, -1000, type="REDEEM", counter_account="SALES", lots=(), uses=[first.use(1000)]),
            issue(account, -1, type="REDEEM", counter_account="SALES", lots=(), uses=[second.use(1)]),
        ]
    )

    assert history_of(account)[2:] == [("ISSUE", "5.00"), ("REDEEM", "-10.00"), ("REDEEM", "-0.01")]
    assert lots_of(account) == [("9.99", None), ("5.00", None)]
    assert list(list_findings()) == []


def test_a_batch_longer_than_a_statement_is_one_chain():
    account = given_account()

    post_all([issue(account, 1) for _ in range(1201)])

    assert balance_of(account) == "12.01"
    numbers = list(Transaction.objects.order_by("sequence").values_list("number", flat=True))
    assert len(set(numbers)) == 1201
    assert list(list_findings()) == []


def test_one_refused_movement_refuses_the_batch():
    account, frozen = given_credit("10.00 GBP", why=Why(key="used")), given_account()
    set_status(account_id=frozen.pk, status=AccountStatus.FROZEN)

    for spoilt, error in (
        (issue(frozen, 1), AccountNotOpen),
        (issue(account, 1, currency="EUR"), CurrencyMismatch),
        (issue(account, 1, why=Why(key="used")), MovementKeyUsed),
        (issue(account, LARGEST_BALANCE_MINOR), AmountTooLarge),
    ):
        with refused(error):
            post_all([issue(account, 1), spoilt, issue(account, 2)])


def test_one_key_twice_in_a_batch_is_refused():
    account = given_account()

    with refused(MovementKeyUsed):
        post_all([issue(account, 1, why=Why(key="once")), issue(account, 1, why=Why(key="once"))])


def test_the_fast_way_and_the_locked_way_write_the_same():
    fast, locked = given_account(), given_account()
    with connection.cursor() as cursor:
        first = post(cursor, issue(fast, 7, why=Why(note="n", reference="r", details={"a": [1, "ü"]})))
    (second,) = post_all([issue(locked, 7, why=Why(note="n", reference="r", details={"a": [1, "ü"]}))])

    own = {"id", "number", "document_id", "account_id"}
    rows = [Transaction.objects.filter(pk=entry.pk).values()[0] for entry in (first, second)]
    assert {name: value for name, value in rows[0].items() if name not in own} == {
        name: value for name, value in rows[1].items() if name not in own
    }


def test_numbers_are_unique_and_grow():
    accounts = [given_credit("10.00 GBP") for _ in range(3)]
    for account in accounts:
        given_spend("1.00 GBP", account=account)

    entries = list(Transaction.objects.order_by("created_at", "number"))
    assert len({entry.number for entry in entries}) == len({entry.document_id for entry in entries}) == 6
    assert [entry.sequence for entry in entries] == [1, 1, 1, 2, 2, 2]


# Times: SQLite keeps them as text and compares them as text


MOMENTS = [
    NOW,
    NOW.replace(microsecond=1),
    NOW.replace(microsecond=100000),
    NOW.replace(microsecond=999999),
    (NOW + timedelta(hours=2)).astimezone(timezone(timedelta(hours=9))),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_times_written_by_the_posting_are_found_through_the_orm(moment: datetime):
    account = given_credit("10.00 GBP", now=moment, expires_at=moment + timedelta(days=1))
    instant, expiry = timedelta(microseconds=1), moment + timedelta(days=1)

    (entry,) = entries_of(account)
    assert (entry.created_at, entry.created_at.tzinfo) == (moment, UTC)
    assert Transaction.objects.filter(created_at=moment, created_at__gte=moment, created_at__lte=moment).exists()
    assert not Transaction.objects.filter(created_at__lt=moment).exists()
    assert not Transaction.objects.filter(created_at__gt=moment).exists()
    assert Transaction.objects.filter(created_at__gt=moment - instant, created_at__lt=moment + instant).exists()
    assert Lot.objects.live(expiry - instant).exists()
    assert not Lot.objects.live(expiry).exists()
    assert Lot.objects.expired(expiry).exists()
    assert not Lot.objects.expired(expiry - instant).exists()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_credit_expires_at_that_very_moment_in_posting_orm_and_wallet_alike(moment: datetime):
    account = given_credit("10.00 GBP", expires_at=moment + timedelta(days=1), now=NOW - timedelta(days=1))
    expiry, instant = moment + timedelta(days=1), timedelta(microseconds=1)
    assert account.customer is not None

    spend_credit(account_id=account.pk, amount=money("1.00 GBP"), actor=API, now=expiry - instant)
    seen = [
        (wallet_of(account.customer, now=now).spendable_minor, spendable_in(account, now=now))
        for now in (expiry - instant, expiry, expiry + instant)
    ]
    with nothing_moves():
        expire_credit(actor=SYSTEM, now=expiry - instant)
    expire_credit(actor=SYSTEM, now=expiry)

    assert seen == [(900, "9.00"), (0, "0.00"), (0, "0.00")]
    assert history_of(account)[-1] == ("EXPIRE", "-9.00")


def test_lists_filter_and_order_by_those_times():
    account = given_credit("10.00 GBP", now=NOW, expires_at=days(9))
    given_credit("20.00 GBP", to=account, now=NOW.replace(microsecond=5))
    given_spend("5.00 GBP", account=account, now=days(1))

    def amounts(**filters: Any) -> list[int]:
        return [entry.amount_minor for entry in list_transactions(account_ids=[account.pk], **filters)]

    assert amounts() == [-500, 2000, 1000]
    assert amounts(type="ISSUE") == [2000, 1000]
    assert amounts(created_from=NOW.replace(microsecond=1)) == [-500, 2000]
    assert amounts(created_before=NOW.replace(microsecond=5)) == [1000]
    assert [lot.expires_at for lot in list_open_lots(account_ids=[account.pk])] == [days(9), None]


# What an operation does when the database is in conflict


@pytest.mark.django_db(transaction=True)
class TestConflicts:
    def test_the_loser_of_a_deadlock_tries_again(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(atomic, "_may_retry", lambda error: True)
        attempts = []

        @operation
        def unlucky() -> str:
            attempts.append(1)
            if len(attempts) < 3:
                raise_conflict()
            return "done"

        assert (unlucky(), len(attempts)) == ("done", 3)

    def test_after_the_third_time_the_database_is_busy_and_nothing_is_written(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(atomic, "_may_retry", lambda error: True)
        attempts = []

        @operation
        def hopeless() -> None:
            attempts.append(1)
            given_credit("1.00 GBP")
            raise_conflict()

        with nothing_moves(), pytest.raises(DatabaseBusy):
            hopeless()
        assert len(attempts) == 3

    def test_an_overload_is_not_tried_again(self):
        attempts = []

        @operation
        def late() -> None:
            attempts.append(1)
            raise_conflict()

        with pytest.raises(DatabaseBusy):
            late()
        assert len(attempts) == 1

    def test_a_refusal_after_a_part_was_written_leaves_nothing(self):
        account = given_credit("10.00 GBP", why=Why(key="used"))

        with nothing_moves(), pytest.raises(MovementKeyUsed):
            spend_credit(account_id=account.pk, amount=money("1.00 GBP"), actor=API, now=NOW, why=Why(key="used"))


def raise_conflict() -> None:
    raise OperationalError("database is locked")
