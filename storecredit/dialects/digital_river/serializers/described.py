"""What the API's description says about each path."""

from typing import Final

from storecredit.api.openapi import Described
from storecredit.dialects.digital_river.serializers import examples
from storecredit.dialects.digital_river.serializers.checkouts import CHECKOUT, CheckoutChange, CheckoutIn
from storecredit.dialects.digital_river.serializers.orders import (
    FULFILLMENT,
    ORDER,
    ORDERS,
    FulfillmentIn,
    OrderIn,
    OrderQuery,
)
from storecredit.dialects.digital_river.serializers.refunds import REFUND, REFUNDS, RefundIn, RefundQuery
from storecredit.dialects.digital_river.serializers.sources import SOURCE, SourceIn
from storecredit.dialects.digital_river.serializers.vendor import APPROVAL, EVENT_TAKEN, CalloutIn, EventIn

_SOURCE_ID: Final = {"source": "Id of the source."}
_CHECKOUT_ID: Final = {"checkout": "Id of the checkout."}
_ORDER_ID: Final = {"order": "Id of the order: 12 digits."}
_REUSED: Final = "the Idempotency-Key was reused with different request details."
_KEY_REUSED: Final = f"{_REUSED[0].upper()}{_REUSED[1:]}"
_NO_CHECKOUT: Final = "No checkout has this id: it was deleted, or given up."
_ORDERED: Final = "`session_update_not_allowed`: the checkout was ordered."
_ATTACHING: Final = (
    "`session_source_amount_too_large`: the sources would pay more than the checkout costs. "
    "`session_update_not_allowed`: it was ordered, has a primary source already, has one that is used once and would "
    "have to come after store credit, or would have Amazon Pay beside store credit. "
    "`source_status_invalid_for_session`: the source was consumed or cancelled, belongs elsewhere, is in another "
    "currency, or its line is another customer's or not usable. `insufficient_store_credit`: the line has not enough."
)

