"""What cards of former days did not know."""

from collections.abc import Generator

from django.db import connection

from giftcards.models import CardBatch, CardEvent, CardState, CardWord, GiftCard
from giftcards.operations import expire_cards, make_batch, refund_redemption, unblock_card
from giftcards.operations.batches import make_portion
from giftcards.queries import list_findings
from ledger.operations import Why
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import given_card, given_card_in, given_redemption, row_of
from tests.scenarios import API, NOW, STAFF, SYSTEM, days, money
from tests.upgrades.stories import before


@before("giftcards", "0001", passed_by=True)
def cards_whose_histories_did_not_tell_what_they_are_are_what_they_were() -> Generator[None, None, None]:
    blocked, voided = given_card_in(CardState.BLOCKED), given_card_in(CardState.VOIDED)
    risen = given_card(expires_on=days(1).date(), time_zone="UTC")
    entry = given_redemption("5.00 GBP", card=risen)
    expire_cards(actor=SYSTEM, now=days(3))
    refund_redemption(transaction_id=entry.id, amount=money("5.00 GBP"), actor=API, now=days(3))

    yield
    yield

    assert [row_of(card).state for card in (blocked, voided, risen)] == ["BLOCKED", "VOIDED", "ACTIVE"]
    assert row_of(risen).lives_again
    told = CardEvent.objects.filter(card_id=blocked.id, tells_card=True)
    assert [(event.kind, event.state_after) for event in told] == [("BLOCKED", "BLOCKED")]
    unblock_card(card_id=blocked.id, actor=STAFF, now=NOW, why=Why(note="found"))
    assert list(list_findings()) == []


@before("giftcards", "0003")
def a_batch_half_made_before_its_value_was_kept_as_money_is_made_to_its_end() -> Generator[None, None, None]:
    amounts = {"25.00 GBP": 2500, "1.250 KWD": 1250, "500 JPY": 500}
    batches = [CardBatchFactory.create(amount=money(amount), size=3).pk for amount in amounts]
    for batch in batches:
        make_portion(batch_id=batch, actor=STAFF, now=NOW, at_most=1)

    yield

    with connection.cursor() as cursor:
        cursor.execute("SELECT amount_minor FROM giftcards_cardbatch ORDER BY id")
        assert cursor.fetchall() == [(minor,) for minor in amounts.values()]

    yield

    for batch, (amount, minor) in zip(batches, amounts.items(), strict=True):
        make_batch(batch_id=batch, actor=STAFF, now=NOW)
        assert CardBatch.objects.get(pk=batch).amount == money(amount)
        cards = GiftCard.objects.filter(batch=batch).select_related("account")
        assert [card.account.balance_minor for card in cards] == [minor] * 3


@before("giftcards", "0004", passed_by=True)
def cards_are_found_by_the_words_of_their_recipients() -> Generator[None, None, None]:
    card, nobodys = given_card(recipient_name="Zoë Brontë"), given_card()

    yield
    yield

    assert [found.pk for found in GiftCard.objects.all().matching("bronte")] == [card.id]
    assert row_of(card).folded == row_of(card).fold_words() == "bronte zoe"
    assert CardWord.objects.filter(card_id=card.id).count() == 2
    assert row_of(nobodys).folded == ""
