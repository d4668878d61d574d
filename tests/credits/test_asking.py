"""Credit is asked for: what has to be said, and what is refused before anybody decides."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.errors import CodeMalformed
from ledger.errors import (
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    DomainError,
    ExpiryInThePast,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
)
from ledger.models import Reason, Transaction
from storecredit.credits.errors import AttributesMalformed, PayeeUnknown
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import Order, RequestKind, approve_request, request_credits
from storecredit.credits.queries import list_findings
from tests.credits.requests import (
    ORDER,
    given_approver,
    given_person,
    given_request,
    history_of,
    party_of,
    row_of,
    wanted,
)
from tests.factories.ledger import ReasonFactory
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, refused

pytestmark = pytest.mark.django_db


def ask(*fields: dict[str, Any], order: Order = ORDER, by: str = "alice", now: datetime = NOW) -> list[CreditRequest]:
    person = User.objects.filter(username=by).first() or given_person(by)
    asked = request_credits(order=order, wanted=[wanted(**its) for its in fields], party=party_of(person), now=now)
    return [decision.request for decision in asked]


def test_a_request_is_kept_as_it_was_asked_for_and_moves_nothing():
    [request] = ask(
        {
            "amount": "21.50 USD",
            "note": "two parcels lost",
            "amounts": [{"currency": "EUR", "group": "G", "amount": 19.9}],
            "attributes": {"color": "red"},
            "employee": "emp-7",
            "payment_counter": 2,
            "policy_code": "VIP",
            "sub_reason": "late",
            "expires_on": date(2026, 12, 31),
            "terms": {"reloadable": False},
        }
    )

    stored = row_of(request)
    assert (stored.amount_minor, stored.currency, stored.reason_id, stored.status) == (2150, "USD", "EC", "PENDING")
    assert (stored.order_kind, stored.order_value, stored.tenant, stored.channel) == (
        ORDER.kind, ORDER.value, ORDER.tenant, ORDER.channel,
    )  # fmt: skip
    assert (stored.note, stored.employee, stored.payment_counter) == ("two parcels lost", "emp-7", 2)
    assert (stored.policy_code, stored.sub_reason, stored.source) == ("VIP", "late", "CSR")
    assert stored.amounts == [{"currency": "EUR", "group": "G", "amount": 19.9}]
    assert (stored.attributes, stored.terms, stored.credit_expires_on) == (
        {"color": "red"}, {"reloadable": False}, date(2026, 12, 31),
    )  # fmt: skip
    assert (stored.requested_label, stored.door, stored.version) == ("alice", "admin", 1)
    assert (stored.created_at, stored.updated_at) == (NOW, NOW)
    assert (history_of(request), Transaction.objects.count()) == ([("CREATED", "", "PENDING")], 0)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount": "0.00 USD"}, AmountNotPositive),
        ({"amount": "-1.00 USD"}, AmountNotPositive),
        ({"amount": "0.001 USD"}, AmountNotExact),
        ({"amount": "99999999999999999.00 USD"}, AmountTooLarge),
        ({"reason": "NONE"}, ReasonUnknown),
        ({"reason": "NN"}, ReasonNeedsNote),
        ({"attributes": {"giftCardNumber": "a b c d"}}, CodeMalformed),
        ({"attributes": {"giftCardNumber": 12345678}}, AttributesMalformed),
        ({"attributes": {"a": "x" * 17000}}, AttributesMalformed),
        ({"attributes": {"giftCardNumber": "POUNDS-2026-1"}}, PayeeUnknown),
        ({"kind": RequestKind.STORE_CREDIT}, PayeeUnknown),
        ({"kind": RequestKind.STORE_CREDIT, "attributes": {"customerId": "NOBODY"}}, PayeeUnknown),
        ({"kind": RequestKind.STORE_CREDIT, "attributes": {"customerId": 7}}, AttributesMalformed),
        ({"expires_on": date(2026, 5, 3)}, ExpiryInThePast),
    ],
)
def test_one_that_cannot_be_asked_for_keeps_all_of_them_out(fields: dict[str, Any], error: type[DomainError]):
    given_card("10.00 GBP", code="POUNDS-2026-1")
    Reason.objects.filter(code="GW").update(active=False)
    ReasonFactory.create(code="NN", needs_note=True)

    with refused(error):
        ask({}, fields, {})

    assert CreditRequest.objects.count() == 0


def test_a_reason_may_need_an_order():
    Reason.objects.filter(code="EC").update(needs_order=True)

    with refused(ReasonNeedsOrder):
        ask({}, order=Order())
    assert ask({})[0].order_value == ORDER.value


@pytest.mark.parametrize(
    ("zone", "now", "last", "over"),
    [
        # 13 hours ahead it is the 5th already; 7 hours behind it is still the 4th.
        ("Pacific/Auckland", datetime(2026, 5, 4, 20, tzinfo=UTC), date(2026, 5, 5), date(2026, 5, 4)),
        ("America/Los_Angeles", datetime(2026, 5, 5, 3, tzinfo=UTC), date(2026, 5, 4), date(2026, 5, 3)),
    ],
)
def test_the_last_day_ends_where_the_shop_is(settings, zone: str, now: datetime, last: date, over: date):
    settings.TIME_ZONE = zone

    with refused(ExpiryInThePast):
        ask({"expires_on": over}, by="alice", now=now)
    [request] = ask({"expires_on": last}, by="carol", now=now)

    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=now)
    assert row_of(request).status == "CONFIRMED"
    assert list(list_findings()) == []


def test_a_card_is_made_as_the_terms_say():
    [request] = ask(
        {
            "terms": {"reloadable": False, "must_redeem_whole": True, "recipient_name": "Ada"},
            "expires_on": date(2027, 12, 31),
        }
    )

    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    card = row_of(request).issued_card
    assert card is not None
    assert (card.reloadable, card.must_redeem_whole, card.recipient_name) == (False, True, "Ada")
    assert card.expires_on == date(2027, 12, 31)
    assert card.sale_id == ORDER.value


def test_the_entry_says_for_what_it_was_and_who_asked():
    customer = given_customer()
    request = given_request(
        "5.00 USD",
        by=given_person("alice"),
        kind="STORE_CREDIT",
        note="sorry",
        attributes={"customerId": customer.number},
    )

    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    entry = Transaction.objects.get()
    assert (entry.type, entry.reason_id, entry.reference, entry.note) == ("ISSUE", "EC", ORDER.value, "sorry")
    assert (entry.key, entry.actor_label, entry.door) == (f"credit-request:{request.pk.hex}", "bob", "admin")
    assert entry.details == {"credit_request": str(request.pk), "requested_by": "alice"}


def test_a_test_request_makes_a_test_card():
    request = given_request(test_mode=True, attributes={"giftCardNumber": "SUMMER-2026-1"})

    done = approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    stored = row_of(request)
    assert (stored.test_mode, stored.issued_card is not None and stored.issued_card.test_mode) == (True, True)
    assert done.code == "SUMMER-2026-1"
