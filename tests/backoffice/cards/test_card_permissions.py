"""Who may do what to cards: each role against each action, posted directly, and no action on GET."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from giftcards.models import CardBatch, CardState, GiftCard
from giftcards.operations import change_recipient
from ledger.operations import Why
from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.cards.rows import no_card_changes
from tests.backoffice.staff import Staff, a_review_of, list_askers, list_url, page_url, roles_with, step_url
from tests.credits.requests import given_limit
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import UserFactory
from tests.giftcards.cards import given_card, given_card_in, given_redemption, row_of
from tests.scenarios import NOW, STAFF, given_customer, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DESK = {"Card manager"}
COUNTER = DESK | {"Agent"}


def given_owned_card() -> GiftCard:
    return row_of(given_card(customer_id=given_customer(number="SHOP-7").pk))


def a_card(**fields: Any) -> Callable[[], GiftCard]:
    return lambda: row_of(given_card(**fields))


def a_redeemed_card(**fields: Any) -> GiftCard:
    card = given_card(**fields)
    given_redemption("5.00 GBP", card=card)
    return row_of(card)


def a_batch_to_be_sent() -> CardBatch:
    batch = CardBatchFactory.create(ready=True)
    card = GiftCard.objects.filter(batch=batch).order_by("pk")[0]
    change_recipient(card_id=card.pk, name="", email="ada@example.com", actor=STAFF, now=NOW, why=Why(note="given"))
    return batch


def a_batch_that_waits() -> CardBatch:
    given_limit(Group.objects.get(name="Approver"), "5000.00 GBP")
    planner = UserFactory.create(username="planner")
    return CardBatchFactory.create(amount=money("25.00 GBP"), size=41, planned_by_id=planner.pk, waits=True)


# What is acted on, the step, what its form is given, and whose job it is.
ACTIONS: dict[str, tuple[Callable[[], Any], str, dict[str, str], set[str]]] = {
    "redeem": (a_card(), "redeem", {"amount": "5"}, COUNTER),
    "reload": (a_card(), "reload", {"amount": "5", "funding": "PAID"}, COUNTER),
    "refund": (
        a_redeemed_card,
        "refund",
        {"redemption": "newest", "amount": "4", "note": "Came back"},
        {"Finance"},
    ),
    "block": (a_card(), "block", {"why": "Reported lost"}, COUNTER),
    "unblock": (lambda: row_of(given_card_in(CardState.BLOCKED)), "unblock", {"why": "Found"}, COUNTER),
    "void": (a_card(), "void", {"why": "Printed wrong"}, DESK),
    "replace": (a_card(), "replace", {"why": "Lost"}, DESK),
    "extend": (
        a_card(expires_on=NOW.date()),
        "extend",
        {"good_through": "2027-01-31", "why": "In hospital"},
        DESK,
    ),
    "assign": (given_owned_card, "assign", {"customer": "", "why": "Given away"}, DESK),
    "move": (given_owned_card, "move", {"why": "To spend it online"}, DESK),
    "reveal": (a_card(), "reveal", {"why": "Lost the e-mail"}, DESK),
    "receipt with the code": (a_card(), "receipt-with-code", {"why": "Printed at the till"}, DESK),
    "send": (a_card(), "send", {"address": "ada@example.com", "language": "en", "why": "A present"}, DESK),
    "recipient": (a_card(), "recipient", {"email": "ada@example.com", "why": "Moved house"}, DESK),
    "take codes": (
        lambda: CardBatchFactory.create(ready=True),
        "take-codes",
        {"as_what": "csv", "why": "For the printer"},
        DESK,
    ),
    "approve a batch": (a_batch_that_waits, "approve", {"note": ""}, {"Approver"}),
    "reject a batch": (a_batch_that_waits, "reject", {"why": "Too many"}, {"Approver"}),
    "send all codes": (a_batch_to_be_sent, "send-all", {"language": "en", "why": "The fair begins"}, DESK),
}


def given_action(action: str) -> tuple[str, dict[str, str], set[str]]:
    """Something to act on: where, what the form is given, and whose job it is."""
    make_target, slug, data, allowed = ACTIONS[action]
    target = make_target()
    if "redemption" in data:
        data = data | {"redemption": str(target.account.transactions.get(type="REDEEM").pk)}
    return step_url(target, slug), data, allowed


MAKING = {
    "make a card": (
        "admin:giftcards_giftcard_add",
        {"amount_currency": "GBP", "amount": "20", "funding": "PAID", "reloadable": "on"},
        COUNTER,
    ),
    "plan a batch": (
        "admin:giftcards_cardbatch_add",
        {"name": "Fair", "size": "3", "amount_currency": "GBP", "amount": "20", "funding": "PAID"},
        DESK,
    ),
}


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(("role", "action"), list_askers(ACTIONS))
def test_an_action_is_taken_by_the_roles_whose_job_it_is_and_refused_to_who_only_looks(role, action):
    url, data, allowed = given_action(action)
    staff = Staff(role)

    if role in allowed:
        assert staff.do(url, **data).status_code in {200, 302}
        return
    with no_card_changes():
        answers = [staff.open(url), staff.send(url, **data), staff.send(a_review_of(url), agreed="x")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("action", MAKING)
@pytest.mark.parametrize("role", ROLES)
def test_cards_are_made_by_the_roles_whose_job_it_is(role, action):
    name, data, allowed = MAKING[action]
    staff = Staff(role)

    if role in allowed:
        assert staff.do(reverse(name), **data).status_code in {200, 302}
        assert GiftCard.objects.count() + CardBatch.objects.count() == 1
        return
    with no_card_changes():
        answers = [staff.open(reverse(name)), staff.send(reverse(name), **data)]
    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("action", ACTIONS)
def test_a_review_of_somebody_else_is_confirmed_by_nobody(action):
    url, data, allowed = given_action(action)
    reviewed = Staff(max(allowed)).review(url, **data)

    with no_card_changes():
        answers = [Staff(role).confirm(reviewed) for role in ("Viewer", "Administrator")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_the_table_of_actions_holds_every_step_of_cards_and_batches():
    pages: list[Any] = [admin.site.get_model_admin(GiftCard), admin.site.get_model_admin(CardBatch)]
    steps = {step.slug: roles_with(step.permission) for page in pages for step in page.steps}

    assert {slug: allowed for _, slug, _, allowed in ACTIONS.values()} == steps


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_cards_and_batches_and_is_offered_what_it_may_do(role):
    staff, batch = Staff(role), CardBatchFactory.create(ready=True)
    card = a_redeemed_card(expires_on=NOW.date())

    answers = {url: staff.open(url) for model in (card, batch) for url in (page_url(model), list_url(type(model)))}

    assert {answer.status_code for answer in answers.values()} == {200}
    offered = {button.slug for button in answers[page_url(card)].context["buttons"]}
    its_job = {slug for _, slug, _, allowed in ACTIONS.values() if role in allowed}
    # A bearer's card can be moved too: the form asks to whom. The receipt leads to the one with the code.
    assert offered == its_job - {"unblock", "take-codes", "send-all", "approve", "reject", "receipt-with-code"}
    assert {button.slug for button in answers[page_url(batch)].context["buttons"]} == its_job & {"take-codes"}
    assert ("Make a gift card" in answers[list_url(GiftCard)].content.decode()) is (role in COUNTER)


def test_cards_batches_and_events_are_edited_and_deleted_by_nobody():
    superuser, card = Staff(username="root", is_superuser=True), row_of(given_card())
    batch = CardBatchFactory.create(ready=True)

    with no_card_changes():
        answers = [
            superuser.send(page_url(card), state="VOIDED", last_four="AAAA"),
            superuser.send(page_url(batch), size="5"),
            superuser.send(reverse("admin:giftcards_giftcard_delete", args=[card.pk]), post="yes"),
            superuser.send(reverse("admin:giftcards_cardbatch_delete", args=[batch.pk]), post="yes"),
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]
