"""What staff can do to a card: each is one operation between a form, a review and a line in the card's history."""

from giftcards.admin.steps.codes import MakeCard, ReplaceCard, RevealCode
from giftcards.admin.steps.refunds import RefundRedemption
from giftcards.admin.steps.states import AssignCard, BlockCard, ExtendCard, UnblockCard, VoidCard
from giftcards.admin.steps.values import MoveToStoreCredit, RedeemCard, ReloadCard

#: In the order of the buttons on a card's page.
CARD_STEPS = (
    RedeemCard,
    ReloadCard,
    RefundRedemption,
    BlockCard,
    UnblockCard,
    ExtendCard,
    AssignCard,
    MoveToStoreCredit,
    ReplaceCard,
    RevealCode,
    VoidCard,
)

__all__ = [
    "CARD_STEPS",
    "AssignCard",
    "BlockCard",
    "ExtendCard",
    "MakeCard",
    "MoveToStoreCredit",
    "RedeemCard",
    "RefundRedemption",
    "ReloadCard",
    "ReplaceCard",
    "RevealCode",
    "UnblockCard",
    "VoidCard",
]
