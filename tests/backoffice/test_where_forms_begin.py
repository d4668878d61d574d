"""A form of money is begun at its amount, or at what has to be typed before it."""

import re

import pytest
from django.urls import reverse

from tests.backoffice.staff import Staff, step_url
from tests.scenarios import given_credit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def begun_at(page) -> list[str]:
    """The names of the fields that ask for the focus."""
    fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page.content.decode())
    return [re.findall(r'name="([^"]+)"', tag)[0] for tag in fields if " autofocus" in tag]


def test_what_moves_an_account_is_begun_at_the_amount():
    account = given_credit("5.00 GBP")

    assert begun_at(Staff("Agent").open(step_url(account, "debit"))) == ["amount"]


def test_a_batch_is_begun_at_its_name():
    assert begun_at(Staff("Card manager").open(reverse("admin:giftcards_cardbatch_add"))) == ["name"]


def test_moving_credit_is_begun_at_whose_it_becomes():
    customer = given_credit("5.00 GBP").customer

    assert begun_at(Staff("Agent").open(step_url(customer, "move_credit"))) == ["other"]
