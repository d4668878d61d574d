"""Credit that cannot go back to its account: what is asked for, and what must not be asked for twice."""

import pytest
from django.db import IntegrityError, transaction

from giftcards.operations import void_card
from ledger.models import Reason
from ledger.money import from_minor
from ledger.operations import (
    LARGEST_BALANCE_MINOR,
    AccountStatus,
    TransactionType,
    add_credit,
    reverse_transaction,
    set_account_status,
)
from ledger.queries import Account
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import UnreturnedCredit
from storecredit.checkouts.operations import cancel_order, settle_unreturned_credit
from storecredit.checkouts.queries import OrderDetail, list_unreturned_credit
from storecredit.credits.errors import SelfApproval
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, reject_request
from tests.checkouts.stage import ACT, all_is_well, attach, given_checkout, given_credit_source, order, refused
from tests.credits.requests import given_approver, given_person, party_of
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, STAFF, given_credit

pytestmark = pytest.mark.django_db


def given_order_paid_by(account: Account) -> OrderDetail:
    """An order over 10.00, paid for with credit alone."""
    return order(attach(given_checkout(total="10.00 GBP"), given_credit_source("10.00 GBP", account=account)))


def given_unreturned() -> UnreturnedCredit:
    """A cancelled order whose account was frozen meanwhile."""
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    set_account_status(account_id=account.pk, status=AccountStatus.FROZEN)
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
    void_card(card_id=card.id, actor=STAFF, now=NOW, note="why")

    cancel_order(order_id=placed.order.pk, **ACT)

    assert CreditRequest.objects.get().terms == {}


def test_an_account_that_is_full_is_left_as_it_was():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    full = from_minor(LARGEST_BALANCE_MINOR, "GBP")
    add_credit(account_id=account.pk, amount=full, type=TransactionType.ISSUE, actor=STAFF, now=NOW)

    cancel_order(order_id=placed.order.pk, **ACT)

    assert UnreturnedCredit.objects.get().amount_minor == 1000
    assert all_is_well()


def test_whoever_sets_a_return_off_does_not_approve_what_it_asks_for():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    set_account_status(account_id=account.pk, status=AccountStatus.CLOSED)
    paul = given_approver("paul", "100.00 GBP")

    cancel_order(order_id=placed.order.pk, **ACT | {"actor": party_of(paul).actor})

    with refused(SelfApproval):
        approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(paul), now=NOW)


def test_nothing_is_asked_for_where_the_credit_went_back_by_hand_already():
    account = given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    spend = placed.charges[0].transaction
    assert spend is not None
    reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=NOW, note="by hand")

    cancel_order(order_id=placed.order.pk, **ACT)

    assert UnreturnedCredit.objects.get().credit_request is None
    assert not CreditRequest.objects.exists()


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
