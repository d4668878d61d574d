"""Rules 5 and 9: an account's lots are its balance, and credit that has expired is spent by nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from ledger.models import Account
from ledger.models.identifiers import new_uuid7
from tests.ledger.attacks import (
    hold_by_hand,
    insert,
    lot_of,
    lot_row,
    moment,
    post_by_hand,
    refused_by,
    run,
    transaction_row,
    use_row,
)
from tests.scenarios import (
    balance_of,
    days,
    entries_of,
    given_credit,
    given_hold,
    given_spend,
    lots_of,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    account = given_credit("100.00 GBP")
    given_spend("30.00 GBP", account=account)
    return account


@pytest.fixture
def other() -> Account:
    return given_credit("50.00 GBP")


# Rule 5: what a transaction does to lots is its amount


def test_credit_comes_in_with_a_lot(account: Account):
    with refused_by("ledger_transaction_lots"):
        insert("ledger_transaction", **transaction_row(account, new_uuid7(), 500))


def test_credit_goes_out_of_a_lot(account: Account):
    with refused_by("ledger_transaction_lots"):
        insert("ledger_transaction", **transaction_row(account, new_uuid7(), -500))


@pytest.mark.parametrize("amount", [499, 501])
def test_the_lot_is_as_large_as_the_credit(account: Account, amount: int):
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 500, lots=[lot_row(account, new_uuid7(), amount)])


def test_a_spend_takes_from_its_own_account_alone(account: Account, other: Account):
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, -500, uses=[(lot_of(other), 500)])


def test_credit_comes_into_its_own_account_alone(account: Account, other: Account):
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 500, lots=[lot_row(other, new_uuid7(), 500)])


def test_no_extra_lot_comes_into_another_account_on_the_way(account: Account, other: Account):
    extra = [lot_row(account, new_uuid7(), 500), lot_row(other, new_uuid7(), 300)]

    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 500, lots=extra)
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 800, lots=extra)


def test_no_extra_use_takes_from_another_account_on_the_way(account: Account, other: Account):
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, -800, uses=[(lot_of(account), 500), (lot_of(other), 300)])


def test_a_spend_does_not_make_old_credit_into_new(account: Account):
    dying = given_credit("100.00 GBP", to=account, expires_at=days(1))
    everlasting = lot_row(account, new_uuid7(), 9000)

    with refused_by("ledger_transaction_lots"):
        post_by_hand(dying, -1000, uses=[(lot_of(account, 1), 10000)], lots=[everlasting])


def test_an_issue_does_not_make_old_credit_into_new(account: Account):
    given_credit("100.00 GBP", to=account, expires_at=days(1))
    everlasting = lot_row(account, new_uuid7(), 10001)

    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 1, uses=[(lot_of(account, 1), 10000)], lots=[everlasting], type="ADJUST", note="why")


def test_nothing_hangs_on_a_transaction_that_is_closed(account: Account):
    old = entries_of(account)[1].pk

    with refused_by("ledger_lot_before_transaction"):
        insert("ledger_lot", **lot_row(account, old, 500))
    with refused_by("ledger_lotuse_before_transaction"):
        insert("ledger_lotuse", **use_row(lot_of(account), old, 500))


@pytest.mark.postgresql
def test_one_statement_does_not_hang_a_lot_on_what_it_has_just_closed(account: Account):
    issue_id = new_uuid7()
    insert("ledger_lot", **lot_row(account, issue_id, 500))
    row = transaction_row(account, issue_id, 500)
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))

    with refused_by("ledger_lot_before_transaction"):
        run(
            f"WITH closed AS (INSERT INTO ledger_transaction ({names}) VALUES ({marks}) RETURNING id, account_id) "
            "INSERT INTO ledger_lot "
            "(account_id, transaction_id, amount_minor, remaining_minor, reserved_minor, funding, given_by, "
            "currency, born_at) SELECT account_id, id, 300, 300, 0, 'PAID', 'CASH', 'GBP', now() FROM closed",
            *(value.hex if isinstance(value, UUID) else value for value in row.values()),
        )
    insert("ledger_transaction", **row)


@pytest.mark.parametrize("spoilt", [{"born_at": moment(days(-1))}, {"currency": "USD"}])
def test_a_lot_is_as_old_as_its_transaction_and_in_its_currency(account: Account, spoilt: dict[str, Any]):
    issue_id = new_uuid7()

    with refused_by("ledger_transaction_lots"):
        insert("ledger_lot", **lot_row(account, issue_id, 500, **spoilt))
        insert("ledger_transaction", **transaction_row(account, issue_id, 500))


@pytest.mark.parametrize("change", ["remaining_minor = 1", "remaining_minor = 10000", "remaining_minor = amount_minor"])
def test_a_lot_moves_by_its_uses_alone(account: Account, change: str):
    with refused_by("ledger_lot_moves_by_use"):
        run(f"UPDATE ledger_lot SET {change}")


def test_a_lot_that_nobody_used_does_not_move(other: Account):
    with refused_by("ledger_lot_moves_by_use"):
        run("UPDATE ledger_lot SET remaining_minor = 1")


def test_a_lot_is_reserved_by_holds_alone(account: Account):
    with refused_by("ledger_lot_reserved_by_holds"):
        run("UPDATE ledger_lot SET reserved_minor = 1")
    given_hold("20.00 GBP", account=account)
    with refused_by("ledger_lot_reserved_by_holds"):
        run("UPDATE ledger_lot SET reserved_minor = 0")


@pytest.mark.parametrize("spoilt", [{"remaining_minor": 499}, {"reserved_minor": 1}, {"remaining_minor": 0}])
def test_a_lot_starts_full_and_free(account: Account, spoilt: dict[str, Any]):
    with refused_by("ledger_lot_starts_full"):
        insert("ledger_lot", **lot_row(account, new_uuid7(), 500) | spoilt)


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"amount_minor": 0, "remaining_minor": 0}, "ledger_lot_amount_positive"),
        ({"amount_minor": -5, "remaining_minor": -5}, "ledger_lot_amount_positive"),
        ({"funding": "MAGIC"}, "ledger_lot_funding_known"),
        ({"given_by": "MAGIC"}, "ledger_lot_giver_known"),
        ({"given_by": "TRANSFERS"}, "ledger_lot_giver_known"),
    ],
)
def test_a_lot_makes_sense_in_itself(account: Account, spoilt: dict[str, Any], rule: str):
    # Several rules of a negative lot are broken at once, and each database names the one it meets first.
    rules = {rule, "ledger_lot_reserved_within_remaining_within_amount"}
    with nothing_moves(), pytest.raises(IntegrityError) as caught, transaction.atomic():
        insert("ledger_lot", **lot_row(account, new_uuid7(), 500) | spoilt)

    assert any(name in str(caught.value) for name in rules)


def test_a_use_says_what_the_lot_then_has(account: Account):
    lot = lot_of(account)

    with refused_by("ledger_lotuse_chain"):
        insert("ledger_lotuse", **use_row(lot, new_uuid7(), 500, remaining_after_minor=6501))
    with refused_by("ledger_lotuse_chain"):
        insert("ledger_lotuse", **use_row(lot, new_uuid7(), 500, lot_id=999))
    with refused_by("ledger_lotuse_amount_not_zero"):
        insert("ledger_lotuse", **use_row(lot, new_uuid7(), 0))


def test_a_lot_never_has_more_than_it_began_with_or_less_than_nothing(account: Account):
    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        post_by_hand(account, 3001, uses=[(lot_of(account), -3001)])
    with refused_by("ledger_lotuse_remaining_not_negative"):
        post_by_hand(account, -7001, uses=[(lot_of(account), 7001)])


def test_what_is_reserved_is_not_taken_without_its_hold(account: Account):
    given_hold("60.00 GBP", account=account)

    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        post_by_hand(account, -1001, uses=[(lot_of(account), 1001)])
    post_by_hand(account, -1000, uses=[(lot_of(account), 1000)])

    assert balance_of(account) == "60.00"


@pytest.mark.parametrize(
    "change",
    [
        "id = id + 100",
        "account_id = {other}",
        "transaction_id = {issue}",
        "amount_minor = 7000",
        "funding = 'PAID'",
        "given_by = 'CASH'",
        "born_at = '2020-01-01 00:00:00'",
        "currency = 'USD'",
    ],
)
def test_a_lot_stays_what_it_is(account: Account, other: Account, change: str):
    change = change.format(other=other.pk, issue=f"'{entries_of(other)[0].pk.hex}'")

    with refused_by("ledger_lot_identity"):
        run(f"UPDATE ledger_lot SET {change} WHERE account_id = %s", account.pk)


def test_a_lot_is_never_deleted(account: Account):
    with refused_by("ledger_lot_no_delete"):
        run("DELETE FROM ledger_lot")


@pytest.mark.sqlite
def test_insert_or_replace_does_not_replace_a_lot(account: Account):
    row = lot_row(account, new_uuid7(), 500) | {"id": lot_of(account).pk}

    with refused_by("ledger_lot_no_delete"):
        insert("ledger_lot", verb="INSERT OR REPLACE", **row)


@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR REPLACE"])
def test_a_lenient_insert_leaves_no_use_whose_lot_did_not_move(account: Account, verb: str):
    given_hold("60.00 GBP", account=account)

    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        post_by_hand(account, -7000, uses=[(lot_of(account), 7000)], verb=verb)


# At commit: what stands alone


@pytest.mark.django_db(transaction=True)
class TestAtCommit:
    def test_no_lot_stands_alone(self, account: Account):
        with refused_at_commit():
            insert("ledger_lot", **lot_row(account, new_uuid7(), 500))

    def test_no_use_stands_alone(self, account: Account):
        with refused_at_commit():
            insert("ledger_lotuse", **use_row(lot_of(account), new_uuid7(), 500))

    def test_no_lot_stands_in_a_hold_that_was_never_placed(self, account: Account):
        with refused_at_commit():
            insert("ledger_holdlot", hold_id=new_uuid7(), lot_id=lot_of(account).pk, amount_minor=500, captured_minor=0)

    def test_no_account_belongs_to_nobody(self, account: Account):
        with refused_at_commit():
            run("DELETE FROM ledger_customer")

    def test_no_entry_has_a_reason_that_does_not_exist(self, account: Account):
        with refused_at_commit():
            post_by_hand(account, 500, reason_id="NOWHERE")


# Rule 9


@pytest.mark.parametrize(("type", "counter_account"), [("REDEEM", "SALES"), ("TRANSFER", "TRANSFERS")])
def test_expired_credit_is_neither_spent_nor_moved(type: str, counter_account: str):
    account = given_credit("100.00 GBP", expires_at=days(1))
    spoilt: dict[str, Any] = {"type": type, "counter_account": counter_account, "reference": "order 1"}

    with refused_by("ledger_transaction_spends_live_credit"):
        post_by_hand(account, -500, uses=[(lot_of(account), 500)], created_at=moment(days(1)), **spoilt)
    post_by_hand(account, -500, uses=[(lot_of(account), 500)], created_at=moment(days(0.99)), **spoilt)

    assert lots_of(account) == [("95.00", days(1))]


@pytest.mark.parametrize("expires_at", [days(1), None])
def test_live_credit_does_not_expire(expires_at: datetime | None):
    account = given_credit("100.00 GBP", expires_at=expires_at)
    expiry: dict[str, Any] = {"type": "EXPIRE", "counter_account": "BREAKAGE"}

    with refused_by("ledger_transaction_expires_dead_credit"):
        post_by_hand(account, -500, uses=[(lot_of(account), 500)], created_at=moment(days(0.99)), **expiry)


# Who gave it


@pytest.mark.parametrize("type", ["ISSUE", "LOAD", "IMPORT", "ADJUST"])
def test_credit_was_given_by_the_counter_account_of_its_entry(account: Account, type: str):
    with refused_by("ledger_transaction_lots"):
        post_by_hand(account, 500, type=type, note="why", counter_account="ADJUSTMENTS")


def test_credit_that_comes_back_keeps_its_giver(account: Account, other: Account):
    refund: dict[str, Any] = {"type": "REFUND", "counter_account": "SALES", "reverses_id": entries_of(account)[1].pk}

    with refused_by("ledger_transaction_undoing_keeps_givers"):
        post_by_hand(other, 500, lots=[lot_row(other, new_uuid7(), 500, given_by="PROMOTION")], **refund)
    post_by_hand(other, 500, lots=[lot_row(other, new_uuid7(), 500)], **refund)


@pytest.mark.parametrize(("given_by", "booked_to"), [("GOODWILL", "GOODWILL"), ("CASH", "BREAKAGE")])
def test_what_expires_goes_back_to_its_giver(given_by: str, booked_to: str):
    funding = "PAID" if given_by == "CASH" else "GOODWILL"
    account = given_credit("100.00 GBP", expires_at=days(1), funding=funding)
    expiry: dict[str, Any] = {"type": "EXPIRE", "created_at": moment(days(1)), "uses": [(lot_of(account), 500)]}

    for elsewhere in {"GOODWILL", "BREAKAGE", "PROMOTION", "CASH"} - {booked_to}:
        with refused_by("ledger_transaction_expires_to_giver"):
            post_by_hand(account, -500, counter_account=elsewhere, **expiry)
    post_by_hand(account, -500, counter_account=booked_to, **expiry)


def test_a_hold_sets_no_expired_credit_aside():
    account = given_credit("100.00 GBP", expires_at=days(1))

    with refused_by("ledger_hold_reserves"):
        hold_by_hand(account, [(lot_of(account), 500)], created_at=moment(days(1)))


@contextmanager
def refused_at_commit() -> Iterator[None]:
    """Every statement in here passes, and the commit is refused by a foreign key; every row stays as it was."""
    with nothing_moves(), pytest.raises(IntegrityError, match=r"(?i)foreign key constraint"), transaction.atomic():
        yield
