"""Who may do what: each role against each action, posted directly, and no action on GET."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ledger.models import Account, BookRules, Customer, Hold, Reason, Transaction
from ledger.operations import AccountStatus
from storecredit.api.models import ApiClient, ApiKey
from storecredit.audit.models import Activity
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit import PageMixin
from storecredit.backoffice.kit.site import BackOfficeSite
from storecredit.backoffice.models import AccessChange
from storecredit.finance.models import Correction, Period
from tests.backoffice.staff import Staff, a_review_of, list_askers, page_url, roles_with, step_url
from tests.factories.api import IssuedKeyFactory
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import ApproverLimitFactory, PersonCustomerFactory
from tests.factories.ledger import BookRulesFactory, CustomerFactory
from tests.factories.people import UserFactory
from tests.factories.periods import BreakageRateFactory, ClosablePeriodFactory, ClosingPeriodFactory, CorrectionFactory
from tests.scenarios import (
    days,
    entries_of,
    every_row_of,
    given_account,
    given_credit,
    given_hold,
    money,
    nothing_moves,
    set_status,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADMINISTRATOR, AGENT, FINANCE = "Administrator", "Agent", "Finance"


def given_closed_account() -> Account:
    account = given_account("GBP")
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    return account


def given_frozen_account() -> Account:
    account = given_credit("40.00 GBP")
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)
    return account


def given_client() -> ApiClient:
    return IssuedKeyFactory.create().client


def given_correction() -> Correction:
    finance = Group.objects.get(name=FINANCE)
    ApproverLimitFactory.create(group=finance, user=None, per_request=money("50.00 GBP"), per_day=None)
    return CorrectionFactory.create()


def given_closable_month() -> Period:
    return ClosablePeriodFactory.create()


def given_closing_month() -> Period:
    return ClosingPeriodFactory.create()


def revocation() -> dict[str, str]:
    return {"key": ApiKey.objects.get().prefix, "why": "Lost"}


def about_another() -> dict[str, str]:
    other = given_credit("40.00 GBP").customer
    assert other is not None
    return {"other": other.number, "amount": "1", "amount_currency": "GBP", "why": "One person"}


def given_person_with_factor() -> User:
    person = UserFactory.create(username="lost", email="lost@example.com")
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})
    return person


def given_colleague_and_customer():
    CustomerFactory.create(number="CUST-000077")
    return UserFactory.create(username="shopper")


def given_person_who_mistyped() -> User:
    person = UserFactory.create(username="mistyped", email="mistyped@example.com")
    AccessAttempt.objects.create(username=person.username, ip_address="192.0.2.1", failures_since_start=5)
    return person


# What is acted on, the step, what its form is given, and whose job it is.
ACTIONS: dict[str, tuple[Callable[[], Any], str, Any, set[str]]] = {
    "issue to a customer": (
        lambda: given_credit("40.00 GBP").customer,
        "issue",
        {"amount_currency": "GBP", "amount": "1", "reason": "GW"},
        {AGENT},
    ),
    "merge": (lambda: given_credit("40.00 GBP").customer, "merge", about_another, {AGENT, FINANCE}),
    "move credit": (lambda: given_credit("40.00 GBP").customer, "move_credit", about_another, {AGENT, FINANCE}),
    "export a person": (lambda: given_account("GBP").customer, "export_person", {"why": "Asked to"}, {FINANCE}),
    "make anonymous": (lambda: given_account("GBP").customer, "anonymise", {"why": "Asked to"}, {AGENT, FINANCE}),
    "issue": (lambda: given_credit("40.00 GBP"), "issue", {"amount": "1", "reason": "GW"}, {AGENT}),
    "debit": (lambda: given_credit("40.00 GBP"), "debit", {"amount": "1", "reason": "EC"}, {AGENT}),
    "adjust": (
        lambda: given_credit("40.00 GBP"),
        "adjust",
        {"direction": "take", "amount": "1", "reason": "EC"},
        {FINANCE},
    ),
    "reverse": (
        lambda: entries_of(given_credit("40.00 GBP"))[0],
        "reverse",
        {"reason": "EC"},
        {FINANCE},
    ),
    "freeze": (lambda: given_credit("40.00 GBP"), "freeze", {"why": "Fraud"}, {FINANCE}),
    "unfreeze": (given_frozen_account, "unfreeze", {"why": "Cleared"}, {FINANCE}),
    "close": (lambda: given_account("GBP"), "close", {"why": "Moved away"}, {FINANCE}),
    "reopen": (given_closed_account, "reopen", {"why": "Came back"}, {FINANCE}),
    "release a hold": (
        lambda: given_hold("5.00 GBP", account=given_credit("40.00 GBP"), expires_at=days(7)),
        "release",
        {"why": "Cancelled"},
        {FINANCE},
    ),
    "ask to undo an entry": (
        lambda: entries_of(given_credit("40.00 GBP"))[0],
        "ask-correction",
        {"reason": "EC", "note": "Twice"},
        {FINANCE},
    ),
    "ask to adjust": (
        lambda: given_credit("40.00 GBP"),
        "ask-correction",
        {"direction": "take", "amount": "1", "reason": "EC", "note": "Miscounted"},
        {FINANCE},
    ),
    "approve a correction": (given_correction, "approve", {}, {FINANCE}),
    "reject a correction": (given_correction, "reject", {"why": "Counted again"}, {FINANCE}),
    "approve a rate": (lambda: BreakageRateFactory.create(), "approve", {}, {FINANCE}),
    "reject a rate": (lambda: BreakageRateFactory.create(), "reject", {"why": "Too much"}, {FINANCE}),
    "close a month": (given_closable_month, "close", {}, {FINANCE}),
    "approve a month": (given_closing_month, "approve", {}, {FINANCE}),
    "refuse a month": (given_closing_month, "refuse", {"why": "A card is missing"}, {FINANCE}),
    "issue a key": (given_client, "issue-key", {"why": "Rotation"}, {ADMINISTRATOR}),
    "revoke a key": (given_client, "revoke-key", revocation, {ADMINISTRATOR}),
    "take a factor away": (given_person_with_factor, "take-factors", {"why": "Phone lost"}, {ADMINISTRATOR}),
    "link to a customer": (given_colleague_and_customer, "link-customer", {"customer": "CUST-000077"}, {ADMINISTRATOR}),
    "end a link": (lambda: PersonCustomerFactory.create().person, "unlink-customer", {"why": "Left"}, {ADMINISTRATOR}),
    "lift a lock": (given_person_who_mistyped, "lift-lock", {"why": "Caps lock"}, {ADMINISTRATOR}),
    "send a link": (
        lambda: UserFactory.create(username="new", email="new@example.com"),
        "send-link",
        {},
        {ADMINISTRATOR},
    ),
    "approve a change of access": (AccessChangeFactory.create, "approve", {"note": ""}, {ADMINISTRATOR}),
    "refuse a change of access": (AccessChangeFactory.create, "refuse", {"note": ""}, {ADMINISTRATOR}),
    "revoke all keys": (given_client, "revoke-all", {"why": "Leaked"}, {ADMINISTRATOR}),
}


def everything() -> dict[str, list[dict[str, Any]]]:
    """What an action could change besides the books."""
    return every_row_of(AccessChange, ApiClient, ApiKey, LogEntry, Account, Reason, BookRules, User)


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(("role", "action"), list_askers(ACTIONS))
def test_an_action_is_taken_by_the_roles_whose_job_it_is_and_refused_to_who_only_looks(role, action):
    make_target, slug, data, allowed = ACTIONS[action]
    target, staff = make_target(), Staff(role)
    url, data = step_url(target, slug), data() if callable(data) else data

    if role in allowed:
        assert staff.do(url, **data).status_code in {200, 302}
        return
    before = everything()
    with nothing_moves():
        answers = [staff.open(url), staff.send(url, **data), staff.send(a_review_of(url), agreed="x")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert everything() == before


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_without_a_review_of_its_own_cannot_confirm_somebody_elses(action):
    make_target, slug, data, _ = ACTIONS[action]
    target, proprietor, viewer = make_target(), Staff(*ROLES, username="proprietor"), Staff("Viewer")
    url, data = step_url(target, slug), data() if callable(data) else data
    reviewed = proprietor.review(url, **data)
    before = everything()

    with nothing_moves():
        answer = viewer.confirm(reviewed)

    assert answer.status_code == 403
    assert everything() == before


def test_the_table_of_actions_holds_every_step_of_every_page_but_those_of_products_which_have_their_own():
    steps = {
        (model._meta.model_name, step.slug): roles_with(getattr(step, "permission", "backoffice.view_accesschange"))
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, PageMixin)
        and model._meta.app_label not in {"giftcards", "credits", "checkouts"}
        and model._meta.model_name != "reconciliationfinding"
        for step in model_admin.steps
    }

    assert {(action[0]()._meta.model_name, action[1]): action[2] for action in _fresh_actions()} == steps


def _fresh_actions() -> list[Any]:
    taken: list[Any] = []
    for make_target, slug, _, allowed in ACTIONS.values():
        # Each on a clean table: two of them make a client of one name.
        with transaction.atomic():
            target = make_target()
            transaction.set_rollback(True)
        taken.append((lambda target=target: target, slug, allowed))
    return taken


def test_a_post_without_the_pages_own_token_is_refused(administrator):
    account = given_credit("40.00 GBP")
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator.user, backend="django.contrib.auth.backends.ModelBackend")

    with nothing_moves():
        answer = client.post(step_url(account, "debit"), {"amount": "1", "reason": "EC"})

    assert answer.status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_leads_nobody_to_a_refusal(role, monkeypatch):
    staff = Staff(role)
    groups = staff.open(reverse("admin:index")).context["sidebar_navigation"]
    links = [str(item["link"]) for group in groups for item in group["items"] if item["has_permission"]]
    # It is the same on every page, and was shown.
    monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])

    statuses = {link: staff.client.get(link, follow=True).status_code for link in links}

    assert set(statuses.values()) == {200}
    counts = {"Finance": 36, "Administrator": 32, "Agent": 20, "Approver": 19, "Card manager": 20}
    assert len(links) == counts.get(role, 18)


def test_a_member_of_staff_without_a_role_sees_an_empty_overview():
    page = Staff().open(reverse("admin:index"))

    assert page.status_code == 200
    assert "liabilities" not in page.context
    assert "latest" not in page.context


@pytest.mark.parametrize("model", [Customer, Account, Transaction, Hold, Reason, ApiClient, User, BookRules, Activity])
def test_what_has_a_history_is_deleted_by_nobody(model):
    superuser = Staff(username="root", is_superuser=True)
    given_hold("5.00 GBP", account=given_credit("40.00 GBP"), expires_at=days(7))
    given_client()
    BookRulesFactory.create()
    superuser.open(reverse("admin:index"))
    target = model._default_manager.first()
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    answers = [
        superuser.send(reverse(f"{names}_delete", args=[target.pk]), post="yes"),
        superuser.send(
            reverse(f"{names}_changelist"), action="delete_selected", _selected_action=str(target.pk), post="yes"
        ),
    ]

    assert answers[0].status_code == 403
    assert model._default_manager.filter(pk=target.pk).exists()


@pytest.mark.parametrize("model", [Account, Transaction, Hold])
def test_the_books_are_edited_by_nobody(model):
    superuser = Staff(username="root", is_superuser=True)
    given_hold("5.00 GBP", account=given_credit("40.00 GBP"), expires_at=days(7))
    target = model._default_manager.first()

    with nothing_moves():
        changed = superuser.send(page_url(target), balance_minor="1", amount_minor="1", status="OPEN")
        added = superuser.send(reverse(f"admin:ledger_{model._meta.model_name}_add"), number="1")

    assert (changed.status_code, added.status_code) == (200, 403)
