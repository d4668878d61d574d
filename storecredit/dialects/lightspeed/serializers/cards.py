from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from moneyed import Money
from rest_framework.exceptions import ErrorDetail, ValidationError

from giftcards.operations import CardState, end_of_day
from giftcards.queries import Card, CardEvent
from ledger.text import TextKind
from storecredit.api.cards import NUMBER_HERE, put_number
from storecredit.api.fields import (
    AmountText,
    BookedAmountText,
    Choice,
    Currency,
    CurrencyCode,
    Day,
    IsoMilliseconds,
    Metadata,
    Name,
    Note,
    ShownMetadata,
    Text,
    TextOrNull,
    Uuid,
    find_too_fine,
)
from storecredit.api.json_text import Json
from storecredit.api.serializers import Serializer, Validated
from storecredit.dialects.lightspeed.serializers.transactions import (
    USER_ABOUT,
    Filled,
    GiftCardTransaction,
    Movement,
    TimeZoneName,
    movement_of_event,
)

#: How many of its movements a card shows.
NEWEST_MOVEMENTS: Final = 200
#: How many cards a page has, if it is not said and at most.
PAGE_SIZE: Final = 1000
#: The states and, if it matters, the emptiness that each status stands for.
STATUSES: Final[dict[str, tuple[tuple[CardState, ...], bool | None]]] = {
    "ACTIVE": ((CardState.ACTIVE,), False),
    "INACTIVE": ((CardState.BLOCKED, CardState.PENDING), None),
    "REDEEMED": ((CardState.ACTIVE,), True),
    "VOIDED": ((CardState.VOIDED,), None),
    "EXPIRED": ((CardState.EXPIRED,), None),
}
STATUS_ABOUT: Final = (
    "`ACTIVE`; `INACTIVE`: blocked or not yet valid; `REDEEMED`: balance 0, which a reload changes; `VOIDED`; "
    "`EXPIRED`."
)
_REASON: Final = "Why: kept in the card's history."


class CardNumber(Text):
    """A card's number, of which a fingerprint keeps no trace: it could be guessed from one."""

    def canonical(self, value: str, version: int) -> Any:
        return True


class GiftCardCreate(Serializer):
    """A card to be made."""

    amount = AmountText(
        signed=False,
        help_text="First value in major units of the currency, more than 0, with no more decimals than it has.",
    )
    number = CardNumber(
        max_length=64,
        min_length=4,
        pattern="[!-.0-~]{4,64}",
        said="4 to 64 printable ASCII characters without blanks and slashes",
        optional=True,
        help_text="Ours: the card's number. 4 to 64 printable ASCII characters without blanks and slashes; where it "
        "is of letters, digits and hyphens alone, case and hyphens do not matter. Left out: sixteen random ones.",
    )
    expires_at = Day(
        optional=True,
        help_text="The last day on which the card can be spent, not earlier than today. Left out: for ever.",
    )
    time_zone = TimeZoneName(
        optional=True, help_text="Where days begin and end: an IANA name. Left out: the shop's time zone."
    )
    user_id = Name(max_length=64, optional=True, help_text=USER_ABOUT)
    sale_id = Text(max_length=64, optional=True, help_text="The sale that sold the card.")
    currency = Currency(optional=True, help_text="Ours: ISO 4217 code. Left out: the shop's currency.")
    customerId = Text(
        source="customer_id",
        max_length=64,
        optional=True,
        help_text="Ours: whose card it is, by customer number or document id.",
    )
    valid_from = Day(optional=True, help_text="Ours: the first day on which the card can be spent. Left out: at once.")
    client_id = Filled(
        max_length=255,
        optional=True,
        help_text="Ours: your id of this card's making, in place of the header Idempotency-Key and in a name space of "
        "its own. Sent again with the same details it gets the first answer.",
    )
    metadata = Metadata(about="the card")

    def validate(self, attrs: Any) -> Any:
        """An amount may not be finer than its currency, nor a card end before it begins."""
        wrongs = find_too_fine({"amount": attrs["amount"]}, currency_of(attrs))
        first, last = attrs.get("valid_from"), attrs.get("expires_at")
        if first is not None and last is not None and first > last:
            wrongs["valid_from"] = [ErrorDetail("must not be later than expires_at.", code="value")]
        if wrongs:
            raise ValidationError(wrongs)
        return attrs


