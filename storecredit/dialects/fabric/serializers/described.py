"""What the API's description says about each path."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from storecredit.api.openapi import Described, Example, Schema
from storecredit.credits.operations import OrderKind
from storecredit.dialects.fabric.serializers import examples
from storecredit.dialects.fabric.serializers.credits import CREDIT, CREDIT_LIST, CREDITS, ELIGIBILITY
from storecredit.dialects.fabric.serializers.requests import CreditFilter, CreditsIn, StatusIn

_ORDER: Final = {"order": "Id of the order: 24 hexadecimal characters."}
_ORDER_SCHEMA: Final[Mapping[str, Schema]] = {"order": {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}}
_NAMED: Final = {
    "kind": "By what the order is named.",
    "order": "The order's id, its number, or its id in another system: up to 64 printable characters.",
}
_NAMED_SCHEMA: Final[Mapping[str, Schema]] = {
    "kind": {"type": "string", "enum": [kind.value for kind in OrderKind if kind.value]},
    "order": {"type": "string", "minLength": 1, "maxLength": 64},
}
_HEADERS: Final[tuple[Schema, ...]] = (
    {
        "name": "x-fabric-tenant-id",
        "in": "header",
        "required": True,
        "description": "The tenant, 24 characters; the key's own if it has one.",
        "schema": {"type": "string", "pattern": "^[!-~]{24}$"},
    },
    {
        "name": "x-fabric-channel-id",
        "in": "header",
        "required": True,
        "description": "The sales channel: `12` for the United States, `13` for Canada.",
        "schema": {"type": "string", "enum": ["12", "13"]},
    },
    {
        "name": "x-fabric-request-id",
        "in": "header",
        "required": False,
        "description": "Your id of this request: up to 128 printable ASCII characters without blanks are given back "
        "and stand in the credit's history; anything else is passed over.",
        "schema": {"type": "string"},
    },
)
_ECHOED: Final = {"x-fabric-request-id": "As it was sent."}
_NO_ORDER: Final = "No order can have this id or number."
_REUSED: Final = "The Idempotency-Key was reused with different request details"

CREATE_CREDITS: Final = Described(
    summary="Create credits by order id",
    about="Asks for credits: all of them or none. They wait as `PENDING` until another person approves them, unless an "
    "approval policy covers this key: then they are `CONFIRMED` at once. Orders are references; any well-formed one "
    "is taken.",
    path=_ORDER,
    path_schemas=_ORDER_SCHEMA,
    request_headers=_HEADERS,
    body=CreditsIn,
    key_required=False,
    answers={200: ("The credits, in the order of the request.", CREDITS)},
    headers=_ECHOED,
    refusals={
        403: "The key lacks the scope, or its owner the right; or a credit that the policy covers is above what "
        "its client may issue, at once or in a day.",
        404: _NO_ORDER,
        409: f"{_REUSED}.",
        422: "A credit that the policy covers could not be issued.",
    },
    examples=examples.CREATE_CREDITS,
)
UPDATE_CREDIT_STATUS: Final = Described(
    summary="Update credit status by order id",
    about="`PENDING` can become `CONFIRMED`, `FAILED` or `CANCELED`, and `FAILED` become `PENDING`. `CONFIRMED` issues "
    "the credit; the person behind the key must not be the one who asked, and the amount must be within their limit. "
    "With `credits:request` alone a key can cancel what it asked for itself.",
    path=_ORDER,
    path_schemas=_ORDER_SCHEMA,
    request_headers=_HEADERS,
    body=StatusIn,
    key_required=False,
    answers={200: ("The credit after it.", CREDIT)},
    headers=_ECHOED,
    refusals={
        403: "The key lacks the scope, or its owner the right; or `self_approval_forbidden`, "
        "`approver_limit_exceeded` or another reason why its owner cannot approve, named in the message.",
        404: "The order has no such credit, at this tenant and in the key's mode.",
        409: f"The credit's status or version does not allow it any more (`SERVICE-4006`), or {_REUSED[0].lower()}"
        f"{_REUSED[1:]} (`SERVICE-4005`).",
        422: "The credit could not be issued: nothing moved, and it stays `PENDING`.",
    },
    examples=examples.UPDATE_CREDIT_STATUS,
)
CHECK_ELIGIBILITY: Final = Described(
    summary="Check credits eligibility by order id",
    about="Which reasons there are, and which approval policy credits of this key fall under.",
    path=_ORDER,
    path_schemas=_ORDER_SCHEMA,
    request_headers=_HEADERS,
    answers={200: ("What can be asked for.", ELIGIBILITY)},
    headers=_ECHOED,
    refusals={
        400: "A header that is not what is documented, or a body with something in it.",
        404: _NO_ORDER,
        413: "There is a body, and it is too long.",
        415: "There is a body, and it is not JSON.",
    },
    examples=examples.CHECK_ELIGIBILITY,
)
LIST_CREDITS: Final = Described(
    summary="List credits by order id",
    about="The order's credits, oldest first, as one tenant sees them.",
    ours=True,
    path=_ORDER,
    path_schemas=_ORDER_SCHEMA,
    request_headers=_HEADERS,
    body=CreditFilter,
    answers={200: ("Some of the order's credits, and how many there are.", CREDIT_LIST)},
    headers=_ECHOED,
    refusals={404: _NO_ORDER},
    examples=examples.LIST_CREDITS,
)


def _by_name(described: Described, name: str, of: tuple[Example, ...]) -> Described:
    """The same operation under another address of the order."""
    return replace(
        described, summary=f"{name} by a name of the order", path=_NAMED, path_schemas=_NAMED_SCHEMA, examples=of
    )


CREATE_CREDITS_BY_NAME: Final = _by_name(CREATE_CREDITS, "Create credits", examples.CREATE_CREDITS_BY_NAME)
UPDATE_CREDIT_STATUS_BY_NAME: Final = _by_name(
    UPDATE_CREDIT_STATUS, "Update credit status", examples.UPDATE_CREDIT_STATUS_BY_NAME
)
CHECK_ELIGIBILITY_BY_NAME: Final = _by_name(
    CHECK_ELIGIBILITY, "Check credits eligibility", examples.CHECK_ELIGIBILITY_BY_NAME
)
LIST_CREDITS_BY_NAME: Final = _by_name(LIST_CREDITS, "List credits", examples.LIST_CREDITS_BY_NAME)
