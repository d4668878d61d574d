from ledger.models import made_by
from storecredit.checkouts.models.checkouts import Checkout, CheckoutItem, CheckoutStatus
from storecredit.checkouts.models.orders import (
    Charge,
    ChargeMovement,
    ChargeState,
    Fulfillment,
    FulfillmentItem,
    MovementKind,
    Order,
    OrderState,
    Refund,
    RefundItem,
    UnreturnedCredit,
)
from storecredit.checkouts.models.rules import CheckoutRules, read_rules
from storecredit.checkouts.models.settlements import Settlement
from storecredit.checkouts.models.sources import DETAILS, Source, SourceState, SourceType
from storecredit.checkouts.models.vendor import (
    CalloutHold,
    CreditDeduction,
    DeductionKind,
    DeductionMovement,
    EventState,
    VendorGiveBack,
    VendorOrder,
    WebhookEvent,
    WebhookSecret,
)
