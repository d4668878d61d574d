"""Every step of every page is done once for each form that was given out, however often form or review are sent."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import NoReverseMatch, resolve, reverse

from ledger.models import StaffIntent
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.access.staff import UserAdmin
from storecredit.backoffice.kit import ConfirmStep, OnceMixin, PageMixin, SingleRowAdmin
from tests.backoffice import test_permissions as pages
from tests.backoffice.cards import test_card_permissions as cards
from tests.backoffice.checkouts import test_checkout_permissions as checkouts
from tests.backoffice.credits import test_request_permissions as requests
from tests.backoffice.staff import Staff, address_of, agreement_of, step_url, text_of
from tests.credits.requests import given_limit
from tests.ledger.unguarded import triggers_off
from tests.scenarios import every_row_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DONE = "This was done already, and is not done twice."
OURS = {"ledger", "giftcards", "credits", "checkouts", "api", "admin", "auth", "backoffice", "finance"}


@dataclass
class Stage:
    """A step that can be taken: where, by whom, and what its form is given."""

    url: str
    data: dict[str, str]
    staff: Staff


def _on_a_page(action: str) -> Stage:
    make_target, slug, data, _ = pages.ACTIONS[action]
    target = make_target()
    return Stage(step_url(target, slug), data() if callable(data) else data, Staff(*ROLES))


def _on_a_card(action: str) -> Stage:
    url, data, _ = cards.given_action(action)
    return Stage(url, data, Staff(*ROLES))


def _making(action: str) -> Stage:
    name, data, _ = cards.MAKING[action]
    return Stage(reverse(name), data, Staff(*ROLES))


def _on_a_request(action: str) -> Stage:
    make_target, slug, data, _ = requests.ACTIONS[action]
    staff = Staff(*ROLES)
    given_limit(staff.user, "100.00 USD")
    return Stage(step_url(make_target(staff), slug), data, staff)


def _on_a_checkout(action: str) -> Stage:
    _, url, data, _ = checkouts.staged(action)
    return Stage(url, data, Staff(*ROLES))


# Each of these tables is held against the registered steps where it stands, so that no step escapes this.
STAGES: dict[str, Callable[[], Stage]] = {
    f"{family}: {action}": lambda stage=stage, action=action: stage(action)  # type: ignore[misc]  # mypy infers no lambda with defaults
    for family, stage, actions in (
        ("page", _on_a_page, pages.ACTIONS),
        ("card", _on_a_card, cards.ACTIONS),
        ("new", _making, cards.MAKING),
        ("request", _on_a_request, requests.ACTIONS),
        ("checkout", _on_a_checkout, checkouts.ACTIONS),
    )
    for action in actions
}

#: One of each kind of page, those of money first.
STOLEN = ("page: issue to a customer", "page: reverse", "card: void", "new: make a card", "request: approve")


def list_other_steps(url: str) -> list[str]:
    """Where the other steps of the same thing are taken."""
    match = resolve(url)
    model, _, own = (match.url_name or "").rpartition("_")
    steps = {step.slug for each in admin.site._registry.values() for step in getattr(each, "steps", ())} - {own}
    found = []
    for slug in sorted(steps):
        with suppress(NoReverseMatch):
            found.append(reverse(f"admin:{model}_{slug}", args=match.args, kwargs=match.kwargs))
    return found


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours, the intents among them."""
    models = apps.get_models(include_auto_created=True)
    return every_row_of(*(model for model in models if model._meta.app_label in OURS))


