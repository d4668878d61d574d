"""A button of a card that is pressed six times in the same moment does its work once."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from giftcards.models import GiftCard
from giftcards.queries import list_findings
from ledger import queries as ledger
from tests.backoffice.staff import Staff, address_of, agreement_of, step_url
from tests.giftcards.cards import given_card, given_redemption, row_of, timeline
from tests.races.together import together
from tests.scenarios import given_customer

pytestmark = pytest.mark.django_db(transaction=True)

TWINS = 6
PRESSED = {
    "redeem": ({"amount": "9.50"}, ["REDEEM"]),
    "reload": ({"amount": "10", "funding": "PAID"}, ["LOAD"]),
    "block": ({"why": "Lost"}, ["BLOCKED"]),
    "void": ({"why": "Printed wrong"}, ["VOID"]),
    "replace": ({"why": "Lost"}, ["TRANSFER", "REPLACED", "VOIDED"]),
    "extend": ({"good_through": "2999-01-31", "why": "Ill"}, ["EXTENDED"]),
    "assign": ({"customer": "SHOP-7", "why": "Registered"}, ["ASSIGNED"]),
    "move": ({"customer": "SHOP-7", "why": "Online"}, ["TRANSFER"]),
    "reveal": ({"why": "Sent again"}, ["REVEALED"]),
    "send": ({"address": "ada@example.com", "language": "en", "why": "A present"}, ["SENDING", "SENT"]),
}


def press_at_once(staff: Staff, reviewed: Any) -> list[Any]:
    """The same confirmation from as many browser tabs."""

    def press() -> Any:
        client = Client()
        client.cookies = staff.client.cookies
        return client.post(address_of(reviewed), agreement_of(reviewed))

    return together(*[press] * TWINS).done


@pytest.mark.parametrize("slug", PRESSED)
def test_a_review_confirmed_six_times_at_once_is_done_once(slug):
    data, lines = PRESSED[slug]
    given_customer(number="SHOP-7")
    card, staff = given_card("25.00 GBP", expires_on=date(2998, 12, 31)), Staff("Card manager")
    reviewed = staff.review(step_url(row_of(card), slug), **data)

    answers = press_at_once(staff, reviewed)

    assert [line[0] for line in timeline(card)[1:]] == lines
    shown = [answer for answer in answers if answer.status_code == 200]
    assert len(shown) == (1 if slug in {"replace", "reveal"} else 0)
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert len(mail.outbox) == (1 if slug == "send" else 0)
    assert [*ledger.list_findings(), *list_findings()] == []


def test_a_refund_confirmed_six_times_at_once_gives_back_once():
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    staff = Staff("Finance")
    reviewed = staff.review(step_url(row_of(card), "refund"), redemption=spend.pk, amount="4", note="Sent back")

    answers = press_at_once(staff, reviewed)

    assert {answer.status_code for answer in answers} == {302}
    assert timeline(card)[2:] == [("REFUND", "4.00", "19.50", "ACTIVE")]
    assert [*ledger.list_findings(), *list_findings()] == []


def test_a_card_made_six_times_at_once_is_made_once_and_shows_its_code_once():
    staff = Staff("Agent")
    data = {"amount_currency": "GBP", "amount": "50", "funding": "PAID"}
    reviewed = staff.review(reverse("admin:giftcards_giftcard_add"), **data)

    answers = press_at_once(staff, reviewed)

    assert GiftCard.objects.count() == 1
    assert sorted(answer.status_code for answer in answers) == [200] + [302] * (TWINS - 1)
    assert [*ledger.list_findings(), *list_findings()] == []
