"""A batch of requests is approved or rejected as one decision, and is void once a row has changed."""

import pytest

from ledger.operations import update_customer
from storecredit.credits.models import CreditRequest, CreditRequestBatch
from storecredit.credits.operations import RequestKind, reject_request
from tests.backoffice.credits.buttons import nothing_changes, staff_of
from tests.backoffice.staff import (
    changes_of,
    errors_of,
    facts_of,
    list_url,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
)
from tests.credits import batches
from tests.credits.requests import given_approver, given_limit, given_person, given_policy, party_of
from tests.scenarios import NOW, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def approver(db):
    return staff_of(given_approver("bob", "100.00 USD"), "Approver")


def given_batch(*amounts, by=None):
    """A batch of store credit, each of its requests for a customer of their own; asked for by dora."""
    lines = [{"kind": RequestKind.STORE_CREDIT, "attributes": {"customerId": given_customer().number}} for _ in amounts]
    return batches.given_batch(*amounts, by=by or given_person("dora"), lines=lines, name="May")


def statuses():
    return list(CreditRequest.objects.order_by("batch_line").values_list("status", flat=True))


def test_the_page_shows_totals_and_rows_and_each_row_leads_back(approver):
    batch = given_batch("60.00 USD", "40.00 USD", "1.00 EUR")

    page = approver.open(page_url(batch))

    assert page.context["totals"] == ["€1.00", "$100.00"]
    assert [(row["Line"], row["Amount"], row["Status"]) for row in table_of(page, "Its requests")] == [
        ("2", "$60.00", "Pending"),
        ("3", "$40.00", "Pending"),
        ("4", "€1.00", "Pending"),
    ]
    first = CreditRequest.objects.get(batch_line=2)
    assert f'href="{page_url(first)}"' in page.content.decode()
    assert page_url(batch) in approver.open(page_url(first)).content.decode()
    assert len(approver.client.get(page.context["requests"].beside.url).context["cl"].result_list) == 3
    assert "€1.00 · $100.00" in text_of(approver.open(list_url(CreditRequestBatch)))


def test_it_is_approved_as_one_decision(approver):
    batch = given_batch("60.00 USD", "40.00 USD")

    reviewed = approver.review(step_url(batch, "approve"), note="month's end")
    assert changes_of(reviewed) == [("Batch", "Pending", "Approved")]
    assert (facts_of(reviewed)["Requests"], facts_of(reviewed)["Worth together"]) == ("2", "$100.00")
    assert statuses() == ["PENDING", "PENDING"]
    done = approver.confirm(reviewed)

    assert said(done) == ["All requests of this batch are approved, and their credit is issued."]
    assert statuses() == ["CONFIRMED", "CONFIRMED"]


def test_it_is_rejected_as_one_decision(approver):
    batch = given_batch("60.00 USD", "40.00 USD")

    approver.do(step_url(batch, "reject"), note="wrong file")

    assert statuses() == ["CANCELED", "CANCELED"]
    assert "wrong file" in text_of(approver.open(page_url(batch)))


def test_one_with_a_row_decided_alone_is_void_and_the_review_says_so(approver):
    batch = given_batch("60.00 USD", "40.00 USD")
    first = CreditRequest.objects.get(batch_line=2)
    reject_request(request_id=first.pk, party=party_of(given_person("carol")), now=NOW)

    reviewed = approver.review(step_url(batch, "approve"), note="")
    approver.confirm(reviewed)

    assert changes_of(reviewed) == [("Batch", "Pending", "Void")]
    assert statuses() == ["CANCELED", "PENDING"]
    assert "decided one by one" in text_of(approver.open(page_url(batch)))


def test_one_that_needs_a_second_approval_waits_for_it(approver):
    given_policy(second="50.00")
    batch = given_batch("60.00 USD", "40.00 USD")
    erin = staff_of(given_approver("erin", "1000.00 USD"), "Approver")

    reviewed = approver.review(step_url(batch, "approve"), note="")
    first = approver.confirm(reviewed)
    second = erin.review(step_url(batch, "approve"), note="")

    assert changes_of(reviewed) == [("Batch", "Pending", "Pending")]
    assert said(first) == ["You have approved this batch. Another person has to approve it, too."]
    assert statuses() == ["PENDING", "PENDING"]
    assert changes_of(second) == [("Batch", "Pending", "Approved")]
    erin.confirm(second)
    assert statuses() == ["CONFIRMED", "CONFIRMED"]


def test_if_one_cannot_be_paid_out_none_is(approver):
    batch = given_batch("60.00 USD", "40.00 USD")
    customer = CreditRequest.objects.get(batch_line=3).payee_customer
    assert customer is not None
    update_customer(customer_id=customer.pk, changes={"status": "banned"}, now=NOW)
    reviewed = approver.review(step_url(batch, "approve"), note="")

    with nothing_changes():
        answer = approver.confirm(reviewed)

    assert "could not be paid out" in errors_of(answer)["__all__"][0]


def test_why_somebody_cannot_approve_it_stands_in_place_of_the_button(approver):
    own = given_batch("1.00 USD", by=approver.user)
    dora = staff_of(given_approver("erin", "1000.00 USD"), "Approver")

    def why(staff, batch):
        with nothing_changes():
            assert staff.send(step_url(batch, "approve"), note="").status_code == 409
        return {each.labels: each.why for each in staff.open(page_url(batch)).context["refusals"]}["Approve all"]

    assert why(approver, own) == "You asked for it yourself: somebody else has to approve it."
    dora.user.approver_limits.all().delete()
    given_limit(dora.user, "0.99 USD")
    assert why(dora, own) == "$1.00 is above your limit of $0.99 a request."
