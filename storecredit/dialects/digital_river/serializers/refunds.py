from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from rest_framework.exceptions import ErrorDetail, ValidationError

from storecredit.api.fields import (
    Amount,
    BookedAmount,
    Boolean,
    Choice,
    CurrencyCode,
    HeldCurrency,
    Integer,
    Note,
    PositiveAmount,
    StrictField,
    Text,
    Uuid,
    find_too_fine,
)
from storecredit.api.serializers import Serializer, Validated
from storecredit.checkouts import queries
from storecredit.checkouts.operations import MOST_ITEMS, MOST_SOURCES, RefundLine
from storecredit.checkouts.queries import (
    ChargeMovement,
    ReturnState,
    state_of_all,
    state_of_movement,
    state_of_refund,
    sum_returned_minor,
)
from storecredit.dialects.digital_river.serializers.shapes import (
    ISO_CODE,
    MAX_QUANTITY,
    IsoSeconds,
    LiveMode,
    OrderId,
    Placed,
    Shown,
    money,
)

_ASKED: Final = ("amount", "percent", "items")


class RefundItemCreate(Serializer):
    """Units of a line whose cost is refunded."""

    itemId = Uuid(source="item_id", help_text="Id of a line of the order.")
    quantity = Integer(min_value=1, max_value=MAX_QUANTITY, help_text="Units whose cost is refunded.")


class RefundCreate(Serializer):
    """Captured money to give back: an amount, a percentage, or what units cost."""

    exactly_one = {"RefundOfAmount": "amount", "RefundOfPercent": "percent", "RefundOfItems": "items"}

    orderId = OrderId(source="order_id", help_text="The order.")
    currency = HeldCurrency(help_text="ISO 4217 code of the order's currency.")
    amount = PositiveAmount(
        optional=True,
        help_text="In major units, at most what was captured and not refunded. Either this, percent or items.",
    )
    percent = Amount(
        above=0,
        maximum=100,
        decimals=4,
        optional=True,
        help_text="Of all that was captured by then. Percentages are rounded together: those that come to 100 give "
        "back all. Either this, amount or items.",
    )
    items = RefundItemCreate(
        many=True,
        min_length=1,
        max_length=MOST_ITEMS,
        optional=True,
        help_text="Lines, each once. Either this, amount or percent.",
    )
    reason = Note(optional=True, help_text="Why, up to 500 characters.")

    def validate(self, attrs: Any) -> Any:
        """Exactly one of amount, percent and items; no amount finer than the currency."""
        wrongs = {}
        if sum(attrs.get(name) is not None for name in _ASKED) != 1:
            complaint = "percent or items must be sent, and only one of them."
            wrongs["amount"] = [ErrorDetail(f"amount, {complaint}", code="sentence")]
        for member, found in find_too_fine({"amount": attrs.get("amount")}, attrs["currency"]).items():
            wrongs[member] = [*wrongs.get(member, []), *found]
        if wrongs:
            raise ValidationError(wrongs)
        return attrs


class _ReturnedState(Choice):
    """Whether what was to go back has gone back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[state.value for state in ReturnState],
            component="RefundState",
            help_text="`pending` while credit that no account can take waits for staff, `failed` if they refuse it.",
            **kwargs,
        )


class Percent(StrictField):
    """A percentage that goes out."""

    def describe(self) -> dict[str, Any]:
        return {"type": "number"}


class RefundItem(Placed):
    """Units of a line whose cost was refunded."""

    itemId = Uuid(source="item_id", help_text="Id of the line.")
    quantity = Integer(min_value=1, help_text="Units whose cost was refunded.")
    amount = BookedAmount(
        minor="amount_minor",
        currency="refund.order.currency",
        minimum=0,
        help_text="What they cost, in major units.",
    )


class RefundCharge(Serializer):
    """What of a refund reached one charge."""

    id = Uuid(source="charge.pk", help_text="Id of the charge.")
    sourceId = Uuid(source="charge.source_id", help_text="The source to which it went back.")
    amount = BookedAmount(
        minor="amount_minor",
        currency="currency",
        minimum=0,
        help_text="How much of it, in major units.",
    )
    state = _ReturnedState()


class Refund(Shown):
    """A refund, and where it went."""

    id = Uuid(source="refund.pk", help_text="Id of the refund.")
    createdTime = IsoSeconds(source="refund.created_at", help_text="When it was made, UTC.")
    orderId = OrderId(source="refund.order_id", help_text="The order.")
    currency = CurrencyCode(help_text=ISO_CODE)
    amount = BookedAmount(minor="refund.amount_minor", minimum=0, help_text="What was refunded, in major units.")
    refundedAmount = BookedAmount(
        minor="returned_minor",
        minimum=0,
        help_text="How much of it has gone back: all, but for what waits for staff or failed.",
    )
    percent = Percent(source="refund.percent", required=False, help_text="The percentage that was asked for.")
    items = RefundItem(
        source="refund.items.all",
        many=True,
        max_length=MOST_ITEMS,
        required=False,
        help_text="The units whose cost was refunded.",
    )
    reason = Text(source="refund.reason", required=False, help_text="Why.")
    state = _ReturnedState()
    charges = RefundCharge(many=True, max_length=MOST_SOURCES, help_text="To which charges it went back.")
    liveMode = LiveMode(source="refund.order.test_mode")

    def to_representation(self, instance: queries.Refund) -> Any:
        """The refund with its movements, which are at hand."""
        return super().to_representation(_Refunded(instance, instance.order.currency))


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a refund reached one charge."""

    movements: Sequence[ChargeMovement]
    currency: str

    @property
    def charge(self) -> queries.Charge:
        """The charge."""
        return self.movements[0].charge

    @property
    def amount_minor(self) -> int:
        """How much of it, in minor units."""
        return sum(movement.amount_minor for movement in self.movements)

    @property
    def state(self) -> str:
        """Whether it has gone back."""
        return state_of_all(map(state_of_movement, self.movements)).value


@dataclass(frozen=True, slots=True)
class _Refunded:
    """A refund with its movements."""

    refund: queries.Refund
    currency: str

    @property
    def returned_minor(self) -> int:
        """How much of it has gone back, in minor units."""
        return sum_returned_minor(self.refund)

    @property
    def state(self) -> str:
        """Whether it has gone back."""
        return state_of_refund(self.refund).value

    @property
    def charges(self) -> list[_Part]:
        """Where it went: the primary source first, then credit, what was attached last first."""
        movements = sorted(
            self.refund.movements.all(), key=lambda move: (move.charge.source.is_credit, -move.charge.place, move.pk)
        )
        return [_Part(list(parts), self.currency) for _, parts in groupby(movements, key=lambda move: move.charge_id)]


class RefundPage(Serializer):
    """One page of refunds."""

    hasMore = Boolean(source="has_more", help_text="Whether there are more in the direction asked for.")
    data: Any = Refund(many=True, max_length=100, help_text="The refunds.")


def asked_of(order: Validated) -> dict[str, Any]:
    """What is asked for, as checkouts take it."""
    items, amount = order.get("items"), order.get("amount")
    lines = None if items is None else [RefundLine(line["item_id"], line["quantity"]) for line in items]
    percent: Decimal | None = order.get("percent")
    return {"amount": money(amount, order["currency"]), "percent": percent, "items": lines}
