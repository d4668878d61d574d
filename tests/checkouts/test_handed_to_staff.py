"""Credit that cannot go back to its account: what is asked for, and what must not be asked for twice."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from giftcards.operations import refund_redemption, void_card
from ledger import money as currencies
from ledger.models import Reason
from ledger.money import from_minor
from ledger.operations import (
    LARGEST_BALANCE_MINOR,
    AccountStatus,
    Why,
    refund_spend,
    reverse_transaction,
)
from ledger.queries import Transaction
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import UnreturnedCredit
from storecredit.checkouts.operations import cancel_order, refund_order, settle_unreturned_credit
from storecredit.checkouts.queries import OrderDetail, list_unreturned_credit
from storecredit.credits.errors import SelfApproval
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, reject_request
from tests.callers import given_client
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    charges_of,
    entries_for,
    given_checkout,
    given_credit_source,
    given_order_paid_by,
    given_tender,
    item,
    movements_of,
    order,
    refused,
    send,
    text,
)
from tests.credits.requests import change_request, given_approver, given_person, given_policy, party_of, party_of_client
from tests.factories.ledger import TransactionFactory
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, STAFF, balance_of, given_credit, history_of, money, set_status

pytestmark = pytest.mark.django_db


def given_refund_by_hand(amount: str, *, of: OrderDetail, place: int = 0) -> None:
    """Staff give back part of what the order took from the line at that place."""
    spend = spend_of(of, place)
    refund = refund_redemption if spend.account.kind == "GIFT_CARD" else refund_spend
    refund(transaction_id=spend.pk, amount=money(amount), actor=STAFF, now=NOW, why=Why(note="by hand"))


def spend_of(of: OrderDetail, place: int = 0) -> Transaction:
    """What the order took from the line at that place."""
    spend = of.charges[place].transaction
    assert spend is not None
    return spend


def handed_over() -> list[tuple[str, str]]:
    """What was handed to staff and what its credit request asks for, oldest first."""
    rows = UnreturnedCredit.objects.select_related("credit_request").order_by("pk")
    return [(text(row.amount_minor, row.currency), _asked(row)) for row in rows]


def _asked(row: UnreturnedCredit) -> str:
    return text(row.credit_request.amount_minor, row.credit_request.currency) if row.credit_request else ""


def given_unreturned() -> UnreturnedCredit:
    """A cancelled order whose account was frozen meanwhile."""
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)
    cancel_order(order_id=placed.order.pk, **ACT)
    return UnreturnedCredit.objects.get()


def test_a_card_is_asked_for_in_the_words_of_whoever_refused():
    unreturned = given_unreturned()

    request = CreditRequest.objects.get()

    assert unreturned.credit_request == request
    assert request.note == f"£10.00 could not go back to {unreturned.account.number}: {unreturned.why}"
    assert (request.requested_label, request.requested_by, request.door) == ("web shop", None, "api:tiquo")
    assert all_is_well()


def test_a_card_for_its_bearer_is_asked_for_where_a_voided_card_had_no_owner():
    card = given_card("10.00 GBP")
    placed = given_order_paid_by(account_of(card))
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="why"))

    cancel_order(order_id=placed.order.pk, **ACT)

    assert CreditRequest.objects.get().terms == {"comes_back": True}


def test_an_account_that_is_full_is_left_as_it_was():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    full = from_minor(LARGEST_BALANCE_MINOR, "GBP")
    TransactionFactory.create(account=account, amount=full)

    cancel_order(order_id=placed.order.pk, **ACT)

    assert UnreturnedCredit.objects.get().amount_minor == 1000
    assert all_is_well()


@pytest.mark.parametrize("payee", ["a new card", "a card that is there"])
def test_what_comes_back_in_a_currency_that_was_closed_meanwhile_is_paid_out(
    monkeypatch: pytest.MonkeyPatch, payee: str
):
    account = given_credit("10.00 HUF")
    placed = given_order_paid_by(account, "10.00 HUF")
    card = given_card("0.00 HUF", code="THERE-1")
    monkeypatch.setitem(currencies.CLOSED_FROM, "HUF", NOW.date())
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    cancel_order(order_id=placed.order.pk, **ACT)

    request = CreditRequest.objects.get()
    person = given_approver("bob", "100.00 HUF")
    if payee == "a card that is there":
        carol = party_of(given_person("carol"))
        change_request(request_id=request.pk, party=carol, now=NOW, attributes={"giftCardNumber": "THERE-1"})
    paid = approve_request(request_id=request.pk, party=party_of(person), now=NOW)
    assert paid.request.status == "CONFIRMED"
    assert (paid.request.issued_card_id == card.id) == (payee == "a card that is there")
    assert paid.request.transaction is not None
    assert paid.request.transaction.amount_minor == 1000
    assert all_is_well()


def test_whoever_stands_behind_the_client_that_sets_a_return_off_does_not_approve_and_no_policy_does():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    paul = given_approver("paul", "100.00 GBP")
    till = given_client(["payments:write"], owner=paul).client
    given_policy("GBP", auto="100.00")

    cancel_order(order_id=placed.order.pk, **ACT | {"actor": party_of_client(till.pk, paul).actor})

    request = CreditRequest.objects.get()
    assert (request.status, request.requested_client_id) == ("PENDING", till.pk)
    with refused(SelfApproval):
        approve_request(request_id=request.pk, party=party_of(paul), now=NOW)


def test_whoever_sets_a_return_off_does_not_approve_what_it_asks_for():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    paul = given_approver("paul", "100.00 GBP")

    cancel_order(order_id=placed.order.pk, **ACT | {"actor": party_of(paul).actor})

    with refused(SelfApproval):
        approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(paul), now=NOW)


def test_all_is_asked_for_where_staff_reversed_the_spend_by_hand():
    placed = given_order_paid_by(given_credit("10.00 GBP"))
    reverse_transaction(transaction_id=spend_of(placed).pk, actor=STAFF, now=NOW, why=Why(note="by hand"))

    cancel_order(order_id=placed.order.pk, **ACT)

    assert handed_over() == [("10.00", "10.00")]
    assert f"Transaction {spend_of(placed).number} has £0.00 left to refund" in CreditRequest.objects.get().note
    assert all_is_well()


def test_a_refund_by_hand_that_was_reversed_leaves_all_to_go_back():
    account = given_credit("100.00 USD")
    placed = given_order_paid_by(account, "100.00 USD")
    send(placed, quantity=1)
    given_refund_by_hand("30.00 USD", of=placed)
    by_hand = account.transactions.get(type="REFUND")
    reverse_transaction(transaction_id=by_hand.pk, actor=STAFF, now=NOW, why=Why(note="of another order"))

    refund_order(order_id=placed.order.pk, amount=money("100.00 USD"), currency="USD", **ACT)

    assert handed_over() == []
    assert history_of(account)[-3:] == [("REFUND", "30.00"), ("REVERSE", "-30.00"), ("REFUND", "100.00")]
    assert all_is_well()


@pytest.mark.parametrize("kind", ["store credit", "gift card"])
def test_what_a_refund_by_hand_has_left_goes_back_and_the_rest_is_handed_to_staff(kind):
    card = given_card("100.00 USD") if kind == "gift card" else None
    account = account_of(card) if card else given_credit("100.00 USD")
    placed = given_order_paid_by(account, "100.00 USD")
    send(placed, quantity=1)
    given_refund_by_hand("30.00 USD", of=placed)

    refund = refund_order(order_id=placed.order.pk, amount=money("100.00 USD"), currency="USD", **ACT)

    assert entries_for(placed.order.pk) == [("REDEEM", "-100.00"), ("REFUND", "30.00"), ("REFUND", "70.00")]
    assert balance_of(account) == "100.00"
    assert handed_over() == [("30.00", "30.00")]
    assert {*movements_of(placed.order.pk)} - {(1, "CAPTURE", "100.00")} == {
        (1, "REFUND", "70.00"),
        (1, "REFUND", "30.00"),
    }
    assert (refund.amount_minor, charges_of(placed.order.pk)) == (10000, [("100.00", "100.00", "0.00", "100.00")])
    assert all_is_well()


def test_a_refund_that_a_refund_by_hand_leaves_room_for_goes_back_whole():
    account = given_credit("100.00 GBP")
    placed = given_order_paid_by(account, "100.00 GBP")
    send(placed, quantity=1)
    given_refund_by_hand("30.00 GBP", of=placed)

    refund_order(order_id=placed.order.pk, amount=money("70.00 GBP"), currency="GBP", **ACT)

    assert (balance_of(account), handed_over()) == ("100.00", [])


def test_what_a_refund_by_hand_has_left_goes_back_where_the_order_is_cancelled():
    account = given_credit("100.00 GBP")
    placed = given_order_paid_by(account, "100.00 GBP")
    given_refund_by_hand("30.00 GBP", of=placed)

    cancel_order(order_id=placed.order.pk, **ACT)

    assert (balance_of(account), handed_over()) == ("100.00", [("30.00", "30.00")])
    assert charges_of(placed.order.pk) == [("100.00", "0.00", "100.00", "0.00")]
    assert all_is_well()


def test_what_a_refund_by_hand_has_left_goes_back_where_the_rest_of_a_parcel_is_cancelled():
    account = given_credit("100.00 GBP")
    placed = order(attach(given_checkout(item("25.00 GBP", 4)), given_credit_source("100.00 GBP", account=account)))
    given_refund_by_hand("40.00 GBP", of=placed)

    send(placed, quantity=1, cancel=3)

    assert (balance_of(account), handed_over()) == ("100.00", [("15.00", "15.00")])
    assert charges_of(placed.order.pk) == [("100.00", "25.00", "75.00", "0.00")]
    assert all_is_well()


def test_each_source_gives_back_what_is_left_of_its_own_spend():
    first, second = given_credit("40.00 GBP"), account_of(given_card("30.00 GBP"))
    checkout = given_checkout(total="100.00 GBP")
    attach(checkout, given_credit_source("40.00 GBP", account=first))
    attach(checkout, given_credit_source("30.00 GBP", account=second))
    attach(checkout, given_tender("30.00 GBP"))
    placed = order(checkout)
    send(placed, quantity=1)
    given_refund_by_hand("25.00 GBP", of=placed, place=0)
    given_refund_by_hand("5.00 GBP", of=placed, place=1)

    refund_order(order_id=placed.order.pk, percent=Decimal(100), currency="GBP", **ACT)

    assert (balance_of(first), balance_of(second)) == ("40.00", "30.00")
    assert handed_over() == [("5.00", "5.00"), ("25.00", "25.00")]
    assert [row[3] for row in charges_of(placed.order.pk)] == ["40.00", "30.00", "30.00"]
    assert all_is_well()


def test_a_closed_account_hands_all_of_it_to_staff_as_one():
    account = given_credit("100.00 GBP")
    placed = given_order_paid_by(account, "100.00 GBP")
    given_refund_by_hand("30.00 GBP", of=placed)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    cancel_order(order_id=placed.order.pk, **ACT)

    assert handed_over() == [("100.00", "100.00")]
    assert all_is_well()


def test_an_order_is_cancelled_all_the_same_where_the_reason_is_switched_off():
    Reason.objects.filter(pk="RT").update(active=False)

    assert given_unreturned().credit_request is None


def test_a_confirmed_request_leaves_nothing_to_do_and_cannot_be_settled_again():
    unreturned = given_unreturned()
    approver = given_approver("paul", "100.00 GBP")

    approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(approver), now=NOW)

    assert not list_unreturned_credit().exists()
    with refused(AlreadySettled):
        settle_unreturned_credit(unreturned_id=unreturned.pk, resolution="Cash", actor=STAFF, now=NOW)
    assert all_is_well()


def test_a_rejected_request_leaves_it_to_staff():
    unreturned = given_unreturned()
    request = CreditRequest.objects.get()

    reject_request(request_id=request.pk, party=party_of(given_person("paul")), now=NOW, note="Fraud")

    assert list_unreturned_credit().get() == unreturned
    settle_unreturned_credit(unreturned_id=unreturned.pk, resolution="Kept", actor=STAFF, now=NOW)
    assert not list_unreturned_credit().exists()


def test_its_request_cannot_be_exchanged_for_another():
    unreturned = given_unreturned()

    with pytest.raises(IntegrityError, match="checkouts_unreturnedcredit_identity"), transaction.atomic():
        UnreturnedCredit.objects.filter(pk=unreturned.pk).update(credit_request=None)
