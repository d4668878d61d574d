"""The credit is deducted exactly when the order is accepted, under its id, all of it or none."""

from datetime import timedelta

import pytest

from giftcards.operations import block_card
from ledger.models import Hold, Transaction
from ledger.operations import Why
from storecredit.checkouts.errors import (
    AlreadyOrdered,
    CheckoutNotFound,
    HoldTimedOut,
    OrderIncomplete,
    OrderNotFound,
    OrderUnderfunded,
    SourceNotCharged,
)
from storecredit.checkouts.models import Source
from storecredit.checkouts.operations import delete_checkout, detach_source, expire_checkouts
from storecredit.checkouts.queries import get_order, list_order_page
from tests.checkouts.stage import (
    ACT,
    BILL_TO,
    all_is_well,
    attach,
    charges_of,
    entries_for,
    given_checkout,
    given_credit_source,
    given_tender,
    item,
    order,
    refused,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, STAFF, SYSTEM, balance_of, given_credit, held_in, history_of, money

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


def test_deducts_credit_when_the_order_is_accepted_and_not_before():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(total="12.50 GBP"), given_credit_source("12.50 GBP", account=account)
    attach(checkout, source)
    assert history_of(account) == [("ISSUE", "50.00")]

    placed = order(checkout)

    assert history_of(account) == [("ISSUE", "50.00"), ("REDEEM", "-12.50")]
    entry = Transaction.objects.get(type="REDEEM")
    assert (entry.reference, entry.key) == (placed.order.pk, f"order:{placed.order.pk}:{source.pk}")
    assert (len(placed.order.pk), placed.order.pk.isdigit(), placed.order.state) == (12, True, "ACCEPTED")
    assert (held_in(account), Hold.objects.get().status) == ("0.00", "CAPTURED")
    assert Source.objects.get().state == "CONSUMED"
    assert placed.session.state == "complete"
    assert all_is_well()


def test_charges_credit_and_the_card_beside_it():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(item("22.00 GBP"), total_shipping=money("3.00 GBP"), total_tax=money("2.01 GBP"))
    attach(checkout, given_credit_source("12.50 GBP", account=account))
    attach(checkout, given_tender("14.51 GBP"))

    placed = order(checkout)

    assert [(charge.amount_minor, charge.state, charge.transaction_id is None) for charge in placed.charges] == [
        (1250, "CAPTURABLE", False),
        (1451, "CAPTURABLE", True),
    ]
    session = placed.session
    assert (session.contributed_minor, session.remaining_minor) == (2701, 0)
    assert entries_for(placed.order.pk) == [("REDEEM", "-12.50")]
    assert all_is_well()


def test_charges_reusable_tender_for_what_the_credit_leaves():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="27.01 GBP")
    attach(checkout, given_tender("27.01 GBP", reusable=True))
    attach(checkout, given_credit_source("12.50 GBP", account=account))

    placed = order(checkout)

    assert charges_of(placed.order.pk) == [("14.51", "0.00", "0.00", "0.00"), ("12.50", "0.00", "0.00", "0.00")]
    assert all_is_well()


def test_leaves_reusable_tender_alone_where_credit_pays_for_all():
    account, card = given_credit("50.00 GBP"), given_tender("20.00 GBP", reusable=True)
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, card)
    attach(checkout, given_credit_source("20.00 GBP", account=account))

    placed = order(checkout)

    card.refresh_from_db()
    assert (len(placed.charges), card.state, card.checkout_id) == (1, "CHARGEABLE", None)
    assert all_is_well()


def test_takes_several_lines_each_by_its_own_entry():
    account, card = given_credit("10.00 GBP"), account_of(given_card("25.00 GBP"))
    checkout = given_checkout(total="35.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=account))
    attach(checkout, given_credit_source("20.00 GBP", account=card))
    attach(checkout, given_credit_source("5.00 GBP", account=card))

    placed = order(checkout)

    assert (balance_of(account), balance_of(card)) == ("0.00", "0.00")
    assert entries_for(placed.order.pk) == [("REDEEM", "-10.00"), ("REDEEM", "-20.00"), ("REDEEM", "-5.00")]
    assert all_is_well()


def test_orders_what_costs_nothing_without_a_source():
    placed = order(given_checkout(item("0.00 GBP")))

    assert (placed.charges, placed.session.state) == ([], "complete")
    assert all_is_well()


def test_refuses_while_something_is_still_to_be_paid():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="12.51 GBP")
    attach(checkout, given_credit_source("12.50 GBP", account=account))

    with refused(OrderUnderfunded) as caught:
        order(checkout)

    assert caught.value.remaining == money("0.01 GBP")


