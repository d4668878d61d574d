"""How staff see the books. Nothing in here can change what was posted."""

from ledger.admin.accounts import AccountAdmin
from ledger.admin.customers import CustomerAdmin
from ledger.admin.holds import HoldAdmin
from ledger.admin.reasons import BookRulesAdmin, ReasonAdmin
from ledger.admin.transactions import TransactionAdmin

__all__ = ["AccountAdmin", "BookRulesAdmin", "CustomerAdmin", "HoldAdmin", "ReasonAdmin", "TransactionAdmin"]
