"""What the vendor asks and tells, where checkouts run there and the credit is kept here."""

from typing import Any

from storecredit.api.cards import NUMBER_HERE
from storecredit.api.fields import Boolean, FreeObject, PositiveAmount, StrictField, Text
from storecredit.api.json_text import Json
from storecredit.api.serializers import Serializer
from storecredit.checkouts.operations import CreditLineAnswer
from storecredit.dialects.digital_river.serializers.shapes import LineNumber, Shown


class CreditLineRequest(Serializer):
    """A checkout at the vendor that wants to use a line of credit."""

    amount = PositiveAmount(help_text="What it wants, in major units of the line's currency.")
    upstreamId = LineNumber(
        source="upstream_id",
        help_text="Number of the account, or of the gift card itself. Unknown ones are counted: see the miss limit.",
    )
    sessionId = Text(
        source="session_id",
        max_length=64,
        pattern="[!-~]{1,64}",
        said="1 to 64 printable ASCII characters without blanks",
        help_text="The vendor's checkout session.",
    )


class VendorEvent(Serializer):
    """An event. The signature covers it byte for byte; of other types nothing is read but `id` and `type`."""

    id = Text(max_length=64, min_length=1, help_text="The vendor's id of the event.")
    type = Text(
        max_length=100,
        min_length=1,
        help_text="What happened, as `order.accepted`. Unknown types are kept and ignored.",
    )
    data: Any = FreeObject(required=False, help_text="What it happened to, in `object`, in the vendor's shape.")


class ApprovedAmount(StrictField):
    """An amount in major units that goes out."""

    def describe(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0}


class CreditLineApproval(Shown):
    """Whether a line can pay, and how much."""

    upstreamId = Text(help_text="As it was sent.")
    approval = Boolean(source="approved", help_text="Whether the line can pay.")
    amount = ApprovedAmount(
        source="amount.amount",
        required=False,
        help_text="What is set aside, at most what was asked, in major units; only if approved.",
    )


class EventTaken(Serializer):
    """The event is kept."""

    received = Boolean(help_text="True: the event is kept.")


def show_approval(answer: CreditLineAnswer) -> Json:
    """Whether a line can pay, and how much, with a mark in the place of its number, which may be a gift card's."""
    amount = {} if answer.amount is None else {"amount": {"amount": answer.amount.amount}}
    return CreditLineApproval.shared().to_text({"upstreamId": NUMBER_HERE, "approved": answer.approved} | amount)
