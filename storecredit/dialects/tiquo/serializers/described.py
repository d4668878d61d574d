"""What the API's description says about each path."""

from typing import Final

from storecredit.api.openapi import Described
from storecredit.dialects.tiquo.serializers import examples
from storecredit.dialects.tiquo.serializers.credit import (
    BALANCES,
    MOVEMENT,
    TRANSACTIONS,
    BalanceQuery,
    CreditIn,
    DebitIn,
    TransactionQuery,
)
from storecredit.dialects.tiquo.serializers.customers import (
    CUSTOMER,
    CUSTOMERS,
    CustomerChange,
    CustomerIn,
    CustomerQuery,
)

_CUSTOMER: Final = {"customer": "Customer number (`CUST-000001`) or document id (`k9876543210fedcba`)."}
_NOBODY: Final = {404: "No customer has this number or document id."}
_REUSED: Final = "the Idempotency-Key was reused with different request details."

READ_BALANCES: Final = Described(
    summary="Get current balance",
    about="What the customer can spend now, by currency: all that they have an account in, or the one asked for.",
    path=_CUSTOMER,
    query=BalanceQuery,
    answers={200: ("The balances.", BALANCES)},
    refusals=_NOBODY,
    examples=examples.READ_BALANCES,
)
ISSUE_CREDIT: Final = Described(
    summary="Add store credit",
    about="Adds the amount to the customer's balance in this currency. The first credit in a currency opens the "
    "account. Members marked as ours may be left out.",
    path=_CUSTOMER,
    body=CreditIn,
    key_required=True,
    answers={
        201: ("The credit was added.", MOVEMENT),
        200: ("This was asked before: the original answer again, with `idempotentReplay` true.", MOVEMENT),
    },
    refusals={
        **_NOBODY,
        403: "The key lacks the scope, or its owner the right; or the amount is above what the client "
        "may issue, at once or in a day.",
        409: f"The customer is banned or archived, the account is not open, or {_REUSED}",
        422: "The balance would be more than an account can hold.",
    },
    examples=examples.ISSUE_CREDIT,
)
SPEND_CREDIT: Final = Described(
    summary="Spend store credit",
    about="Takes the amount from what the customer can spend in this currency: soonest expiry first.",
    ours=True,
    path=_CUSTOMER,
    body=DebitIn,
    key_required=True,
    answers={
        201: ("The credit was taken; `amount` is negative.", MOVEMENT),
        200: ("This was asked before: the original answer again, with `idempotentReplay` true.", MOVEMENT),
    },
    refusals={
        **_NOBODY,
        409: f"The account is not open, or {_REUSED}",
        422: "Less can be spent than was asked for.",
    },
    examples=examples.SPEND_CREDIT,
)
LIST_TRANSACTIONS: Final = Described(
    summary="List store credit transactions",
    about="The customer's history in all currencies, newest first.",
    ours=True,
    path=_CUSTOMER,
    query=TransactionQuery,
    answers={200: ("One page of transactions.", TRANSACTIONS)},
    refusals=_NOBODY,
    examples=examples.LIST_TRANSACTIONS,
)
LIST_CUSTOMERS: Final = Described(
    summary="List customers",
    about="Newest first.",
    query=CustomerQuery,
    answers={200: ("One page of customers.", CUSTOMERS)},
    examples=examples.LIST_CUSTOMERS,
)
READ_CUSTOMER: Final = Described(
    summary="Get a customer",
    path=_CUSTOMER,
    answers={200: ("The customer, with the accounts that hold their store credit.", CUSTOMER)},
    refusals=_NOBODY,
    examples=examples.READ_CUSTOMER,
)
CREATE_CUSTOMER: Final = Described(
    summary="Make a customer",
    ours=True,
    body=CustomerIn,
    key_required=False,
    answers={
        201: ("The customer was made.", CUSTOMER),
        200: ("This was asked before: the original answer again.", CUSTOMER),
    },
    refusals={409: f"Another customer has the number, or {_REUSED}"},
    examples=examples.CREATE_CUSTOMER,
)
CHANGE_CUSTOMER: Final = Described(
    summary="Change a customer",
    about="Members that are not sent are left alone.",
    ours=True,
    path=_CUSTOMER,
    body=CustomerChange,
    answers={200: ("The customer after the change.", CUSTOMER)},
    refusals=_NOBODY,
    examples=examples.CHANGE_CUSTOMER,
)
