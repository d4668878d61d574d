"""Store credit as a payment source: four moves a view. Read, call once, show; refusals go to the dialect's table."""

from storecredit.dialects.digital_river.views.base import ANY_UUID
from storecredit.dialects.digital_river.views.checkouts import Checkout, Checkouts, CheckoutSource
from storecredit.dialects.digital_river.views.fulfillments import Fulfillment, Fulfillments
from storecredit.dialects.digital_river.views.orders import CancelOrder, Order, Orders
from storecredit.dialects.digital_river.views.refunds import Refund, Refunds
from storecredit.dialects.digital_river.views.sources import Source, Sources
from storecredit.dialects.digital_river.views.vendor import StoreCredit, StoreCredits, Webhook

__all__ = [
    "ANY_UUID",
    "CancelOrder",
    "Checkout",
    "CheckoutSource",
    "Checkouts",
    "Fulfillment",
    "Fulfillments",
    "Order",
    "Orders",
    "Refund",
    "Refunds",
    "Source",
    "Sources",
    "StoreCredit",
    "StoreCredits",
    "Webhook",
]
