"""What was done to cards with the triggers off is found, and named by account or batch."""

from datetime import datetime

import pytest
from django.db import connection

from giftcards.models import CardEvent
from giftcards.operations import NewCard, block_card
from giftcards.queries import list_checks, list_findings
from ledger import triggers
from ledger.models import AccountKind
from ledger.operations import Why
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import account_of, given_card, given_redemption
from tests.ledger.attacks import moment, run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, STAFF, days, given_account, given_credit, money

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> NewCard:
    card = given_card()
    given_redemption("5.00 GBP", card=card)
    return card


def found() -> list[tuple[str, str, str]]:
    """Check, row and message of everything that is wrong."""
    return [(finding.check, finding.row, finding.message) for finding in list_findings()]


def test_cards_that_were_left_to_the_operations_have_nothing_wrong(card: NewCard):
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    given_card("0 GBP")
    CardBatchFactory.create(ready=True)
    given_credit("5.00 GBP")

    assert found() == []


def test_an_entry_that_is_missing_from_the_history_is_found(card: NewCard):
    number = account_of(card).number
    event = CardEvent.objects.filter(card_id=card.id, kind="REDEEM").select_related("transaction").get()
    entry = event.transaction
    assert entry is not None

    with triggers_off("giftcards", "ledger"):
        run("DELETE FROM giftcards_cardevent WHERE id = %s", event.pk)

    assert found() == [
        ("card_history", f"card {number}", f"lacks the line of transaction {entry.number}, or has another"),
        ("card_balance", f"card {number}", f"has {money('20.00 GBP')}; its history ends in {money('25.00 GBP')}"),
    ]


def test_a_line_that_says_another_amount_is_found(card: NewCard):
    with triggers_off("giftcards", "ledger"):
        run("UPDATE giftcards_cardevent SET amount_minor = -400 WHERE kind = 'REDEEM'")

    assert [check for check, *_ in found()] == ["card_history", "card_totals"]


def test_a_balance_that_its_history_does_not_explain_is_found(card: NewCard):
    number = account_of(card).number
    with triggers_off("giftcards", "ledger"):
        run("UPDATE ledger_account SET balance_minor = 9999 WHERE id = %s", card.account_id)

    message = f"has {money('99.99 GBP')}; its history ends in {money('20.00 GBP')}"
    assert found() == [("card_balance", f"card {number}", message)]


def test_a_card_without_any_history_is_found():
    card = given_card("0 GBP")
    with triggers_off("giftcards", "ledger"):
        run("DELETE FROM giftcards_cardevent")

    assert found() == [("card_without_history", f"card {account_of(card).number}", "has no history")]


@pytest.mark.parametrize(
    ("card_state", "account_status"),
    [("BLOCKED", "OPEN"), ("VOIDED", "OPEN"), ("ACTIVE", "CLOSED")],
)
def test_a_card_whose_account_stands_otherwise_is_found(card_state: str, account_status: str):
    card = given_card("0 GBP")
    with triggers_off("giftcards", "ledger"):
        run("UPDATE giftcards_giftcard SET state = %s", card_state)
        run("UPDATE ledger_account SET status = %s WHERE id = %s", account_status, card.account_id)

    number = account_of(card).number
    assert ("card_account", f"card {number}", f"is {card_state} and its account {account_status}") in found()


@pytest.mark.parametrize("ends", [None, days(31)])
def test_a_lot_that_ends_at_another_moment_than_its_card_is_found(ends: datetime | None):
    card = given_card(expires_on=days(30).date(), time_zone="UTC")
    (lot,) = account_of(card).lots.all()
    with triggers_off("giftcards", "ledger"):
        run("UPDATE ledger_lot SET expires_at = %s WHERE id = %s", moment(ends), lot.pk)

    message = f"of card {account_of(card).number} has {money('25.00 GBP')} and does not end with the card"
    assert found() == [("card_lots", f"lot {lot.pk}", message)]


def test_an_active_card_whose_account_is_frozen_is_found():
    card = given_card()
    with triggers_off("giftcards", "ledger"):
        run("UPDATE ledger_account SET status = 'FROZEN' WHERE id = %s", card.account_id)

    assert [check for check, *_ in found()] == ["card_account"]


def test_value_on_a_gift_card_account_without_a_card_is_found():
    account = given_credit("5.00 GBP", to=given_account(kind=AccountKind.GIFT_CARD))

    assert found() == [("account_without_card", f"account {account.number}", "belongs to no card")]


def test_a_batch_that_says_it_made_more_than_there_are_is_found():
    CardBatchFactory.create(name="spring")
    run("UPDATE giftcards_cardbatch SET made = 2")

    assert found() == [("card_batches", "batch spring", "says 2 were made; there are 0")]


def test_a_guard_that_is_missing_is_found():
    with triggers_off("giftcards", "ledger"):
        guards = [finding.row for finding in list_findings() if finding.check == "guards"]

    assert guards == [f"trigger {each.name}" for each in triggers.list_triggers("giftcards", connection.vendor)]


def test_each_check_has_a_test_here():
    tested = {"card_history", "card_balance", "card_without_history", "card_account", "account_without_card"}

    here = tested | {"card_lots", "card_batches", "giftcards guards"}
    beside = {"card_told", "card_untold", "card_seal"}  # in test_silent_changes.py
    beside |= {"card_totals"}  # in test_spent_so_far.py
    beside |= {"card_words"}  # in test_finding_cards.py
    beside |= {"card_metadata"}  # in tests/ledger/test_metadata.py
    assert {name for name, *_ in list_checks()} == here | beside
