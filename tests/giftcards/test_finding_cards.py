"""Cards are found by the beginnings of their recipients' words."""

import pytest
from django.db import connection

from giftcards.models import GiftCard
from giftcards.queries import list_findings
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, STAFF, given_customer, money

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    """The recipients of the cards that a search finds."""
    return sorted(card.recipient_name for card in GiftCard.objects.all().matching(text))


@pytest.mark.parametrize("text", ["bronte", "ZOE", "Brontë-Smith, Zoë", "smith", "zoe@example", "zoe@example.com"])
def test_a_card_is_found_by_its_recipient_however_that_is_typed(text):
    given_card(recipient_name="Zoë Brontë-Smith", recipient_email="zoe@example.com")
    given_card(recipient_name="Grace Hopper", recipient_email='"g"@example.com')

    assert found(text) == ["Zoë Brontë-Smith"]


def test_the_middle_of_a_word_finds_nothing():
    given_card(recipient_name="Zoë Brontë")

    assert found("ront") == []


@pytest.mark.parametrize("most", [500, 2])
@pytest.mark.parametrize(
    ("text", "recipients"),
    [
        ("ada", ["Ada Byron", "Ada Lovelace", "King"]),
        ("ada lovelace", ["Ada Lovelace"]),
        ("hopper", ["Ada Byron"]),
        ("ada hopper", ["Ada Byron"]),
        ("AL1A", ["Ada Lovelace"]),
        ("****AL1A ada", ["Ada Lovelace"]),
    ],
)
def test_what_many_cards_have_finds_as_what_few_have(monkeypatch, text, recipients, most):
    monkeypatch.setattr("ledger.querysets._FREQUENT", most)
    hopper, ada = given_customer(first_name="Grace", last_name="Hopper"), given_customer(first_name="Ada", email="")
    given_card(code="CARD-AL1A", recipient_name="Ada Lovelace")
    given_card(recipient_name="Ada Byron", customer_id=hopper.pk)
    given_card(recipient_name="King", customer_id=ada.pk)
    given_card(recipient_name="Turing")

    assert found(text) == recipients


@pytest.mark.parametrize("most", [500, 2])
def test_the_cards_of_a_batch_are_found_by_its_name_however_many_they_are(monkeypatch, most):
    monkeypatch.setattr("ledger.querysets._FREQUENT", most)
    batch = CardBatchFactory.create(name="Big Xmas 2026", ready=True)
    CardBatchFactory.create(name="Spring fair", ready=True)
    last_four = batch.cards.earliest("pk").last_four

    assert set(GiftCard.objects.all().matching("xmas")) == set(batch.cards.all())
    assert GiftCard.objects.all().matching("winter").count() == 0
    assert [card.last_four for card in GiftCard.objects.all().matching(f"xmas {last_four}")] == [last_four]


def test_a_card_of_a_batch_is_found_by_its_recipient():
    make_cards_of(recipient_name="Ada Lovelace")

    assert found("lovelace") == ["Ada Lovelace"]


def test_the_words_follow_the_row_whoever_writes_it_and_reconcile_finds_those_that_are_not_its_own():
    card = given_card(recipient_name="Ada")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE giftcards_giftcard SET folded = 'grace' WHERE id = %s", [card.id.hex])

    assert (found("ada"), found("grace")) == ([], ["Ada"])
    assert [(finding.check, finding.row) for finding in list_findings()] == [("card_words", f"gift card {card.id}")]


def make_cards_of(**fields):
    """One card that is made as many are."""
    from django.db import transaction

    from giftcards.models.codes import seal_code
    from giftcards.operations.bulk import PlannedCard, make_cards
    from ledger.operations import Funding, TransactionType

    planned = PlannedCard(seal_code("BULK0001"), 500, money("5 GBP").currency.code, "UTC", **fields)
    with transaction.atomic():
        make_cards(cards=[planned], type=TransactionType.ISSUE, funding=Funding.PAID, actor=STAFF, now=NOW)
