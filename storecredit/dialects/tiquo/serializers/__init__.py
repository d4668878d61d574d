"""The foreign words of the customer store credit API: what its bodies say, and how its answers look."""

from storecredit.dialects.tiquo.serializers.credit import (
    Movement,
    StoreCreditBalancesAnswer,
    StoreCreditDebit,
    StoreCreditIssue,
    StoreCreditMovementAnswer,
    StoreCreditTransaction,
    StoreCreditTransactionAnswer,
    StoreCreditTransactionPage,
    balances_of,
    details_of,
    id_of,
    mark_replay,
    money_of,
    movements_of,
    show_movement,
)
from storecredit.dialects.tiquo.serializers.customers import (
    Customer,
    CustomerAnswer,
    CustomerCreate,
    CustomerPage,
    CustomerUpdate,
    CustomerWithAccounts,
    Standing,
    changes_of,
)
from storecredit.dialects.tiquo.serializers.envelope import Page, Refusal
