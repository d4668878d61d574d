"""What the lists say of money: what can be spent, and cards apart from store credit."""

from typing import Any

import pytest
from django.contrib import admin

from giftcards.models import GiftCard
from giftcards.operations import block_card
from ledger.models import Account, Customer
from ledger.operations import Why
from tests.backoffice.staff import list_url, text_of
from tests.giftcards.cards import given_card
from tests.scenarios import (
    NOW,
    STAFF,
    days,
    given_credit,
    given_customer,
    given_hold,
)

pytestmark = pytest.mark.django_db


def test_a_customers_balances_stand_in_the_list(viewer):
    customer = given_customer()
    for amount in ("1.00 GBP", "2 JPY", "3.00 USD", "4.00 EUR"):
        given_credit(amount, customer=customer)

    page = text_of(viewer.open(list_url(Customer)))

    assert "€4.00 · £1.00 · ¥2 · 1 more" in page


@pytest.mark.usefixtures("today")
def test_the_lists_show_what_can_be_spent_and_cards_apart_from_store_credit(viewer):
    customer = given_customer()
    account = given_credit("5.00 GBP", customer=customer, now=days(-40), expires_at=days(-1))
    given_credit("40.00 GBP", to=account)
    given_hold("10.00 GBP", account=account)
    given_card("25.00 GBP", customer_id=customer.pk)
    blocked = given_card("7.00 GBP", customer_id=customer.pk)
    block_card(card_id=blocked.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    def cells(model: Any, *names: str) -> list[tuple[str, ...]]:
        page = viewer.open(list_url(model))
        admin_of = admin.site.get_model_admin(model)
        return [tuple(getattr(admin_of, name)(row) for name in names) for row in page.context["cl"].result_list]

    assert cells(Customer, "store_credit", "on_cards") == [("£30.00", "£25.00")]
    assert cells(Account, "spendable", "balance") == [("£0.00", "£7.00"), ("£25.00", "£25.00"), ("£30.00", "£45.00")]
    assert sorted(cells(GiftCard, "value")) == [("£0.00",), ("£25.00",)]
