"""What the views of gift cards share: how a card is found, shown, and changed once."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.response import Response

from giftcards import operations, queries
from giftcards.errors import CardNotFound
from giftcards.queries import Card
from ledger.operations import Why
from storecredit.api.cards import GiftCardView, put_number
from storecredit.api.fields import read_uuid
from storecredit.api.idempotency import Effect, Outcome
from storecredit.api.json_text import Json
from storecredit.api.problems import KeyReused
from storecredit.api.schema import path_parameter
from storecredit.api.serializers import NoBody, Validated
from storecredit.dialects.lightspeed.errors import Lightspeed
from storecredit.dialects.lightspeed.serializers.cards import (
    NEWEST_MOVEMENTS,
    GiftCard,
    GiftCardAnswer,
    ShownCard,
)

NUMBER = [path_parameter("number", "The card's number. Case and hyphens do not matter where it has no other signs.")]
NO_CARD = {
    404: "No card has this number.",
    429: "Over the client's rate, or too many unknown card numbers: then none is looked up for the client.",
}


class LightspeedView(GiftCardView):
    dialect = Lightspeed()
    #: Whether a card goes out in `data` or bare, as the older form has it.
    in_data: ClassVar[bool] = True

    def find_card_by_id(self, text: str) -> Card:
        """
        The card with this id.

        :raises CardNotFound: if no card of the client's mode has it.
        """
        card_id = read_uuid(text)
        if card_id is None:
            raise CardNotFound
        return queries.get_card_by_id(card_id=card_id, test_mode=self.caller.test_mode, now=self.now)

    def draw_card(self, card: Card, *, is_named: bool = True) -> Json:
        """
        A card with its newest movements, and a mark in the place of its number.

        :param is_named: whether the client has named it, or made it.
        """
        events = queries.list_movements(card_id=card.id, at_most=NEWEST_MOVEMENTS)
        return GiftCard.shared().to_text(ShownCard(card, events, is_whole=is_named or self.may_see_numbers))

    def fill_in(self, text: Json, number: str) -> Any:
        """A drawn card as it goes out."""
        shown = put_number(text, number, member="number")
        return GiftCardAnswer.shared().to_representation({"data": shown}) if self.in_data else shown

    def show_card(self, card: Card, *, is_named: bool = True) -> Response:
        """The card, with its number as it was made where the client has named it or may see it."""
        return Response(self.fill_in(self.draw_card(card, is_named=is_named), self._number_of(card, is_named)))

    def once_by_client_id(
        self, effect: Effect, *, client_id: str, body: Validated, namespace: str, object_id: object = ""
    ) -> Outcome:
        """
        Have the effect once for a `client_id` of a name space.

        :raises KeyReused: if it stood for other details.
        """
        sent = body.sent["client_id"]
        # It was kept as it was sent before all texts were kept in NFC.
        key = sent if sent != client_id and self.is_kept(key=sent, namespace=namespace) else client_id
        try:
            return self.once(effect, key=key, body=body, object_id=object_id, namespace=namespace)
        except KeyReused:
            raise KeyReused(name="client_id") from None

    def change_state(
        self, card: Card, change: Callable[[], object], *, key: str | None, body: Validated, is_named: bool = True
    ) -> Response:
        """Change the card's state once for the request's key, and show the card after it."""

        def effect() -> Json:
            change()
            return self.draw_card(queries.get_card_by_id(card_id=card.id, now=self.now), is_named=is_named)

        outcome = self.once(effect, key=key, body=body, object_id=card.id, status=200)
        return self.show_outcome(outcome, self.fill_in(outcome.answer, self._number_of(card, is_named)))

    def void(self, card: Card, *, is_named: bool = True) -> Response:
        """Take all value from the card for good."""
        key = self.read_key()
        body = self.read(NoBody)

        def void_card() -> None:
            why = Why(note="Voided through the API.")
            operations.void_card(card_id=card.id, actor=self.actor, now=self.now, why=why)

        return self.change_state(card, void_card, key=key, body=body, is_named=is_named)

    def _number_of(self, card: Card, is_named: bool) -> str:
        return queries.open_card_code(card=card) if is_named else self.number_of(card)
