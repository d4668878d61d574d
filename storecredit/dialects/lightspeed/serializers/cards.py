import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from moneyed import Money

from giftcards.operations import CardState, end_of_day
from giftcards.queries import Card
from ledger.money import decimals
from ledger.text import TextKind
from storecredit.api.cards import NUMBER_HERE
from storecredit.api.dialects import iso_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import AmountText, Body, Choice, Currency, Day, Field, Integer, Maybe, Text, Wrong
from storecredit.api.old_fields.money import count_decimals
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind
from storecredit.dialects.lightspeed.serializers.transactions import (
    MAX_AMOUNT,
    NOT_BLANK,
    TRANSACTION_SCHEMA,
    TimeZoneName,
    amount_text,
    show_movement,
)

#: How many of its movements a card shows.
NEWEST_MOVEMENTS: Final = 200
PAGE_SIZE: Final = 100
#: The states and, if it matters, the emptiness that each status stands for.
_STATUSES: Final[dict[str, tuple[tuple[CardState, ...], bool | None]]] = {
    "ACTIVE": ((CardState.ACTIVE,), False),
    "INACTIVE": ((CardState.BLOCKED, CardState.PENDING), None),
    "REDEEMED": ((CardState.ACTIVE,), True),
    "VOIDED": ((CardState.VOIDED,), None),
    "EXPIRED": ((CardState.EXPIRED,), None),
}
_STATUS_ABOUT: Final = (
    "`ACTIVE`; `INACTIVE`: blocked or not yet valid; `REDEEMED`: balance 0, which a reload changes; `VOIDED`; "
    "`EXPIRED`."
)


class CardNumber(Text):
    """A card's number, of which a fingerprint keeps no trace: it could be guessed from one."""

    def canonical(self, value: str) -> Any:
        return True


class Identifier(Field[UUID]):
    """An id in its usual form."""

    def read(self, value: Any) -> UUID:
        found = read_id(value) if isinstance(value, str) else None
        if found is None:
            raise Wrong("must be the id of a gift card.")
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class CardIn(Body):
    """A card to be made."""

    amount = AmountText(
        "First value in major units of the currency, more than 0, with no more decimals than it has.",
        maximum=MAX_AMOUNT,
        signed=False,
    )
    number = Maybe(
        CardNumber(
            "Ours: the card's number. 4 to 64 printable ASCII characters without blanks and slashes; where it is of "
            "letters, digits and hyphens alone, case and hyphens do not matter. Left out: sixteen random ones.",
            max_length=64,
            min_length=4,
            pattern="[!-.0-~]{4,64}",
            said="4 to 64 printable ASCII characters without blanks and slashes",
        )
    )
    expires_at = Maybe(Day("The last day on which the card can be spent, not earlier than today. Left out: for ever."))
    time_zone = Maybe(TimeZoneName("Where days begin and end: an IANA name. Left out: the shop's time zone."))
    user_id = Maybe(
        Text(
            "Your label of the user who does this. Left out: the API client's name.", max_length=64, kind=TextKind.NAME
        )
    )
    sale_id = Maybe(Text("The sale that sold the card.", max_length=64))
    currency = Maybe(Currency("Ours: ISO 4217 code. Left out: the shop's currency."))
    customer_id = Maybe(
        Text("Ours: whose card it is, by customer number or document id.", max_length=64, wire="customerId")
    )
    valid_from = Maybe(Day("Ours: the first day on which the card can be spent. Left out: at once."))
    client_id = Maybe(
        Text(
            "Ours: your id of this card's making, in place of the header Idempotency-Key and in a name space of its "
            "own. Sent again with the same details it gets the first answer.",
            max_length=255,
            min_length=1,
            pattern=NOT_BLANK,
            said="more than blanks",
        )
    )

    def check(self) -> Iterable[Fault]:
        """An amount may not be finer than its currency, nor a card end before it begins."""
        places = decimals(self.code)
        if count_decimals(self.amount) > places:
            yield Fault(FaultKind.VALUE, f"amount must have at most {places} decimals in {self.code}.", member="amount")
        if self.valid_from is not None and self.expires_at is not None and self.valid_from > self.expires_at:
            yield Fault(FaultKind.VALUE, "valid_from must not be later than expires_at.", member="valid_from")

    @property
    def code(self) -> str:
        """The currency."""
        return self.currency or settings.DEFAULT_CURRENCY

    @property
    def money(self) -> Money:
        """The amount and its currency as one."""
        return Money(self.amount, self.code)

    @property
    def valid_from_moment(self) -> datetime | None:
        """When the first day begins."""
        if self.valid_from is None:
            return None
        return end_of_day(self.valid_from - timedelta(days=1), self.time_zone or settings.TIME_ZONE)

    @property
    def details(self) -> dict[str, str]:
        """What the books keep beside their own columns."""
        said = {"client_id": self.client_id, "user_id": self.user_id}
        return {name: value for name, value in said.items() if value}