def currency_of(order: Validated) -> str:
    """The currency that was named, else the shop's."""
    return order.get("currency") or settings.DEFAULT_CURRENCY


def money_of(order: Validated) -> Money:
    """The amount and its currency as one."""
    return Money(order["amount"], currency_of(order))


def begin_of(order: Validated) -> datetime | None:
    """When the first day begins; None if none was named."""
    first = order.get("valid_from")
    if first is None:
        return None
    return end_of_day(first - timedelta(days=1), order.get("time_zone") or settings.TIME_ZONE)


class GiftCardBlock(Serializer):
    """A card to be blocked."""

    reason = Filled(kind=TextKind.NOTE, max_length=500, help_text=_REASON)


class GiftCardUnblock(Serializer):
    """A card to be unblocked."""

    reason = Note(optional=True, help_text=_REASON)


class GiftCard(Serializer):
    """A gift card with its newest transactions."""

    id = Uuid(source="card.id", help_text="Id of the card.")
    number = Text(
        help_text="The number as it was made: whole where you named it or your key has `gift_cards:reveal`, else "
        "`****7QX2`.",
    )
    accountNumber = Text(
        source="account_number",
        allow_null=True,
        help_text="Ours: number of the account behind it, which `upstreamId` of a checkout's source takes; null where "
        "the card's number is not shown whole.",
    )
    balance = BookedAmountText(
        minor="card.spendable_minor",
        currency="card.currency",
        minimum=0,
        help_text="What can be spent now, in major units: neither expired nor held.",
    )
    currency = CurrencyCode(source="card.currency", help_text="Ours: ISO 4217 code.")
    created_at = IsoMilliseconds(source="card.created_at", help_text="When the card was made, UTC.")
    expires_at = IsoMilliseconds(
        source="card.last_second",
        allow_null=True,
        help_text="The last second at which it can be spent, UTC; null: for ever.",
    )
    status = Choice(choices=STATUSES, component="GiftCardStatus", help_text=STATUS_ABOUT)
    total_sold = BookedAmountText(
        minor="card.sold_minor", currency="card.currency", help_text="What was ever put on it, in major units."
    )
    total_redeemed = BookedAmountText(
        minor="card.redeemed_minor",
        currency="card.currency",
        help_text="What purchases took less what came back, in major units.",
    )
    sale_id = TextOrNull(source="card.sale_id", help_text="The sale that sold it; or null.")
    sale_source = Text(allow_null=True, help_text="Where it was sold: `api`; null without a sale.")
    metadata = ShownMetadata(source="card.metadata", about="the card")
    gift_card_transactions = GiftCardTransaction(
        source="movements",
        many=True,
        max_length=NEWEST_MOVEMENTS,
        help_text="Its newest 200 transactions, newest first.",
    )


class GiftCardAnswer(Serializer):
    """A card in the envelope of a success."""

    data: Any = GiftCard()


class GiftCardPage(Serializer):
    """One page of cards."""

    data: Any = GiftCard(many=True, max_length=PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """
    A card beside what an answer knows of it. There is a mark in the place of its number, unless that is given.

    :param events: its newest movements, newest first.
    :param is_whole: whether its number is shown whole, and with it that of its account.
    """

    card: Card
    events: Sequence[CardEvent]
    is_whole: bool
    number: str = NUMBER_HERE

    @property
    def account_number(self) -> str | None:
        """The account behind it, for those who may know."""
        return self.card.account_number if self.is_whole else None

    @property
    def status(self) -> str:
        """What it can be used for, in the vendor's words."""
        state = self.card.state
        if state == CardState.ACTIVE:
            return "ACTIVE" if self.card.spendable_minor else "REDEEMED"
        return "INACTIVE" if state in {CardState.BLOCKED, CardState.PENDING} else state.value

    @property
    def sale_source(self) -> str | None:
        """Where it was sold."""
        return "api" if self.card.sale_id else None

    @property
    def movements(self) -> list[Movement]:
        """Its newest movements, newest first."""
        return [movement_of_event(event, self.card.currency) for event in self.events]


def id_of_card(answer: Json) -> UUID:
    """The id of the card that an answer shows, which may still have the mark in the place of the number."""
    return UUID(put_number(answer, "", member="number").said["id"])
