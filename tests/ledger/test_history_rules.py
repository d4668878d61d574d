"""Rules 1 to 3: what happened stays, each entry follows the one before it, and balances move by entries alone."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ledger.models import Account, Transaction
from ledger.models.identifiers import new_account_number, new_uuid7
from tests.ledger.attacks import insert, lot_of, lot_row, moment, post_by_hand, refused_by, run, transaction_row
from tests.scenarios import (
    NOW,
    balance_of,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_spend,
    history_of,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    account = given_credit("100.00 GBP")
    given_spend("30.00 GBP", account=account)
    return account


def test_the_posting_by_hand_passes_when_nothing_is_spoilt(account: Account):
    post_by_hand(account, 500)
    post_by_hand(account, -2000, uses=[(lot_of(account), 2000)])

    assert history_of(account) == [("ISSUE", "100.00"), ("REDEEM", "-30.00"), ("ISSUE", "5.00"), ("REDEEM", "-20.00")]
    assert balance_of(account) == "55.00"


# Rule 1


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1",
        "balance_after_minor = 1",
        "note = 'never mind'",
        "actor_label = 'somebody else'",
        "created_at = created_at",
        "number = 99",
    ],
)
def test_a_transaction_is_never_updated(account: Account, change: str):
    with refused_by("ledger_transaction_immutable"):
        run(f"UPDATE ledger_transaction SET {change}")


def test_a_transaction_is_never_deleted(account: Account):
    with refused_by("ledger_transaction_immutable"):
        run("DELETE FROM ledger_transaction WHERE sequence = 2")


def test_the_use_of_a_lot_is_never_updated(account: Account):
    with refused_by("ledger_lotuse_immutable"):
        run("UPDATE ledger_lotuse SET amount_minor = 1")


def test_the_use_of_a_lot_is_never_deleted(account: Account):
    with refused_by("ledger_lotuse_immutable"):
        run("DELETE FROM ledger_lotuse")


def test_the_orm_cannot_do_it_either(account: Account):
    with refused_by("ledger_transaction_immutable"):
        Transaction.objects.update(note="never mind")
    with refused_by("ledger_transaction_immutable"):
        entries_of(account)[0].save()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("tables", "rule"),
    [
        ("ledger_transaction CASCADE", "ledger_transaction_no_truncate"),
        ("ledger_lotuse", "ledger_lotuse_no_truncate"),
        ("ledger_holdlot", "ledger_holdlot_no_truncate"),
    ],
)
def test_nothing_is_truncated(account: Account, tables: str, rule: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused_by(rule):
        run(f"TRUNCATE {tables}")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["account", "customer", "hold", "holdlot", "lot", "lotuse", "reason", "transaction"])
def test_no_table_of_the_books_is_truncated_together_with_those_that_name_it(account: Account, table: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with nothing_moves(), pytest.raises(DatabaseError, match="_no_truncate"), transaction.atomic():
        run(f"TRUNCATE ledger_{table} CASCADE")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("attack", "rule"),
    [
        ("UPDATE ledger_transaction SET amount_minor = 1", "ledger_transaction_immutable"),
        ("DELETE FROM ledger_transaction", "ledger_transaction_immutable"),
        ("TRUNCATE ledger_transaction CASCADE", "ledger_transaction_no_truncate"),
        ("DELETE FROM ledger_lotuse", "ledger_lotuse_immutable"),
        ("DELETE FROM ledger_lot", "ledger_lot_no_delete"),
        ("DELETE FROM ledger_account", "ledger_account_no_delete"),
        ("UPDATE ledger_account SET balance_minor = 1", "ledger_account_moves_by_transaction"),
        ("UPDATE ledger_lot SET remaining_minor = 1", "ledger_lot_moves_by_use"),
    ],
)
def test_the_role_of_a_replica_switches_nothing_off(account: Account, attack: str, rule: str):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with refused_by(rule):
        run("SET LOCAL session_replication_role = replica")
        run(attack)


@pytest.mark.sqlite
def test_insert_or_replace_does_not_replace_a_transaction(account: Account):
    first = entries_of(account)[0]

    with refused_by("ledger_transaction_immutable"):
        insert(
            "ledger_transaction", verb="INSERT OR REPLACE", **transaction_row(account, first.pk, 500, document_id="k")
        )
    with refused_by("ledger_transaction_immutable"):
        insert(
            "ledger_transaction",
            verb="INSERT OR REPLACE",
            **transaction_row(account, new_uuid7(), 500, number=first.number),
        )


@pytest.mark.sqlite
def test_insert_or_replace_does_not_replace_the_use_of_a_lot(account: Account):
    with refused_by("ledger_lotuse_immutable"):
        run(
            "INSERT OR REPLACE INTO ledger_lotuse (id, lot_id, transaction_id, amount_minor, remaining_after_minor) "
            "SELECT id, lot_id, %s, 1, 6999 FROM ledger_lotuse",
            new_uuid7().hex,
        )


@pytest.mark.sqlite
def test_insert_or_replace_does_not_empty_an_account(account: Account):
    with refused_by("ledger_account_no_delete"):
        insert("ledger_account", verb="INSERT OR REPLACE", **_empty_account(account) | {"id": account.pk})
    with refused_by("ledger_account_no_delete"):
        insert("ledger_account", verb="INSERT OR REPLACE", **_empty_account(account) | {"number": account.number})


@pytest.mark.sqlite
def test_an_upsert_updates_no_transaction(account: Account):
    row = transaction_row(account, new_uuid7(), 500, number=entries_of(account)[0].number)
    columns = ", ".join(row)

    with refused_by("ledger_transaction_immutable"):
        run(
            f"INSERT INTO ledger_transaction ({columns}) SELECT {columns} FROM ledger_transaction WHERE true "
            "ON CONFLICT (id) DO UPDATE SET amount_minor = 1"
        )


# Rule 2


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sequence": 2},
        {"sequence": 4},
        {"sequence": 400},
        {"balance_after_minor": 7501},
        {"balance_after_minor": 500},
    ],
)
def test_an_entry_follows_the_one_before_it(account: Account, spoilt: dict[str, Any]):
    rules = {2: "ledger_transaction_one_per_account_sequence"}
    rule = rules.get(spoilt.get("sequence", 0), "ledger_transaction_chain")

    with refused_by(rule):
        post_by_hand(account, 500, **spoilt)


def test_an_entry_is_in_the_currency_of_its_account(account: Account):
    with refused_by("ledger_transaction_currency"):
        post_by_hand(account, 500, currency="EUR")


@pytest.mark.parametrize(
    ("amount", "spoilt", "rule"),
    [
        (0, {}, "ledger_transaction_amount_not_zero"),
        (500, {"sequence": 0}, "ledger_transaction_sequence_positive"),
        (500, {"type": "GIFT"}, "ledger_transaction_type_known"),
        (500, {"counter_account": "POCKET"}, "ledger_transaction_counter_account_known"),
        (500, {"type": "REDEEM"}, "ledger_transaction_sign_fits_type"),
        (500, {"type": "EXPIRE"}, "ledger_transaction_sign_fits_type"),
        (500, {"type": "VOID", "note": "why"}, "ledger_transaction_sign_fits_type"),
    ],
)
def test_an_entry_makes_sense_in_itself(account: Account, amount: int, spoilt: dict[str, Any], rule: str):
    with refused_by(rule):
        post_by_hand(account, amount, lots=[], **spoilt)


@pytest.mark.parametrize("type", ["ISSUE", "LOAD", "IMPORT"])
def test_what_brings_credit_in_takes_none(account: Account, type: str):
    with refused_by("ledger_transaction_sign_fits_type"):
        post_by_hand(account, -500, uses=[(lot_of(account), 500)], type=type)


def test_a_balance_is_never_negative(account: Account):
    with refused_by("ledger_transaction_balance_not_negative"):
        insert("ledger_transaction", **transaction_row(account, new_uuid7(), -7001))


# Rule 3


@pytest.mark.parametrize(
    "change", ["balance_minor = 9999", "sequence = 3", "sequence = 3, balance_minor = 9999", "sequence = 1"]
)
def test_no_balance_without_a_history(account: Account, change: str):
    with refused_by("ledger_account_moves_by_transaction"):
        run(f"UPDATE ledger_account SET {change} WHERE id = %s", account.pk)


@pytest.mark.parametrize("born_with", [{"balance_minor": 1}, {"sequence": 1}, {"balance_minor": 1, "held_minor": 1}])
def test_no_account_is_born_with_a_balance(born_with: dict[str, Any]):
    with refused_by("ledger_account_starts_empty"):
        insert("ledger_account", **_empty_account(given_account()) | born_with)


def test_no_history_without_a_balance():
    account = given_account()

    post_by_hand(account, 500)

    assert (balance_of(account), history_of(account)) == ("5.00", [("ISSUE", "5.00")])


def test_an_account_with_a_history_is_not_deleted(account: Account):
    with refused_by("ledger_account_no_delete"):
        run("DELETE FROM ledger_account WHERE id = %s", account.pk)


def test_an_account_that_never_moved_may_be_deleted():
    account = given_account()

    run("DELETE FROM ledger_account WHERE id = %s", account.pk)

    assert not Account.objects.filter(pk=account.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        "id = 999",
        "number = 'SC000000000000'",
        "kind = 'GIFT_CARD'",
        "currency = 'EUR'",
        "test_mode = NOT test_mode",
        "customer_id = NULL",
    ],
)
def test_an_account_stays_what_it_is(account: Account, change: str):
    with refused_by("ledger_account_identity"):
        run(f"UPDATE ledger_account SET {change} WHERE id = %s", account.pk)


def test_store_credit_is_not_handed_to_another_customer(account: Account):
    other = given_customer()

    with refused_by("ledger_account_identity"):
        run("UPDATE ledger_account SET customer_id = %s WHERE id = %s", other.pk, account.pk)


def test_store_credit_belongs_to_a_customer_who_has_one_account_in_a_currency(account: Account):
    with refused_by("ledger_account_store_credit_has_customer"):
        insert("ledger_account", **_empty_account(account) | {"customer_id": None})
    with refused_by("ledger_account_one_store_credit_per_currency"):
        insert("ledger_account", **_empty_account(account) | {"customer_id": account.customer_id})


@pytest.mark.sqlite
@pytest.mark.parametrize("amount", [0.5, float("inf"), "many"])
def test_money_is_counted_in_whole_minor_units(account: Account, amount: Any):
    transaction_id = new_uuid7()
    balance_after = 7000 + amount if isinstance(amount, float) else amount

    with refused_by("ledger_transaction_whole_units"):
        insert(
            "ledger_lot", **lot_row(account, transaction_id, 1) | {"amount_minor": amount, "remaining_minor": amount}
        )
        insert(
            "ledger_transaction",
            **transaction_row(account, transaction_id, 1)
            | {"amount_minor": amount, "balance_after_minor": balance_after},
        )


@pytest.mark.sqlite
def test_lots_are_counted_in_whole_minor_units_too(account: Account):
    with refused_by("ledger_transaction_whole_units"):
        post_by_hand(
            account, 1, lots=[lot_row(account, new_uuid7(), 0) | {"amount_minor": 0.5, "remaining_minor": 0.5}] * 2
        )


def _empty_account(like: Account) -> dict[str, Any]:
    return {
        "number": new_account_number("SC"),
        "kind": "STORE_CREDIT",
        "customer_id": given_customer().pk,
        "currency": like.currency,
        "status": "OPEN",
        "balance_minor": 0,
        "held_minor": 0,
        "sequence": 0,
        "test_mode": False,
        "created_at": moment(NOW),
    }
