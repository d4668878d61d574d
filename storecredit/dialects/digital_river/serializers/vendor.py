"""What the vendor asks and tells, where checkouts run there and the credit is kept here."""

from typing import Final

from storecredit.api.cards import NUMBER_HERE
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, Text
from storecredit.api.openapi import Component
from storecredit.checkouts.operations import CreditLineAnswer
from storecredit.dialects.digital_river.serializers.shapes import AMOUNT, TEXT, LineNumber, amount_in, record, said


class CalloutIn(Body):
    """A checkout at the vendor that wants to use a line of credit."""

    amount = amount_in("What it wants, in major units of the line's currency.")
    upstream_id = LineNumber(
        "Number of the account, or of the gift card itself. Unknown ones are counted: see the miss limit.",
        max_length=128,
        min_length=1,
        wire="upstreamId",
    )
    session_id = Text(
        "The vendor's checkout session.",
        max_length=64,
        pattern="[!-~]{1,64}",
        said="1 to 64 printable ASCII characters without blanks",
        wire="sessionId",
    )


class EventIn(Body):
    """An event. The signature covers it byte for byte; of other types nothing is read but these two."""

    id = Text("The vendor's id of the event.", max_length=64, min_length=1)
    type = Text("What happened, as `order.accepted`. Unknown types are kept and ignored.", max_length=100, min_length=1)


APPROVAL = Component(
    "CreditLineApproval",
    record(
        {
            "upstreamId": said(TEXT, "As it was sent."),
            "approval": {"type": "boolean", "description": "Whether the line can pay."},
            "amount": said(AMOUNT, "What is set aside, at most what was asked, in major units; only if approved."),
        },
        optional=["amount"],
    ),
)
EVENT_TAKEN = Component(
    "EventTaken", record({"received": {"type": "boolean", "const": True, "description": "The event is kept."}})
)
TAKEN: Final = Json('{"received":true}')


def show_approval(answer: CreditLineAnswer) -> Json:
    """Whether a line can pay, and how much, with a mark in the place of its number, which may be a gift card's."""
    shown: dict[str, object] = {"upstreamId": NUMBER_HERE, "approval": answer.approved}
    if answer.amount is not None:
        shown["amount"] = answer.amount.amount
    return Json(to_json(shown))
