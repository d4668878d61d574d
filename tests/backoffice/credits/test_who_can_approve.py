"""Who can approve a request stands on its page; what nobody can approve is said when it is asked for or made so."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from storecredit.credits.models import ApproverLimit, CreditRequest
from tests.backoffice.credits.buttons import staff_of
from tests.backoffice.staff import facts_of, page_url, said, step_url, text_of
from tests.credits.requests import given_approver, given_issue_limit, given_limit, given_policy, given_request
from tests.scenarios import given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOPELESS = "2 more approvals are needed, and bob can give them: it waits until a limit, a role or a policy is changed."


@pytest.fixture
def bob(db):
    return given_approver("bob", "100.00 USD")


def test_the_page_says_who_can_still_approve_it(viewer, bob):
    given_approver("carol", "100.00 USD")
    request = given_request("21.50 USD")
    assert "One more approval is needed, and bob and carol can give one." in text_of(viewer.open(page_url(request)))

    given_policy(second="20.00")
    ApproverLimit.objects.filter(user__username="carol").delete()

    assert HOPELESS in text_of(viewer.open(page_url(request)))


def test_asking_says_at_once_that_nobody_can_approve_it(agent, bob):
    given_issue_limit(Group.objects.get(name="Agent"), "5.00 USD")
    given_policy(second="20.00")
    url = step_url(given_customer(), "issue")

    reviewed = agent.review(url, amount_currency="USD", amount="21.50", reason="GW", note="Late", reference="")
    done = agent.confirm(reviewed)

    assert facts_of(reviewed)["Who can approve it"] == HOPELESS
    (told,) = said(done)
    assert told.endswith(f"Nothing is issued yet. {HOPELESS}")
    assert CreditRequest.objects.count() == 1


def test_saving_or_deleting_a_limit_or_a_policy_warns(administrator, bob):
    request = given_request("21.50 USD")
    carol = given_limit(staff_of(given_approver("carol", "5.00 GBP")).user, "100.00 USD")
    waits = f"Nobody can approve 1 pending request in USD as things stand, {request} among them."
    gap = "and 1 person with the right to decide has a limit above that: such requests wait for ever."

    fine = administrator.send(
        reverse("admin:credits_approvalpolicy_add"),
        currency="USD",
        code="",
        kind="",
        auto_approve_up_to="",
        second_approval_above="20",
    )
    assert not [words for words in said(fine) if "Nobody" in words or "wait for ever" in words]

    lowered = said(administrator.send(page_url(carol), per_request="21.49", per_day=""))
    assert waits in lowered
    deleted = said(
        administrator.send(reverse("admin:credits_approverlimit_delete", args=[carol.pk]), post="yes"),
    )
    assert waits in deleted
    assert any(words.endswith(gap) for words in deleted)


def test_switching_a_login_off_warns(administrator, bob):
    request = given_request("21.50 USD")

    answer = administrator.send(
        reverse("admin:auth_user_change", args=[bob.pk]),
        username="bob",
        first_name="",
        last_name="",
        email="",
        is_staff="on",
    )

    bob.refresh_from_db()
    assert not bob.is_active
    assert f"Nobody can approve 1 pending request in USD as things stand, {request} among them." in said(answer)
