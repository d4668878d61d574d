from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from moneyed import Money

from giftcards.errors import TimeZoneUnknown
from giftcards.operations import EventKind, require_time_zone
from ledger.money import decimals, from_minor
from ledger.queries import Transaction
from ledger.text import TextKind
from storecredit.api.dialects import iso_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import AmountText, Body, Choice, Day, Field, Maybe, Text, Wrong
from storecredit.api.old_fields.base import name_type
from storecredit.api.old_fields.money import count_decimals
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import BadRequest, Fault, FaultKind

REDEEMING: Final = "REDEEMING"
RELOADING: Final = "RELOADING"
#: The last whole amount that fits a balance in every currency.
MAX_AMOUNT: Final = 9_007_199_254_740
NOT_BLANK: Final = r"[\s\S]*\S[\s\S]*"
_TYPES: Final = {
    EventKind.ISSUE: "ACTIVATION",
    EventKind.ACTIVATED: "ACTIVATION",
    EventKind.LOAD: RELOADING,
    EventKind.REDEEM: REDEEMING,
    EventKind.REFUND: "REVERSING",
    EventKind.EXPIRE: "EXPIRING",
    EventKind.VOID: "VOIDING",
    EventKind.VOIDED: "VOIDING",
    EventKind.IMPORT: "IMPORTING",
}
#: What is called by its sign.
_BY_SIGN: Final = {
    EventKind.REVERSE: ("REVERSING", REDEEMING),
    EventKind.ADJUST: (RELOADING, REDEEMING),
    EventKind.TRANSFER: (RELOADING, REDEEMING),
}


class TimeZoneName(Field[str]):
    """The IANA name of a time zone."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        try:
            require_time_zone(value)
        except TimeZoneUnknown:
            raise Wrong("must be the name of a time zone such as Pacific/Auckland.") from None
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 64, "examples": ["Pacific/Auckland"]}


class TransactionIn(Body):
    """Value to be taken from a card, or put on it."""

    type = Choice("`REDEEMING` takes from the balance, `RELOADING` adds to it.", choices=(REDEEMING, RELOADING))
    amount = AmountText(
        "Amount in major units of the card's currency, with no more decimals than it has. Negative for `REDEEMING`, "
        "positive for `RELOADING`.",
        maximum=MAX_AMOUNT,
        signed=True,
    )
    client_id = Text(
        "Your id of this transaction. It belongs to you and this card, and is kept for ever: sent again with the same "
        "details it gets the first answer, with others 409.",
        max_length=255,
        min_length=1,
        pattern=NOT_BLANK,
        said="more than blanks",
    )
    expires_at = Maybe(
        Day("The card's new last day, with `RELOADING` alone; never earlier than today nor than the present one.")
    )
    time_zone = Maybe(TimeZoneName("Where that day ends: an IANA name. Left out: the card's own time zone."))
    user_id = Maybe(
        Text(
            "Your label of the user who does this. Left out: the API client's name.", max_length=64, kind=TextKind.NAME
        )
    )

    def check(self) -> Iterable[Fault]:
        """The sign follows from the type, and only a reload moves the expiry."""
        if (self.type == REDEEMING) != (self.amount < 0):
            sign = "negative" if self.type == REDEEMING else "positive"
            yield Fault(FaultKind.VALUE, f"amount must be {sign} for {self.type}.", member="amount")
        if self.type == REDEEMING and self.expires_at is not None:
            yield Fault(FaultKind.VALUE, "expires_at can be sent with RELOADING alone.", member="expires_at")

    def money(self, currency: str) -> Money:
        """
        The amount without its sign.

        :raises BadRequest: if it has more decimals than the currency.
        """
        if count_decimals(self.amount) > decimals(currency):
            raise BadRequest.because(
                f"amount must have at most {decimals(currency)} decimals in {currency}.",
                kind=FaultKind.VALUE,
                member="amount",
            )
        return Money(abs(self.amount), currency)

    @property
    def details(self) -> dict[str, str]:
        """What the books keep beside their own columns."""
        return {"client_id": self.client_id} | ({"user_id": self.user_id} if self.user_id else {})


TRANSACTION_SCHEMA: Final[Schema] = {
    "type": "object",
    "required": ["id", "amount", "client_id", "created_at", "source", "source_id", "type", "user_id"],
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "Id of the transaction."},
        "amount": {
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
            "description": "In major units, with all decimals of the currency; negative when value was taken. "
            "`0.00` for a card made or voided without value.",
        },
        "client_id": {
            "type": ["string", "null"],
            "maxLength": 255,
            "description": "Your id of the transaction; null if it was made without one.",
        },
        "created_at": {"type": "string", "format": "date-time", "description": "When it was booked, UTC."},
        "source": {"type": "string", "description": "Where it was made: `api`, `admin`, `command` …"},
        "source_id": {"type": ["string", "null"], "description": "The sale or document it belongs to; or null."},
        "type": {
            "type": "string",
            "enum": ["ACTIVATION", RELOADING, REDEEMING, "REVERSING", "VOIDING", "EXPIRING", "IMPORTING"],
            "description": "What happened. A correction or a move is called by its sign.",
        },
        "user_id": {"type": "string", "description": "Your label of the user, else who did it."},
    },
}
TRANSACTION = Component(
    "GiftCardTransaction",
    {"type": "object", "required": ["data"], "properties": {"data": TRANSACTION_SCHEMA}},
)


def show_transaction(transaction: Transaction) -> Json:
    """The transaction that a request made."""
    shown = show_movement(
        public_id=transaction.id,
        kind=transaction.type,
        amount_minor=transaction.amount_minor,
        currency=transaction.currency,
        said=transaction,
    )
    return Json(to_json({"data": shown}))


def show_movement(*, public_id: UUID, kind: str, amount_minor: int, currency: str, said: Any) -> dict[str, Any]:
    """
    One movement of a card.

    :param said: the entry or the line of history, for what both have: details, actor, door, reference and time.
    """
    details: Mapping[str, Any] = said.details
    created_at: datetime = said.created_at
    return {
        "id": str(public_id),
        "amount": amount_text(amount_minor, currency),
        "client_id": details.get("client_id"),
        "created_at": iso_milliseconds(created_at),
        "source": said.door.partition(":")[0],
        "source_id": said.reference or None,
        "type": name_type_of(kind, amount_minor),
        "user_id": details.get("user_id") or said.actor_label,
    }


def amount_text(amount_minor: int, currency: str) -> str:
    """Minor units in major ones, with all decimals of the currency: `100.00`, `100`, `1.250`."""
    return format(from_minor(amount_minor, currency).amount, "f")


def name_type_of(kind: str, amount_minor: int) -> str:
    """What a kind of movement is called here."""
    by_sign = _BY_SIGN.get(EventKind(kind))
    if by_sign is not None:
        return by_sign[0] if amount_minor > 0 else by_sign[1]
    return _TYPES[EventKind(kind)]
