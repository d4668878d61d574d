from giftcards.models.batches import BatchStatus, CardBatch
from giftcards.models.cards import CardMetadatum, CardState, CardWord, GiftCard
from giftcards.models.deliveries import CodeDelivery, DeliveryState
from giftcards.models.events import CardEvent, CodeSealing, EventKind
