"""Lines that were found good, laid aside as text until they are written. A card's code is sealed in them already."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from giftcards.operations import CardRow, SealedCode, SealedNumber
from ledger.operations import CustomerRow, OpeningRow


def pack(rows: Iterable[Any]) -> str:
    """Rows as a text."""
    return json.dumps([asdict(row) for row in rows], default=_as_text)


def pack_customers(rows: Iterable[tuple[int, CustomerRow]]) -> str:
    """Customers with their lines, as a text."""
    return json.dumps([[line, row.number, dict(row.values)] for line, row in rows])


def unpack_customers(text: str) -> list[tuple[int, CustomerRow]]:
    return [(line, CustomerRow(number=number, values=values)) for line, number, values in json.loads(text)]


def unpack_cards(text: str) -> list[CardRow]:
    return [_card(facts) for facts in json.loads(text)]


def unpack_openings(text: str) -> list[OpeningRow]:
    return [
        OpeningRow(**facts | {"expires_on": _day(facts["expires_on"]), "expires_at": _moment(facts["expires_at"])})
        for facts in json.loads(text)
    ]


def _card(facts: dict[str, Any]) -> CardRow:
    code = facts["number"]["code"]
    number = SealedNumber(
        SealedCode(**code | {"cipher": bytes.fromhex(code["cipher"])}), tuple(facts["number"]["digests"])
    )
    read = {"number": number, "expires_on": _day(facts["expires_on"]), "valid_from": _moment(facts["valid_from"])}
    return CardRow(**facts | read)


def _as_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else value.isoformat()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
