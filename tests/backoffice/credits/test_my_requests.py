"""What somebody asked for stands on a page of their own: how far it is, whom it waits for, who decided and why."""

import re
from typing import Any

import pytest
from django.urls import reverse

from storecredit.backoffice.kit import moment_text
from storecredit.credits.operations import approve_request, cancel_request, fail_request, reject_request
from tests.backoffice.credits.buttons import staff_of
from tests.backoffice.staff import Staff, text_of
from tests.credits.requests import given_approver, given_request, party_of
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MINE = reverse("admin:credits_creditrequest_mine")


@pytest.fixture
def bob(db):
    return given_approver("bob", "100.00 USD")


def told_of(page):
    """Of each row by its amount: state, whom it waits for or who decided, and what was said."""
    admin = page.context["cl"].model_admin
    rows = page.context["cl"].result_list
    return {admin.what(row)[0]: (_plain(admin.state(row)), _plain(admin.who(row)), admin.because(row)) for row in rows}


def _plain(shown):
    return " ".join(re.sub(r"<[^>]+>", " ", str(shown)).split())


def test_it_tells_of_each_what_became_of_it_who_decided_and_why(agent, bob):
    requests = [given_request(f"{place}.00 USD", by=agent.user) for place in range(1, 7)]
    given_request("9.00 USD")
    decider: Any = {"party": party_of(bob), "now": NOW}
    approve_request(request_id=requests[0].pk, note="A good customer", **decider)
    reject_request(request_id=requests[1].pk, note="Asked for before", **decider)
    cancel_request(request_id=requests[2].pk, party=party_of(agent.user), now=NOW, may_decide=False, note="Mistyped")
    fail_request(request_id=requests[3].pk, note="The card is blocked", **decider)
    given_request("100.01 USD", by=agent.user)
    when = f"bob {moment_text(NOW)}"

    page = agent.open(MINE)

    waits = ("Waits", "bob 1 approval is needed", "")
    for_ever = "Nobody can approve it 1 approval is needed"
    assert told_of(page) == {
        "$1.00": ("Approved", when, "A good customer"),
        "$2.00": ("Rejected", when, "Asked for before"),
        "$3.00": ("Taken back", f"agent {moment_text(NOW)}", "Mistyped"),
        "$4.00": ("Failed", when, "The card is blocked"),
        "$5.00": waits,
        "$6.00": waits,
        "$100.01": ("Waits for ever", for_ever, ""),
    }
    assert "My requests" in text_of(page)


def test_those_who_ask_for_credit_are_led_there_and_others_see_nothing_of_theirs(agent, viewer):
    given_request("9.00 USD", by=agent.user)

    assert f'href="{MINE}"' in agent.open("/admin/").content.decode()
    assert f'href="{MINE}"' not in viewer.open("/admin/").content.decode()
    assert list(viewer.open(MINE).context["cl"].result_list) == []
    assert Staff().open(MINE).status_code == 403


def test_it_is_exported_as_it_is_listed(bob):
    boss = staff_of(bob, "Finance")
    given_request("9.00 USD", by=boss.user)
    given_request("7.00 USD")

    page = boss.open(MINE, status__exact="PENDING")
    file = boss.send(page.context["export_url"], format="csv")

    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert page.context["export_url"] == f"{MINE}export/?status__exact=PENDING"
    assert [line.split(",")[:2] for line in lines] == [["Amount", "Amount currency"], ["9.00", "USD"]]
