"""The approval inbox: what waits comes first, with what an approver has to know, in a few statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.operations import Why
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import (
    Order,
    OrderKind,
    RequestKind,
    approve_request,
    reject_request,
)
from storecredit.credits.queries import DoubtKind, get_contexts, list_requests
from tests.backoffice.credits.buttons import staff_of
from tests.backoffice.staff import Staff, list_url, text_of
from tests.credits.requests import given_approver, given_limit, given_person, given_request, party_of
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, days, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = list_url(CreditRequest)


def store_credit(amount="21.50 USD", customer=None, order="ORDER-1", by=None, now=NOW, **fields):
    """A request to pay a customer, for an order of its own unless another is named."""
    customer = customer or given_customer()
    return given_request(
        amount,
        by=by,
        order=Order(kind=OrderKind.NUMBER, value=order),
        now=now,
        kind=RequestKind.STORE_CREDIT,
        attributes={"customerId": customer.number},
        **fields,
    )


def listed(staff, **query):
    """The requests on the page, in its order."""
    return [row.pk for row in staff.open(LIST, **query).context["cl"].result_list]


def doubts_of(request):
    found = get_contexts(requests=list_requests().filter(pk=request.pk), now=NOW)
    return [str(doubt.kind) for doubt in found[request.pk].doubts]


def test_what_waits_comes_first_the_longest_waiting_before_all(viewer):
    bob = given_approver("bob")
    requests = [store_credit(order=f"ORDER-{place}", now=NOW - timedelta(hours=place)) for place in range(4)]
    approve_request(request_id=requests[0].pk, party=party_of(bob), now=NOW)
    reject_request(request_id=requests[1].pk, party=party_of(bob), now=NOW + timedelta(minutes=1))

    assert listed(viewer) == [requests[3].pk, requests[2].pk, requests[1].pk, requests[0].pk]


def test_a_row_shows_whom_it_pays_what_they_were_given_and_what_is_odd(viewer):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    given_credit("21.50 USD", customer=customer, now=days(-3), why=Why(reason="GW", reference="ORDER-7"))
    store_credit(customer=customer, order="ORDER-7", note="Late again")

    text = text_of(viewer.open(LIST))

    for words in (
        "Ada Byron SHOP-7",
        "$21.50 on 1 May",
        "Late again",
        "ORDER-7",
        "Order credited already",
        "Same amount twice",
    ):
        assert words in text
    assert "Own record" not in text


def test_the_same_order_credited_before_by_a_request_raises_a_doubt():
    first, second = store_credit("5.00 USD"), store_credit("6.00 USD")
    other_tenant = given_request("6.00 USD", order=Order(kind=OrderKind.ID, value="ORDER-1", tenant="t", channel="12"))

    assert doubts_of(second) == []
    approve_request(request_id=first.pk, party=party_of(given_approver("bob")), now=NOW)

    assert doubts_of(second) == [DoubtKind.SAME_ORDER]
    assert doubts_of(other_tenant) == []


def test_the_same_amount_asked_for_twice_raises_a_doubt_unless_one_was_rejected():
    customer, card = given_customer(), given_card("5.00 USD")
    first = store_credit(customer=customer, order="ORDER-1")
    second = store_credit(customer=customer, order="ORDER-2")
    onto_card = given_request("5.00 USD", card_id=card.id, order=Order())

    assert doubts_of(second) == [DoubtKind.SAME_AMOUNT]
    assert doubts_of(onto_card) == [DoubtKind.SAME_AMOUNT]
    reject_request(request_id=first.pk, party=party_of(given_person("bob")), now=NOW)
    assert doubts_of(second) == []


def test_credit_for_the_requesters_own_record_raises_a_doubt():
    alice = given_person("alice", email="Alice@example.com")
    own = store_credit(customer=given_customer(email="alice@example.com"), by=alice)
    card = given_request("5.00 USD", by=alice, terms={"recipient_email": "ALICE@example.com"}, order=Order())
    others = store_credit("9.00 USD", customer=given_customer(email="ada@example.com"), by=alice, order="ORDER-9")

    assert doubts_of(own) == [DoubtKind.OWN_RECORD]
    assert doubts_of(card) == [DoubtKind.OWN_RECORD]
    assert doubts_of(others) == []


def test_credit_of_longer_than_90_days_ago_is_not_told_and_what_is_decided_raises_no_doubt():
    customer = given_customer()
    given_credit("21.50 USD", customer=customer, now=days(-91), why=Why(reason="GW"))
    request = store_credit(customer=customer)

    context = get_contexts(requests=list_requests(), now=NOW)[request.pk]
    assert (context.recent, context.doubts) == ([], [])
    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)
    assert doubts_of(request) == []


def test_a_page_of_many_requests_takes_no_more_statements_than_one_of_few(viewer):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert viewer.open(LIST).status_code == 200
        return len(taken)

    def given_more(count, start):
        for place in range(start, start + count):
            request = store_credit(order=f"ORDER-{place}")
            store_credit("5.00 USD", customer=request.payee_customer, order=f"ORDER-{place}")
            given_request("4.00 USD", card_id=given_card("5.00 USD").id)
            given_request("3.00 USD", terms={"customer_id": given_customer().pk})

    given_more(1, 0)
    viewer.open(LIST)
    few = statements()
    given_more(9, 1)

    assert statements() == few
    assert few <= 16


def test_filters_find_by_age_amount_reason_order_requester_and_what_i_may_decide():
    approver = staff_of(given_approver("bob", "50.00 USD"), "Approver")
    alice = given_person("alice")
    old = store_credit("5.00 USD", order="OLD-1", by=alice, reason="DL", note="late", now=NOW - timedelta(days=4))
    large = store_credit("60.00 USD", order="LARGE-1", now=NOW - timedelta(hours=1))
    own = store_credit("7.00 USD", order="OWN-1", by=approver.user)
    yen = given_request("700 JPY", order=Order())

    assert listed(approver, age="3") == [old.pk]
    assert set(listed(approver, age="today")) == {large.pk, own.pk, yen.pk}
    assert listed(approver, amount_minor_from="6.5", amount_minor_to="60") == [large.pk, own.pk]
    assert listed(approver, amount_minor_from="61") == [yen.pk]
    assert listed(approver, amount_minor_to="4.999") == []
    assert listed(approver, amount_minor_from="1,000", amount_minor_to="1 500.00") == []
    assert listed(approver, amount_minor_from="1e9") == []
    words = text_of(approver.open(LIST, amount_minor_from="a lot"))
    assert "Enter a number such as 1000.00, in plain figures." in words
    assert listed(approver, why="DL") == [old.pk]
    assert listed(approver, order_value__icontains="large") == [large.pk]
    assert listed(approver, requested_label__icontains="ALI") == [old.pk]
    assert listed(approver, mine="yes") == [old.pk]
    assert listed(approver, mine="asked") == [own.pk]
    assert listed(approver, q="OWN-1") == [own.pk]
    assert listed(approver, test="yes") == []


def test_the_badge_and_the_overview_count_what_i_may_decide():
    bob = given_approver("bob", "50.00 USD")
    approver, agent = staff_of(bob, "Approver"), Staff("Agent")
    for place in range(2):
        store_credit("5.00 USD", order=f"ORDER-{place}")
    store_credit("60.00 USD", order="ORDER-2")
    store_credit("5.00 USD", order="ORDER-3", by=bob)

    def badge(staff):
        groups = staff.open(reverse("admin:index")).context["sidebar_navigation"]
        items = {item["title"]: item for group in groups for item in group["items"]}
        return items["Credit requests"].get("badge", "")

    assert (badge(approver), badge(agent)) == ("2", "")
    overview = text_of(approver.open(reverse("admin:index")))
    assert "2 requests wait for your approval" in overview
    assert "wait for your approval" not in text_of(agent.open(reverse("admin:index")))
    given_limit(agent.user, "100.00 USD")
    assert badge(agent) == ""


def test_the_list_of_what_waits_says_whom_each_request_pays_in_no_more_statements():
    approver = staff_of(given_approver("bob", "50.00 USD"), "Approver")

    def given_three(place):
        customer = given_customer(number=f"SHOP-{place}", first_name="Ada", last_name="Byron")
        store_credit("5.00 USD", customer=customer, order=f"ORDER-{place}", now=NOW - timedelta(minutes=3))
        given_request("4.00 USD", card_id=given_card("5.00 USD").id, now=NOW - timedelta(minutes=2))
        given_request("3.00 USD", now=NOW - timedelta(minutes=1))

    def look():
        with CaptureQueriesContext(connection) as taken:
            page = approver.open(reverse("admin:waiting"))
        return len(taken), [row[1].label.partition(": ")[2] for row in page.context["tables"][0].rows]

    given_three(0)
    look()
    few, named = look()
    given_three(1)

    assert [label.partition(" *")[0] for label in named] == ["Ada Byron", "Card", "A new card"]
    assert look()[0] == few
