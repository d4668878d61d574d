"""The cards of the demo shop: every state that staff can meet, and books that hold."""

import pytest
from django.core.management import call_command

from giftcards.models import CardBatch, CardEvent, EventKind, GiftCard
from giftcards.queries import ShownState, list_findings, shown_state
from ledger import queries as ledger
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def shop(tmp_path):
    call_command("seed_demo", output=str(tmp_path / "demo.json"), json=True)


def test_the_demo_shows_cards_in_every_state_and_a_batch(shop):
    alone = GiftCard.objects.filter(batch=None).select_related("account")
    batch = CardBatch.objects.get()

    assert {shown_state(card, NOW) for card in alone} == set(ShownState)
    assert alone.count() >= 12
    assert (batch.name, batch.made, batch.status, batch.cards.count()) == ("Spring fair", 24, "READY", 24)
    shown = set(CardEvent.objects.values_list("kind", flat=True))
    assert shown >= {
        EventKind.LOAD,
        EventKind.REDEEM,
        EventKind.REFUND,
        EventKind.REPLACED,
        EventKind.EXTENDED,
        EventKind.ASSIGNED,
        EventKind.REVEALED,
        EventKind.EXPIRED,
        EventKind.TRANSFER,
    }


def test_the_demos_books_hold(shop):
    assert list(list_findings()) == []
    assert list(ledger.list_findings()) == []
