"""How many statements a request may cost. BEGIN, COMMIT and SAVEPOINT are not counted."""

import pytest

from tests.credits.requests import given_policy
from tests.dialects.fabric.calls import CREDIT, act, ask, given_credit, update
from tests.dialects.tiquo.test_budgets import statements_of
from tests.giftcards.cards import given_card

pytestmark = pytest.mark.django_db

NAMED = CREDIT | {"attributes": {"giftCardNumber": "SUMMER-2026-1"}}


@pytest.fixture(params=[1, 40], ids=["few credits", "many credits"])
def order(request, shop):
    """An order that has credits already."""
    given_card("10.00 USD", code="SUMMER-2026-1")
    ask(shop, NAMED, key="old")
    ask(shop, *[CREDIT] * request.param)


# The answer tells whether anybody can approve what was asked for: two or three statements for all of it together.
@pytest.mark.parametrize(
    ("send", "status", "most"),
    [
        (lambda shop: ask(shop), 200, 7),
        (lambda shop: ask(shop, key="new"), 200, 9),
        (lambda shop: ask(shop, NAMED, key="new"), 200, 10),
        (lambda shop: ask(shop, *[CREDIT] * 10, key="new"), 200, 45),
        (lambda shop: ask(shop, NAMED, key="old"), 200, 2),
        (lambda shop: ask(shop, key="old"), 409, 1),
        (lambda shop: ask(shop, CREDIT | {"amount": -1}), 400, 1),
        (lambda shop: act(shop, "list-credits"), 200, 3),
        (lambda shop: act(shop, "list-credits", order="/orders"), 200, 4),
        (lambda shop: act(shop, "check-credits-eligibility"), 200, 3),
        (lambda shop: update(shop, "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111", "CANCELED"), 404, 2),
    ],
    ids=[
        "one",
        "one with key",
        "for a card",
        "ten",
        "replay",
        "reuse",
        "bad",
        "list",
        "list of all",
        "eligibility",
        "nobody",
    ],
)
def test_a_request_keeps_to_its_budget(shop, order, send, status, most):
    answered, count, statements = statements_of(lambda: send(shop))

    assert answered == status
    assert count <= most, "\n".join(statements)


@pytest.mark.parametrize(("status", "most"), [("CONFIRMED", 23), ("CANCELED", 9), ("PENDING", 7)])
def test_a_change_of_status_keeps_to_its_budget(shop, desk, order, status, most):
    credit = given_credit(shop)

    answered, count, statements = statements_of(lambda: update(desk, credit["creditId"], status, key="new", note="n"))

    assert answered == 200
    assert count <= most, "\n".join(statements)


# Four of them count what the person behind the key gives today: more than their limit waits.
def test_what_a_policy_issues_keeps_to_its_budget(shop, order):
    given_policy(auto="50.00")

    answered, count, statements = statements_of(lambda: ask(shop, key="new"))

    assert answered == 200
    assert count <= 20, "\n".join(statements)