@pytest.mark.parametrize("name", STAGES)
def test_a_form_and_its_review_write_nothing_and_what_is_confirmed_is_done_once_even_if_the_intent_came_back(name):
    stage = STAGES[name]()
    staff = stage.staff
    before = everything()

    form = staff.open(stage.url)
    asked_for_in_the_address = staff.open(stage.url, **stage.data, agreed="x")
    assert everything() == before
    review = staff.review_from(form, **stage.data)
    reviewed = everything()
    [typed] = StaffIntent.objects.values_list("data", flat=True)
    shown_again = staff.client.get(address_of(review))
    assert everything() == reviewed
    staff.confirm(review)
    done = everything()
    again = [
        staff.client.get(address_of(review)),
        staff.confirm(review),
        staff.client.get(address_of(form)),
        staff.client.post(address_of(form), stage.data),
        staff.client.post(address_of(review), agreement_of(review) | stage.data),
    ]

    assert [form.status_code, asked_for_in_the_address.status_code] == [200, 200]
    assert {name for name in reviewed if reviewed[name] != before[name]} == {"ledger.StaffIntent"}
    assert shown_again.context["review"] == review.context["review"]
    assert {name for name in done if done[name] != reviewed[name]} > {"ledger.StaffIntent"}
    assert everything() == done
    assert [answer.status_code for answer in again] == [200, 302, 200, 302, 302]
    assert [DONE in text_of(again[place]) for place in (0, 2)] == [True, True]
    assert again[3].url == address_of(form)
    # Both say that it was done, and lead to where the doing led.
    assert again[1].url == again[4].url == again[0].context["done_url"]
    (intent,) = StaffIntent.objects.all()
    assert (intent.data, intent.result) == ("", {"url": again[1].url})

    with triggers_off("giftcards", "ledger"):
        StaffIntent.objects.update(spent_at=None, data=typed, result={})
    unspent = everything()

    assert staff.confirm(review).status_code in {302, 409}
    assert everything() == unspent


def test_whatever_the_admin_adds_is_added_once_or_is_a_step():
    registered = {model._meta.label: model_admin for model, model_admin in admin.site._registry.items()}
    # People are added once, and then invited; a page of one row gives its title, and leads on.
    known = (OnceMixin.add_view, UserAdmin.add_view, SingleRowAdmin.add_view)

    assert [label for label, model_admin in registered.items() if not isinstance(model_admin, OnceMixin)] == []
    own_way = {label for label, model_admin in registered.items() if type(model_admin).add_view not in known}
    # That a file is taken once is tried where imports are.
    assert own_way == {"giftcards.GiftCard", "giftcards.CardBatch", "backoffice.ImportRun"}
    assert len(own_way) - 1 == len(cards.MAKING)


def test_no_page_answers_for_a_step_in_a_way_of_its_own():
    answering = {
        step.__qualname__
        for model_admin in admin.site._registry.values()
        if isinstance(model_admin, PageMixin)
        for step in model_admin.steps
        if (step.respond, step._confirm, step._do) != (ConfirmStep.respond, ConfirmStep._confirm, ConfirmStep._do)
    }

    assert answering == set()


@pytest.mark.parametrize("name", STOLEN)
def test_a_review_is_of_use_to_whoever_asked_for_it_while_they_may_and_for_that_step_alone(name):
    stage = STAGES[name]()
    staff, thief = stage.staff, Staff(*ROLES, username="thief")
    form = staff.open(stage.url)
    review = staff.review_from(form, **stage.data)
    reviewed = everything()

    by_another = [
        thief.open(address_of(form)),
        thief.send(address_of(form), **stage.data),
        thief.open(address_of(review)),
        thief.confirm(review),
    ]
    with transaction.atomic():
        staff.user.groups.clear()
        without_role = [staff.open(address_of(review)), staff.confirm(review)]
        transaction.set_rollback(True)
    elsewhere = [
        staff.client.post(address_of(review).replace(stage.url, other), agreement_of(review) | stage.data)
        for other in list_other_steps(stage.url)
    ]

    assert {answer.status_code for answer in by_another + without_role} == {403}
    assert {answer.status_code for answer in elsewhere} <= {403}
    assert everything() == reviewed


def test_an_intent_names_its_step():
    registered = admin.site._registry.values()
    steps = {step for each in registered for step in getattr(each, "steps", ())}
    pages_of_many = {page for each in registered for page in getattr(each, "bulk_pages", ())}

    assert len({step.__qualname__ for step in steps}) == len(steps)
    assert len({page.slug for page in pages_of_many}) == len(pages_of_many)
