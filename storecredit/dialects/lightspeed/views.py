"""Gift cards and their transactions: four moves a view. Read, call once, show; refusals go to the dialect's table."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from giftcards import operations, queries
from giftcards.errors import CardNotFound, CardNotUsable, NotAnEventOfCards
from giftcards.operations import EventKind
from giftcards.queries import Card
from ledger.guessing import admit
from ledger.operations import Why
from ledger.queries import get_customer
from storecredit.api.cards import CardView, put_number
from storecredit.api.idempotency import Effect, Outcome
from storecredit.api.json_text import Json
from storecredit.api.old_fields import Body
from storecredit.api.openapi import describe
from storecredit.api.problems import BadRequest, FaultKind, KeyReused, Refused
from storecredit.api.rights import Right
from storecredit.api.scopes import Scope
from storecredit.dialects.lightspeed import serializers
from storecredit.dialects.lightspeed.errors import Lightspeed
from storecredit.dialects.lightspeed.serializers import described
from storecredit.dialects.lightspeed.serializers.cards import PAGE_SIZE, read_id


class LightspeedView(CardView):
    dialect = Lightspeed()
    #: Whether a card goes out in `data` or bare, as the older form has it.
    in_data = True

    def find_card_by_id(self, text: str) -> Card:
        """
        The card with this id.

        :raises CardNotFound: if no card of the client's mode has it.
        """
        card_id = read_id(text)
        if card_id is None:
            raise CardNotFound
        return queries.get_card_by_id(card_id=card_id, test_mode=self.caller.test_mode, now=self.now)

    def draw_card(self, card: Card, *, is_named: bool = True) -> Json:
        """
        A card with its newest movements, and a mark in the place of its number.

        :param is_named: whether the client has named it, or made it.
        """
        movements = queries.list_movements(card_id=card.id, at_most=serializers.NEWEST_MOVEMENTS)
        return serializers.show_card(card, movements, is_whole=is_named or self.may_see_numbers)

    def put(self, text: Json, number: str) -> Json:
        """A drawn card as it goes out."""
        shown = put_number(text, number, member="number")
        return serializers.put_in_data(shown) if self.in_data else shown

    def once_by_client_id(
        self, effect: Effect, *, client_id: str, body: Body, namespace: str, object_id: object = ""
    ) -> Outcome:
        """
        Have the effect once for a `client_id` of a name space.

        :raises KeyReused: if it stood for other details.
        """
        try:
            return self.once(effect, key=client_id, body=body, object_id=object_id, namespace=namespace)
        except KeyReused:
            raise KeyReused(name="client_id") from None

    def change_state(
        self, card: Card, number: str, change: Callable[[], object], body: Body, *, is_named: bool = True
    ) -> HttpResponse:
        """Change the card's state once for the request's key, and show the card after it."""

        def effect() -> Json:
            change()
            return self.draw_card(queries.get_card_by_id(card_id=card.id, now=self.now), is_named=is_named)

        outcome = self.once(effect, key=self.read_key(), body=body, object_id=card.id, status=200)
        return self.answer_outcome(outcome, self.put(outcome.answer, number))

    def void(self, card: Card, number: str, *, is_named: bool = True) -> HttpResponse:
        """Take all value from the card for good."""
        self.read_key()
        body = self.draft_nothing().accept()

        def void_card() -> None:
            operations.void_card(
                card_id=card.id, actor=self.actor, now=self.now, why=Why(note="Voided through the API.")
            )

        return self.change_state(card, number, void_card, body, is_named=is_named)


class GiftCards(LightspeedView):
    scopes = {"GET": Scope.GIFT_CARDS_READ, "POST": Scope.GIFT_CARDS_ISSUE}

    @describe(described.LIST_CARDS)
    def get(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft_query(serializers.CardQuery)
        asked_number = draft.peek("card_number")
        if asked_number is not None:
            admit()
        query = draft.accept()
        cards = queries.list_card_page(
            test_mode=self.caller.test_mode,
            now=self.now,
            at_most=query.page_size or PAGE_SIZE,
            before=query.before,
            code=query.card_number,
            states=query.states,
            empty=query.empty,
        )
        movements = queries.list_movements_by_card(
            card_ids=[card.id for card in cards], at_most=serializers.NEWEST_MOVEMENTS
        )
        numbers = [asked_number or self.number_of(card) for card in cards]
        are_whole = asked_number is not None or self.may_see_numbers
        return self.answer(serializers.show_cards(cards, movements, numbers, are_whole=are_whole))

    @describe(described.CREATE_CARD)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.CardIn)
        key = self.read_key()
        order = draft.accept()
        if key is not None and order.client_id is not None:
            raise BadRequest.because(
                "Send client_id or the header Idempotency-Key, not both.", kind=FaultKind.HEADER, member="client_id"
            )
        made: list[str] = []

        def create() -> Json:
            self.require_issue(order.money)
            owner = order.customer_id and get_customer(identifier=order.customer_id, test_mode=self.caller.test_mode)
            new = operations.create_card(
                amount=order.money,
                actor=self.actor,
                now=self.now,
                code=order.number,
                expires_on=order.expires_at,
                time_zone=order.time_zone,
                valid_from=order.valid_from_moment,
                customer_id=owner.pk if owner else None,
                sale_id=order.sale_id or "",
                user_label=order.user_id or "",
                test_mode=self.caller.test_mode,
                why=Why(details=order.details),
            )
            made.append(new.code)
            return self.draw_card(queries.get_card_by_id(card_id=new.id, now=self.now))

        if order.client_id is not None:
            outcome = self.once_by_client_id(create, client_id=order.client_id, body=order, namespace="cards")
        else:
            outcome = self.once(create, key=key, body=order)
        number = self.find_number(outcome, order) if outcome.replayed else made[-1]
        return self.answer_outcome(outcome, self.put(outcome.answer, number))

    def find_number(self, outcome: Outcome, order: serializers.CardIn) -> str:
        """
        The number of the card that an earlier request made, which no stored answer holds.

        :raises KeyReused: if the request names another number than the earlier one.
        """
        card = queries.get_card_by_id(card_id=serializers.read_card_id(outcome.answer), now=self.now)
        if order.number is None:
            return queries.open_card_code(card=card)
        if not queries.is_code_of(code=order.number, card=card):
            raise KeyReused(name="client_id" if order.client_id is not None else "Idempotency-Key")
        return order.number


class GiftCardById(LightspeedView):
    scopes = {"GET": Scope.GIFT_CARDS_READ, "DELETE": Scope.GIFT_CARDS_ISSUE}
    rights = {"DELETE": (Right.VOID_CARD,)}

    @describe(described.READ_CARD_BY_ID)
    def get(self, request: HttpRequest, card: str) -> HttpResponse:
        found = self.find_card_by_id(card)
        return self.answer(self.put(self.draw_card(found, is_named=False), self.number_of(found)))

    @describe(described.VOID_CARD_BY_ID)
    def delete(self, request: HttpRequest, card: str) -> HttpResponse:
        found = self.find_card_by_id(card)
        return self.void(found, self.number_of(found), is_named=False)


class GiftCardByNumber(LightspeedView):
    scopes = {"GET": Scope.GIFT_CARDS_READ, "DELETE": Scope.GIFT_CARDS_ISSUE}
    rights = {"DELETE": (Right.VOID_CARD,)}

    @describe(described.READ_CARD)
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.answer(self.put(self.draw_card(self.find_card(number)), number))

    @describe(described.VOID_CARD)
    def delete(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.void(self.find_card(number), number)


class BareGiftCard(LightspeedView):
    scopes = {"GET": Scope.GIFT_CARDS_READ, "DELETE": Scope.GIFT_CARDS_ISSUE}
    rights = {"DELETE": (Right.VOID_CARD,)}
    in_data = False

    @describe(described.READ_BARE_CARD)
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.answer(self.put(self.draw_card(self.find_card(number)), number))

    @describe(described.VOID_BARE_CARD)
    def delete(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.void(self.find_card(number), number)


class CardTransactions(LightspeedView):
    scopes = {"POST": Scope.GIFT_CARDS_REDEEM}
    rights = {"POST": (Right.REDEEM_CARD, Right.RELOAD_CARD)}

    @describe(described.CREATE_TRANSACTION)
    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        draft = self.draft(serializers.TransactionIn)
        card = self.find_card(number)
        if "HTTP_IDEMPOTENCY_KEY" in self.http.META:
            raise BadRequest.because(
                "Send client_id in the body; the header Idempotency-Key is not taken here.",
                kind=FaultKind.HEADER,
                member="Idempotency-Key",
            )
        order = draft.accept()
        self.require_right(Right.REDEEM_CARD if order.type == "REDEEMING" else Right.RELOAD_CARD)
        amount = order.money(card.currency)

        def move() -> Json:
            if order.type == "REDEEMING":
                transaction = operations.redeem_card(
                    card=card, amount=amount, actor=self.actor, now=self.now, why=Why(details=order.details)
                )
            else:
                self.require_issue(amount)
                transaction = operations.reload_card(
                    card=card,
                    amount=amount,
                    actor=self.actor,
                    now=self.now,
                    expires_on=order.expires_at,
                    time_zone=order.time_zone,
                    why=Why(details=order.details),
                )
            return serializers.show_transaction(transaction)

        outcome = self.once_by_client_id(
            move, client_id=order.client_id, body=order, object_id=card.id, namespace=f"card:{card.id.hex}"
        )
        return self.answer_outcome(outcome, outcome.answer)


class CardTransaction(LightspeedView):
    scopes = {"GET": Scope.GIFT_CARDS_READ, "DELETE": Scope.GIFT_CARDS_REDEEM}
    rights = {"DELETE": (Right.REVERSE,)}

    @describe(described.READ_TRANSACTION)
    def get(self, request: HttpRequest, transaction: str) -> HttpResponse:
        card = queries.get_card_by_id(card_id=self.find_event(transaction).card_id, now=self.now)
        return self.answer(self.put(self.draw_card(card, is_named=False), self.number_of(card)))

    @describe(described.REVERSE_TRANSACTION)
    def delete(self, request: HttpRequest, transaction: str) -> HttpResponse:
        event = self.find_event(transaction)
        key = self.read_key()
        body = self.draft_nothing().accept()

        def reverse() -> Json:
            if event.kind != EventKind.REDEEM:
                raise Refused("Only a redemption can be reversed.", status=400, code="not_reversible")
            try:
                undone = operations.reverse_card_transaction(
                    card=queries.get_card_by_id(card_id=event.card_id, now=self.now),
                    transaction_id=event.public_id,
                    actor=self.actor,
                    now=self.now,
                    why=Why(note="Reversed through the API."),
                )
            except CardNotUsable as error:
                raise Refused(str(error), status=400, code=error.code) from error
            return serializers.show_transaction(undone)

        outcome = self.once(reverse, key=key, body=body, object_id=event.public_id, status=200)
        return self.answer_outcome(outcome, outcome.answer)

    def find_event(self, text: str) -> queries.CardEvent:
        """
        The line of a card's history that the path names.

        :raises NotAnEventOfCards: if no card of the client's mode has it.
        """
        public_id = read_id(text)
        if public_id is None:
            raise NotAnEventOfCards
        return queries.get_card_event(public_id=public_id, test_mode=self.caller.test_mode)


class BlockCard(LightspeedView):
    scopes = {"POST": Scope.GIFT_CARDS_ISSUE}
    rights = {"POST": (Right.BLOCK_CARD,)}

    @describe(described.BLOCK_CARD)
    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        draft = self.draft(serializers.BlockIn)
        card = self.find_card(number)
        self.read_key()
        order = draft.accept()

        def block() -> None:
            operations.block_card(card_id=card.id, actor=self.actor, now=self.now, why=Why(note=order.reason))

        return self.change_state(card, number, block, order)


class UnblockCard(LightspeedView):
    scopes = {"POST": Scope.GIFT_CARDS_ISSUE}
    rights = {"POST": (Right.BLOCK_CARD,)}

    @describe(described.UNBLOCK_CARD)
    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        draft = self.draft(serializers.UnblockIn)
        card = self.find_card(number)
        self.read_key()
        order = draft.accept()

        def unblock() -> None:
            operations.unblock_card(card_id=card.id, actor=self.actor, now=self.now, why=Why(note=order.reason or ""))

        return self.change_state(card, number, unblock, order)
