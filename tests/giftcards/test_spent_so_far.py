"""What was put on a card, and what its purchases took: moves of value, corrections and reversals are no purchases."""

from importlib import import_module
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from giftcards.models import CardEvent
from giftcards.operations import (
    NewCard,
    move_card_to_store_credit,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    undo_transaction,
)
from giftcards.queries import list_findings
from ledger.operations import Why, adjust_credit
from ledger.queries import Transaction
from tests.giftcards.cards import given_card, given_redemption, seen, totals
from tests.ledger.attacks import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, STAFF, given_customer, money

pytestmark = pytest.mark.django_db
WHY = Why(note="as the shop says")


@pytest.fixture
def card() -> NewCard:
    """40 and 10 were put on it, 5 were spent."""
    card = given_card("40.00 GBP")
    reload_card(card=seen(card), amount=money("10.00 GBP"), actor=STAFF, now=NOW)
    given_redemption("5.00 GBP", card=card)
    return card


def undo(transaction_id: UUID) -> Transaction:
    return undo_transaction(transaction_id=transaction_id, actor=STAFF, now=NOW, why=WHY)


def refund(spend: Transaction, amount: str) -> Transaction:
    return refund_redemption(transaction_id=spend.pk, amount=money(amount), actor=STAFF, now=NOW)


def adjust(card: NewCard, amount: str) -> Transaction:
    return adjust_credit(account_id=card.account_id, amount=money(amount), actor=STAFF, now=NOW, why=WHY)


def newest_of(card: NewCard, kind: str) -> UUID:
    return CardEvent.objects.filter(card_id=card.id, kind=kind).order_by("-id").values_list("public_id", flat=True)[0]


def test_a_replaced_cards_value_was_moved_and_not_spent(card: NewCard):
    heir = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=WHY)

    assert totals(card)[:3] == ("50.00", "5.00", "0.00")
    assert totals(heir)[:3] == ("45.00", "0.00", "45.00")


def test_neither_was_what_moved_to_store_credit(card: NewCard):
    customer = given_customer()

    move_card_to_store_credit(card_id=card.id, customer_id=customer.pk, actor=STAFF, now=NOW, why=WHY)

    assert totals(card)[:3] == ("50.00", "5.00", "0.00")


def test_a_move_undone_was_neither_spent_nor_put_on_the_card(card: NewCard):
    customer = given_customer()
    gone, _ = move_card_to_store_credit(card_id=card.id, customer_id=customer.pk, actor=STAFF, now=NOW, why=WHY)

    undo(gone.pk)

    assert totals(card)[:3] == ("50.00", "5.00", "45.00")


def test_a_correction_downwards_was_not_spent_whether_it_stands_or_is_undone(card: NewCard):
    correction = adjust(card, "-3.00 GBP")
    assert totals(card)[:3] == ("50.00", "5.00", "42.00")

    undo(correction.pk)

    assert totals(card)[:3] == ("50.00", "5.00", "45.00")


def test_what_was_put_on_and_taken_back_was_never_put_on_nor_spent(card: NewCard):
    undo(newest_of(card, "LOAD"))
    assert totals(card)[:3] == ("40.00", "5.00", "35.00")

    undo(adjust(card, "2.00 GBP").pk)

    assert totals(card)[:3] == ("40.00", "5.00", "35.00")


def test_a_purchase_refunded_in_part_and_its_refund_undone(card: NewCard):
    spend = redeem_card(card=seen(card), amount=money("20.00 GBP"), actor=STAFF, now=NOW)
    back = refund(spend, "8.00 GBP")
    assert totals(card)[:3] == ("50.00", "17.00", "33.00")

    undo(back.pk)

    assert totals(card)[:3] == ("50.00", "25.00", "25.00")


def test_a_purchase_undone_was_never_made(card: NewCard):
    undo(newest_of(card, "REDEEM"))

    assert totals(card)[:3] == ("50.00", "0.00", "50.00")


def test_what_comes_back_of_another_cards_purchase_is_put_on_the_card(
    card: NewCard,
):
    spend = redeem_card(card=seen(card), amount=money("20.00 GBP"), actor=STAFF, now=NOW)
    heir = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=WHY)

    back = refund(spend, "8.00 GBP")
    assert (totals(card)[1], totals(heir)[:3]) == ("25.00", ("33.00", "0.00", "33.00"))

    undo(back.pk)

    assert (totals(card)[1], totals(heir)[:3]) == ("25.00", ("25.00", "0.00", "25.00"))


def test_totals_counted_by_another_rule_are_found_and_an_upgrade_adds_them_up_anew(card: NewCard):
    heir = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=WHY)
    adjust(heir, "-3.00 GBP")
    right = list(CardEvent.objects.order_by("id").values_list("id", "sold_after_minor", "redeemed_after_minor"))
    upgrade = import_module("giftcards.migrations.0007_what_purchases_took")
    schema_editor = SimpleNamespace(connection=connection)
    with triggers_off("giftcards", "ledger"):
        upgrade.count_all_that_left(apps, schema_editor)
    wrong = {(finding.check, finding.message) for finding in list_findings()}
    assert totals(card)[:2] == ("50.00", "50.00")
    told = "was given £\xa050.00 and spent £\xa05.00; its history ends in £\xa050.00 and £\xa050.00"
    assert ("card_totals", told) in wrong

    with triggers_off("giftcards", "ledger"):
        upgrade.count_purchases(apps, schema_editor)

    assert list(CardEvent.objects.order_by("id").values_list("id", "sold_after_minor", "redeemed_after_minor")) == right
    assert not list(list_findings())


def test_a_total_that_the_owner_of_the_tables_changed_is_found(card: NewCard):
    with triggers_off("giftcards", "ledger"):
        run("UPDATE giftcards_cardevent SET redeemed_after_minor = 400 WHERE kind = 'REDEEM'")

    assert {finding.check for finding in list_findings()} == {"card_totals"}
