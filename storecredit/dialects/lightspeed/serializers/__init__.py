"""The foreign words of the gift card API: what its bodies say, and how its answers look."""

from storecredit.dialects.lightspeed.serializers.cards import (
    CARD,
    CARD_IN_DATA,
    CARDS,
    NEWEST_MOVEMENTS,
    BlockIn,
    CardIn,
    CardQuery,
    UnblockIn,
    put_in_data,
    read_card_id,
    show_card,
    show_cards,
)
from storecredit.dialects.lightspeed.serializers.transactions import (
    TRANSACTION,
    TransactionIn,
    show_transaction,
)

__all__ = [
    "CARD",
    "CARDS",
    "CARD_IN_DATA",
    "NEWEST_MOVEMENTS",
    "TRANSACTION",
    "BlockIn",
    "CardIn",
    "CardQuery",
    "TransactionIn",
    "UnblockIn",
    "put_in_data",
    "read_card_id",
    "show_card",
    "show_cards",
    "show_transaction",
]
