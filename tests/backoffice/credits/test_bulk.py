"""Many requests on one page: counted and summed before, each decided on its own, and told row by row."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from storecredit.backoffice.approvals.bulk import BulkApprove
from storecredit.backoffice.kit import MOST_AT_ONCE
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import Order, RequestKind, reject_request
from tests.backoffice.credits.buttons import nothing_changes, staff_of
from tests.backoffice.staff import Staff, address_of, errors_of, list_url, table_of, text_of
from tests.credits.requests import given_approver, given_limit, given_request, party_of, row_of
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

APPROVE = reverse("admin:credits_creditrequest_approve-many")
REJECT = reverse("admin:credits_creditrequest_reject-many")


@pytest.fixture
def approver(db):
    bob = given_approver("bob", "100.00 USD")
    given_limit(bob, "100.00 EUR")
    return staff_of(bob, "Approver")


def store_credit(amount):
    customer = given_customer()
    return given_request(
        amount, kind=RequestKind.STORE_CREDIT, attributes={"customerId": customer.number}, order=Order()
    )


def ids_of(requests):
    return ",".join(request.pk.hex for request in requests)


def seen(requests):
    return [f"{request.pk.hex}:{request.version}" for request in requests]


def boxes_of(page):
    """Which requests can be decided on a page, in which version, and whether they are ticked."""
    boxes = re.findall(r'<input type="checkbox" name="row" value="(\w+:\d+)"[^>]*?(checked)?>', page.content.decode())
    return {value: bool(checked) for value, checked in boxes}


def results_of(answer):
    """How much, whether it was done, and in what words."""
    rows = table_of(answer, "What became of each")
    told = [(row["Amount"], *row["Result"].partition(" ")) for row in rows]
    return [(amount, {"Done": True, "Refused": False}[done], words) for amount, done, _, words in told]


def test_the_lists_action_leads_to_a_page_that_counts_and_sums_by_currency(approver):
    requests = [store_credit("20.00 USD"), store_credit("30.00 USD"), store_credit("7.50 EUR")]
    large, own = store_credit("100.01 USD"), given_request("1.00 USD", by=approver.user, order=Order())
    chosen = [*requests, large, own]

    with nothing_changes():
        chosen_ids = [str(request.pk) for request in chosen]
        sent = approver.send(list_url(CreditRequest), action="approve_many", _selected_action=chosen_ids)
        page = approver.open(sent.url)

    assert sent.url.startswith(APPROVE)
    assert page.context["sums"] == [("1 request", "€7.50"), ("2 requests", "$50.00")]
    assert boxes_of(page) == dict.fromkeys(seen(requests), True)
    assert {(row["Amount"], row["Why not"]) for row in table_of(page, "Left out")} == {
        ("$100.01", "$100.01 is above your limit of $100.00 a request."),
        ("$1.00", "You asked for it yourself: somebody else has to approve it."),
    }


def test_each_is_approved_on_its_own_and_told_row_by_row(approver):
    fine, second = store_credit("20.00 USD"), store_credit("7.50 EUR")
    broken = given_request("5.00 USD", card_id=given_card("1.00 USD", reloadable=False).id, order=Order())
    late = store_credit("30.00 USD")
    chosen = [fine, broken, late, second]
    assert approver.open(APPROVE, ids=ids_of(chosen)).status_code == 200
    reject_request(request_id=late.pk, party=party_of(given_approver("carol")), now=NOW)

    sent = approver.send(APPROVE, row=seen(chosen), note="month's end")

    assert sent.status_code == 302
    answer = approver.follow(sent)
    results = results_of(answer)
    assert sorted(results)[:2] == [
        ("$20.00", True, "Approved: $20.00 is issued."),
        ("$30.00", False, f"{late} is canceled now, so this cannot be done."),
    ]
    assert sorted(results)[2][:2] == ("$5.00", False)
    assert "could not be paid out" in sorted(results)[2][2]
    assert sorted(results)[3] == ("€7.50", True, "Approved: €7.50 is issued.")
    assert [row_of(request).status for request in chosen] == ["CONFIRMED", "PENDING", "CANCELED", "CONFIRMED"]
    assert [event.note for event in row_of(fine).events.order_by("pk")] == ["", "month's end"]
    assert "2 done, 2 refused" in text_of(answer)


def test_what_is_unticked_is_not_decided_and_the_sums_follow(approver):
    first, second, third = requests = [store_credit(amount) for amount in ("20.00 USD", "90.00 USD", "7.50 EUR")]
    form = approver.open(APPROVE, ids=ids_of(requests))

    with nothing_changes():
        shown = [request.pk.hex for request in requests]
        counted = approver.send(address_of(form), shown=shown, row=seen([first, third]), note="month's end", count="1")
    answer = approver.follow(approver.send(address_of(form), shown=shown, row=seen([first, third]), note="month's end"))

    assert boxes_of(counted) == {**dict.fromkeys(seen([first, third]), True), **dict.fromkeys(seen([second]), False)}
    assert counted.context["sums"] == [("1 request", "€7.50"), ("1 request", "$20.00")]
    assert "Approve 2 requests" in text_of(counted)
    assert counted.context["form"]["note"].value() == "month's end"
    assert sorted(amount for amount, *_ in results_of(answer)) == ["$20.00", "€7.50"]
    assert [row_of(request).status for request in requests] == ["CONFIRMED", "PENDING", "CONFIRMED"]


def test_with_nothing_ticked_nothing_is_decided_and_the_page_says_so(approver):
    requests = [store_credit("20.00 USD"), store_credit("7.50 EUR")]
    form = approver.open(REJECT, ids=ids_of(requests))

    with nothing_changes():
        answer = approver.send(address_of(form), shown=[request.pk.hex for request in requests], note="all fraud")

    assert "Nothing is ticked: tick at least one of them." in text_of(answer)
    assert boxes_of(answer) == dict.fromkeys(seen(requests), False)
    assert answer.context["form"]["note"].value() == "all fraud"


def test_sent_twice_it_is_done_once(approver):
    request = store_credit("20.00 USD")
    approver.send(APPROVE, row=seen([request]), note="")

    with nothing_changes():
        again = approver.follow(approver.send(APPROVE, row=seen([request]), note=""))

    assert results_of(again) == [("$20.00", False, f"{request} is confirmed now, so this cannot be done.")]


def test_its_page_loaded_again_tells_what_became_of_each_and_decides_nothing(approver):
    requests = [store_credit("20.00 USD"), store_credit("30.00 USD")]
    form = approver.open(APPROVE, ids=ids_of(requests))
    approver.send(address_of(form), row=seen(requests[:1]), note="")

    with nothing_changes():
        back = approver.client.get(address_of(form))
        again = approver.send(address_of(form), row=seen(requests), note="")

    assert results_of(back) == [("$20.00", True, "Approved: $20.00 is issued.")]
    assert (again.status_code, again.url) == (302, address_of(form))
    assert [row_of(request).status for request in requests] == ["CONFIRMED", "PENDING"]


def test_what_was_cut_short_says_so_and_is_not_sent_twice(approver, monkeypatch):
    request = store_credit("20.00 USD")
    form = approver.open(APPROVE, ids=ids_of([request]))
    monkeypatch.setattr(BulkApprove, "decide", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        approver.send(address_of(form), row=seen([request]), note="")

    with nothing_changes():
        again = approver.send(address_of(form), row=seen([request]), note="")

    assert "These were sent before, and are not sent twice." in text_of(approver.follow(again))


def test_a_day_that_does_not_suffice_for_all_is_told_before_and_refuses_the_last(approver):
    approver.user.approver_limits.all().delete()
    given_limit(approver.user, "100.00 USD", "50.00 USD")
    requests = [store_credit("30.00 USD"), store_credit("30.00 USD")]

    page = approver.open(APPROVE, ids=ids_of(requests))
    answer = approver.follow(approver.send(APPROVE, row=seen(requests), note=""))

    assert page.context["notices"] == [
        "Together they are $60.00. Of what you may approve today, $50.00 is left. What is beyond is refused."
    ]
    assert [(amount, is_done) for amount, is_done, _ in results_of(answer)] == [("$30.00", True), ("$30.00", False)]


def test_many_are_rejected_with_one_reason(approver):
    requests = [store_credit("20.00 USD"), store_credit("7.50 EUR")]

    with nothing_changes():
        without = approver.send(REJECT, row=seen(requests), note="")
    answer = approver.follow(approver.send(REJECT, row=seen(requests), note="all fraud"))

    assert list(errors_of(without)) == ["note"]
    assert [words for _, _, words in results_of(answer)] == ["Rejected.", "Rejected."]
    assert {row_of(request).status for request in requests} == {"CANCELED"}


@pytest.mark.parametrize("url", [APPROVE, REJECT])
def test_opening_the_page_changes_nothing_and_nonsense_leads_back_to_the_list(approver, url):
    request = store_credit("20.00 USD")

    with nothing_changes():
        answers = [
            approver.open(url, ids=ids_of([request]), row=f"{request.pk.hex}:1", note="x"),
            approver.open(url),
            approver.open(url, ids="1,x,,' OR 1=1"),
        ]
        nothing_named = ["x", f"{request.pk.hex}:-1", f"{request.pk.hex}:99999999999999"]
        to_the_list = approver.send(url, row=nothing_named, shown="x", note="x")
        changed = approver.send(url, row=f"{request.pk.hex}:7", note="x")

    assert [answer.status_code for answer in answers] == [200, 302, 302]
    assert (to_the_list.status_code, to_the_list.url) == (302, list_url(CreditRequest))
    assert results_of(approver.follow(changed)) == [
        ("$20.00", False, f"{request} was changed since you saw it: look at it again.")
    ]


@pytest.mark.parametrize("role", ["Viewer", "Agent", "Finance", "Card manager"])
def test_those_whose_job_it_is_not_are_not_offered_it_and_refused(role):
    staff, request = Staff(role), store_credit("20.00 USD")

    with nothing_changes():
        answers = [staff.open(APPROVE, ids=ids_of([request])), staff.send(APPROVE, row=seen([request]), note="")]
        staff.send(list_url(CreditRequest), action="approve_many", _selected_action=str(request.pk))

    assert [answer.status_code for answer in answers] == [403, 403]
    assert 'value="approve_many"' not in staff.open(list_url(CreditRequest)).content.decode()


def test_a_page_of_fifty_is_asked_for_in_as_many_statements_as_one_and_what_is_refused_by_then_is_counted(approver):
    given_limit(approver.user, "10000.00 GBP")
    requests = [store_credit("1.00 GBP") for _ in range(MOST_AT_ONCE)]

    def look(chosen):
        with CaptureQueriesContext(connection) as taken:
            page = approver.open(APPROVE, ids=ids_of(chosen))
        return len(taken), page

    look(requests[:1])
    one, _ = look(requests[:1])
    fifty, page = look(requests)
    colleague = party_of(given_approver("carol"))
    for late in requests[:2]:
        reject_request(request_id=late.pk, party=colleague, now=NOW)
    answer = approver.follow(approver.send(address_of(page), row=seen(requests), note=""))
    again = approver.follow(approver.send(address_of(page), row=seen(requests), note=""))

    assert (fifty, len(boxes_of(page)), page.context["sums"]) == (one, MOST_AT_ONCE, [("50 requests", "£50.00")])
    assert answer.context["head"].title == again.context["head"].title == "Approve: 48 done, 2 refused"
    assert [is_done for _, is_done, _ in results_of(answer)].count(True) == 48
    assert len(results_of(again)) == MOST_AT_ONCE
    assert {row_of(request).status for request in requests[2:]} == {"CONFIRMED"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"_selected_action": []}, "Items must be selected in order to perform actions on them."),
        ({"select_across": "1"}, "At most 50 at once. Nothing was done."),
    ],
)
def test_with_none_chosen_and_with_more_than_a_page_nothing_is_done_and_the_list_says_so(approver, more, told):
    requests = [store_credit("1.00 USD") for _ in range(MOST_AT_ONCE + 1)]
    chosen = {"action": "approve_many", "index": "0", "_selected_action": [str(requests[0].pk)]} | more

    with nothing_changes():
        page = approver.client.post(list_url(CreditRequest), chosen, follow=True)

    assert told in text_of(page)
