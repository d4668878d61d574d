"""Rules 6, 7, 8 and 10: undone once, posted once, only while open, and never without saying who and why."""

from typing import Any
from uuid import UUID

import pytest

from ledger.models import Account, AccountEvent, Reason, Transaction
from ledger.models.identifiers import new_uuid7
from ledger.operations import AccountStatus, Why, refund_spend, reverse_transaction
from tests.ledger.attacks import insert, lot_of, lot_row, post_by_hand, refused_by, run
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    entries_of,
    given_account,
    given_credit,
    given_spend,
    money,
    set_status,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP")


@pytest.fixture
def spend(account: Account) -> Transaction:
    return given_spend("30.00 GBP", account=account)


# Rule 6


def give_back(account: Account, amount: int, target: Transaction, **spoilt: Any) -> UUID:
    row = {"type": "REFUND", "counter_account": "SALES", "reverses_id": target.pk.hex} | spoilt
    return post_by_hand(account, amount, **row)


def test_a_refund_by_hand_passes_when_nothing_is_spoilt(account: Account, spend: Transaction):
    give_back(account, 3000, spend)

    assert balance_of(account) == "100.00"


def test_a_refund_is_never_more_than_the_spend(account: Account, spend: Transaction):
    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 3001, spend)


def test_refunds_together_are_never_more_than_the_spend(account: Account, spend: Transaction):
    refund_spend(transaction_id=spend.pk, amount=money("20.00 GBP"), actor=API, now=NOW)

    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 1001, spend)
    give_back(account, 1000, spend)
    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 1, spend)


def test_refunds_of_one_spend_on_two_accounts_count_together(account: Account, spend: Transaction):
    other = given_account()
    give_back(other, 2000, spend)

    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 1001, spend)


def test_a_refund_is_of_a_spend(account: Account):
    (issue,) = entries_of(account)
    void = post_by_hand(
        account, -500, uses=[(lot_of(account), 500)], type="VOID", counter_account="ADJUSTMENTS", note="why"
    )

    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 500, issue, counter_account="GOODWILL")
    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 500, Transaction.objects.get(pk=void), counter_account="ADJUSTMENTS")


def test_a_refund_goes_back_through_the_account_it_came_from(account: Account, spend: Transaction):
    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 3000, spend, counter_account="GOODWILL")


def test_a_refund_is_in_the_currency_of_the_spend(account: Account, spend: Transaction):
    euros = given_account("EUR")

    with refused_by("ledger_transaction_undoes_once"):
        give_back(euros, 3000, spend)


def test_a_transaction_is_reversed_once(account: Account, spend: Transaction):
    reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=NOW, why=Why(note="wrong order"))

    with refused_by("ledger_transaction_reversed_once"):
        give_back(account, 3000, spend, type="REVERSE", note="again")


def test_a_reversal_undoes_the_whole(account: Account, spend: Transaction):
    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 2999, spend, type="REVERSE", note="why")


def test_a_reversal_after_a_refund_is_too_much(account: Account, spend: Transaction):
    give_back(account, 1, spend)

    with refused_by("ledger_transaction_undoes_once"):
        give_back(account, 3000, spend, type="REVERSE", note="why")


def test_a_reversal_stays_on_its_account(account: Account, spend: Transaction):
    with refused_by("ledger_transaction_undoes_once"):
        give_back(given_account(), 3000, spend, type="REVERSE", note="why")


def test_a_reversal_goes_the_other_way(account: Account, spend: Transaction):
    undone: dict[str, Any] = {"type": "REVERSE", "counter_account": "SALES", "reverses_id": spend.pk.hex, "note": "why"}

    with refused_by("ledger_transaction_undoes_once"):
        post_by_hand(account, -3000, uses=[(lot_of(account), 3000)], **undone)


def test_what_undoes_is_not_undone(account: Account, spend: Transaction):
    reversal = reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=NOW, why=Why(note="wrong order"))
    undone: dict[str, Any] = {
        "type": "REVERSE",
        "counter_account": "SALES",
        "reverses_id": reversal.pk.hex,
        "note": "why",
    }

    with refused_by("ledger_transaction_undoes_once"):
        post_by_hand(account, -3000, uses=[(lot_of(account), 3000)], **undone)


def test_what_undoes_names_what_it_undoes_and_nothing_else_does(account: Account, spend: Transaction):
    rule = "ledger_transaction_reversal_names_its_target"

    with refused_by(rule):
        post_by_hand(account, 500, type="REFUND", counter_account="SALES")
    with refused_by(rule):
        post_by_hand(account, 500, type="REVERSE", note="why")
    with refused_by(rule):
        post_by_hand(account, 500, reverses_id=spend.pk.hex)


# Rule 7


def test_a_movement_key_is_used_once_for_ever(account: Account):
    post_by_hand(account, 500, key="import-1")

    with refused_by("ledger_transaction_key_once"):
        post_by_hand(account, 500, key="import-1")
    with refused_by("ledger_transaction_key_once"):
        post_by_hand(given_account(), 500, key="import-1")


def test_a_movement_key_is_not_blank(account: Account):
    with refused_by("ledger_transaction_key_not_blank"):
        post_by_hand(account, 500, key="")


def test_transaction_numbers_and_document_ids_are_unique(account: Account):
    (issue,) = entries_of(account)

    with refused_by("ledger_transaction_number_unique"):
        post_by_hand(account, 500, number=issue.number)
    with refused_by("ledger_transaction_document_id_unique"):
        post_by_hand(account, 500, document_id=issue.document_id)


