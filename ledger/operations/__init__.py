"""What can be done to the books. Each operation is one database transaction, and says what it refuses."""

from ledger.models import (
    AccountKind,
    AccountStatus,
    Actor,
    ActorKind,
    CounterAccount,
    CustomerStatus,
    EntityType,
    Funding,
    TransactionType,
    new_document_id,
    new_uuid7,
)
from ledger.operations.accounts import lock_account_rows, open_account, set_account_status, set_account_statuses
from ledger.operations.atomic import is_conflict, operation
from ledger.operations.bulk import NewCardAccount, OpenedAccount, add_first_credits, open_card_accounts, write_rows
from ledger.operations.closings import close_books
from ledger.operations.corrections import refund_spend, reverse_transaction
from ledger.operations.credit import add_credit, adjust_credit, issue_credit, positive_minor, spend_credit
from ledger.operations.customer_import import (
    CustomerChanged,
    CustomerImportSummary,
    CustomerOutcome,
    CustomerRow,
    import_customers,
    preview_customer_import,
    tell_of_changed,
)
from ledger.operations.customers import CHANGEABLE, create_customer, update_customer
from ledger.operations.cuts import complete_cuts, take_books_alone, take_cut
from ledger.operations.endings import Ending, end_credit_at, end_lot_at, second_life
from ledger.operations.erasing import erase_rows
from ledger.operations.expiry import ExpirySummary, count_expired_lots, expire_credit, expire_credit_of
from ledger.operations.holds import (
    capture_hold,
    extend_hold,
    place_hold,
    release_hold,
    release_timed_out_holds,
    release_timed_out_holds_of,
)
from ledger.operations.merging import Merged, merge_customers, take_back_move, unmerge_customers
from ledger.operations.moves import transfer_credit, void_credit
from ledger.operations.openings import (
    OpenedBalance,
    OpeningConflict,
    OpeningCounts,
    OpeningRow,
    OpeningStatus,
    import_opening_balances,
    preview_opening_balances,
)
from ledger.operations.reasons import require_reason
from ledger.operations.seal_files import append_seals, mail_seals
from ledger.operations.statistics import take_statistics
from ledger.operations.sums import fold_many_sums
from ledger.operations.turnover import count_days
from ledger.posting import (
    CLOSED_UNTIL,
    LARGEST_BALANCE_MINOR,
    LOCKED_COLUMNS,
    UNEXPLAINED,
    FirstCredit,
    LockedAccount,
    Why,
    count_by,
    count_given,
    locked_account,
)
