"""What the dialects that speak of gift cards share: the guarded look-up, and whose eyes see a whole number."""

from typing import Final

from giftcards import queries
from giftcards.queries import Card
from storecredit.api.generics import DialectView
from storecredit.api.json_text import Json, to_json
from storecredit.api.scopes import Scope

#: Where the card's number goes in an answer as it is stored. No text that `to_json` writes can look like it: it has
#: no quotes around it. So a stored answer holds no code, and the number is put in whenever the answer goes out.
NUMBER_HERE: Final = Json("<number>")


class GiftCardView(DialectView):
    """A path that names a gift card."""

    def find_card(self, code: str) -> Card:
        """
        The card that a path names. Unknown, malformed and other-mode codes cost the same and are told the same.

        :raises LookUpsStopped: while the client has to wait, whether or not there is such a card.
        :raises CardNotFound: if no card of the client's mode has the code, which is counted.
        """
        return queries.get_card(code=code, test_mode=self.caller.test_mode, now=self.now)

    @property
    def may_see_numbers(self) -> bool:
        """Whether the client may see the whole number of a card that it has not named."""
        return Scope.GIFT_CARDS_REVEAL in self.caller.scopes

    def number_of(self, card: Card) -> str:
        """The number of a card that the client has not named."""
        return queries.open_card_code(card=card) if self.may_see_numbers else card.masked_code


def put_number(text: Json, number: str, *, member: str) -> Json:
    """An answer with the card's number in its place."""
    put = text.replace(f'"{member}":{NUMBER_HERE}', f'"{member}":{to_json(number)}', 1)
    return Json(put, text.known and {**text.known, member: number})
