"""Limits and policies are typed as money, and what the rules refuse stands on the form in words."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from storecredit.credits.models import ApprovalPolicy, ApproverLimit, IssueLimit
from tests.backoffice.credits.buttons import nothing_changes
from tests.backoffice.staff import approve_waiting, errors_of, list_url, page_url, text_of, value_in
from tests.callers import given_client
from tests.credits.requests import given_issue_limit, given_limit, given_person, given_policy
from tests.scenarios import money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

POLICY = reverse("admin:credits_approvalpolicy_add")
ISSUE = reverse("admin:credits_issuelimit_add")
APPROVER = reverse("admin:credits_approverlimit_add")


def role(name="Agent"):
    return str(Group.objects.get(name=name).pk)


def refused_words(staff, url, **data):
    with nothing_changes():
        answer = staff.send(url, **data)
    assert answer.status_code == 200
    return errors_of(answer)


def test_amounts_are_kept_exactly_in_their_currency(administrator, colleague):
    administrator.send(ISSUE, group=role(), currency="KWD", amount="12.345")
    administrator.send(ISSUE, group=role(), currency="JPY", amount="500")
    administrator.send(APPROVER, group=role("Approver"), currency="USD", per_request="100.5", per_day="")
    administrator.send(
        POLICY, currency="GBP", code="RET", kind="GIFT_CARD", auto_approve_up_to="20", second_approval_above="50"
    )

    approve_waiting(colleague)

    limits = IssueLimit.objects.order_by("currency")
    assert [limit.amount for limit in limits] == [money("500 JPY"), money("12.345 KWD")]
    limit = ApproverLimit.objects.get()
    assert (limit.user, str(limit.group), limit.per_request, limit.per_day) == (
        None,
        "Approver",
        money("100.50 USD"),
        None,
    )
    policy = ApprovalPolicy.objects.get()
    assert (policy.auto_approve_up_to_minor, policy.second_approval_above_minor) == (2000, 5000)
    assert "KWD 12.345" in text_of(administrator.open(list_url(IssueLimit)))


def test_an_amount_is_changed_and_the_change_is_logged(administrator):
    limit = given_limit(given_person("bob"), "100.00 USD", "200.00 USD")
    form = administrator.open(page_url(limit)).context["adminform"].form

    administrator.send(page_url(limit), per_request="70.25", per_day="150")

    limit.refresh_from_db()
    assert [value_in(form[name]) for name in ("per_request", "per_day")] == ["100.00", "200.00"]
    assert (limit.currency, limit.per_request, limit.per_day) == ("USD", money("70.25 USD"), money("150.00 USD"))
    assert "Per request" in LogEntry.objects.get().get_change_message()


def test_a_limit_above_the_ceiling_is_not_made_before_the_ceiling_is_raised(administrator):
    words = refused_words(administrator, ISSUE, group=role(), currency="USD", amount="1000.01")

    assert words == {"amount": ["The shop's ceiling is $1,000.00: raise that first."]}


def test_what_is_no_amount_of_the_currency_is_refused_under_its_field(administrator):
    for amount in ("1.001", "-1", "a lot", "99999999999999999999"):
        words = refused_words(administrator, ISSUE, group=role(), currency="GBP", amount=amount)
        assert list(words) == ["amount"], amount
    assert list(refused_words(administrator, ISSUE, group=role(), currency="JPY", amount="1.5")) == ["amount"]
    assert list(refused_words(administrator, ISSUE, group=role(), currency="XXX", amount="1")) == ["currency"]


def test_a_second_row_for_the_same_case_is_refused_in_words(administrator):
    bob = given_person("bob")
    given_limit(bob, "100.00 USD")
    given_policy(second="20.00")
    client = given_client().client
    given_policy(second="20.00", client=client)
    given_issue_limit(Group.objects.get(name="Agent"), "0.01 USD")

    assert refused_words(administrator, APPROVER, user=str(bob.pk), currency="USD", per_request="5") == {
        "__all__": ["This person has a limit in this currency: change that one."]
    }
    assert refused_words(administrator, ISSUE, group=role(), currency="USD", amount="5") == {
        "__all__": ["Issue limit with this Role and Currency already exists."]
    }
    for whose in ("", str(client.pk)):
        words = refused_words(administrator, POLICY, currency="USD", client=whose, second_approval_above="5")
        assert words == {"__all__": ["There is a policy for this case already: change that one."]}


def test_a_limit_is_a_persons_or_a_roles_and_more_than_nothing(administrator):
    bob = str(given_person("bob").pk)
    either = {"__all__": ["Name either a person or a role."]}
    more = {"__all__": ["Enter more than nothing. To take the right away, delete the limit."]}

    assert refused_words(administrator, APPROVER, currency="USD", per_request="5") == either
    assert refused_words(administrator, APPROVER, user=bob, group=role(), currency="USD", per_request="5") == either
    assert refused_words(administrator, APPROVER, user=bob, currency="USD", per_request="0") == more
    limit = given_limit(given_person("carol"), "1.00 USD")
    assert refused_words(administrator, page_url(limit), per_request="5", per_day="0") == more


def test_what_is_approved_alone_needs_no_second_approval(administrator):
    words = refused_words(administrator, POLICY, currency="USD", auto_approve_up_to="50.01", second_approval_above="50")

    assert words == {
        "__all__": ["What is approved alone is more than nothing, and no more than what needs a second approval."]
    }
