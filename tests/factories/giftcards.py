"""Gift cards, the batches they come from and their histories."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import override_settings
from factory.base import Factory
from factory.declarations import Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from giftcards.models import CardBatch, CardEvent, CardMetadatum, CardWord, CodeDelivery, CodeSealing, GiftCard
from giftcards.operations import (
    NewCard,
    block_card,
    create_card,
    make_batch,
    plan_batch,
    queue_delivery,
    rotate_codes,
)
from ledger.operations import Why
from tests.factories.defaults import NOW, STAFF, money

_OLDER_KEY = "a-key-that-was-in-use-before-and-hides-nothing-at-all"


class NewCardFactory(Factory[NewCard]):
    """A card of 25.00 with its code in plain, as whoever has just made it gets it."""

    class Meta:
        model = NewCard

    amount = money("25.00 GBP")
    actor = STAFF
    now = NOW

    @classmethod
    def _create(cls, model_class: type[NewCard], *args: Any, **said: Any) -> NewCard:
        return create_card(**said)


class GiftCardFactory(DjangoModelFactory[GiftCard]):
    """The row of a new card; what is said of it is said to `NewCardFactory`."""

    class Meta:
        model = GiftCard

    @classmethod
    def _create(cls, model_class: type[GiftCard], *args: Any, **said: Any) -> GiftCard:
        return model_class.objects.get(pk=NewCardFactory.create(**said).id)


class CardEventFactory(DjangoModelFactory[CardEvent]):
    """The line that says that a card was blocked."""

    class Meta:
        model = CardEvent

    card = SubFactory(GiftCardFactory)
    note = "reported lost"

    @classmethod
    def _create(cls, model_class: type[CardEvent], *args: Any, card: GiftCard, note: str) -> CardEvent:
        block_card(card_id=card.pk, actor=STAFF, now=NOW, why=Why(note=note))
        return card.events.latest("pk")


class CardWordFactory(DjangoModelFactory[CardWord]):
    """The first of the words by which a card is found, which a trigger writes from its recipient."""

    class Meta:
        model = CardWord

    card = SubFactory(GiftCardFactory, recipient_name="Ann Other")

    @classmethod
    def _create(cls, model_class: type[CardWord], *args: Any, card: GiftCard) -> CardWord:
        return card.words.order_by("word")[0]


class CardMetadatumFactory(DjangoModelFactory[CardMetadatum]):
    """The one member of a card's metadata."""

    class Meta:
        model = CardMetadatum

    card = SubFactory(GiftCardFactory, metadata={"shelf": "B2"})

    @classmethod
    def _create(cls, model_class: type[CardMetadatum], *args: Any, card: GiftCard) -> CardMetadatum:
        return model_class.objects.get(card=card)


class CodeSealingFactory(DjangoModelFactory[CodeSealing]):
    """A card that another key had sealed is sealed anew, and with it all that an older key has sealed."""

    class Meta:
        model = CodeSealing

    @classmethod
    def _create(cls, model_class: type[CodeSealing], *args: Any, **said: Any) -> CodeSealing:
        with override_settings(CODE_KEYS=[_OLDER_KEY]):
            card_id: UUID = NewCardFactory.create(**said).id
        with override_settings(CODE_KEYS=[*settings.CODE_KEYS, _OLDER_KEY]):
            rotate_codes()
        return model_class.objects.get(card_id=card_id)


class CardBatchFactory(DjangoModelFactory[CardBatch]):
    """Three cards of 25.00 that are to be made; `ready=True` makes them."""

    class Meta:
        model = CardBatch

    class Params:
        ready = Trait(is_made=True)

    name = Sequence(lambda n: f"Spring fair {n}")
    amount = money("25.00 GBP")
    size = 3
    actor = STAFF
    now = NOW
    is_made = False

    @classmethod
    def _create(cls, model_class: type[CardBatch], *args: Any, is_made: bool, **said: Any) -> CardBatch:
        batch = plan_batch(**said)
        return make_batch(batch_id=batch.pk, actor=said["actor"], now=said["now"]) if is_made else batch


class CodeDeliveryFactory(DjangoModelFactory[CodeDelivery]):
    """A new card's code, asked for by who may see it, not sent yet."""

    class Meta:
        model = CodeDelivery

    card = SubFactory(GiftCardFactory, recipient_email="ada@example.com")
    address = "ada@example.com"
    language = "en"
    actor = STAFF
    now = NOW
    may_reveal = True
    note = "Bought as a present"

    @classmethod
    def _create(cls, model_class: type[CodeDelivery], *args: Any, card: GiftCard, note: str, **said: Any) -> Any:
        return queue_delivery(card_id=card.pk, why=Why(note=note), **said)
