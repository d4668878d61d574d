"""What can be asked of the books. Nothing in here writes."""

from ledger.metadata import METADATA, Member, text_of
from ledger.models import (
    Account,
    AccountEvent,
    AccountKind,
    BookRules,
    Customer,
    Cut,
    Hold,
    HoldStatus,
    Lot,
    LotExpiry,
    LotUse,
    Reason,
    StaffIntent,
    Transaction,
)
from ledger.queries.closings import find_closed_until
from ledger.queries.currencies import is_in_use, list_account_currencies, require_in_use
from ledger.queries.customers import (
    find_customer_ids,
    find_customers_by_email,
    get_customer,
    list_customers,
    list_numbered,
)
from ledger.queries.cuts import (
    Bucket,
    BucketFigure,
    Span,
    Steps,
    find_cut_at,
    find_digest,
    find_last_cut,
    find_last_sealed_cut,
    get_cut,
    in_utc,
    list_closings,
    list_closings_at,
    list_cuts,
    list_cuts_at,
    list_figures,
    list_sealed_cuts,
    sum_moved_by_entry,
    sum_moved_by_reason,
    sum_movements,
    sum_steps,
)
from ledger.queries.entries import (
    Standing,
    StoreCredit,
    get_standing,
    get_store_credit,
    has_metadata,
    list_entries,
    metadata_of,
)
from ledger.queries.findings import (
    Check,
    CheckOfMetadata,
    CheckOfWords,
    Finding,
    find_lots_that_expire_otherwise,
    is_asked,
    list_checks,
    list_findings,
    name_checks,
    run_check_of_metadata,
    run_check_of_words,
    run_checks,
)
from ledger.queries.history import list_holds, list_open_lots, list_transactions
from ledger.queries.liability import EXPIRY_DAYS, Liability, sum_liabilities
from ledger.queries.lookups import (
    ReasonUse,
    find_account,
    find_account_id,
    find_transaction,
    get_account,
    get_transaction,
    is_account_number,
    is_number_of,
    list_entry_doors,
    list_latest_transactions,
    list_reasons,
    list_referring,
)
from ledger.queries.naming import Naming, find_rows_naming
from ledger.queries.persons import list_rows_of
from ledger.queries.seals import (
    GuardChange,
    SealFault,
    SealFile,
    Verified,
    list_guard_changes,
    public_key_of,
    verify_seals,
)
from ledger.queries.spendable import SPENDABLE, map_spendable_minor, sum_spendable_minor
from ledger.queries.statements import Statement, list_statements
from ledger.queries.stepping import list_values
from ledger.queries.sums import AccountSums, list_account_sums
from ledger.queries.survivors import find_heir_id, list_former_account_ids
from ledger.queries.turnover import Figure, Turnover, counted_in, sum_by_day, total_by_day
from ledger.queries.undoing import find_other_side, sum_left_of_credit_minor, sum_undone_minor, undone_minor
from ledger.queries.wallets import (
    AccountBalance,
    Wallet,
    find_called_id,
    get_account_balance,
    get_wallet,
    list_accounts,
    list_wallets,
)
