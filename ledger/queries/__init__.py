"""What can be asked of the books. Nothing in here writes."""

from ledger.models import Customer, Transaction
from ledger.queries.customers import get_customer, list_customers
from ledger.queries.findings import Finding, list_checks, list_findings
from ledger.queries.history import list_holds, list_open_lots, list_transactions
from ledger.queries.wallets import AccountBalance, Wallet, get_wallet, list_accounts, list_wallets

__all__ = [
    "AccountBalance",
    "Customer",
    "Finding",
    "Transaction",
    "Wallet",
    "get_customer",
    "get_wallet",
    "list_accounts",
    "list_checks",
    "list_customers",
    "list_findings",
    "list_holds",
    "list_open_lots",
    "list_transactions",
    "list_wallets",
]
