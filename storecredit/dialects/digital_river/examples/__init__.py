"""
Requests and the answers they really get; `tests/dialects/digital_river/test_examples.py` sends them.

A shop sold three shirts for 30 USD the day before: 12.50 of store credit, 17.50 by card, and one of them came back. Now
another shopper is at the checkout. Ids, secrets and account numbers are drawn at random.
"""

from storecredit.dialects.digital_river.examples.buying import (
    APPROVE_CREDIT,
    ATTACH_SOURCE,
    CHANGE_CHECKOUT,
    CREATE_CHECKOUT,
    CREATE_SOURCE,
    DELETE_CHECKOUT,
    DETACH_SOURCE,
    READ_CHECKOUT,
    READ_SOURCE,
    RELEASE_CREDIT,
    TAKE_EVENT,
)
from storecredit.dialects.digital_river.examples.orders import (
    CANCEL_ORDER,
    CREATE_FULFILLMENT,
    CREATE_ORDER,
    CREATE_REFUND,
    LIST_ORDERS,
    LIST_REFUNDS,
    READ_ORDER,
    READ_REFUND,
)
from storecredit.dialects.digital_river.examples.shop import (
    ADDRESS,
    BILL_TO,
    CHECKOUT_ID,
    CHECKOUT_IN,
    ITEM_ID,
    LINE,
    NEW_ID,
    NOW_TEXT,
    ORDER_ID,
    ORDERED_ITEM_ID,
    OWNER,
    PAID_CHECKOUT_ID,
    REFUND_ID,
    SESSION_ID,
    SOURCE_ID,
    WEBHOOK_KEY,
)
