"""What moved and has expired since, or was given another last day, does not come back by the word of one person."""

from typing import Any

import pytest

from ledger.errors import MergeRefused
from ledger.models import Account
from ledger.operations import Ending, end_lot_at, expire_credit
from ledger.queries import list_findings
from storecredit.credits.operations import CustomerRequestKind, approve_about_customer, undo_about_customer
from tests.credits.requests import party_of
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.factories.people import UserFactory
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    days,
    given_credit,
    given_customer,
    history_of,
    lots_of,
    money,
    nothing_moves,
    refused,
)

pytestmark = pytest.mark.django_db

WHAT: dict[str, dict[str, Any]] = {
    CustomerRequestKind.MOVE: {"kind": CustomerRequestKind.MOVE, "amount": money("4.00 GBP")},
    CustomerRequestKind.MERGE: {"kind": CustomerRequestKind.MERGE},
}


@pytest.fixture
def decider():
    person = UserFactory.create(username="bob", permissions=["credits.decide_about_customer"])
    ApproverLimitFactory.create(user=person, per_request=money("1000.00 GBP"))
    return party_of(person)


@pytest.fixture
def given(decider):
    """4.00 GBP with a last day that went from one customer to another: both accounts, and how it is taken back."""

    def make(kind):
        source = given_credit("4.00 GBP", expires_at=days(0.5))
        request = CustomerRequestFactory.create(customer=source.customer, other=given_customer(), **WHAT[kind])
        approve_about_customer(request_id=request.pk, party=decider, now=NOW)
        target = Account.objects.get(customer=request.other, kind="STORE_CREDIT")
        assert lots_of(target) == [("4.00", days(0.5))]

        def undo(now):
            return undo_about_customer(request_id=request.pk, party=decider, now=now, note="by mistake")

        return source, target, undo

    return make


@pytest.mark.parametrize("is_swept", [False, True])
@pytest.mark.parametrize("kind", ["MERGE", "MOVE"])
def test_it_has_expired_whether_it_was_booked_or_not(given, kind, is_swept):
    source, _, undo = given(kind)
    if is_swept:
        expire_credit(actor=SYSTEM, now=days(0.6))

    with nothing_moves(), refused(MergeRefused):
        undo(days(0.75))

    assert history_of(source) == [("ISSUE", "4.00"), ("TRANSFER", "-4.00")]


@pytest.mark.parametrize("ending", [days(300), days(0.25), None])
@pytest.mark.parametrize("kind", ["MERGE", "MOVE"])
def test_what_was_given_another_last_day_stays_where_it_has_it(given, kind, ending):
    _, target, undo = given(kind)
    lot = target.lots.get()
    end_lot_at(lot_id=lot.pk, ending=Ending(ending), actor=STAFF.agreed(), now=NOW, note="as promised")

    with nothing_moves(), refused(MergeRefused):
        undo(days(0.1))

    assert lots_of(target) == [("4.00", ending)]


@pytest.mark.parametrize("kind", ["MERGE", "MOVE"])
def test_until_then_it_goes_back_as_it_was(given, kind):
    source, target, undo = given(kind)

    undo(days(0.25))

    assert (lots_of(source), lots_of(target)) == ([("4.00", days(0.5))], [])
    assert list(list_findings()) == []
