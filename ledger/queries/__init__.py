"""What can be asked of the books. Nothing in here writes."""

from ledger.queries.customers import get_customer, list_customers
from ledger.queries.history import list_holds, list_open_lots, list_transactions
from ledger.queries.wallets import AccountBalance, Wallet, get_wallet, list_accounts, list_wallets

__all__ = [
    "AccountBalance",
    "Wallet",
    "get_customer",
    "get_wallet",
    "list_accounts",
    "list_customers",
    "list_holds",
    "list_open_lots",
    "list_transactions",
    "list_wallets",
]
