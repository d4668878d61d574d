"""Who can approve a request stands on its page; what nobody can approve is said when it is asked for or made so."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse

from ledger.errors import DomainError
from storecredit.credits.models import ApproverLimit, CreditRequest
from storecredit.credits.operations import approve_request
from tests.backoffice.credits.buttons import staff_of
from tests.backoffice.staff import facts_of, list_url, page_url, said, step_url, table_of, text_of
from tests.credits.requests import (
    change_request,
    given_approver,
    given_issue_limit,
    given_limit,
    given_policy,
    given_request,
    party_of,
)
from tests.scenarios import NOW, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOPELESS = "2 more approvals are needed, and bob can give them: it waits until a limit, a role or a policy is changed."


def can_approve(request, person):
    """Whether this person's approval goes through; whatever comes of it is taken back."""
    try:
        with transaction.atomic():
            approve_request(request_id=request.pk, party=party_of(person), now=NOW)
            transaction.set_rollback(True)
    except DomainError:
        return False
    return True


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


def test_those_named_are_exactly_those_whose_approval_goes_through(viewer, bob):
    given_policy(second="20.00")
    asker, turner, voter = (given_approver(name) for name in ("asker", "turner", "voter"))
    less, off = given_approver("less", "21.49 USD"), given_approver("off")
    used_up = given_approver("used up", "100.00 USD", "21.50 USD")
    given_limit(bob.groups.create(name="Desk"), "5.00 USD")
    off.is_active = False
    off.save()
    request = given_request("21.50 USD", by=asker)
    number = {"giftCardNumber": "SUMMER-2026-1"}
    change_request(request_id=request.pk, party=party_of(turner), now=NOW, attributes=number)
    approve_request(request_id=request.pk, party=party_of(voter), now=NOW)

    page = viewer.open(page_url(request))

    named = [row["Who"] for row in table_of(page, "Who may approve this")]
    people = (asker, turner, voter, less, off, used_up, bob)
    assert named == sorted(person.username for person in people if can_approve(request, person))
    assert named == ["bob", "used up"]
    assert table_of(page, "Who may approve this")[0] == {"Who": "bob", "Role": "Desk", "Up to": "$100.00 a request"}
    assert table_of(page, "Who may approve this")[1]["Up to"] == "$100.00 a request, $21.50 a day"


def test_what_nobody_can_approve_is_said_loudly_on_its_page_in_the_list_and_on_the_overview(viewer, bob):
    fine, hopeless = given_request("21.50 USD"), given_request("100.01 USD")

    page, overview = viewer.open(page_url(hopeless)), viewer.open(reverse("admin:index"))
    listed = viewer.open(list_url(CreditRequest))
    alone = viewer.open(overview.context["hopeless"].url)

    assert "Nobody can approve this as things stand. One more approval is needed, and nobody can" in text_of(page)
    assert "Nobody can approve 1 request that waits: a limit, a role or a policy" in text_of(overview)
    assert text_of(listed).count("Nobody can approve it") == 1
    assert [row.pk for row in alone.context["cl"].result_list] == [hopeless.pk]
    assert "Nobody can approve this" not in text_of(viewer.open(page_url(fine)))


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
