import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ledger.money import from_minor
from ledger.queries import Reason
from storecredit.api.cards import NUMBER_HERE
from storecredit.api.dialects import iso_milliseconds
from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields.free import to_exact
from storecredit.api.openapi import Component, Schema
from storecredit.credits.operations import NUMBER, RequestKind, RequestStatus
from storecredit.credits.queries import ApprovalPolicy, Chance, CreditRequest
from storecredit.dialects.fabric.serializers.requests import MAX_CREDITS, PAGE_SIZE

#: Where a card's number goes in an answer as it is stored.
_MARK: Final = f'"{NUMBER}":{NUMBER_HERE}'
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_TEXT: Final[Schema] = {"type": ["string", "null"]}
_CREDIT: Final[dict[str, Schema]] = {
    "amount": {"type": "number", "exclusiveMinimum": 0, "description": "In major units of the currency."},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."},
    "reasonCode": {"type": "string", "description": "Code of the reason."},
    "source": {"type": "string", "description": "Where it was asked for."},
    "type": {"type": "string", "enum": RequestKind.values, "description": "What it is; `STORE_CREDIT` is ours."},
    "amountInCurrencies": {
        "type": "array",
        "maxItems": MAX_CREDITS,
        "items": {
            "type": "object",
            "required": ["currency", "amount"],
            "properties": {
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."},
                "group": {"type": "string", "description": "As it was sent."},
                "amount": {"type": "number", "exclusiveMinimum": 0, "description": "In major units."},
            },
        },
        "description": "The same amount in other currencies.",
    },
    "attributes": {
        "type": "object",
        "description": "Yours. `giftCardNumber` is whole in the answer to a request that sent it and to the one that "
        "confirmed the credit, else its last four: `****7QX2`.",
    },
    "createdAt": {**_MOMENT, "description": "When it was asked for, UTC."},
    "creditId": {"type": "string", "format": "uuid", "description": "UUID of the credit."},
    "employeeId": {**_TEXT, "description": "Employee who initiated it; or null."},
    "note": {**_TEXT, "description": "The note; or null."},
    "paymentCounter": {"type": ["integer", "null"], "description": "Which payment of the order it refunds; or null."},
    "policyCode": {**_TEXT, "description": "Approval policy that was asked for; or null."},
    "statusCode": {"type": "string", "enum": RequestStatus.values, "description": "Its status."},
    "subReasonCode": {**_TEXT, "description": "Your own sub-reason; or null."},
    "updatedAt": {**_MOMENT, "description": "When it last changed, UTC."},
    "version": {
        "type": "integer",
        "minimum": 1,
        "description": "Ours: rises when whom it pays changes, and when it is put forward again after it failed.",
    },
}
_MISSING: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "description": "Ours: how many more people have to approve it; only where this call was an approval that was not "
    "the last one needed.",
}
_NOTICE: Final[Schema] = {
    "type": "string",
    "description": "Ours: that fewer people can approve it than have to; only where it was asked for with this call.",
}
_CREDIT_SCHEMA: Final[Schema] = {
    "type": "object",
    "required": list(_CREDIT),
    "properties": {**_CREDIT, "approvalsMissing": _MISSING, "approvalNotice": _NOTICE},
}
CREDIT = Component("OrderCredit", _CREDIT_SCHEMA)
CREDITS = Component(
    "OrderCredits",
    {
        "type": "object",
        "required": ["credits"],
        "properties": {"credits": {"type": "array", "maxItems": MAX_CREDITS, "items": _CREDIT_SCHEMA}},
    },
)
CREDIT_LIST = Component(
    "OrderCreditList",
    {
        "type": "object",
        "required": ["credits", "query"],
        "properties": {
            "credits": {"type": "array", "maxItems": 2 * PAGE_SIZE, "items": _CREDIT_SCHEMA},
            "query": {
                "type": "object",
                "required": ["offset", "limit", "count"],
                "properties": {
                    "offset": {"type": "integer", "minimum": 0, "description": "How many were passed over."},
                    "limit": {"type": "integer", "minimum": 1, "description": "How many are shown at most."},
                    "count": {"type": "integer", "minimum": 0, "description": "How many there are in all."},
                },
            },
        },
    },
)
ELIGIBILITY = Component(
    "OrderCreditsEligibility",
    {
        "type": "object",
        "required": ["orderId", "description", "eligibleReasonCodes", "policyType", "policyName"],
        "properties": {
            "orderId": {"type": "string", "description": "The order as the path names it."},
            "description": {"type": "string", "description": "What can be asked for, for people."},
            "eligibleReasonCodes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "description"],
                    "properties": {
                        "code": {"type": "string", "description": "Code of a reason."},
                        "description": {"type": "string", "description": "The reason in words."},
                    },
                },
                "description": "The active reasons.",
            },
            "policyType": {"type": "string", "const": "credits", "description": "What the policy is for."},
            "policyName": {
                "type": "string",
                "description": "The approval policy that credits of your key fall under; `default` if there is none.",
            },
        },
    },
)


