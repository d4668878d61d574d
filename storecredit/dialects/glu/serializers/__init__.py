"""The foreign words of the stored credit account API: what its bodies say, and how its answers look."""

from storecredit.dialects.glu.serializers.accounts import (
    ACCOUNT,
    CONTACT,
    NEWEST_BALANCES,
    RedeemIn,
    StoredAccount,
    show_account,
    show_contact,
)
from storecredit.dialects.glu.serializers.balances import (
    BALANCE,
    BALANCES,
    BalanceQuery,
    Links,
    PageQuery,
    show_balance,
    show_balances,
)

__all__ = [
    "ACCOUNT",
    "BALANCE",
    "BALANCES",
    "CONTACT",
    "NEWEST_BALANCES",
    "BalanceQuery",
    "Links",
    "PageQuery",
    "RedeemIn",
    "StoredAccount",
    "show_account",
    "show_balance",
    "show_balances",
    "show_contact",
]
