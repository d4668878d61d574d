import pytest
from django.db import connection

from ledger.errors import (
    AccountNotFound,
    AccountNotOpen,
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    CurrencyMismatch,
    InsufficientCredit,
    MovementKeyUsed,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
)
from ledger.money import from_minor
from ledger.operations import AccountStatus, Why, spend_credit
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    days,
    given_account,
    given_credit,
    given_hold,
    given_reasons,
    given_spend,
    history_of,
    lots_of,
    money,
    refused,
    set_status,
    spendable_in,
)

pytestmark = pytest.mark.django_db


def test_takes_the_amount_from_the_account_and_books_it_to_sales():
    account = given_credit("100.00 GBP")

    entry = spend_credit(
        account_id=account.pk,
        amount=money("30.00 GBP"),
        actor=API,
        now=days(1),
        why=Why(note="two books", reference="order 17", key="debit-17", details={"category": "books"}),
    )

    entry.refresh_from_db()
    assert (entry.type, entry.amount_minor, entry.balance_after_minor, entry.sequence) == ("REDEEM", -3000, 7000, 2)
    assert (entry.counter_account, entry.currency, entry.account_id) == ("SALES", "GBP", account.pk)
    assert (entry.note, entry.reference, entry.key) == ("two books", "order 17", "debit-17")
    assert (entry.details, entry.created_at) == ({"category": "books"}, days(1))
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("API", "1", "web shop")
    assert (entry.door, entry.request_id) == ("api:tiquo", "req-1")
    assert history_of(account) == [("ISSUE", "100.00"), ("REDEEM", "-30.00")]
    assert balance_of(account) == "70.00"


def test_the_returned_entry_is_the_row_that_was_written():
    account = given_credit("100.00 GBP")

    entry = given_spend("30.00 GBP", account=account)
    stored = type(entry).objects.get(pk=entry.pk)

    for field in type(entry)._meta.concrete_fields:
        assert getattr(entry, field.attname) == getattr(stored, field.attname), field.name


def test_eats_the_soonest_expiry_first_then_the_oldest_and_the_everlasting_last():
    account = given_credit("10.00 GBP")
    given_credit("10.00 GBP", to=account, expires_at=days(9))
    given_credit("10.00 GBP", to=account, expires_at=days(3))
    given_credit("10.00 GBP", to=account, expires_at=days(3))
    given_credit("10.00 GBP", to=account)

    eaten = [given_spend("7.00 GBP", account=account) and lots_of(account) for _ in range(5)]

    three, nine = days(3), days(9)
    assert eaten == [
        [("10.00", None), ("10.00", nine), ("3.00", three), ("10.00", three), ("10.00", None)],
        [("10.00", None), ("10.00", nine), ("6.00", three), ("10.00", None)],
        [("10.00", None), ("9.00", nine), ("10.00", None)],
        [("10.00", None), ("2.00", nine), ("10.00", None)],
        [("5.00", None), ("10.00", None)],
    ]


def test_one_spend_eats_several_lots():
    account = given_credit("1.00 GBP", expires_at=days(3))
    given_credit("2.00 GBP", to=account, expires_at=days(2))
    given_credit("4.00 GBP", to=account, expires_at=days(1))

    spend = given_spend("6.50 GBP", account=account)

    assert list(spend.lot_uses.order_by("id").values_list("amount_minor", flat=True)) == [400, 200, 50]
    assert lots_of(account) == [("0.50", days(3))]


def test_spends_down_to_nothing():
    account = given_credit("100.00 GBP")

    given_spend("100.00 GBP", account=account)

    assert (balance_of(account), lots_of(account)) == ("0.00", [])


def test_one_spend_eats_more_lots_than_are_read_at_once():
    account = given_account()
    for day in range(205):
        given_credit("0.01 GBP", to=account, expires_at=days(300 - day))

    spend = given_spend("2.03 GBP", account=account)

    assert spend.lot_uses.count() == 203
    assert lots_of(account) == [("0.01", days(300)), ("0.01", days(299))]


@pytest.mark.parametrize("count", [99, 100, 101, 200])
def test_is_refused_one_penny_beyond_all_the_lots(count: int):
    account = given_account()
    for _ in range(count):
        given_credit("0.01 GBP", to=account)

    with refused(InsufficientCredit) as caught:
        spend_credit(account_id=account.pk, amount=from_minor(count + 1, "GBP"), actor=API, now=NOW)

    assert caught.value.available == from_minor(count, "GBP")


