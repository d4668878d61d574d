"""What can be done with cards. Each operation is one database transaction, and says what it refuses."""

from giftcards.models import CardState, EventKind
from giftcards.operations.days import end_of_day, require_time_zone, today_in
from giftcards.operations.expiry import expire_cards
from giftcards.operations.making import NewCard, create_card
from giftcards.operations.states import (
    assign_card,
    block_card,
    extend_card,
    move_card_to_store_credit,
    replace_card,
    reveal_code,
    unblock_card,
    void_card,
)
from giftcards.operations.using import redeem_card, refund_redemption, reload_card, reverse_card_transaction

__all__ = [
    "CardState",
    "EventKind",
    "NewCard",
    "assign_card",
    "block_card",
    "create_card",
    "end_of_day",
    "expire_cards",
    "extend_card",
    "move_card_to_store_credit",
    "redeem_card",
    "refund_redemption",
    "reload_card",
    "replace_card",
    "require_time_zone",
    "reveal_code",
    "reverse_card_transaction",
    "today_in",
    "unblock_card",
    "void_card",
]
