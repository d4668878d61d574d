"""The foreign words of the API in which store credit is a payment source: what its bodies say, how its answers look."""

from storecredit.dialects.digital_river.serializers.checkouts import (
    CHECKOUT,
    CheckoutChange,
    CheckoutIn,
    show_checkout,
)
from storecredit.dialects.digital_river.serializers.orders import (
    FULFILLMENT,
    ORDER,
    ORDERS,
    FulfillmentIn,
    OrderIn,
    OrderQuery,
    show_fulfillment,
    show_order,
    show_orders,
)
from storecredit.dialects.digital_river.serializers.refunds import (
    REFUND,
    REFUNDS,
    RefundIn,
    RefundQuery,
    show_refund,
    show_refunds,
)
from storecredit.dialects.digital_river.serializers.shapes import PAGE_SIZE
from storecredit.dialects.digital_river.serializers.sources import SOURCE, SourceIn, show_source
from storecredit.dialects.digital_river.serializers.vendor import (
    APPROVAL,
    EVENT_TAKEN,
    TAKEN,
    CalloutIn,
    EventIn,
    show_approval,
)

__all__ = [
    "APPROVAL",
    "CHECKOUT",
    "EVENT_TAKEN",
    "FULFILLMENT",
    "ORDER",
    "ORDERS",
    "PAGE_SIZE",
    "REFUND",
    "REFUNDS",
    "SOURCE",
    "TAKEN",
    "CalloutIn",
    "CheckoutChange",
    "CheckoutIn",
    "EventIn",
    "FulfillmentIn",
    "OrderIn",
    "OrderQuery",
    "RefundIn",
    "RefundQuery",
    "SourceIn",
    "show_approval",
    "show_checkout",
    "show_fulfillment",
    "show_order",
    "show_orders",
    "show_refund",
    "show_refunds",
    "show_source",
]
