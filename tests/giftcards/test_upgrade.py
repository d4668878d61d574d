"""Cards that were there before their histories told what they are."""

import pytest
from django.db import connection

from giftcards.models import CardBatch, CardEvent, CardState, GiftCard
from giftcards.operations import expire_cards, make_batch, refund_redemption, unblock_card
from giftcards.operations.batches import make_portion
from giftcards.queries import list_findings
from ledger.operations import Why
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import given_card, given_card_in, given_redemption, row_of
from tests.scenarios import API, NOW, STAFF, SYSTEM, days, money
from tests.upgrading import taken_back_to

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_database_with_cards_is_taken_back_and_brought_up_again():
    blocked, voided = given_card_in(CardState.BLOCKED), given_card_in(CardState.VOIDED)
    risen = given_card(expires_on=days(1).date(), time_zone="UTC")
    entry = given_redemption("5.00 GBP", card=risen)
    expire_cards(actor=SYSTEM, now=days(3))
    refund_redemption(transaction_id=entry.id, amount=money("5.00 GBP"), actor=API, now=days(3))

    with taken_back_to("giftcards", "0001"):
        pass

    assert list(list_findings()) == []
    assert [row_of(card).state for card in (blocked, voided, risen)] == ["BLOCKED", "VOIDED", "ACTIVE"]
    assert row_of(risen).lives_again
    told = CardEvent.objects.filter(card_id=blocked.id, tells_card=True)
    assert [(event.kind, event.state_after) for event in told] == [("BLOCKED", "BLOCKED")]
    unblock_card(card_id=blocked.id, actor=STAFF, now=NOW, why=Why(note="found"))
    assert list(list_findings()) == []


@pytest.mark.parametrize(("amount", "minor"), [("25.00 GBP", 2500), ("1.250 KWD", 1250), ("500 JPY", 500)])
def test_a_batch_half_made_before_its_value_was_kept_as_money_is_made_to_its_end(amount: str, minor: int):
    batch = CardBatchFactory.create(amount=money(amount), size=3)
    make_portion(batch_id=batch.pk, actor=STAFF, now=NOW, at_most=1)

    with taken_back_to("giftcards", "0003"), connection.cursor() as cursor:
        cursor.execute("SELECT amount_minor FROM giftcards_cardbatch")
        before = cursor.fetchall()
    make_batch(batch_id=batch.pk, actor=STAFF, now=NOW)

    assert (before, CardBatch.objects.get().amount) == ([(minor,)], money(amount))
    assert [card.account.balance_minor for card in GiftCard.objects.select_related("account")] == [minor] * 3