def test_refuses_without_an_address_to_write_or_bill_to():
    unwritten = given_checkout(item("1.00 GBP"), email="")
    unbilled = given_checkout(item("1.00 GBP"), bill_to=None)
    for checkout in (unwritten, unbilled):
        attach(checkout, given_tender("1.00 GBP"))
        with refused(OrderIncomplete):
            order(checkout)

    owned = given_checkout(item("1.00 GBP"), bill_to=None)
    attach(
        owned,
        given_tender("1.00 GBP", owner={"first_name": "Ada", "last_name": "Byron", "address": BILL_TO["address"]}),
    )
    assert order(owned).order.state == "ACCEPTED"


@pytest.mark.parametrize("swept", [False, True])
def test_deducts_nothing_when_one_of_the_holds_has_timed_out(swept):
    kept, lost = given_credit("10.00 GBP"), given_credit("10.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=lost))
    attach(checkout, given_credit_source("10.00 GBP", account=kept))
    Hold.objects.filter(account=lost).update(expires_at=NOW + timedelta(minutes=5))
    if swept:
        expire_checkouts(actor=SYSTEM, now=NOW + timedelta(minutes=5))

    with refused(HoldTimedOut):
        order(checkout, now=NOW + timedelta(minutes=5))


@pytest.mark.parametrize("swept", [False, True])
def test_charges_no_tender_for_credit_that_has_timed_out(swept):
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(total="27.01 GBP"), given_credit_source("12.50 GBP", account=account)
    attach(checkout, given_tender("27.01 GBP", reusable=True))
    attach(checkout, source)
    if swept:
        expire_checkouts(actor=SYSTEM, now=LATER)

    with refused(HoldTimedOut):
        order(checkout, now=LATER)

    detach_source(checkout_id=checkout.checkout.pk, source_id=source.pk, **ACT | {"now": LATER})
    placed = order(checkout, now=LATER)
    assert charges_of(placed.order.pk) == [("27.01", "0.00", "0.00", "0.00")]
    assert all_is_well()


def test_is_ordered_once_a_new_source_stands_for_the_one_that_timed_out():
    account = given_credit("10.00 GBP")
    checkout = given_checkout(total="10.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=account))
    with refused(HoldTimedOut):
        order(checkout, now=LATER)

    attach(checkout, given_credit_source("10.00 GBP", account=account), now=LATER)
    placed = order(checkout, now=LATER)

    assert entries_for(placed.order.pk) == [("REDEEM", "-10.00")]
    assert sorted(Source.objects.values_list("state", flat=True)) == ["CANCELLED", "CONSUMED"]
    assert all_is_well()


def test_deducts_nothing_when_one_of_the_lines_was_blocked_meanwhile():
    account, card = given_credit("10.00 GBP"), given_card("10.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=account))
    attach(checkout, given_credit_source("10.00 GBP", account=account_of(card)))
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="stolen"))

    with refused(SourceNotCharged):
        order(checkout)


def test_orders_a_checkout_once_and_no_deleted_one():
    checkout, deleted = given_checkout(item("0.00 GBP")), given_checkout(item("0.00 GBP"))
    placed = order(checkout)
    delete_checkout(checkout_id=deleted.checkout.pk, **ACT)

    with refused(AlreadyOrdered) as caught:
        order(checkout)
    assert caught.value.order == placed.order.pk
    with refused(CheckoutNotFound):
        order(deleted)


def test_shares_shipping_and_tax_out_over_the_lines_to_the_last_cent():
    checkout = given_checkout(
        item("10.00 GBP"), item("5.00 GBP"), item("5.00 GBP"), item("0.00 GBP"), total_shipping=money("0.05 GBP")
    )
    attach(checkout, given_tender("20.05 GBP"))

    placed = order(checkout)

    assert [line.share_minor for line in placed.items] == [1003, 501, 501, 0]


def test_is_read_page_by_page_newest_first():
    placed = [order(given_checkout(item("0.00 GBP"), now=NOW), NOW + timedelta(seconds=n)).order.pk for n in range(5)]

    def page(**more):
        found, has_more = list_order_page(test_mode=False, at_most=2, **more)
        return [detail.order.pk for detail in found], has_more

    assert page() == ([placed[4], placed[3]], True)
    assert page(starting_after=placed[3]) == ([placed[2], placed[1]], True)
    assert page(starting_after=placed[1]) == ([placed[0]], False)
    assert page(ending_before=placed[1]) == ([placed[3], placed[2]], True)
    with refused(OrderNotFound):
        page(starting_after="1")


@pytest.mark.parametrize("named", ["", "x", "\0", "٣", "242764070336"])
def test_knows_no_other_order(named):
    order(given_checkout(item("0.00 GBP")))

    with refused(OrderNotFound):
        get_order(order_id=named, test_mode=False)
