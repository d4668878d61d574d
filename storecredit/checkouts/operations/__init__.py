"""What can be done with checkouts. Each operation is one database transaction, and says what it refuses."""

from storecredit.checkouts.models import (
    DETAILS,
    CheckoutStatus,
    EventState,
    MovementKind,
    OrderState,
    SourceState,
    SourceType,
)
from storecredit.checkouts.operations.callouts import CreditLineAnswer, approve_credit_line, release_credit_line
from storecredit.checkouts.operations.charging import MOST_PARTS
from storecredit.checkouts.operations.checkouts import (
    CHANGEABLE,
    ExpiredCheckouts,
    NewItem,
    change_checkout,
    count_due_checkouts,
    create_checkout,
    delete_checkout,
    expire_checkouts,
)
from storecredit.checkouts.operations.correcting import (
    CORRECTION_SOURCE,
    find_correction,
    is_corrected,
    open_correction,
)
from storecredit.checkouts.operations.forgetting import forget_bodies, forget_buyers
from storecredit.checkouts.operations.fulfilment import FulfillmentLine, cancel_order, fulfill
from storecredit.checkouts.operations.giving_back import settle_shortfall, settle_unreturned_credit
from storecredit.checkouts.operations.members import (
    LONGEST_CITY,
    LONGEST_ID,
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_POSTAL_CODE,
    LONGEST_STATE,
    MOST_ITEMS,
)
from storecredit.checkouts.operations.ordering import place_order
from storecredit.checkouts.operations.refunding import RefundLine, refund_order
from storecredit.checkouts.operations.secrets import (
    add_webhook_secret,
    agree_to_webhook_secret,
    reseal_webhook_secrets,
    retire_webhook_secret,
)
from storecredit.checkouts.operations.signatures import sign, verify_signature
from storecredit.checkouts.operations.sources import (
    MOST_SOURCES,
    attach_source,
    create_source,
    detach_source,
    owner_from_bill_to,
    release_stuck_hold,
)
from storecredit.checkouts.operations.webhooks import (
    EventSummary,
    process_event,
    process_events,
    receive_event,
    settle_event,
    store_event,
)
