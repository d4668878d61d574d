"""The rules that stand in the database: raw SQL that goes round the Python code is refused under the rule's name."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from ledger import triggers
from storecredit.checkouts.models import Charge, ChargeMovement, Checkout, CreditDeduction, DeductionMovement, Order
from storecredit.checkouts.operations import cancel_order
from tests.checkouts.events import accepted, credit, deliver, given_secret, refunded
from tests.checkouts.stage import ACT, attach, given_checkout, given_credit_source, given_tender, item, order, send
from tests.ledger.attacks import insert, moment, refused_by, run
from tests.scenarios import NOW, given_credit

pytestmark = pytest.mark.django_db

WHO = {"actor_kind": "API", "actor_id": "1", "actor_label": "shop", "door": "api", "request_id": ""}


@pytest.fixture
def placed(db: None) -> Any:
    """An order of two units, 8 by credit and 12 by card; one unit is sent, the other cancelled, part refunded."""
    account = given_credit("50.00 GBP")
    checkout = given_checkout(item("10.00 GBP", 2))
    attach(checkout, given_credit_source("8.00 GBP", account=account))
    attach(checkout, given_tender("12.00 GBP"))
    done = order(checkout)
    send(done, quantity=1)
    return done


def movement_row(charge: Charge, kind: str, amount: int, **more: Any) -> dict[str, Any]:
    return (
        {
            "id": uuid4(),
            "charge_id": charge.pk,
            "kind": kind,
            "amount_minor": amount,
            "transaction_id": None,
            "unreturned_id": None,
            "fulfillment_id": None,
            "refund_id": None,
            "created_at": moment(NOW),
        }
        | WHO
        | more
    )


def charge_by(placed: Any, place: int) -> Charge:
    return Charge.objects.get(order_id=placed.order.pk, place=place)


@pytest.mark.parametrize(
    ("kind", "amount", "rule"),
    [
        ("CAPTURE", 1001, "checkouts_charge_sums_within_amount"),
        ("CANCEL", 1001, "checkouts_charge_sums_within_amount"),
        ("CAPTURE", 0, "checkouts_chargemovement_amount_positive"),
        ("CAPTURE", -1, "checkouts_chargemovement_amount_positive"),
        ("STEAL", 1, "checkouts_chargemovement_kind_known"),
        ("REFUND", 1, "checkouts_chargemovement_refund_has_refund"),
    ],
)
def test_a_charge_never_moves_beyond_its_amount(placed, kind, amount, rule):
    with refused_by(rule):
        insert("checkouts_chargemovement", **movement_row(charge_by(placed, 2), kind, amount))


def test_a_charge_is_never_refunded_beyond_what_was_captured(placed):
    refund = uuid4()

    with refused_by("checkouts_charge_sums_within_amount"):
        insert(
            "checkouts_refund",
            id=refund,
            order_id=placed.order.pk,
            amount_minor=201,
            percent=None,
            reason="",
            **WHO,
            created_at=moment(NOW),
        )
        insert("checkouts_chargemovement", **movement_row(charge_by(placed, 2), "REFUND", 201, refund_id=refund))


def test_credit_is_not_cancelled_without_going_back(placed):
    fresh = given_checkout(total="5.00 GBP")
    attach(fresh, given_credit_source("5.00 GBP", account=given_credit("5.00 GBP")))
    charge = charge_by(order(fresh), 1)

    with refused_by("checkouts_chargemovement_entry"):
        insert("checkouts_chargemovement", **movement_row(charge, "CANCEL", 100))
    with refused_by("checkouts_chargemovement_entry"):
        row = movement_row(charge, "CANCEL", 100, transaction_id=charge.transaction_id)
        insert("checkouts_chargemovement", **row)


@pytest.mark.parametrize("column", ["captured_minor", "cancelled_minor", "refunded_minor"])
def test_a_charges_sums_move_by_its_movements_alone(placed, column):
    charge = charge_by(placed, 2)

    with refused_by("checkouts_charge_moves_by_movement"):
        run(f"UPDATE checkouts_charge SET {column} = 100 WHERE id = %s", charge.pk.hex)


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("charge", "amount_minor = amount_minor + 1", "checkouts_charge_identity"),
        ("charge", "transaction_id = NULL", "checkouts_charge_identity"),
        ("chargemovement", "amount_minor = 1", "checkouts_chargemovement_immutable"),
        ("checkout", "total_minor = 1", "checkouts_checkout_ended"),
        ("checkout", "status = 'OPEN'", "checkouts_checkout_ended"),
        ("checkoutitem", "quantity = 3", "checkouts_checkoutitem_frozen"),
        ("checkoutitem", "share_minor = 9999", "checkouts_checkoutitem_frozen"),
        ("checkoutitem", "fulfilled_quantity = 0", "checkouts_checkoutitem_frozen"),
        ("checkoutitem", "fulfilled_quantity = 3", "checkouts_checkoutitem_units_within_quantity"),
        ("checkoutitem", "captured_minor = 2001", "checkouts_checkoutitem_money_within_share"),
        ("source", "state = 'CHARGEABLE'", "checkouts_source_identity"),
        ("source", "amount_minor = amount_minor + 1", "checkouts_source_identity"),
        ("source", "hold_id = NULL WHERE type = 'CUSTOMER_CREDIT'", "checkouts_source_identity"),
        ('"order"', "total_minor = 1", "checkouts_order_identity"),
        ("fulfillment", "door = 'x'", "checkouts_fulfillment_immutable"),
    ],
)
def test_what_was_ordered_stays_as_it_is(placed, table, change, rule):
    with refused_by(rule):
        run(f"UPDATE checkouts_{table.strip(chr(34))} SET {change}")


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("order", "checkouts_order_no_delete"),
        ("charge", "checkouts_charge_no_delete"),
        ("chargemovement", "checkouts_chargemovement_immutable"),
        ("checkout", "checkouts_checkout_no_delete"),
        ("checkoutitem", "checkouts_checkoutitem_not_removed"),
        ("source", "checkouts_source_no_delete"),
        ("fulfillmentitem", "checkouts_fulfillmentitem_immutable"),
    ],
)
def test_nothing_that_was_ordered_is_deleted(placed, table, rule):
    with refused_by(rule):
        run(f"DELETE FROM checkouts_{table}")


def test_an_ordered_checkout_takes_no_more_lines(placed):
    counters = ("fulfilled_quantity", "cancelled_quantity", "refunded_quantity")
    sums = ("captured_minor", "cancelled_minor", "refunded_minor")
    untouched: dict[str, Any] = dict.fromkeys((*counters, *sums), 0)

    with refused_by("checkouts_checkoutitem_not_added"):
        insert(
            "checkouts_checkoutitem",
            id=uuid4(),
            checkout_id=placed.checkout.pk,
            place=9,
            sku_id="x",
            quantity=1,
            price_minor=1,
            amount_minor=1,
            share_minor=0,
            **untouched,
        )


def test_a_charge_begins_with_nothing_moved_and_with_its_own_spend(placed):
    charge, other = charge_by(placed, 1), given_tender("8.00 GBP")
    row = {
        "id": uuid4(),
        "order_id": placed.order.pk,
        "source_id": other.pk,
        "place": 7,
        "amount_minor": 800,
        "captured_minor": 0,
        "cancelled_minor": 0,
        "refunded_minor": 0,
        "transaction_id": None,
        "created_at": moment(NOW),
    }

    with refused_by("checkouts_charge_begins"):
        insert("checkouts_charge", **row | {"captured_minor": 1})
    with refused_by("checkouts_charge_begins"):
        insert("checkouts_charge", **row | {"transaction_id": charge.transaction_id})


def test_a_checkout_has_one_primary_source():
    checkout = given_checkout()
    attach(checkout, given_tender("1.00 GBP"))
    second = given_tender("1.00 GBP")

    with pytest.raises(Exception, match=r"checkouts_source_one_primary|UNIQUE"):
        run(
            "UPDATE checkouts_source SET checkout_id = %s, place = 9 WHERE id = %s",
            checkout.checkout.pk.hex,
            second.pk.hex,
        )


# What the vendor's orders took


@pytest.fixture
def deduction(db: None) -> CreditDeduction:
    given_secret()
    deliver(accepted(credit(given_credit("50.00 GBP"), "10.00")))
    deliver(refunded(("r1", "4.00")))
    return CreditDeduction.objects.get()


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("creditdeduction", "asked_minor = 99999", "checkouts_creditdeduction_identity"),
        ("creditdeduction", "taken_minor = 999", "checkouts_creditdeduction_moves_by_movement"),
        ("creditdeduction", "given_back_minor = 0", "checkouts_creditdeduction_moves_by_movement"),
        ("deductionmovement", "amount_minor = 1", "checkouts_deductionmovement_immutable"),
        ("vendororder", "accepted_at = NULL", "checkouts_vendororder_identity"),
        ("vendorgiveback", "applied_at = NULL", "checkouts_vendorgiveback_identity"),
        ("webhookevent", "type = 'x'", "checkouts_webhookevent_identity"),
    ],
)
def test_what_was_deducted_stays_as_it_is(deduction, table, change, rule):
    with refused_by(rule):
        run(f"UPDATE checkouts_{table} SET {change}")


@pytest.mark.parametrize("table", ["creditdeduction", "deductionmovement", "vendororder", "vendorgiveback"])
def test_nothing_that_was_deducted_is_deleted(deduction, table):
    rule = "immutable" if table == "deductionmovement" else "no_delete"

    with refused_by(f"checkouts_{table}_{rule}"):
        run(f"DELETE FROM checkouts_{table}")


def test_a_source_is_deducted_once(deduction):
    row = CreditDeduction.objects.filter(pk=deduction.pk).values().get()
    row |= {"id": uuid4(), "taken_minor": 0, "given_back_minor": 0, "shortfall_minor": 0}

    with refused_by("checkouts_creditdeduction_once_per_source"):
        insert("checkouts_creditdeduction", **row | {"created_at": moment(NOW), "resolved_at": None})


def test_no_more_is_given_back_than_was_taken(deduction):
    back = DeductionMovement.objects.filter(kind="GIVE_BACK").values().get()

    with refused_by("checkouts_deductionmovement_entry"):
        insert(
            "checkouts_deductionmovement",
            **back | {"id": uuid4(), "amount_minor": 601, "created_at": moment(NOW)},
        )


def test_two_secrets_of_a_mode_are_live():
    row = given_secret()
    given_secret("another-secret-000000000000000000")
    values: dict[str, Any] = {"id": uuid4(), "label": "x", "cipher": b"x" * 60, "cipher_key": "x", "test_mode": False}

    with refused_by("checkouts_webhooksecret_two_live"):
        insert(
            "checkouts_webhooksecret",
            **values,
            retired_at=None,
            retired_by="",
            **WHO,
            created_at=moment(row.created_at),
        )


def test_a_secret_has_32_characters_or_more():
    row = given_secret("x" * 32)
    values: dict[str, Any] = {"id": uuid4(), "label": "x", "cipher_key": "x", "test_mode": False, "retired_at": None}

    with refused_by("checkouts_webhooksecret_long_enough"):
        insert(
            "checkouts_webhooksecret",
            **values,
            cipher=bytes(row.cipher)[:59],
            retired_by="",
            **WHO,
            created_at=moment(row.created_at),
        )
    with refused_by("checkouts_webhooksecret_identity"):
        run("UPDATE checkouts_webhooksecret SET cipher = SUBSTR(cipher, 1, 59)")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["order", "charge", "chargemovement", "checkout", "creditdeduction"])
def test_nothing_is_truncated(placed, table):
    # What waits for the end of the transaction would hinder the statement before the rule does.
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with refused_by(f"checkouts_{table}_no_truncate"):
        run(f"TRUNCATE checkouts_{table} CASCADE")


def test_all_guards_are_up_and_the_real_way_passes_them(placed):
    assert triggers.missing(connection, "checkouts") == []

    cancel_order(order_id=placed.order.pk, **ACT)

    assert Order.objects.get().state == "FULFILLED"
    assert (Checkout.objects.count(), ChargeMovement.objects.filter(kind="CANCEL").count()) == (1, 1)
