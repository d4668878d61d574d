"""Transactions of gift cards: made, reversed, and the way back to their card."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from moneyed import Money
from rest_framework.response import Response

from giftcards import operations, queries
from giftcards.errors import CardNotUsable, NotAnEventOfCards
from giftcards.operations import EventKind
from giftcards.queries import Card
from ledger.money import from_minor
from ledger.operations import Why
from ledger.queries import Transaction
from storecredit.api.fields import Uuid, read_uuid, wrong_member
from storecredit.api.generics import KeyRule
from storecredit.api.json_text import Json
from storecredit.api.permissions import HasScope
from storecredit.api.problems import Refused
from storecredit.api.rights import Right
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import NoBody, Validated
from storecredit.dialects.lightspeed import examples
from storecredit.dialects.lightspeed.serializers.cards import GiftCardAnswer
from storecredit.dialects.lightspeed.serializers.transactions import (
    REDEEMING,
    GiftCardTransactionAnswer,
    GiftCardTransactionCreate,
    Movement,
    amount_to_move,
    details_of,
    movement_of_entry,
)
from storecredit.dialects.lightspeed.views.base import (
    NO_CARD,
    NUMBER,
    LightspeedView,
)

_NO_TRANSACTION = {404: "No card has a transaction with this id."}
_NO_HEADER = "Send client_id in the body; the header Idempotency-Key is not taken here."
_REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    type={"type": "string", "enum": ["true"]},
    location=OpenApiParameter.HEADER,
    response=[200, 201],
    description="`true` on an answer that is given again.",
)


class CardTransactions(LightspeedView):
    permission_classes = [HasScope(Scope.GIFT_CARDS_REDEEM, rights={"POST": (Right.REDEEM_CARD, Right.RELOAD_CARD)})]
    path_parameters = NUMBER

    @extend_schema(
        summary="Create a gift card transaction",
        description="`REDEEMING` takes an amount from the card's balance, `RELOADING` adds one. Safe from double "
        "submits by `client_id`; the header Idempotency-Key is not taken here.",
        request=GiftCardTransactionCreate,
        parameters=[_REPLAYED],
        responses={
            201: OpenApiResponse(GiftCardTransactionAnswer, "The transaction was made."),
            200: OpenApiResponse(
                GiftCardTransactionAnswer, "This `client_id` was sent before: the earlier transaction again."
            ),
            **NO_CARD,
            403: "A reload is above what the client may issue, at once or in a day.",
            409: "The `client_id` was reused with different request details.",
            422: (
                "Not enough credit; or the card is voided, expired, blocked, not yet valid, not reloadable, for its "
                "own customer alone or to be redeemed whole. The `client_id` is not used up."
            ),
        },
        examples=examples_of(examples.CREATE_TRANSACTION),
    )
    def post(self, request: Any, number: str) -> Response:
        card = self.find_card(number)
        if "HTTP_IDEMPOTENCY_KEY" in request.META:
            raise wrong_member("Idempotency-Key", _NO_HEADER, code="header")
        order = self.read(GiftCardTransactionCreate)
        self.require_right(Right.REDEEM_CARD if order["type"] == REDEEMING else Right.RELOAD_CARD)
        amount = amount_to_move(order, currency=card.currency)

        def move() -> Json:
            entry = self._move(card, amount, order)
            return GiftCardTransactionAnswer.shared().to_text({"data": movement_of_entry(entry)})

        outcome = self.once_by_client_id(
            move, client_id=order["client_id"], body=order, object_id=card.id, namespace=f"card:{card.id.hex}"
        )
        return self.show_outcome(outcome, location=lambda made: f"gift_cards/transactions/{made['data']['id']}")

    def _move(self, card: Card, amount: Money, order: Validated) -> Transaction:
        why = Why(details=details_of(order), metadata=order.get("metadata") or {})
        if order["type"] == REDEEMING:
            return operations.redeem_card(card=card, amount=amount, actor=self.actor, now=self.now, why=why)
        self.require_issue(amount)
        return operations.reload_card(
            card=card,
            amount=amount,
            actor=self.actor,
            now=self.now,
            expires_on=order.get("expires_at"),
            time_zone=order.get("time_zone"),
            why=why,
        )


class CardTransaction(LightspeedView):
    permission_classes = [
        HasScope(GET=Scope.GIFT_CARDS_READ, DELETE=Scope.GIFT_CARDS_REDEEM, rights={"DELETE": (Right.REVERSE,)})
    ]
    idempotency = {"DELETE": KeyRule.OPTIONAL}
    path_parameters = [path_parameter("transaction", "Id of the transaction.", Uuid())]

    @extend_schema(
        summary="Get the gift card of a transaction",
        responses={200: OpenApiResponse(GiftCardAnswer, "The card of that transaction."), **_NO_TRANSACTION},
        examples=examples_of(examples.READ_TRANSACTION),
    )
    def get(self, request: Any, transaction: str) -> Response:
        card = queries.get_card_by_id(card_id=self._find_event(transaction).card_id, now=self.now)
        return self.show_card(card, is_named=False)

    @extend_schema(
        summary="Reverse a redemption",
        description="Gives back the whole of a `REDEEMING`, once.",
        responses={
            200: OpenApiResponse(GiftCardTransactionAnswer, "The `REVERSING`, also when it is answered again."),
            **_NO_TRANSACTION,
            400: "It is no redemption, was reversed or refunded already, or its card is blocked or voided.",
        },
        examples=examples_of(examples.REVERSE_TRANSACTION),
    )
    def delete(self, request: Any, transaction: str) -> Response:
        event = self._find_event(transaction)
        key = self.read_key()
        body = self.read(NoBody)

        def reverse() -> dict[str, Movement]:
            return {"data": movement_of_entry(self._reverse(event))}

        return self.show_once(
            reverse, GiftCardTransactionAnswer, key=key, body=body, object_id=event.public_id, status=200
        )

    def _reverse(self, event: queries.CardEvent) -> Transaction:
        if event.kind != EventKind.REDEEM:
            raise self.dialect.refuse("not_reversible")
        if not self.caller.test_mode:
            self.require_giving_back(from_minor(-event.amount_minor, event.card.account.currency))
        try:
            return operations.reverse_card_transaction(
                card=queries.get_card_by_id(card_id=event.card_id, now=self.now),
                transaction_id=event.public_id,
                actor=self.actor,
                now=self.now,
                why=Why(note="Reversed through the API."),
            )
        except CardNotUsable as error:
            raise Refused(str(error), status=400, code=error.code) from error

    def _find_event(self, text: str) -> queries.CardEvent:
        """
        The line of a card's history that the path names.

        :raises NotAnEventOfCards: if no card of the client's mode has it.
        """
        public_id = read_uuid(text)
        if public_id is None:
            raise NotAnEventOfCards
        return queries.get_card_event(public_id=public_id, test_mode=self.caller.test_mode)