def show_credit(request: CreditRequest, *, whole: bool = False, approvals_missing: int = 0) -> Json:
    """
    A credit.

    :param whole: whether a mark stands in the place of the card's number, to be put in as the answer goes out.
    """
    return Json(to_json(_show(request, whole=whole, approvals_missing=approvals_missing)))


def show_credits(requests: Sequence[CreditRequest], *, whole: Iterable[bool], chances: Mapping[UUID, Chance]) -> Json:
    """
    Credits that were asked for together.

    :param chances: of those that are pending, whether anybody can approve them.
    """
    shown = [
        _show(request, whole=its) | _notice(chances.get(request.pk))
        for request, its in zip(requests, whole, strict=True)
    ]
    return Json(to_json({"credits": shown}))


def _notice(chance: Chance | None) -> dict[str, str]:
    """Nothing, or that nobody can approve it; whom the shop has is not told."""
    if chance is None or not chance.is_none:
        return {}
    needed = "one more approval is" if chance.missing == 1 else f"{chance.missing} more approvals are"
    people = "nobody" if not chance.names else "one person" if len(chance.names) == 1 else f"{len(chance.names)} people"
    return {"approvalNotice": f"It cannot be approved as things stand: {needed} needed and {people} can give one."}


def show_list(requests: Iterable[CreditRequest], *, offset: int, limit: int, count: int) -> Json:
    """Some of an order's credits."""
    query = {"offset": offset, "limit": limit, "count": count}
    return Json(to_json({"credits": [_show(request) for request in requests], "query": query}))


def show_eligibility(order: str, reasons: Iterable[Reason], policy: ApprovalPolicy | None) -> Json:
    """What can be asked for."""
    codes = [{"code": reason.code, "description": reason.label} for reason in reasons]
    # The one that needs nothing but itself comes first.
    codes.sort(key=lambda reason: reason["code"] != "EC")
    return Json(
        to_json(
            {
                "orderId": order,
                "description": "Credits can be asked for this order.",
                "eligibleReasonCodes": codes,
                "policyType": "credits",
                "policyName": str(policy) if policy else "default",
            }
        )
    )


def put_numbers(text: Json, numbers: Iterable[str]) -> Json:
    """An answer with the cards' numbers in their places, one after the other."""
    parts = text.split(_MARK)
    put = [parts[0]]
    for number, part in zip(numbers, parts[1:], strict=True):
        put += [f'"{NUMBER}":{to_json(number)}', part]
    return Json("".join(put))


def read_marked(text: Json) -> list[tuple[int, UUID, bool]]:
    """Place, id and whether confirmed, of each credit of a stored answer in which a card's number has to be put."""
    shown: Mapping[str, Any] = json.loads(text.replace(_MARK, f'"{NUMBER}":true'))
    return [
        (place, UUID(credit["creditId"]), credit["statusCode"] == RequestStatus.CONFIRMED)
        for place, credit in enumerate(shown.get("credits", [shown]))
        if credit["attributes"].get(NUMBER) is True
    ]


def _show(request: CreditRequest, *, whole: bool = False, approvals_missing: int = 0) -> dict[str, Any]:
    attributes = to_exact(request.attributes)
    if whole:
        attributes[NUMBER] = NUMBER_HERE
    shown = {
        "amount": from_minor(request.amount_minor, request.currency).amount,
        "currency": request.currency,
        "reasonCode": request.reason_id,
        "source": request.source,
        "type": request.kind,
        "amountInCurrencies": [other | {"amount": Decimal(other["amount"])} for other in request.amounts],
        "attributes": attributes,
        "createdAt": iso_milliseconds(request.created_at),
        "creditId": str(request.pk),
        "employeeId": request.employee or None,
        "note": request.note or None,
        "paymentCounter": request.payment_counter,
        "policyCode": request.policy_code or None,
        "statusCode": request.status,
        "subReasonCode": request.sub_reason or None,
        "updatedAt": iso_milliseconds(request.updated_at),
        "version": request.version,
    }
    return shown | ({"approvalsMissing": approvals_missing} if approvals_missing else {})
