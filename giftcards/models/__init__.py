from giftcards.models.batches import BatchStatus, CardBatch
from giftcards.models.cards import CardState, GiftCard
from giftcards.models.events import CardEvent, CodeSealing, EventKind

__all__ = ["BatchStatus", "CardBatch", "CardEvent", "CardState", "CodeSealing", "EventKind", "GiftCard"]
