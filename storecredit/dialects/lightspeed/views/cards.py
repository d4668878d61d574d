"""Gift cards: made, listed, shown, voided, blocked and unblocked."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from giftcards import operations, queries
from giftcards.errors import CardNotFound
from giftcards.queries import Card
from ledger.guessing import admit
from ledger.operations import Why
from storecredit.api.fields import SENTENCE, Uuid, wrong_member
from storecredit.api.generics import KeyRule
from storecredit.api.idempotency import Outcome
from storecredit.api.json_text import Json
from storecredit.api.pagination import link_to, refuse_place
from storecredit.api.permissions import HasScope
from storecredit.api.problems import KeyReused
from storecredit.api.rights import Right
from storecredit.api.schema import OURS, examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Serializer, Validated
from storecredit.dialects.lightspeed import examples
from storecredit.dialects.lightspeed.filters import CardPages, GiftCardFilter
from storecredit.dialects.lightspeed.serializers.cards import (
    NEWEST_MOVEMENTS,
    PAGE_SIZE,
    STATUSES,
    GiftCard,
    GiftCardAnswer,
    GiftCardBlock,
    GiftCardCreate,
    GiftCardPage,
    GiftCardUnblock,
    ShownCard,
    begin_of,
    id_of_card,
    money_of,
)
from storecredit.dialects.lightspeed.serializers.transactions import details_of
from storecredit.dialects.lightspeed.views.base import (
    NO_CARD,
    NUMBER,
    LightspeedView,
)

_VOIDS = "Takes all value from the card for good: its balance is 0 and its status `VOIDED`."
_VOIDED_TWICE = {422: "The card is voided already, or a purchase under way holds some of its value."}
_ONE = {200: GiftCardAnswer}
_AFTER = {200: OpenApiResponse(GiftCardAnswer, "The card after it, also when it is answered again.")}
_NO_ID = {404: "No card has this id."}
_BOTH = "Send client_id or the header Idempotency-Key, not both."
_NEXT = OpenApiParameter(
    "Link",
    type=str,
    location=OpenApiParameter.HEADER,
    response=[200],
    description='Where the next page is (RFC 8288), as `rel="next"`; not there on the last one.',
)


class GiftCards(LightspeedView):
    permission_classes = [HasScope(GET=Scope.GIFT_CARDS_READ, POST=Scope.GIFT_CARDS_ISSUE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    filterset_class = GiftCardFilter
    pagination_class = CardPages

    @extend_schema(
        summary="List gift cards",
        description="Newest first. Numbers are masked without the scope `gift_cards:reveal`, but for the one that is "
        "asked for. The header `Link` leads to the next page while there is one.",
        parameters=[_NEXT],
        responses={200: GiftCardPage, 429: NO_CARD[429]},
        examples=examples_of(examples.LIST_CARDS),
    )
    def get(self, request: Any) -> Response:
        is_named = self.parameter("card_number") is not None
        if is_named:
            admit()
        query = self.read_query()
        size = query.get("page_size", PAGE_SIZE)
        found = self._list(query, at_most=size + 1)
        cards = found[:size]
        events = queries.list_movements_by_card(card_ids=[card.id for card in cards], at_most=NEWEST_MOVEMENTS)
        is_whole = is_named or self.may_see_numbers
        shown = [
            ShownCard(
                card,
                events[card.id],
                is_whole=is_whole,
                number=queries.open_card_code(card=card) if is_whole else card.masked_code,
            )
            for card in cards
        ]
        headers = {"Link": link_to(request, "next", "before", str(cards[-1].id))} if len(found) > size else {}
        return Response(GiftCardPage.shared().to_representation({"data": shown}), headers=headers)

    def _list(self, query: dict[str, Any], *, at_most: int) -> list[Card]:
        states, empty = STATUSES[query["status"]] if "status" in query else ((), None)
        try:
            return queries.list_card_page(
                test_mode=self.caller.test_mode,
                now=self.now,
                at_most=at_most,
                before=query.get("before"),
                code=query.get("card_number"),
                states=states,
                empty=empty,
                customer=query.get("customerId"),
                sale_id=query.get("sale_id"),
                reference=query.get("source_id"),
                member=query.get("metadata"),
            )
        except CardNotFound:
            raise refuse_place("before") from None

    @extend_schema(
        summary="Create a gift card",
        description="Makes a card with its first value on it. Its number is told here, whole.",
        request=GiftCardCreate,
        responses={
            201: OpenApiResponse(GiftCardAnswer, "The card was made."),
            403: "The amount is above what the client may issue, at once or in a day.",
            409: "The `client_id` was used before with different request details.",
            422: "Another card has this number, `customerId` names no customer, or no card could hold the amount.",
        },
        examples=examples_of(examples.CREATE_CARD),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(GiftCardCreate)
        client_id = order.get("client_id")
        if key is not None and client_id is not None:
            raise wrong_member("client_id", _BOTH, code=SENTENCE)
        made: list[str] = []

        def create() -> Json:
            self.require_issue(money_of(order))
            new = self._create(order)
            made.append(new.code)
            return self.draw_card(queries.get_card_by_id(card_id=new.id, now=self.now))

        if client_id is not None:
            outcome = self.once_by_client_id(create, client_id=client_id, body=order, namespace="cards")
        else:
            outcome = self.once(create, key=key, body=order)
        number = self._find_number(outcome, order) if outcome.replayed else made[-1]
        shown = self.fill_in(outcome.answer, number)
        return self.show_outcome(outcome, shown, location=lambda made: f"gift_cards/by_id/{made['id']}")

    def _create(self, order: Validated) -> operations.NewCard:
        return operations.create_card(
            amount=money_of(order),
            actor=self.actor,
            now=self.now,
            code=order.get("number"),
            expires_on=order.get("expires_at"),
            time_zone=order.get("time_zone"),
            valid_from=begin_of(order),
            customer=order.get("customer_id"),
            sale_id=order.get("sale_id") or "",
            user_label=order.get("user_id") or "",
            metadata=order.get("metadata"),
            test_mode=self.caller.test_mode,
            why=Why(details=details_of(order)),
        )

    def _find_number(self, outcome: Outcome, order: Validated) -> str:
        """
        The number of the card that an earlier request made, which no stored answer holds.

        :raises KeyReused: if the request names another number than the earlier one.
        """
        card = queries.get_card_by_id(card_id=id_of_card(outcome.answer), now=self.now)
        number = order.get("number")
        if number is not None and not queries.is_code_of(code=number, card=card):
            raise KeyReused(name="client_id" if order.get("client_id") is not None else "Idempotency-Key")
        return queries.open_card_code(card=card)


class _OneCard(LightspeedView):
    """A path that reads a card and voids it."""

    permission_classes = [
        HasScope(GET=Scope.GIFT_CARDS_READ, DELETE=Scope.GIFT_CARDS_ISSUE, rights={"DELETE": (Right.VOID_CARD,)})
    ]
    idempotency = {"DELETE": KeyRule.OPTIONAL}
    path_parameters = NUMBER


class GiftCardById(_OneCard):
    path_parameters = [path_parameter("card", "Id of the card.", Uuid())]

    @extend_schema(
        summary="Get a gift card by its id",
        responses={**_ONE, **_NO_ID},
        examples=examples_of(examples.READ_CARD_BY_ID),
    )
    def get(self, request: Any, card: str) -> Response:
        return self.show_card(self.find_card_by_id(card), is_named=False)

    @extend_schema(
        summary="Void a gift card by its id",
        description=_VOIDS,
        responses={**_AFTER, **_NO_ID, **_VOIDED_TWICE},
        examples=examples_of(examples.VOID_CARD_BY_ID),
    )
    def delete(self, request: Any, card: str) -> Response:
        return self.void(self.find_card_by_id(card), is_named=False)


class GiftCardByNumber(_OneCard):
    @extend_schema(
        summary="Get a gift card by its number",
        responses={**_ONE, **NO_CARD},
        examples=examples_of(examples.READ_CARD),
    )
    def get(self, request: Any, number: str) -> Response:
        return self.show_card(self.find_card(number))

    @extend_schema(
        summary="Void a gift card by its number",
        description=_VOIDS,
        responses={**_AFTER, **NO_CARD, **_VOIDED_TWICE},
        examples=examples_of(examples.VOID_CARD),
    )
    def delete(self, request: Any, number: str) -> Response:
        return self.void(self.find_card(number))


class BareGiftCard(_OneCard):
    in_data = False

    @extend_schema(
        summary="Get a gift card in the older form",
        responses={200: OpenApiResponse(GiftCard, "The card, bare."), **NO_CARD},
        examples=examples_of(examples.READ_BARE_CARD),
    )
    def get(self, request: Any, number: str) -> Response:
        return self.show_card(self.find_card(number))

    @extend_schema(
        summary="Void a gift card in the older form",
        description=_VOIDS,
        responses={
            200: OpenApiResponse(GiftCard, "The card after it, bare, also when it is answered again."),
            **NO_CARD,
            **_VOIDED_TWICE,
        },
        examples=examples_of(examples.VOID_BARE_CARD),
    )
    def delete(self, request: Any, number: str) -> Response:
        return self.void(self.find_card(number))


class _Switch(LightspeedView):
    """A path that stops a card from being used, or lets it be used again."""

    permission_classes = [HasScope(Scope.GIFT_CARDS_ISSUE, rights={"POST": (Right.BLOCK_CARD,)})]
    idempotency = {"POST": KeyRule.OPTIONAL}
    path_parameters = NUMBER

    def switch(self, number: str, order_class: type[Serializer], operation: Callable[..., object]) -> Response:
        """Change the card's state for the reason that the body gives."""
        card = self.find_card(number)
        key = self.read_key()
        order = self.read(order_class)
        why = Why(note=order.get("reason") or "")

        def change() -> object:
            return operation(card_id=card.id, actor=self.actor, now=self.now, why=why)

        return self.change_state(card, change, key=key, body=order)


class BlockCard(_Switch):
    @extend_schema(
        summary="Block a gift card",
        description=f"Stops the card from being redeemed and reloaded until it is unblocked. {OURS}",
        request=GiftCardBlock,
        responses={**_AFTER, **NO_CARD, 422: "The card is blocked already, voided or expired."},
        examples=examples_of(examples.BLOCK_CARD),
    )
    def post(self, request: Any, number: str) -> Response:
        return self.switch(number, GiftCardBlock, operations.block_card)


class UnblockCard(_Switch):
    @extend_schema(
        summary="Unblock a gift card",
        description=f"Lets a blocked card be redeemed and reloaded again. {OURS}",
        request=GiftCardUnblock,
        responses={**_AFTER, **NO_CARD, 422: "The card is not blocked."},
        examples=examples_of(examples.UNBLOCK_CARD),
    )
    def post(self, request: Any, number: str) -> Response:
        return self.switch(number, GiftCardUnblock, operations.unblock_card)
