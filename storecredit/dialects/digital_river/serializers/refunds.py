from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from ledger.text import TextKind
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Amount, Body, HeldCurrency, Integer, Maybe, Text
from storecredit.api.old_fields.nested import Items
from storecredit.api.old_fields.plain import Uuid
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind
from storecredit.checkouts.operations import RefundLine
from storecredit.checkouts.queries import (
    ChargeMovement,
    Refund,
    ReturnState,
    state_of_all,
    state_of_movement,
    state_of_refund,
    sum_returned_minor,
)
from storecredit.dialects.digital_river.serializers.orders import order_id_in
from storecredit.dialects.digital_river.serializers.shapes import (
    AMOUNT,
    CREATED,
    CURRENCY,
    LIVE,
    MAX_ITEMS,
    MAX_QUANTITY,
    ORDER_ID,
    TEXT,
    UUID_OUT,
    PageQuery,
    amount_in,
    list_of,
    major,
    moment,
    money,
    record,
    said,
    show_some,
    too_fine,
)


class RefundItemIn(Body):
    item_id = Uuid("Id of a line of the order.", wire="itemId")
    quantity = Integer("Units whose cost is refunded.", minimum=1, maximum=MAX_QUANTITY)


class RefundIn(Body):
    """Captured money to give back: an amount, a percentage, or what units cost."""

    order_id = order_id_in("The order.", wire="orderId")
    currency = HeldCurrency("ISO 4217 code of the order's currency.")
    amount = Maybe(amount_in("In major units, at most what was captured and not refunded."))
    percent = Maybe(
        Amount(
            "Of all that was captured by then. Percentages are rounded together: those that come to 100 give back all.",
            above=0,
            maximum=100,
            decimals=4,
        )
    )
    items = Maybe(Items("Lines, each once.", of=RefundItemIn, at_least=1, at_most=MAX_ITEMS))
    reason = Maybe(Text("Why, up to 500 characters.", max_length=500, kind=TextKind.NOTE))

    def check(self) -> Iterable[Fault]:
        """Exactly one of amount, percent and items; no amount finer than the currency."""
        if sum(given is not None for given in (self.amount, self.percent, self.items)) != 1:
            yield Fault(
                FaultKind.VALUE, "amount, percent or items must be sent, and only one of them.", member="amount"
            )
        yield from too_fine({"amount": self.amount}, self.currency)

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, as checkouts take it."""
        lines = None if self.items is None else [RefundLine(line.item_id, line.quantity) for line in self.items]
        return {"amount": money(self.amount, self.currency), "percent": self.percent, "items": lines}


class RefundQuery(PageQuery):
    order_id = Maybe(order_id_in("Only refunds of this order.", wire="orderId"))
    starting_after = Maybe(Uuid("Only refunds older than this one.", wire="startingAfter"))
    ending_before = Maybe(Uuid("Only refunds newer than this one, the nearest of them.", wire="endingBefore"))


_STATE: Final[Schema] = {
    "type": "string",
    "enum": [state.value for state in ReturnState],
    "description": "`pending` while credit that no account can take waits for staff, `failed` if they refuse it.",
}
_REFUND = record(
    {
        "id": said(UUID_OUT, "Id of the refund."),
        "createdTime": CREATED,
        "orderId": said(TEXT, "The order.", pattern=f"^{ORDER_ID}$"),
        "currency": CURRENCY,
        "amount": said(AMOUNT, "What was refunded, in major units."),
        "refundedAmount": said(AMOUNT, "How much of it has gone back: all, but for what waits for staff or failed."),
        "percent": {"type": "number", "description": "The percentage that was asked for."},
        "items": {
            "type": "array",
            "items": record(
                {
                    "itemId": said(UUID_OUT, "Id of the line."),
                    "quantity": {"type": "integer", "minimum": 1, "description": "Units whose cost was refunded."},
                    "amount": said(AMOUNT, "What they cost, in major units."),
                }
            ),
        },
        "reason": said(TEXT, "Why."),
        "state": _STATE,
        "charges": {
            "type": "array",
            "items": record(
                {
                    "id": said(UUID_OUT, "Id of the charge."),
                    "sourceId": said(UUID_OUT, "The source to which it went back."),
                    "amount": said(AMOUNT, "How much of it, in major units."),
                    "state": _STATE,
                }
            ),
        },
        "liveMode": LIVE,
    },
    optional=["percent", "items", "reason"],
)
REFUND = Component("Refund", _REFUND)
REFUNDS = list_of("Refunds", _REFUND)


def show_refund(refund: Refund) -> Json:
    """A refund, and where it went."""
    return Json(to_json(_refund(refund)))


def show_refunds(refunds: Sequence[Refund], *, has_more: bool) -> Json:
    """One page of refunds."""
    return Json(to_json({"hasMore": has_more, "data": [_refund(refund) for refund in refunds]}))


def _refund(refund: Refund) -> dict[str, Any]:
    currency = refund.order.currency
    items = [
        {"itemId": str(line.item_id), "quantity": line.quantity, "amount": major(line.amount_minor, currency)}
        for line in sorted(refund.items.all(), key=lambda line: line.pk)
    ]
    movements = sorted(
        refund.movements.all(), key=lambda move: (move.charge.source.is_credit, -move.charge.place, move.pk)
    )
    return {
        "id": str(refund.pk),
        "createdTime": moment(refund.created_at),
        "orderId": refund.order_id,
        "currency": currency,
        "amount": major(refund.amount_minor, currency),
        "refundedAmount": major(sum_returned_minor(refund), currency),
        **show_some(percent=refund.percent, items=items or None, reason=refund.reason),
        "state": state_of_refund(refund).value,
        "charges": [_part(list(parts), currency) for _, parts in groupby(movements, key=lambda move: move.charge_id)],
        "liveMode": not refund.order.test_mode,
    }


def _part(movements: Sequence[ChargeMovement], currency: str) -> dict[str, Any]:
    """What of a refund reached one charge."""
    charge = movements[0].charge
    return {
        "id": str(charge.pk),
        "sourceId": str(charge.source_id),
        "amount": major(sum(movement.amount_minor for movement in movements), currency),
        "state": state_of_all(map(state_of_movement, movements)).value,
    }
