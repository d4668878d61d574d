"""What can be asked of checkouts. Nothing in here writes."""

from storecredit.checkouts.models import (
    Charge,
    ChargeMovement,
    ChargeState,
    Checkout,
    CheckoutItem,
    CreditDeduction,
    Fulfillment,
    MovementKind,
    Order,
    Refund,
    Source,
    UnreturnedCredit,
    WebhookEvent,
    WebhookSecret,
)
from storecredit.checkouts.queries.details import (
    CheckoutDetail,
    OrderDetail,
    get_checkout,
    get_fulfillment,
    get_order,
    get_refund,
    get_source,
)
from storecredit.checkouts.queries.findings import list_checks, list_findings
from storecredit.checkouts.queries.funding import Funding, Session, read_funding, session_of
from storecredit.checkouts.queries.lines import find_line
from storecredit.checkouts.queries.lists import (
    count_unfinished_events,
    list_failed_events,
    list_shortfalls,
    list_unreturned_credit,
)
from storecredit.checkouts.queries.order_credit import OrderCredit, find_credit_of_orders, list_credit_of_orders
from storecredit.checkouts.queries.origins import (
    find_charge_of_transaction,
    find_deduction_of_transaction,
    find_keeper_of_hold,
)
from storecredit.checkouts.queries.pages import (
    list_checkout_page,
    list_fulfillment_page,
    list_order_page,
    list_refund_page,
    list_source_page,
)
from storecredit.checkouts.queries.returns import (
    ReturnState,
    state_of_all,
    state_of_movement,
    state_of_refund,
    state_of_unreturned,
    sum_returned_minor,
)
from storecredit.checkouts.queries.secrets import count_secrets_by_key, count_secrets_to_rotate, list_live_secrets

__all__ = [
    "Charge",
    "ChargeMovement",
    "ChargeState",
    "Checkout",
    "CheckoutDetail",
    "CheckoutItem",
    "CreditDeduction",
    "Fulfillment",
    "Funding",
    "MovementKind",
    "Order",
    "OrderCredit",
    "OrderDetail",
    "Refund",
    "ReturnState",
    "Session",
    "Source",
    "UnreturnedCredit",
    "WebhookEvent",
    "WebhookSecret",
    "count_secrets_by_key",
    "count_secrets_to_rotate",
    "count_unfinished_events",
    "find_charge_of_transaction",
    "find_credit_of_orders",
    "find_deduction_of_transaction",
    "find_keeper_of_hold",
    "find_line",
    "get_checkout",
    "get_fulfillment",
    "get_order",
    "get_refund",
    "get_source",
    "list_checkout_page",
    "list_checks",
    "list_credit_of_orders",
    "list_failed_events",
    "list_findings",
    "list_fulfillment_page",
    "list_live_secrets",
    "list_order_page",
    "list_refund_page",
    "list_shortfalls",
    "list_source_page",
    "list_unreturned_credit",
    "read_funding",
    "session_of",
    "state_of_all",
    "state_of_movement",
    "state_of_refund",
    "state_of_unreturned",
    "sum_returned_minor",
]
