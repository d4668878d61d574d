"""
Steps of different pages that overlap: somebody has read a review when another does something else to the same thing.

What was read is then done as it was read or not at all, nothing breaks, and the books are whole: whichever came first.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest
from django.db import transaction
from django.db.models import Model

from ledger.models import Transaction
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.proof import list_findings
from tests.backoffice.deciding import a_month
from tests.backoffice.staff import Staff, step_url
from tests.credits.batches import given_batch
from tests.credits.requests import given_limit, given_request
from tests.factories.credits import CustomerRequestFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.people import UserFactory
from tests.factories.periods import CorrectionFactory
from tests.giftcards.cards import given_card, row_of
from tests.scenarios import days, given_credit, given_customer, given_hold, given_spend, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

#: What comes before all that others have read by then.
FIRST: Final = ("correct", "move to store credit")
WHY: Final = {"why": "It was asked for", "note": "It was asked for"}


@dataclass
class Step:
    """Something that can be done to a thing of the shop."""

    thing: Model
    slug: str
    typed: dict[str, str]


def given_shop() -> dict[str, Step]:
    """What waits and what can be done, all of it about the same few people."""
    asker = UserFactory.create(username="asker")
    month = a_month(asker).target
    one, two, three = (given_customer(number=f"SHOP-{number}") for number in range(3))
    account = given_credit("40.00 GBP", customer=one, expires_at=days(20), funding="PAID")
    other = given_credit("7.00 GBP", customer=two)
    held = given_credit("8.00 GBP", customer=three)
    given_spend("5.00 GBP", account=account)
    hold = given_hold("3.00 GBP", account=held)
    card = row_of(given_card("25.00 GBP", customer_id=one.pk))
    cards = CardBatchFactory.create(amount=money("1.00 GBP"), size=3, planned_by_id=asker.pk, waits=True)
    request = given_request("3.00 GBP", by=asker, attributes={"customerId": two.number}, kind="STORE_CREDIT")
    requests = given_batch("10.00 USD", "20.00 USD", by=asker)

    def about(kind: str, customer: Any, **more: Any) -> Any:
        return CustomerRequestFactory.create(kind=kind, party__person=asker, customer=customer, **more)

    merger = about("MERGE", one, other=two)
    move = about("MOVE", three, other=given_customer(number="SHOP-3"), amount=money("5.00 GBP"))
    erasure = about("ANONYMISE", given_customer(number="SHOP-9"), other=None)
    correction = CorrectionFactory.create(account=account, asked_by=asker)
    issued = Transaction.objects.get(account=other)
    money_of = {"amount_currency": "GBP", "reason": "EC"}
    return {
        "merge": Step(merger, "approve", WHY),
        "move credit": Step(move, "approve", WHY),
        "make anonymous": Step(erasure, "approve", WHY),
        "issue to whom it waits to forget": Step(erasure.customer, "issue", money_of | {"amount": "2", "reason": "GW"}),
        "issue": Step(account, "issue", money_of | {"amount": "2", "reason": "GW"}),
        "debit": Step(account, "debit", money_of | {"amount": "30"}),
        "adjust": Step(account, "adjust", money_of | {"amount": "31", "direction": "take"}),
        "reverse": Step(issued, "reverse", money_of),
        "correct": Step(correction, "approve", WHY),
        "approve cards": Step(cards, "approve", WHY),
        "reject cards": Step(cards, "reject", WHY),
        "void": Step(card, "void", WHY),
        "redeem": Step(card, "redeem", {"amount": "20"}),
        "assign": Step(card, "assign", WHY | {"customer": three.number}),
        "move to store credit": Step(card, "move", WHY),
        "replace": Step(card, "replace", WHY),
        "approve": Step(request, "approve", WHY),
        "reject": Step(request, "reject", WHY),
        "approve all": Step(requests, "approve", WHY),
        "reject all": Step(requests, "reject", WHY),
        "release": Step(hold, "release", WHY),
        "freeze": Step(account, "freeze", WHY),
        "close the month": Step(month, "approve", WHY),
        "refuse the month": Step(month, "refuse", WHY),
    }


def given_decider(name: str) -> Staff:
    staff = Staff(*ROLES, username=name)
    for limit in ("1000.00 GBP", "1000.00 USD"):
        given_limit(staff.user, limit)
    return staff


def test_whatever_was_done_meanwhile_a_review_is_carried_out_as_it_was_read_or_not_at_all():
    shop, ann, bob = given_shop(), given_decider("ann"), given_decider("bob")
    of_ann = {name: ann.review(step_url(step.thing, step.slug), **step.typed) for name, step in shop.items()}
    of_bob = {name: bob.review(step_url(shop[name].thing, shop[name].slug), **shop[name].typed) for name in FIRST}
    faults: dict[str, Any] = {}

    for first in FIRST:
        others = [name for name in shop if name != first]
        Random(first).shuffle(others)
        with transaction.atomic():
            answers = {first: bob.confirm(of_bob[first])}
            again = ann.confirm(of_ann[first])
            answers |= {name: ann.confirm(of_ann[name]) for name in others}
            found = list(list_findings())
            broken = {name for name, answer in answers.items() if answer.status_code >= 500}
            if found or broken or (answers[first].status_code, again.status_code) != (302, 409):
                faults[first] = (found, broken, others)
            transaction.set_rollback(True)

    assert faults == {}
