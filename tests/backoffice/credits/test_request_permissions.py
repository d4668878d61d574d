"""Who may do what with requests, batches and limits: each role against each action, posted directly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestBatch,
    IssueCeiling,
    IssueLimit,
)
from storecredit.credits.operations import (
    Order,
    RequestKind,
    fail_request,
)
from tests.backoffice.credits.buttons import everything, nothing_changes
from tests.backoffice.staff import Staff, a_review_of, approve_waiting, list_askers, list_url, page_url, step_url
from tests.credits.batches import given_batch
from tests.credits.requests import (
    given_approver,
    given_ceiling,
    given_issue_limit,
    given_limit,
    given_person,
    given_policy,
    given_request,
    party_of,
)
from tests.scenarios import NOW, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DECIDERS = {"Approver"}
ASKERS = {"Agent", "Card manager"}


def store_credit(by: Any = None) -> CreditRequest:
    customer = given_customer()
    return given_request(
        "20.00 USD", kind=RequestKind.STORE_CREDIT, attributes={"customerId": customer.number}, order=Order(), by=by
    )


def failed(staff: Staff) -> CreditRequest:
    request = store_credit()
    fail_request(request_id=request.pk, party=party_of(given_approver("carol")), now=NOW)
    return request


def batch(staff: Staff) -> CreditRequestBatch:
    customer = given_customer()
    line = {"kind": RequestKind.STORE_CREDIT, "attributes": {"customerId": customer.number}}
    return given_batch("20.00 USD", by=given_person("dora"), lines=[line])


# What is acted on (by whom it may be asked for), the step, what its form is given, and whose job it is.
ACTIONS: dict[str, tuple[Callable[[Staff], Any], str, dict[str, str], set[str]]] = {
    "approve": (lambda staff: store_credit(), "approve", {"note": ""}, DECIDERS),
    "reject": (lambda staff: store_credit(), "reject", {"note": "no"}, DECIDERS),
    "fail": (lambda staff: store_credit(), "fail", {"note": "later"}, DECIDERS),
    "retry": (failed, "retry", {"note": ""}, DECIDERS),
    # An approver may take back what they asked for through an API client of theirs.
    "cancel their own": (lambda staff: store_credit(by=staff.user), "cancel", {"note": ""}, ASKERS | DECIDERS),
    "approve a batch": (batch, "approve", {"note": ""}, DECIDERS),
    "reject a batch": (batch, "reject", {"note": "no"}, DECIDERS),
}


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(("role", "action"), list_askers(ACTIONS))
def test_an_action_is_taken_by_the_roles_whose_job_it_is_and_refused_to_who_only_looks(role, action):
    make_target, slug, data, allowed = ACTIONS[action]
    staff = Staff(role)
    given_limit(staff.user, "100.00 USD")
    target = make_target(staff)
    url = step_url(target, slug)

    if role in allowed:
        with nothing_changes():
            staff.open(url, **data, agreed="x")
            reviewed = staff.review(url, **data)
        before = everything()
        assert staff.confirm(reviewed).status_code == 302
        assert everything() != before
        return
    with nothing_changes():
        answers = [staff.open(url), staff.send(url, **data), staff.send(a_review_of(url), agreed="x")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_table_of_actions_holds_every_step_of_requests_and_batches():
    steps = {
        (model._meta.model_name, step.slug): DECIDERS | (ASKERS if step.slug == "cancel" else set())
        for model in (CreditRequest, CreditRequestBatch)
        for step in admin.site.get_model_admin(model).steps  # type: ignore[attr-defined]  # a page's
    }

    assert {
        ("creditrequestbatch" if "batch" in action else "creditrequest", slug): allowed
        for action, (_, slug, _, allowed) in ACTIONS.items()
    } == steps


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("action", ["approve", "reject", "approve a batch"])
def test_a_review_of_somebody_else_is_confirmed_by_nobody(action):
    make_target, slug, data, _ = ACTIONS[action]
    approver = Staff("Approver")
    given_limit(approver.user, "100.00 USD")
    target = make_target(approver)
    reviewed = approver.review(step_url(target, slug), **data)

    with nothing_changes():
        answers = [Staff(role).confirm(reviewed) for role in ("Viewer", "Administrator")]

    assert [answer.status_code for answer in answers] == [403, 403]


LIMITS: dict[type, tuple[Callable[[], Any], dict[str, str]]] = {
    ApprovalPolicy: (lambda: given_policy(second="20.00"), {"currency": "EUR", "second_approval_above": "50"}),
    IssueCeiling: (lambda: given_ceiling("20.00 USD"), {"currency": "EUR", "amount": "50"}),
    IssueLimit: (
        lambda: given_issue_limit(Group.objects.get(name="Agent"), "20.00 USD"),
        {"currency": "EUR", "amount": "50"},
    ),
    ApproverLimit: (lambda: given_limit(given_person("bob"), "20.00 USD"), {"currency": "EUR", "per_request": "50"}),
}


@pytest.mark.parametrize("model", LIMITS)
@pytest.mark.parametrize("role", ["Viewer", "Finance", "Administrator"])
def test_limits_and_policies_are_seen_by_finance_and_managed_by_administrators(role, model):
    make, data = LIMITS[model]
    staff, row = Staff(role), make()
    data = data | (
        {} if model in (ApprovalPolicy, IssueCeiling) else {"group": str(Group.objects.get(name="Finance").pk)}
    )
    names = f"admin:credits_{model._meta.model_name}"
    pages = [list_url(model), page_url(row)]

    statuses = {staff.open(url).status_code for url in pages}
    if role == "Administrator":
        answers = [
            staff.send(reverse(f"{names}_add"), **data),
            staff.send(reverse(f"{names}_delete", args=[row.pk]), post="yes"),
        ]
        approve_waiting(Staff(role, username="colleague"))
        assert (statuses, [answer.status_code for answer in answers]) == ({200}, [302, 302])
        assert list(model._default_manager.values_list("currency", flat=True)) == ["EUR"]
        return
    with nothing_changes():
        answers = [
            staff.send(reverse(f"{names}_add"), **data),
            staff.send(page_url(row), **data),
            staff.send(reverse(f"{names}_delete", args=[row.pk]), post="yes"),
        ]
    assert statuses == ({200} if role == "Finance" else {403})
    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_requests_and_batches_and_is_offered_what_it_may_do(role):
    staff, dora = Staff(role), None
    given_limit(staff.user, "100.00 USD")
    request, its_batch = store_credit(dora), batch(staff)

    pages = [staff.open(url) for row in (request, its_batch) for url in (page_url(row), list_url(type(row)))]

    assert {page.status_code for page in pages} == {200}
    offered = [{button.slug for button in page.context["buttons"]} for page in (pages[0], pages[2])]
    expected: list[set[str]] = (
        [{"approve", "reject", "fail"}, {"approve", "reject"}] if role in DECIDERS else [set(), set()]
    )
    assert offered == expected