CREATE_SOURCE: Final = Described(
    summary="Create a source",
    about="Makes something known that can pay. Store credit is not set aside before it is attached. External tender is "
    "recorded and never processed: a card's number or security code, wherever it stands, is refused.",
    body=SourceIn,
    key_required=False,
    answers={201: ("The source was made.", SOURCE)},
    refusals={409: f"`session_update_not_allowed`: the payment session is complete; or {_REUSED}"},
    examples=examples.CREATE_SOURCE,
)
READ_SOURCE: Final = Described(
    summary="Get a source",
    path=_SOURCE_ID,
    answers={200: ("The source.", SOURCE)},
    refusals={404: "No source has this id."},
    examples=examples.READ_SOURCE,
)
CREATE_CHECKOUT: Final = Described(
    summary="Create a checkout",
    about="It costs its items, shipping, and tax unless taxInclusive. It is given up after 30 days without a change.",
    body=CheckoutIn,
    key_required=False,
    answers={201: ("The checkout was made.", CHECKOUT)},
    refusals={409: f"The source named cannot be attached (see there), or {_REUSED}"},
    examples=examples.CREATE_CHECKOUT,
)
READ_CHECKOUT: Final = Described(
    summary="Get a checkout",
    path=_CHECKOUT_ID,
    answers={200: ("The checkout, with the sources that pay now.", CHECKOUT)},
    refusals={404: _NO_CHECKOUT},
    examples=examples.READ_CHECKOUT,
)
CHANGE_CHECKOUT: Final = Described(
    summary="Change a checkout",
    about="Members that are not sent are left alone; items replaces all lines. What is set aside lasts anew.",
    path=_CHECKOUT_ID,
    body=CheckoutChange,
    key_required=False,
    answers={200: ("The checkout after the change.", CHECKOUT)},
    refusals={
        404: _NO_CHECKOUT,
        409: f"{_ORDERED} `session_source_amount_too_large`: its sources would pay more than it then costs. "
        f"`source_status_invalid_for_session`: a line is not the customer's. Or {_REUSED}",
    },
    examples=examples.CHANGE_CHECKOUT,
)
DELETE_CHECKOUT: Final = Described(
    summary="Delete a checkout",
    about="Its lines of credit are cancelled, and what was set aside is free.",
    path=_CHECKOUT_ID,
    answers={204: ("It was deleted.", None)},
    refusals={400: "Something was sent that is no JSON object.", 404: _NO_CHECKOUT, 409: _ORDERED, 413: "Too long."},
    examples=examples.DELETE_CHECKOUT,
)
ATTACH_SOURCE: Final = Described(
    summary="Attach a source",
    about="Takes no body. Store credit is set aside for 30 minutes, anew with each change of the checkout.",
    path={**_CHECKOUT_ID, **_SOURCE_ID},
    key_required=False,
    answers={200: ("The checkout, also if the source was attached before.", CHECKOUT)},
    refusals={404: "No checkout or no source has this id.", 409: f"{_ATTACHING} Or {_REUSED}"},
    examples=examples.ATTACH_SOURCE,
)
DETACH_SOURCE: Final = Described(
    summary="Detach a source",
    about="Store credit is cancelled for good, and what was set aside is free.",
    path={**_CHECKOUT_ID, **_SOURCE_ID},
    answers={204: ("It was detached.", None)},
    refusals={
        400: "Something was sent that is no JSON object.",
        404: "No checkout or no source has this id, or the source is not attached.",
        409: _ORDERED,
        413: "Too long.",
    },
    examples=examples.DETACH_SOURCE,
)
CREATE_ORDER: Final = Described(
    summary="Create an order",
    about="Orders a checkout. The store credit is deducted in this moment, one transaction a source, with the order's "
    "id as its reference.",
    body=OrderIn,
    key_required=False,
    answers={201: ("The order was accepted.", ORDER)},
    refusals={
        400: "`order_submit_failed`: something is left to pay, or the e-mail address or who pays is missing; or the "
        "request is not what is documented.",
        404: "No checkout has this id, or it was ordered before: then with parameter `orderId`.",
        409: f"`failed-request`: credit was set aside for too long, or its line was blocked; nothing was deducted. "
        f"Or {_REUSED}",
    },
    examples=examples.CREATE_ORDER,
)
READ_ORDER: Final = Described(
    summary="Get an order",
    path=_ORDER_ID,
    answers={200: ("The order.", ORDER)},
    refusals={404: "No order has this id."},
    examples=examples.READ_ORDER,
)
LIST_ORDERS: Final = Described(
    summary="List orders",
    about="Newest first.",
    query=OrderQuery,
    answers={200: ("One page of orders.", ORDERS)},
    examples=examples.LIST_ORDERS,
)
CANCEL_ORDER: Final = Described(
    summary="Cancel an order",
    about="Cancels all that is not captured. Store credit goes back to its account.",
    ours=True,
    path=_ORDER_ID,
    key_required=False,
    answers={200: ("The order after it.", ORDER)},
    refusals={
        404: "No order has this id.",
        409: f"`nothing_to_cancel`: all of it was captured or cancelled; or {_REUSED}",
    },
    examples=examples.CANCEL_ORDER,
)
CREATE_FULFILLMENT: Final = Described(
    summary="Create a fulfillment",
    about="Units that were sent are captured: from store credit first, then from the primary source. Units that never "
    "will be are cancelled: at the primary source first, and store credit goes back.",
    body=FulfillmentIn,
    key_required=False,
    answers={201: ("The fulfilment was made.", FULFILLMENT)},
    refusals={404: "No order has this id.", 409: _KEY_REUSED},
    examples=examples.CREATE_FULFILLMENT,
)
CREATE_REFUND: Final = Described(
    summary="Create a refund",
    about="Gives captured money back: to the primary source first, then as store credit to its accounts.",
    body=RefundIn,
    key_required=False,
    answers={201: ("The refund was made.", REFUND)},
    refusals={
        400: "`invalid_parameter`: with parameter `amountRequested` less can be refunded, with `currency` the order is "
        "in another one; or the request is not what is documented.",
        404: "No order has this id.",
        409: _KEY_REUSED,
    },
    examples=examples.CREATE_REFUND,
)
READ_REFUND: Final = Described(
    summary="Get a refund",
    path={"refund": "Id of the refund."},
    answers={200: ("The refund.", REFUND)},
    refusals={404: "No refund has this id."},
    examples=examples.READ_REFUND,
)
LIST_REFUNDS: Final = Described(
    summary="List refunds",
    about="Newest first.",
    query=RefundQuery,
    answers={200: ("One page of refunds.", REFUNDS)},
    examples=examples.LIST_REFUNDS,
)
APPROVE_CREDIT: Final = Described(
    summary="Ask for store credit",
    about="A checkout at the vendor asks whether a line of credit can pay. What is approved is set aside for its "
    "session for 24 hours; asked again, the new amount replaces the old one.",
    body=CalloutIn,
    key_required=False,
    answers={200: ("Whether it can, and how much of it.", APPROVAL)},
    refusals={409: _KEY_REUSED},
    examples=examples.APPROVE_CREDIT,
)
RELEASE_CREDIT: Final = Described(
    summary="Release store credit",
    about="Lets go of all that the client has set aside on the line for checkouts at the vendor.",
    path={"line": "Number of the account."},
    answers={204: ("Nothing is set aside any more.", None)},
    refusals={
        400: "Something was sent that is no JSON object.",
        404: "There is no such line of credit.",
        413: "Too long.",
    },
    examples=examples.RELEASE_CREDIT,
)
TAKE_EVENT: Final = Described(
    summary="Take an event",
    about="An event of the vendor's, signed with a live webhook secret within the last five minutes. It is kept as it "
    "came, then `order.accepted` and `checkout_session.order.created` deduct store credit, once for each order and "
    "source, `order.charge.refund.complete` and `order.cancelled` give it back. Whatever else it is, it is kept and "
    "ignored. It is counted by its sender's address.",
    body=EventIn,
    answers={200: ("The event is kept. What is wrong with one of a known type is told to staff.", EVENT_TAKEN)},
    refusals={401: "The signature is missing, malformed, not ours, or too old."},
    examples=examples.TAKE_EVENT,
)
