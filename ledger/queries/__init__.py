"""What can be asked of the books. Nothing in here writes."""

from ledger.models import Account, Customer, Hold, Reason, Transaction
from ledger.queries.currencies import is_in_use, list_account_currencies, require_in_use
from ledger.queries.customers import (
    find_customer_ids,
    find_customers_by_email,
    get_customer,
    list_customers,
    list_numbered,
)
from ledger.queries.entries import Standing, StoreCredit, get_standing, get_store_credit, list_entries
from ledger.queries.findings import (
    Check,
    CheckOfWords,
    Finding,
    list_checks,
    list_findings,
    name_checks,
    run_check_of_words,
    run_checks,
)
from ledger.queries.history import list_holds, list_open_lots, list_transactions
from ledger.queries.liability import EXPIRY_DAYS, Liability, sum_liabilities
from ledger.queries.lookups import (
    find_account,
    find_transaction,
    get_account,
    get_transaction,
    is_account_number,
    is_number_of,
    list_latest_transactions,
    list_reasons,
    list_referring,
)
from ledger.queries.spendable import SPENDABLE, sum_spendable_minor
from ledger.queries.undoing import find_other_side, sum_left_of_credit_minor, sum_undone_minor, undone_minor
from ledger.queries.wallets import (
    AccountBalance,
    Wallet,
    get_account_balance,
    get_wallet,
    list_accounts,
    list_wallets,
)

__all__ = [
    "EXPIRY_DAYS",
    "SPENDABLE",
    "Account",
    "AccountBalance",
    "Check",
    "CheckOfWords",
    "Customer",
    "Finding",
    "Hold",
    "Liability",
    "Reason",
    "Standing",
    "StoreCredit",
    "Transaction",
    "Wallet",
    "find_account",
    "find_customer_ids",
    "find_customers_by_email",
    "find_other_side",
    "find_transaction",
    "get_account",
    "get_account_balance",
    "get_customer",
    "get_standing",
    "get_store_credit",
    "get_transaction",
    "get_wallet",
    "is_account_number",
    "is_in_use",
    "is_number_of",
    "list_account_currencies",
    "list_accounts",
    "list_checks",
    "list_customers",
    "list_entries",
    "list_findings",
    "list_holds",
    "list_latest_transactions",
    "list_numbered",
    "list_open_lots",
    "list_reasons",
    "list_referring",
    "list_transactions",
    "list_wallets",
    "name_checks",
    "require_in_use",
    "run_check_of_words",
    "run_checks",
    "sum_left_of_credit_minor",
    "sum_liabilities",
    "sum_spendable_minor",
    "sum_undone_minor",
    "undone_minor",
]
