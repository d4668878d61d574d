"""The stored credit account that a path names: read it, and redeem from it."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from giftcards import operations
from ledger import operations as books
from ledger import queries as ledger
from ledger.errors import CustomerNotFound
from ledger.operations import Why
from ledger.queries import Transaction
from storecredit.api.cards import NUMBER_HERE, put_number
from storecredit.api.generics import KeyRule
from storecredit.api.json_text import Json
from storecredit.api.permissions import HasScope
from storecredit.api.problems import Refused
from storecredit.api.schema import examples_of
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Validated
from storecredit.dialects.glu import examples
from storecredit.dialects.glu.serializers.accounts import (
    StoredAccount,
    StoredCreditAccount,
    StoredCreditRedeem,
    contact_id_of,
    details_of,
    money_of,
)
from storecredit.dialects.glu.views.base import ACCOUNT, CARD, READ, UNKNOWN, GluView

_SPEND = (Scope.GIFT_CARDS_REDEEM, Scope.STORE_CREDIT_SPEND)
_ONE = {200: StoredCreditAccount, **UNKNOWN}
_TAKES = "Takes the amount from what can be redeemed: soonest expiry first."
_REDEEMED = {
    201: OpenApiResponse(StoredCreditAccount, "The account after it, also when it is answered again."),
    **UNKNOWN,
    422: (
        "Not enough credit, another currency, not redeemable in its state, to be redeemed whole or by its own contact "
        "alone, or `contact` names nobody."
    ),
}


class StoredCredit(GluView):
    permission_classes = [HasScope(READ)]
    path_parameters = ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_READ

    @extend_schema(
        summary="Retrieve a stored credit account by its code",
        description="Its balance, status and validity period.",
        responses=_ONE,
        examples=examples_of(examples.READ_ACCOUNT),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.read_account(code)

    def read_account(self, code: str) -> Response:
        """The account that the path names."""
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_READ)
        shown = self.look_at(account, self.get_standing(account), code=self.code_of(account))
        return self.show(StoredCreditAccount, shown)


class CreditAccount(StoredCredit):
    @extend_schema(
        summary="Retrieve a credit account by its code",
        description="The same as a stored credit account, by the vendor's later name.",
        responses=_ONE,
        examples=examples_of(examples.READ_CREDIT_ACCOUNT),
    )
    def get(self, request: Any, code: str) -> Response:
        return self.read_account(code)


class RedeemGiftCard(GluView):
    permission_classes = [HasScope(Scope.GIFT_CARDS_REDEEM)]
    path_parameters = CARD
    idempotency = {"POST": KeyRule.OPTIONAL}

    @extend_schema(
        summary="Redeem a gift card",
        description=_TAKES,
        request=StoredCreditRedeem,
        responses=_REDEEMED,
        examples=examples_of(examples.REDEEM_CARD),
    )
    def post(self, request: Any, code: str) -> Response:
        return self.redeem(code)

    def redeem(self, code: str) -> Response:
        """Take something from the account that the path names, once for the request's key."""
        account = self.find_account(code, card_scope=Scope.GIFT_CARDS_REDEEM)
        key = self.read_key()
        order = self.read(StoredCreditRedeem)

        def take() -> Json:
            self._spend(account, order)
            standing = self.get_standing(account)
            # A card's is kept nowhere in plain.
            code = account.number if account.card is None else NUMBER_HERE
            shown = self.look_at(account.after_redemption(standing, self.now), standing, code=code)
            return StoredCreditAccount.shared().to_text(shown)

        # Whoever's store credit it was may have become another since: the number still names that account.
        is_own = account.card is not None or code.replace("-", "").upper() == account.number
        called = account.id if is_own else ledger.find_account_id(number=code)
        outcome = self.once(take, key=key, body=order, object_id=called)
        # Answers of earlier releases lack that of store credit, too.
        answer = put_number(outcome.answer, self.code_of(account), member="code")
        return self.show_outcome(replace(outcome, answer=answer), location=_place_of)

    def _spend(self, account: StoredAccount, order: Validated) -> Transaction:
        amount = money_of(order, currency=account.currency)
        contact = contact_id_of(order)
        contact_id = self._find_contact(contact) if contact is not None else None
        why = Why(note=order.get("note") or "", details=details_of(order), metadata=order.get("metadata") or {})
        if account.card is None:
            return books.spend_credit(account_id=account.id, amount=amount, actor=self.actor, now=self.now, why=why)
        return operations.redeem_card(
            card=account.card, amount=amount, actor=self.actor, now=self.now, customer_id=contact_id, why=why
        )

    def _find_contact(self, contact: str) -> int:
        try:
            return ledger.get_customer(identifier=contact, test_mode=self.caller.test_mode).pk
        except CustomerNotFound as error:
            raise Refused("contact names nobody.", status=422, code=error.code) from error


class RedeemCreditAccount(RedeemGiftCard):
    permission_classes = [HasScope(_SPEND)]
    path_parameters = ACCOUNT
    store_credit_scope = Scope.STORE_CREDIT_SPEND

    @extend_schema(
        summary="Redeem a credit account",
        description=_TAKES,
        request=StoredCreditRedeem,
        responses=_REDEEMED,
        examples=examples_of(examples.REDEEM_ACCOUNT),
    )
    def post(self, request: Any, code: str) -> Response:
        return self.redeem(code)


def _place_of(account: dict[str, Any]) -> str:
    """Where the newest of the account's balances is, which is the redemption; else where they all are."""
    newest = account["balances"][:1]
    return f"balances/{newest[0].rpartition('/')[2]}" if newest else f"balances?storedCreditAccount={account['id']}"
