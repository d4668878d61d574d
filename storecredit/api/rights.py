"""
What the person behind a key must be allowed in the admin for what the key does. Acts that differ need different rights.

A key with an owner is the owner at another door and may no more than they may. A client without one has its scopes.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from storecredit.api.scopes import Scope


class Right(StrEnum):
    """A permission of Django's, which is what the admin's pages and steps ask for."""

    VIEW_CUSTOMERS = "ledger.view_customer"
    ADD_CUSTOMER = "ledger.add_customer"
    CHANGE_CUSTOMER = "ledger.change_customer"
    VIEW_ACCOUNTS = "ledger.view_account"
    VIEW_TRANSACTIONS = "ledger.view_transaction"
    ISSUE_CREDIT = "ledger.issue_credit"
    DEBIT_CREDIT = "ledger.debit_credit"
    REVERSE = "ledger.reverse_transaction"
    VIEW_CARDS = "giftcards.view_giftcard"
    ISSUE_CARD = "giftcards.issue_card"
    REDEEM_CARD = "giftcards.redeem_card"
    RELOAD_CARD = "giftcards.reload_card"
    BLOCK_CARD = "giftcards.block_card"
    VOID_CARD = "giftcards.void_card"
    REVEAL_CODE = "giftcards.reveal_code"
    VIEW_ORDERS = "checkouts.view_order"
    VIEW_REQUESTS = "credits.view_creditrequest"
    REQUEST_CREDIT = "credits.request_credit"
    DECIDE_REQUEST = "credits.decide_request"
    VIEW_REPORTS = "finance.view_reports"
    RUN_RECONCILIATION = "finance.run_reconciliation"


#: For each scope the right of its ordinary act first, then those of the others that it opens. A view names the right of
#: such another act. Of orders and checkouts staff make none: taking a customer's credit for one is debiting it.
RIGHTS: Final[Mapping[Scope, tuple[Right, ...]]] = {
    Scope.STORE_CREDIT_READ: (Right.VIEW_ACCOUNTS,),
    Scope.STORE_CREDIT_ISSUE: (Right.ISSUE_CREDIT,),
    Scope.STORE_CREDIT_SPEND: (Right.DEBIT_CREDIT,),
    Scope.GIFT_CARDS_READ: (Right.VIEW_CARDS,),
    Scope.GIFT_CARDS_ISSUE: (Right.ISSUE_CARD, Right.VOID_CARD, Right.BLOCK_CARD),
    Scope.GIFT_CARDS_REDEEM: (Right.REDEEM_CARD, Right.RELOAD_CARD, Right.REVERSE),
    Scope.GIFT_CARDS_REVEAL: (Right.REVEAL_CODE,),
    Scope.PAYMENTS_READ: (Right.VIEW_ORDERS,),
    Scope.PAYMENTS_WRITE: (Right.DEBIT_CREDIT, Right.REVERSE),
    Scope.CREDITS_REQUEST: (Right.REQUEST_CREDIT, Right.VIEW_REQUESTS),
    Scope.CREDITS_APPROVE: (Right.DECIDE_REQUEST,),
    Scope.CUSTOMERS_READ: (Right.VIEW_CUSTOMERS,),
    Scope.CUSTOMERS_WRITE: (Right.CHANGE_CUSTOMER, Right.ADD_CUSTOMER),
    Scope.REPORTS_READ: (Right.VIEW_REPORTS, Right.RUN_RECONCILIATION),
}


@lru_cache(maxsize=1024)
def usable_scopes(granted: frozenset[str], rights: frozenset[str] | None) -> frozenset[str]:
    """
    Of the scopes that a client was given, those whose ordinary act the person behind it may do.

    :param rights: of that person; None: nobody is behind it, or a superuser.
    """
    if rights is None:
        return granted
    return frozenset(scope for scope in granted if RIGHTS[Scope(scope)][0] in rights)
