"""What can be asked of checkouts. Nothing in here writes."""

from storecredit.checkouts.models import (
    CalloutHold,
    Charge,
    ChargeMovement,
    ChargeState,
    Checkout,
    CheckoutItem,
    CheckoutRules,
    CreditDeduction,
    DeductionKind,
    DeductionMovement,
    Fulfillment,
    MovementKind,
    Order,
    Refund,
    Settlement,
    Source,
    UnreturnedCredit,
    WebhookEvent,
    WebhookSecret,
)
from storecredit.checkouts.models.secrets import has_full_length
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
from storecredit.checkouts.queries.persons import find_unfinished_of, list_rows_of
from storecredit.checkouts.queries.returns import (
    ReturnState,
    state_of_all,
    state_of_movement,
    state_of_refund,
    state_of_unreturned,
    sum_returned_minor,
)
from storecredit.checkouts.queries.secrets import count_secrets_by_key, count_secrets_to_rotate, list_live_secrets
