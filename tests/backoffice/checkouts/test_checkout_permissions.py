"""Who may do what with checkouts: each role against each action, posted directly, and no action on GET."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit import PageMixin
from storecredit.checkouts.models import (
    CalloutHold,
    Checkout,
    CheckoutRules,
    CreditDeduction,
    Order,
    UnreturnedCredit,
    WebhookEvent,
    WebhookSecret,
)
from storecredit.credits.models import CreditRequest
from tests.backoffice.checkouts.rows import (
    given_callout,
    given_checkout_with_credit,
    given_failed_event,
    given_live_secret,
    given_order_with_card,
    given_shortfall,
    given_unreturned,
)
from tests.backoffice.staff import Staff, a_review_of, list_url, page_url, step_url
from tests.checkouts.stage import nothing_changes
from tests.factories.checkouts import CheckoutRulesFactory
from tests.scenarios import every_row_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADMINISTRATOR, FINANCE = "Administrator", "Finance"
FINANCES = {FINANCE}


def a_hold(target: Any) -> dict[str, str]:
    hold = target.hold if isinstance(target, CalloutHold) else target.sources.get().hold
    return {"hold": str(hold.pk), "why": "The shopper telephoned"}


# What is acted on, the step, what its form is given, and whose job it is.
ACTIONS: dict[str, tuple[Callable[[], Any], str, Any, set[str]]] = {
    "release a checkout's hold": (
        lambda: given_checkout_with_credit().checkout,
        "release-hold",
        a_hold,
        FINANCES,
    ),
    "release a session's hold": (given_callout, "release-hold", a_hold, FINANCES),
    "settle a shortfall": (given_shortfall, "settle", {"resolution": "Written off"}, FINANCES),
    "settle unreturned credit": (given_unreturned, "settle", {"resolution": "Paid out in cash"}, FINANCES),
    "run an event again": (given_failed_event, "run-again", {}, FINANCES),
    "settle an event": (given_failed_event, "settle", {"resolution": "Taken by hand"}, FINANCES),
    "retire a secret": (given_live_secret, "retire", {"why": "Leaked"}, {ADMINISTRATOR}),
}


def everything() -> dict[str, list[dict[str, Any]]]:
    """What an action could change besides the books and the checkouts."""
    return every_row_of(LogEntry, CreditRequest)


def staged(action: str) -> tuple[Any, str, dict[str, str], set[str]]:
    make_target, slug, data, allowed = ACTIONS[action]
    target = make_target()
    return target, step_url(target, slug), data(target) if callable(data) else data, allowed


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_an_action_is_taken_by_the_roles_whose_job_it_is_and_refused_to_all_others(role, action):
    _, url, data, allowed = staged(action)
    staff = Staff(role)

    if role in allowed:
        assert staff.do(url, **data).status_code == 302
        return
    before = everything()
    with nothing_changes():
        answers = [staff.open(url), staff.send(url, **data), staff.send(a_review_of(url), agreed="x")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert everything() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_neither_opening_nor_reviewing_an_action_changes_anything(action):
    _, url, data, _ = staged(action)
    staff = Staff(ADMINISTRATOR, FINANCE)
    before = everything()

    with nothing_changes():
        opened = [staff.open(url), staff.open(url, **data, agreed="x")]
        staff.review(url, **data)

    assert [answer.status_code for answer in opened] == [200, 200]
    assert everything() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_not_there_for_those_who_are_not_signed_in(action):
    _, url, data, _ = staged(action)

    with nothing_changes():
        answer: Any = Client().post(url, data)

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:login"))


def test_the_table_of_actions_holds_every_step_of_every_page_of_checkouts():
    steps = {
        (model._meta.model_name, step.slug)
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, PageMixin) and model._meta.app_label == "checkouts"
        for step in model_admin.steps
    }

    assert {
        ("checkout", "release-hold"),
        ("callouthold", "release-hold"),
        ("creditdeduction", "settle"),
        ("unreturnedcredit", "settle"),
        ("webhookevent", "run-again"),
        ("webhookevent", "settle"),
        ("webhooksecret", "retire"),
    } == steps


SEEN_BY_ALL = {Checkout, Order, CalloutHold, CreditDeduction, UnreturnedCredit, WebhookEvent}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_the_pages_that_it_may_see_and_no_other(role):
    staff = Staff(role)
    pages: dict[Any, Any] = {
        Checkout: given_checkout_with_credit().checkout,
        Order: given_order_with_card().order,
        CalloutHold: given_callout(),
        CreditDeduction: given_shortfall(),
        UnreturnedCredit: given_unreturned(),
        WebhookEvent: WebhookEvent.objects.get(),
        WebhookSecret: WebhookSecret.objects.get(),
    }

    statuses = {
        model: {staff.open(list_url(model)).status_code, staff.open(page_url(target)).status_code}
        for model, target in pages.items()
    }
    rules = staff.client.get(list_url(CheckoutRules), follow=True).status_code
    added = staff.open(reverse("admin:checkouts_webhooksecret_add")).status_code

    seen = SEEN_BY_ALL | ({WebhookSecret} if role == ADMINISTRATOR else set())
    assert statuses == {model: {200} if model in seen else {403} for model in pages}
    assert (rules, added) == ((200, 200) if role == ADMINISTRATOR else (403, 403))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {ADMINISTRATOR}))
def test_only_the_administrator_adds_a_secret_or_changes_the_rules(role):
    staff = Staff(role)
    CheckoutRulesFactory.create()

    with nothing_changes():
        answers = [
            staff.send(reverse("admin:checkouts_webhooksecret_add"), label="Mine", secret="", test_mode=""),
            staff.send(reverse("admin:checkouts_checkoutrules_change", args=[1]), hold_minutes="1"),
        ]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("model", [Checkout, Order, CalloutHold, CreditDeduction, UnreturnedCredit, WebhookEvent])
def test_what_has_a_history_is_neither_edited_nor_deleted_by_anybody(model):
    superuser = Staff(username="root", is_superuser=True)
    given_checkout_with_credit()
    given_order_with_card()
    given_callout()
    given_shortfall()
    given_unreturned()
    target = model._default_manager.first()
    names = f"admin:checkouts_{model._meta.model_name}"

    with nothing_changes():
        answers = [
            superuser.send(reverse(f"{names}_delete", args=[target.pk]), post="yes"),
            superuser.send(reverse(f"{names}_add"), currency="GBP"),
            superuser.send(page_url(target), status="OPEN", state="RECEIVED", shortfall_minor="0"),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