# Rule 8


def test_a_closed_account_never_moves():
    account = given_account()
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    with refused_by("ledger_account_status_forbids"):
        post_by_hand(account, 500, actor_kind="STAFF")


@pytest.mark.parametrize("kind", ["API", "SYSTEM"])
def test_a_frozen_account_is_moved_by_staff_alone(account: Account, kind: str):
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with refused_by("ledger_account_status_forbids"):
        post_by_hand(account, -500, uses=[(lot_of(account), 500)], actor_kind=kind)
    post_by_hand(account, -500, uses=[(lot_of(account), 500)], actor_kind="STAFF")

    assert balance_of(account) == "95.00"


def test_an_account_with_value_is_not_closed(account: Account):
    told = {"account": account, "from_status": "OPEN", "actor_kind": "STAFF", "actor_label": "bob", "door": "admin"}
    AccountEvent.objects.create(**told, to_status="CLOSED", created_at=NOW)

    with refused_by("ledger_account_closed_is_empty"):
        run("UPDATE ledger_account SET status = 'CLOSED' WHERE id = %s", account.pk)


def test_an_account_has_no_state_that_nobody_knows(account: Account):
    told = {"account": account, "from_status": "OPEN", "actor_kind": "STAFF", "actor_label": "bob", "door": "admin"}

    with refused_by("ledger_accountevent_status_known"):
        AccountEvent.objects.create(**told, to_status="LOST", created_at=NOW)
    with refused_by("ledger_account_status_known"):
        Account.objects.create(number="x", kind="GIFT_CARD", currency="GBP", status="LOST", created_at=NOW)


# Rule 10


@pytest.mark.parametrize("spoilt", [{"actor_label": ""}, {"door": ""}, {"actor_kind": "GHOST"}, {"actor_kind": ""}])
def test_every_entry_says_who_and_through_which_door(account: Account, spoilt: dict[str, Any]):
    with refused_by("ledger_transaction_says_who_and_how"):
        post_by_hand(account, 500, **spoilt)


@pytest.mark.parametrize(("type", "amount"), [("ADJUST", 500), ("ADJUST", -500), ("VOID", -500)])
def test_a_correction_says_why(account: Account, type: str, amount: int):
    lots = [lot_row(account, new_uuid7(), amount, given_by="ADJUSTMENTS")] if amount > 0 else []
    uses = [(lot_of(account), -amount)] if amount < 0 else []
    entry: dict[str, Any] = {"type": type, "counter_account": "ADJUSTMENTS", "lots": lots, "uses": uses}

    with refused_by("ledger_transaction_correction_says_why"):
        post_by_hand(account, amount, **entry)
    post_by_hand(account, amount, **entry, reason_id="EC")


def test_a_reversal_says_why(account: Account, spend: Transaction):
    with refused_by("ledger_transaction_correction_says_why"):
        give_back(account, 3000, spend, type="REVERSE")


def test_a_transfer_has_a_reference_and_nothing_else_goes_through_transfers(account: Account):
    rule = "ledger_transaction_transfer_has_reference"

    with refused_by(rule):
        post_by_hand(account, 500, type="TRANSFER", counter_account="TRANSFERS")
    with refused_by(rule):
        post_by_hand(account, 500, type="TRANSFER", counter_account="CASH", reference="move 1")
    with refused_by(rule):
        post_by_hand(account, 500, counter_account="TRANSFERS", reference="move 1")


@pytest.mark.parametrize(
    "change", ["funding = 'PAID'", "counter_account = 'CASH'", "code = 'XX'", "funding = 'PAID', label = 'Paid'"]
)
def test_a_reason_that_was_used_keeps_its_booking(change: str):
    given_credit("5.00 GBP", why=Why(reason="GW"))

    with refused_by("ledger_reason_booking_is_final"):
        run(f"UPDATE ledger_reason SET {change} WHERE code = 'GW'")
    run(f"UPDATE ledger_reason SET {change} WHERE code = 'DL'")


def test_a_reason_that_was_used_may_be_renamed_and_switched_off():
    given_credit("5.00 GBP", why=Why(reason="GW"))

    run("UPDATE ledger_reason SET label = 'Kindness', active = %s WHERE code = 'GW'", False)

    assert Reason.objects.get(code="GW").label == "Kindness"


def test_a_reason_that_was_used_is_not_deleted():
    given_credit("5.00 GBP", why=Why(reason="GW"))

    with refused_by("ledger_reason_no_delete"):
        run("DELETE FROM ledger_reason WHERE code = 'GW'")
    run("DELETE FROM ledger_reason WHERE code = 'DL'")


@pytest.mark.sqlite
def test_insert_or_replace_does_not_book_a_used_reason_anew():
    given_credit("5.00 GBP", why=Why(reason="GW"))
    row = Reason.objects.filter(code="GW").values()[0]

    with refused_by("ledger_reason_no_delete"):
        insert("ledger_reason", verb="INSERT OR REPLACE", **row | {"funding": "PAID", "counter_account": "CASH"})
    with refused_by("ledger_reason_no_delete"):
        run("UPDATE OR REPLACE ledger_reason SET code = 'GW' WHERE code = 'DL'")


@pytest.mark.parametrize("counter_account", ["TRANSFERS", "OPENING", "POCKET"])
def test_a_reason_books_neither_to_transfers_nor_to_opening_balances(counter_account: str):
    with refused_by("ledger_reason_counter_account_known"):
        run(f"UPDATE ledger_reason SET counter_account = '{counter_account}' WHERE code = 'GW'")
