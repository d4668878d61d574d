"""What can be done with credit requests. Each operation is one database transaction, and says what it refuses."""

from storecredit.credits.models import (
    BatchStatus,
    CustomerRequestKind,
    CustomerRequestStatus,
    OrderKind,
    Party,
    PayeeKind,
    RequestKind,
    RequestStatus,
)
from storecredit.credits.operations.approving import approve_money
from storecredit.credits.operations.asking import NewRequest, Order, request_credits
from storecredit.credits.operations.batches import (
    BatchLine,
    LineRefused,
    approve_batch,
    check_lines,
    foresee_batch,
    import_requests,
    reject_batch,
)
from storecredit.credits.operations.card_batches import approve_card_batch, reject_card_batch
from storecredit.credits.operations.changing import set_status
from storecredit.credits.operations.customer_rules import require_nobody_waits_to_be_paid
from storecredit.credits.operations.customers import (
    UNDONE_WITHIN,
    approve_about_customer,
    ask_about_customer,
    cancel_about_customer,
    refuse_about_customer,
    undo_about_customer,
)
from storecredit.credits.operations.deciding import (
    Decision,
    approve_request,
    cancel_request,
    fail_request,
    lock_person,
    lock_request,
    reject_request,
    retry_request,
)
from storecredit.credits.operations.issuing import COMES_BACK, last_day
from storecredit.credits.operations.limits import set_approver_limit
from storecredit.credits.operations.own import forget_links, link_customer
from storecredit.credits.operations.payees import CUSTOMER, NUMBER
from storecredit.credits.operations.rotation import (
    count_numbers_by_key,
    count_numbers_to_rotate,
    rotate_request_numbers,
)
from storecredit.credits.operations.timeouts import count_due_requests, expire_requests
