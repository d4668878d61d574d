"""Two people make one customer of two, and move credit between two, on the pages of the admin."""

import pytest
from django.urls import reverse

from ledger.operations import AccountStatus
from storecredit.credits.models import CustomerRequest
from storecredit.credits.operations import approve_about_customer
from tests.backoffice.staff import Staff, changes_of, facts_of, page_url, said, step_url, text_of
from tests.credits.requests import party_of
from tests.factories.credits import ApproverLimitFactory, CustomerRequestFactory
from tests.scenarios import NOW, balance_of, given_account, given_credit, given_customer, money, set_status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.once_on_sqlite]


def test_one_asks_another_approves_and_undoes_what_each_review_says():
    twin, survivor = given_customer(number="OLD-1"), given_customer(number="NEW-1")
    pounds, own = given_credit("10.00 GBP", customer=twin), given_credit("1.00 GBP", customer=survivor)
    agent, approver = Staff("Agent"), Staff("Approver")
    ApproverLimitFactory.create(user=approver.user, per_request=money("10.00 GBP"))

    reviewed = agent.review(step_url(twin, "merge"), other="new-1", why="the same person")
    assert changes_of(reviewed) == [("OLD-1, GBP", "£10.00", "£0.00"), ("NEW-1, GBP", "£1.00", "£11.00")]
    assert facts_of(reviewed)["Who may approve it"] == "approver"
    asked = agent.confirm(reviewed)
    request = CustomerRequest.objects.get()
    assert asked.url == page_url(request)
    assert balance_of(pounds) == "10.00"

    shown = text_of(agent.open(page_url(request)))
    assert "Once it is approved" in shown
    assert shown.count(f"Merger {request.pk}") == 3  # the window, the crumb and the heading
    assert f"Request {request.pk}" not in shown
    assert agent.send(step_url(request, "approve")).status_code == 403
    assert "Customer requests 1" in text_of(approver.open(reverse("admin:index")))
    reviewed = approver.review(step_url(request, "approve"))
    assert changes_of(reviewed) == [
        ("OLD-1, GBP", "£10.00", "£0.00"),
        ("NEW-1, GBP", "£1.00", "£11.00"),
        ("Request", "Pending", "Approved"),
    ]
    assert said(approver.confirm(reviewed)) == ["It is approved and done."]
    assert (balance_of(pounds), balance_of(own)) == ("0.00", "11.00")
    assert "Merged into NEW-1" in text_of(agent.open(page_url(twin)))
    assert "Also known as OLD-1" in text_of(agent.open(page_url(survivor)))

    approver.do(step_url(request, "undo"), why="two people after all")
    assert (balance_of(pounds), balance_of(own)) == ("10.00", "1.00")


def test_whoever_asked_does_not_approve_and_may_take_it_back():
    twin, survivor = given_customer(number="OLD-1"), given_customer(number="NEW-1")
    given_credit("10.00 GBP", customer=twin)
    finance = Staff("Finance")

    finance.do(step_url(twin, "move_credit"), other="NEW-1", amount="4", amount_currency="GBP", why="their sister")
    request = CustomerRequest.objects.get()
    assert (request.amount_minor, request.other) == (400, survivor)
    assert "You asked for it yourself" in text_of(finance.open(step_url(request, "approve")))
    finance.do(step_url(request, "cancel"), why="")
    request.refresh_from_db()
    assert (request.status, request.decided_by) == ("CANCELED", finance.user)


def test_an_account_of_who_became_somebody_else_is_not_opened_again():
    twin = given_customer(number="OLD-1")
    account = given_account("GBP", customer=twin)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    finance = Staff("Finance")
    before = finance.review(step_url(account, "reopen"), why="Came back")
    asked = CustomerRequestFactory.create(customer=twin, other=given_customer(number="NEW-1"))
    approve_about_customer(request_id=asked.pk, party=party_of(Staff("Approver").user), now=NOW)

    late = finance.confirm(before)

    words = "customer OLD-1 was merged into another: their credit is there."
    assert words in text_of(late)
    assert words in text_of(finance.open(step_url(account, "reopen")))
    account.refresh_from_db()
    assert account.status == "CLOSED"
