"""Who may do what with checkouts: each role against each action, posted directly, and no action on GET."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from storecredit.backoffice.kit import PageMixin
from storecredit.checkouts.models import (
    CalloutHold,
    Checkout,
    CreditDeduction,
    Order,
    UnreturnedCredit,
    WebhookEvent,
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
from tests.backoffice.staff import Staff, a_review_of, list_askers, page_url, roles_with, step_url
from tests.checkouts.stage import nothing_changes
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


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(("role", "action"), list_askers(ACTIONS))
def test_an_action_is_taken_by_the_roles_whose_job_it_is_and_refused_to_who_only_looks(role, action):
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


def test_the_table_of_actions_holds_every_step_of_every_page_of_checkouts():
    steps = {
        (model._meta.model_name, step.slug): roles_with(step.permission)
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, PageMixin) and model._meta.app_label == "checkouts"
        for step in model_admin.steps
    }

    assert {
        ("checkout", "release-hold"): FINANCES,
        ("callouthold", "release-hold"): FINANCES,
        ("creditdeduction", "settle"): FINANCES,
        ("unreturnedcredit", "settle"): FINANCES,
        ("webhookevent", "run-again"): FINANCES,
        ("webhookevent", "settle"): FINANCES,
        ("webhooksecret", "retire"): {ADMINISTRATOR},
    } == steps


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
