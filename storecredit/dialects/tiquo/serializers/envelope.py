from typing import Any, Final

from storecredit.api.openapi import Component, Schema

TIMESTAMP: Final[Schema] = {"type": "string", "format": "date-time", "description": "When this was answered, UTC."}
MILLISECONDS: Final[Schema] = {"type": "integer", "description": "Milliseconds since 1970-01-01T00:00:00Z."}
DOCUMENT_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^k[0-9a-z]{16}$",
    "description": "Document id: `k` and sixteen lower-case letters and digits.",
}
CURRENCY_CODE: Final[Schema] = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."}


def answer(name: str, data: Schema) -> Component:
    """The envelope of a success around its data."""
    return Component(name, _object({"success": {"type": "boolean", "const": True}, "data": data}, TIMESTAMP))


def answer_list(name: str, item: Schema) -> Component:
    """The envelope of one page of a list."""
    pagination = {
        "type": "object",
        "required": ["hasMore", "nextCursor", "pageSize"],
        "properties": {
            "hasMore": {"type": "boolean", "description": "Whether a next page exists."},
            "nextCursor": {
                "type": ["string", "null"],
                "description": "`cursor` of the next page; null on the last one.",
            },
            "pageSize": {"type": "integer", "description": "How many items a page has at most."},
        },
    }
    members: dict[str, Schema] = {
        "success": {"type": "boolean", "const": True},
        "data": {"type": "array", "maxItems": 100, "items": item},
        "pagination": pagination,
    }
    return Component(name, _object(members, TIMESTAMP))


def record(members: dict[str, Schema]) -> Schema:
    """An object that always has all of its members."""
    return {"type": "object", "required": list(members), "properties": members}


def said(schema: Schema, about: str, **more: Any) -> Schema:
    """A schema with a description of its own."""
    return {**schema, "description": about, **more}


def _object(members: dict[str, Schema], timestamp: Schema) -> Schema:
    return record({**members, "timestamp": timestamp})
