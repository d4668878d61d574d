"""What staff can do to a card: each is one operation between a form, a review and a line in the card's history."""

from storecredit.backoffice.cards.steps.approving import ApproveCardBatch, RejectCardBatch, approvers_words
from storecredit.backoffice.cards.steps.batches import PlanBatch, TakeCodes
from storecredit.backoffice.cards.steps.codes import ReplaceCard, RevealCode
from storecredit.backoffice.cards.steps.making import MakeCard
from storecredit.backoffice.cards.steps.refunds import RefundRedemption
from storecredit.backoffice.cards.steps.sending import ChangeRecipient, SendCode
from storecredit.backoffice.cards.steps.sending_all import SendBatch, sending_table
from storecredit.backoffice.cards.steps.states import AssignCard, BlockCard, ExtendCard, UnblockCard, VoidCard
from storecredit.backoffice.cards.steps.values import MoveToStoreCredit, RedeemCard, ReloadCard

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
    SendCode,
    ChangeRecipient,
    RevealCode,
    VoidCard,
)
