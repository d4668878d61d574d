"""Two clicks that arrive at the same moment, really at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from ledger.models import Customer, Transaction
from storecredit.api.models import ApiKey
from storecredit.backoffice.access.roles import ROLES
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, address_of, agreement_of, step_url, table_of
from tests.callers import given_client
from tests.credits.requests import given_issue_limit, given_limit, given_request
from tests.races.together import together
from tests.scenarios import given_credit, history_of

pytestmark = pytest.mark.django_db(transaction=True)

CLICKS = 12


def click_at_once(staff, reviewed):
    """Confirm one review from several threads; the answers' statuses, sorted."""
    return send_at_once(staff, address_of(reviewed), agreement_of(reviewed))


def send_at_once(staff, url, data):
    barrier = Barrier(CLICKS)

    def click():
        client = Client()
        client.cookies = staff.client.cookies
        barrier.wait()
        try:
            return client.post(url, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as pool:
        return sorted(future.result() for future in [pool.submit(click) for _ in range(CLICKS)])


@pytest.mark.parametrize(("slug", "entry"), [("issue", ("ISSUE", "10.00")), ("debit", ("REDEEM", "-10.00"))])
def test_clicks_at_the_same_moment_post_once(slug, entry):
    account, staff = given_credit("40.00 GBP"), Staff("Agent")
    why = {"issue": {"reason": "GW"}, "debit": {"reason": "EC", "note": "counted twice"}}[slug]
    reviewed = staff.review(step_url(account, slug), amount="10", **why)

    statuses = click_at_once(staff, reviewed)

    assert statuses == [302] * CLICKS
    assert history_of(account) == [("ISSUE", "40.00"), entry]


def test_clicks_at_the_same_moment_make_one_key():
    client, staff = given_client([]).client, Staff("Administrator")
    reviewed = staff.review(step_url(client, "issue-key"), why="Rotation")

    statuses = click_at_once(staff, reviewed)

    assert statuses == [200] + [302] * (CLICKS - 1)
    assert ApiKey.objects.count() == 2


def test_clicks_at_the_same_moment_ask_for_credit_once_and_approve_it_once():
    agent, approver = Staff("Agent"), Staff("Approver")
    given_issue_limit(Group.objects.get(name="Agent"), "5.00 GBP")
    given_limit(approver.user, "50.00 GBP")
    account = given_credit("1.00 GBP")

    asked = click_at_once(agent, agent.review(step_url(account, "issue"), amount="10", reason="GW"))
    request = CreditRequest.objects.get()
    approved = click_at_once(approver, approver.review(step_url(request, "approve"), note=""))

    assert (asked, approved) == ([302] * CLICKS, [302] * CLICKS)
    assert history_of(account) == [("ISSUE", "1.00"), ("ISSUE", "10.00")]


def test_forms_sent_at_the_same_moment_add_one_customer():
    staff = Staff("Agent")
    form = staff.open("/admin/ledger/customer/add/")

    statuses = send_at_once(staff, address_of(form), {"entity_type": "customer", "status": "active"})

    assert statuses == [302] * CLICKS
    assert Customer.objects.count() == 1


def test_many_requests_sent_at_the_same_moment_are_approved_once():
    approver = Staff("Approver")
    given_limit(approver.user, "50.00 USD")
    request = given_request("10.00 USD")
    form = approver.open("/admin/credits/creditrequest/approve-many/", ids=request.pk.hex)

    statuses = send_at_once(approver, address_of(form), {"row": f"{request.pk.hex}:{request.version}", "note": ""})

    assert statuses == [302] * CLICKS
    [result] = table_of(approver.open(address_of(form)), "What became of each")
    assert result["Result"].startswith("Done ")
    assert Transaction.objects.count() == 1


def test_the_same_issue_from_two_forms_at_the_same_moment_is_told_to_the_second():
    account, people = given_credit("40.00 GBP"), [Staff("Agent"), Staff(*ROLES)]
    reviews = [staff.review(step_url(account, "issue"), amount="10", reason="GW") for staff in people]

    pairs = zip(people, reviews, strict=True)
    answers = together(*(partial(staff.confirm, review) for staff, review in pairs)).done

    assert sorted("review=" in answer.url for answer in answers) == [False, True]
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "10.00")]
