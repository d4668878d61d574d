"""The foreign words of the customer store credit API: what its bodies say, and how its answers look."""

from storecredit.dialects.tiquo.serializers.credit import (
    BALANCES,
    MOVEMENT,
    TRANSACTIONS,
    BalanceQuery,
    CreditIn,
    DebitIn,
    TransactionQuery,
    mark_replay,
    show_balances,
    show_movement,
    show_transactions,
)
from storecredit.dialects.tiquo.serializers.customers import (
    CUSTOMER,
    CUSTOMERS,
    CustomerChange,
    CustomerIn,
    CustomerQuery,
    show_customer,
    show_customers,
)

__all__ = [
    "BALANCES",
    "CUSTOMER",
    "CUSTOMERS",
    "MOVEMENT",
    "TRANSACTIONS",
    "BalanceQuery",
    "CreditIn",
    "CustomerChange",
    "CustomerIn",
    "CustomerQuery",
    "DebitIn",
    "TransactionQuery",
    "mark_replay",
    "show_balances",
    "show_customer",
    "show_customers",
    "show_movement",
    "show_transactions",
]
