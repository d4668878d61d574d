"""Cards that were there before their histories told what they are."""

import pytest
from django.core.management import call_command

from giftcards.models import CardEvent, CardState
from giftcards.operations import expire_cards, refund_redemption, unblock_card
from giftcards.queries import list_findings
from tests.giftcards.cards import given_card, given_card_in, given_redemption, row_of
from tests.scenarios import API, NOW, STAFF, SYSTEM, days, money

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_database_with_cards_is_taken_back_and_brought_up_again():
    blocked, voided = given_card_in(CardState.BLOCKED), given_card_in(CardState.VOIDED)
    risen = given_card(expires_on=days(1).date(), time_zone="UTC")
    entry = given_redemption("5.00 GBP", card=risen)
    expire_cards(actor=SYSTEM, now=days(3))
    refund_redemption(transaction_id=entry.id, amount=money("5.00 GBP"), actor=API, now=days(3))

    call_command("migrate", "giftcards", "0001", verbosity=0)
    call_command("migrate", verbosity=0)

    assert list(list_findings()) == []
    assert [row_of(card).state for card in (blocked, voided, risen)] == ["BLOCKED", "VOIDED", "ACTIVE"]
    assert row_of(risen).lives_again
    told = CardEvent.objects.filter(card_id=blocked.id, tells_card=True)
    assert [(event.kind, event.state_after) for event in told] == [("BLOCKED", "BLOCKED")]
    unblock_card(card_id=blocked.id, actor=STAFF, now=NOW, note="found")
    assert list(list_findings()) == []
