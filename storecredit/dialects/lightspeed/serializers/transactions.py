from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from moneyed import Money
from rest_framework.exceptions import ErrorDetail, ValidationError

from giftcards.errors import TimeZoneUnknown
from giftcards.operations import EventKind, require_time_zone
from giftcards.queries import CardEvent
from ledger.queries import METADATA, Transaction
from storecredit.api.fields import (
    AmountText,
    BookedAmountText,
    Choice,
    Day,
    IsoMilliseconds,
    Metadata,
    Name,
    ShownMetadata,
    StrictField,
    Text,
    TextOrNull,
    Uuid,
    find_too_fine,
    wrong,
)
from storecredit.api.serializers import Serializer, Validated

REDEEMING: Final = "REDEEMING"
RELOADING: Final = "RELOADING"
USER_ABOUT: Final = (
    "Your label of the user who does this. Left out: the name of the person whose key it is, else the API client's."
)
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
TYPE_WORDS: Final = ("ACTIVATION", RELOADING, REDEEMING, "REVERSING", "VOIDING", "EXPIRING", "IMPORTING")


class Filled(Text):
    """A text that says something."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=1, pattern=r"[\s\S]*\S[\s\S]*", said="more than blanks", **kwargs)


class TimeZoneName(StrictField):
    """The IANA name of a time zone."""

    expected = "a string"

    def to_internal_value(self, data: Any) -> str:
        self.require_type(data, str)
        try:
            require_time_zone(data)
        except TimeZoneUnknown:
            raise wrong("must be the name of a time zone such as Pacific/Auckland.") from None
        return str(data)

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 64, "examples": ["Pacific/Auckland"]}


class GiftCardTransactionCreate(Serializer):
    """Value to be taken from a card, or put on it."""

    type = Choice(choices=(REDEEMING, RELOADING), help_text="`REDEEMING` takes from the balance, `RELOADING` adds.")
    amount = AmountText(
        signed=True,
        help_text="Amount in major units of the card's currency, with no more decimals than it has. Negative for "
        "`REDEEMING`, positive for `RELOADING`.",
    )
    client_id = Filled(
        max_length=255,
        help_text="Your id of this transaction. It belongs to you and this card, and is kept for ever: sent again "
        "with the same details it gets the first answer, with others 409.",
    )
    expires_at = Day(
        optional=True,
        help_text="The card's new last day, with `RELOADING` alone; never earlier than today nor than the present one.",
    )
    time_zone = TimeZoneName(
        optional=True, help_text="Where that day ends: an IANA name. Left out: the card's own time zone."
    )
    user_id = Name(max_length=64, optional=True, help_text=USER_ABOUT)
    metadata = Metadata(about="the transaction")

    def validate(self, attrs: Any) -> Any:
        """The sign follows from the type, and only a reload moves the expiry."""
        kind = attrs["type"]
        wrongs = {}
        if (kind == REDEEMING) != (attrs["amount"] < 0):
            sign = "negative" if kind == REDEEMING else "positive"
            wrongs["amount"] = [ErrorDetail(f"must be {sign} for {kind}.", code="value")]
        if kind == REDEEMING and attrs.get("expires_at") is not None:
            wrongs["expires_at"] = [ErrorDetail("can be sent with RELOADING alone.", code="value")]
        if wrongs:
            raise ValidationError(wrongs)
        return attrs


def amount_to_move(order: Validated, *, currency: str) -> Money:
    """
    The amount without its sign.

    :raises ValidationError: if it has more decimals than the card's currency.
    """
    if wrongs := find_too_fine({"amount": order["amount"]}, currency):
        raise ValidationError(wrongs)
    return Money(abs(order["amount"]), currency)


def details_of(order: Validated) -> dict[str, str]:
    """What the books keep beside their own columns."""
    return {name: order[name] for name in ("client_id", "user_id") if order.get(name)}


class GiftCardTransaction(Serializer):
    """A movement of a card's value."""

    id = Uuid(help_text="Id of the transaction.")
    amount = BookedAmountText(
        minor="amount_minor",
        help_text="In major units, with all decimals of the currency; negative when value was taken. `0.00` for a "
        "card made or voided without value.",
    )
    client_id = Text(
        max_length=255,
        allow_null=True,
        help_text="Your id of the transaction; null if it was made without one.",
    )
    created_at = IsoMilliseconds(help_text="When it was booked, UTC.")
    source_id = TextOrNull(help_text="The sale or document it belongs to; or null.")
    type = Choice(
        choices=TYPE_WORDS,
        component="GiftCardTransactionType",
        help_text="What happened. A correction or a move is called by its sign.",
    )
    user_id = Text(
        help_text="Your label of the user, else the name of the person whose key it was, else who did it by name."
    )
    metadata = ShownMetadata(about="the transaction")

    def get_fields(self) -> dict[str, Any]:
        """With `source`, which is no name for an attribute of a serializer; in the vendor's order."""
        fields = super().get_fields()
        door = Text(source="door", help_text="Where it was made: `api`, `admin`, `command` …")
        first = ("id", "amount", "client_id", "created_at")
        return {name: fields.pop(name) for name in first} | {"source": door} | fields


class GiftCardTransactionAnswer(Serializer):
    """A transaction in the envelope of a success."""

    data: Any = GiftCardTransaction()


@dataclass(frozen=True, slots=True)
class Movement:
    """
    A movement of a card, from the books or from its history.

    :param told: the entry or the line of history, for what both have: details, actor, door, reference and time.
    """

    id: UUID
    kind: str
    amount_minor: int
    currency: str
    told: Transaction | CardEvent

    @property
    def client_id(self) -> str | None:
        """The client's own id of it."""
        return self._details.get("client_id")

    @property
    def created_at(self) -> datetime:
        """When it was booked."""
        return self.told.created_at

    @property
    def door(self) -> str:
        """Where it was made."""
        return self.told.door.partition(":")[0]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What a client keeps with it."""
        return self._details.get(METADATA) or {}

    @property
    def source_id(self) -> str:
        """The sale or document it belongs to."""
        return self.told.reference

    @property
    def type(self) -> str:
        """What happened, in the vendor's words."""
        by_sign = _BY_SIGN.get(EventKind(self.kind))
        if by_sign is not None:
            return by_sign[0] if self.amount_minor > 0 else by_sign[1]
        return _TYPES[EventKind(self.kind)]

    @property
    def user_id(self) -> str:
        """Who did it, as the client calls them, else by the person's name whose key it was."""
        return self._details.get("user_id") or self._details.get("owner") or self.told.actor_label

    @property
    def _details(self) -> Mapping[str, Any]:
        return self.told.details


def movement_of_entry(entry: Transaction) -> Movement:
    """An entry of the books."""
    return Movement(entry.id, entry.type, entry.amount_minor, entry.currency, entry)


def movement_of_event(event: CardEvent, currency: str) -> Movement:
    """A line of a card's history."""
    return Movement(event.public_id, event.kind, event.amount_minor, currency, event)