class CardQuery(Body):
    before = Maybe(Identifier("Only cards made before the one with this id: the last one of the page before."))
    page_size = Maybe(Integer("How many cards a page has at most; 100 if left out.", minimum=1, maximum=1000))
    card_number = Maybe(Text("Only the card with this number. A look-up: misses are counted.", max_length=255))
    status = Maybe(Choice(f"Only cards of this status. {_STATUS_ABOUT}", choices=_STATUSES))

    @property
    def states(self) -> tuple[CardState, ...]:
        """The states that are asked for; none: all."""
        return _STATUSES[self.status][0] if self.status else ()

    @property
    def empty(self) -> bool | None:
        """Whether the cards asked for are empty; None if that does not matter."""
        return _STATUSES[self.status][1] if self.status else None


class BlockIn(Body):
    reason = Text(
        "Why: kept in the card's history.",
        max_length=500,
        kind=TextKind.NOTE,
        min_length=1,
        pattern=NOT_BLANK,
        said="more than blanks",
    )


class UnblockIn(Body):
    reason = Maybe(Text("Why: kept in the card's history.", max_length=500, kind=TextKind.NOTE))


_AMOUNT: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_CARD: Final[dict[str, Schema]] = {
    "id": {"type": "string", "format": "uuid", "description": "Id of the card."},
    "number": {
        "type": "string",
        "description": "The number: whole where you named it or your key has `gift_cards:reveal`, else `****7QX2`.",
    },
    "accountNumber": {
        "type": ["string", "null"],
        "description": "Ours: number of the account behind it, which `upstreamId` of a checkout's source takes; null "
        "where the card's number is not shown whole.",
    },
    "balance": {**_AMOUNT, "description": "What can be spent now, in major units: neither expired nor held."},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "Ours: ISO 4217 code."},
    "created_at": {"type": "string", "format": "date-time", "description": "When the card was made, UTC."},
    "expires_at": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "The last second at which it can be spent, UTC; null: for ever.",
    },
    "status": {"type": "string", "enum": list(_STATUSES), "description": _STATUS_ABOUT},
    "total_sold": {**_AMOUNT, "description": "What was ever put on it, in major units."},
    "total_redeemed": {**_AMOUNT, "description": "What purchases took less what came back, in major units."},
    "sale_id": {"type": ["string", "null"], "description": "The sale that sold it; or null."},
    "sale_source": {"type": ["string", "null"], "description": "Where it was sold: `api`; null without a sale."},
    "gift_card_transactions": {
        "type": "array",
        "maxItems": NEWEST_MOVEMENTS,
        "items": TRANSACTION_SCHEMA,
        "description": "Its newest 200 transactions, newest first.",
    },
}
_CARD_SCHEMA: Final[Schema] = {"type": "object", "required": list(_CARD), "properties": _CARD}
CARD = Component("GiftCard", _CARD_SCHEMA)
CARD_IN_DATA = Component(
    "GiftCardInData", {"type": "object", "required": ["data"], "properties": {"data": _CARD_SCHEMA}}
)
CARDS = Component(
    "GiftCards",
    {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "array", "maxItems": 1000, "items": _CARD_SCHEMA}},
    },
)


def show_card(card: Card, movements: Iterable[Any], *, is_whole: bool, number: str = NUMBER_HERE) -> Json:
    """
    A card with its newest movements; with a mark where its number goes, unless that is given.

    :param is_whole: whether its number is shown whole, and with it that of its account.
    """
    return Json(to_json(_show(card, movements, number, is_whole)))


def show_cards(
    cards: Sequence[Card], movements: dict[UUID, list[Any]], numbers: Sequence[str], *, are_whole: bool
) -> Json:
    """A list of cards, with or without their whole numbers and those of their accounts."""
    shown = [_show(card, movements[card.id], number, are_whole) for card, number in zip(cards, numbers, strict=True)]
    return Json(to_json({"data": shown}))


def put_in_data(text: Json) -> Json:
    """The envelope of a success around it."""
    return Json(f'{{"data":{text}}}')


def read_card_id(text: Json) -> UUID:
    """The id of the card that an answer shows, which may still have the mark in the place of the number."""
    shown = json.loads(text.replace(f'"number":{NUMBER_HERE}', '"number":null', 1))
    return UUID(shown["id"])


def read_id(text: str) -> UUID | None:
    """The id that a text is in its usual form, None if it is none."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def _show(card: Card, movements: Iterable[Any], number: str, is_whole: bool) -> dict[str, Any]:
    currency = card.currency
    return {
        "id": str(card.id),
        "number": number,
        "accountNumber": card.account_number if is_whole else None,
        "balance": amount_text(card.spendable_minor, currency),
        "currency": currency,
        "created_at": iso_milliseconds(card.created_at),
        "expires_at": iso_milliseconds(card.last_second) if card.last_second else None,
        "status": _name_status(card),
        "total_sold": amount_text(card.sold_minor, currency),
        "total_redeemed": amount_text(card.redeemed_minor, currency),
        "sale_id": card.sale_id or None,
        "sale_source": "api" if card.sale_id else None,
        "gift_card_transactions": [
            show_movement(
                public_id=event.public_id,
                kind=event.kind,
                amount_minor=event.amount_minor,
                currency=currency,
                said=event,
            )
            for event in movements
        ],
    }


def _name_status(card: Card) -> str:
    if card.state == CardState.ACTIVE:
        return "ACTIVE" if card.spendable_minor else "REDEEMED"
    return "INACTIVE" if card.state in {CardState.BLOCKED, CardState.PENDING} else card.state.value