def test_expired_credit_cannot_be_spent_whether_it_was_swept_or_not():
    account = given_credit("60.00 GBP", expires_at=days(1))
    given_credit("40.00 GBP", to=account)

    with refused(InsufficientCredit) as caught:
        spend_credit(account_id=account.pk, amount=money("40.01 GBP"), actor=API, now=days(1))

    assert str(caught.value) == f"Account {account.number} has £40.00 to spend; £40.01 was asked for."
    assert (caught.value.available, caught.value.requested) == (money("40.00 GBP"), money("40.01 GBP"))
    assert (balance_of(account), spendable_in(account, now=days(1))) == ("100.00", "40.00")


def test_credit_can_be_spent_until_just_before_it_expires():
    account = given_credit("60.00 GBP", expires_at=days(1))

    given_spend("60.00 GBP", account=account, now=days(1 - 1e-10))

    assert balance_of(account) == "0.00"


def test_held_credit_cannot_be_spent():
    account = given_credit("100.00 GBP")
    given_hold("60.00 GBP", account=account)

    with refused(InsufficientCredit) as caught:
        spend_credit(account_id=account.pk, amount=money("40.01 GBP"), actor=API, now=NOW)

    assert caught.value.available == money("40.00 GBP")
    given_spend("40.00 GBP", account=account)
    assert (balance_of(account), spendable_in(account)) == ("60.00", "0.00")


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("0 GBP", AmountNotPositive),
        ("-0.01 GBP", AmountNotPositive),
        ("0.001 GBP", AmountNotExact),
        ("100.005 GBP", AmountNotExact),
        ("1.00 EUR", CurrencyMismatch),
        ("100.01 GBP", InsufficientCredit),
        ("90071992547409.92 GBP", AmountTooLarge),
    ],
)
def test_refuses_an_amount_that_cannot_be_spent(amount: str, error: type):
    account = given_credit("100.00 GBP")

    with refused(error):
        spend_credit(account_id=account.pk, amount=money(amount), actor=API, now=NOW)


def test_refuses_an_account_that_does_not_exist():
    with refused(AccountNotFound):
        spend_credit(account_id=404, amount=money("1.00 GBP"), actor=API, now=NOW)


def test_a_frozen_account_is_moved_by_staff_alone():
    account = given_credit("100.00 GBP")
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with refused(AccountNotOpen) as caught:
        spend_credit(account_id=account.pk, amount=money("1.00 GBP"), actor=API, now=NOW)
    spend_credit(account_id=account.pk, amount=money("1.00 GBP"), actor=STAFF, now=NOW)

    assert str(caught.value) == f"Account {account.number} is frozen."
    assert balance_of(account) == "99.00"


def test_a_closed_account_is_moved_by_nobody():
    account = given_account()
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    with refused(AccountNotOpen):
        spend_credit(account_id=account.pk, amount=money("1.00 GBP"), actor=STAFF, now=NOW)


def test_a_movement_key_is_used_once_for_ever():
    account = given_credit("100.00 GBP")
    given_spend("10.00 GBP", account=account, why=Why(key="debit-1"))

    with refused(MovementKeyUsed):
        spend_credit(account_id=account.pk, amount=money("10.00 GBP"), actor=API, now=NOW, why=Why(key="debit-1"))


@pytest.mark.parametrize(
    ("reason", "note", "reference", "error"),
    [
        ("ZZ", "note", "order 1", ReasonUnknown),
        ("OFF", "note", "order 1", ReasonUnknown),
        ("NOTE", " ", "order 1", ReasonNeedsNote),
        ("ORDER", "note", " ", ReasonNeedsOrder),
    ],
)
def test_a_reason_gets_what_it_asks_for(reason: str, note: str, reference: str, error: type):
    account = given_credit("100.00 GBP")
    given_reasons()

    with refused(error):
        spend_credit(
            account_id=account.pk,
            amount=money("1.00 GBP"),
            actor=API,
            now=NOW,
            why=Why(reason=reason, note=note, reference=reference),
        )


@pytest.mark.postgresql
def test_its_statements_are_not_planned_anew_each_time():
    account = given_credit("10.00 GBP")
    # PostgreSQL plans a prepared statement five times before it may decide that one plan does for all.
    for _ in range(8):
        given_spend("0.10 GBP", account=account)
    planned = plans_made()

    for _ in range(5):
        given_spend("0.10 GBP", account=account)

    assert plans_made() == planned
    assert [text for text in planned if "FROM ledger_lot" in text]
    assert balance_of(account) == "8.70"


def plans_made() -> dict[str, int]:
    """How often each of the posting's prepared statements was planned for the values at hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, SUM(custom_plans) FROM pg_prepared_statements "
            "WHERE statement LIKE '%%ledger^_%%' ESCAPE '^' GROUP BY statement"
        )
        return {statement: int(plans) for statement, plans in cursor.fetchall()}
