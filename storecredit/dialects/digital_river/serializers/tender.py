"""
External tender: all that may be known of a card is its last four digits, its brand and when it expires.

Whatever else stands in a tender's object is refused, and a card's number or security code is refused wherever it stands
in the request. No refusal repeats what was sent, not even a member's name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ledger.text import TextKind
from storecredit.api.json_text import Number
from storecredit.api.old_fields import Body, Draft, Field, Integer, Maybe, Text, Wrong
from storecredit.api.old_fields.base import name_type
from storecredit.api.old_fields.inner import Inner
from storecredit.api.openapi import Schema
from storecredit.api.problems import BadRequest, Fault, FaultKind
from storecredit.checkouts.operations import SourceType

CUSTOMER_CREDIT: Final = "customerCredit"


def _name(type_: SourceType) -> str:
    first, *more = type_.value.lower().split("_")
    return first + "".join(word.title() for word in more)


#: `creditCard` and the like, by what it is called on the wire.
TYPES: Final[Mapping[str, SourceType]] = {_name(type_): type_ for type_ in SourceType}
TENDERS: Final = tuple(name for name in TYPES if name != CUSTOMER_CREDIT)
WIRE_NAMES: Final[Mapping[str, str]] = {type_.value: name for name, type_ in TYPES.items()}

#: Names that hold a card's number or security code, in small letters and digits alone.
_SECRET_NAME: Final = re.compile(
    r"((credit|debit|full)?card|primaryaccount|account|full|security)?(number|pan)|cvv2?|cvc2?|cvn|csc|cid"
    r"|(card)?(security|verification)(code|value|number)|cardcode|pin(block)?|track[12]?(data)?|magneticstripe"
)
_CARD_NUMBER: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


class Tender(Body):
    """What may be known of a card."""

    brand = Maybe(
        Text(
            "Brand of the card.",
            max_length=40,
            kind=TextKind.NAME,
            pattern=r"[^0-9\x00-\x1f]{1,40}",
            said="a name without digits",
        )
    )
    expiration_month = Maybe(Integer("Month in which it expires.", minimum=1, maximum=12, wire="expirationMonth"))
    expiration_year = Maybe(Integer("Year in which it expires.", minimum=2000, maximum=2199, wire="expirationYear"))
    last_four_digits = Maybe(
        Text(
            "The last four digits of its number.",
            max_length=4,
            pattern="[0-9]{4}",
            said="four digits",
            wire="lastFourDigits",
        )
    )

    @property
    def details(self) -> dict[str, Any]:
        """What is known, by the names of the code."""
        return {name: getattr(self, name) for name in self.fields if getattr(self, name) not in (None, "")}


class TenderObject(Inner[Tender]):
    """A tender's object, with nothing beside what may be known of a card."""

    def __init__(self, wire: str) -> None:
        super().__init__(f"Of `{wire}`: what is known of the card.", of=Tender, wire=wire)

    def read(self, value: Any) -> Tender:
        known = [field.wire for field in Tender.fields.values()]
        if isinstance(value, dict) and not set(value) <= set(known):
            raise Wrong(f"may hold {', '.join(known)} and nothing else.")
        return super().read(value)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "additionalProperties": False}


class EmptyObject(Field[str]):
    """An object of which nothing is read."""

    def read(self, value: Any) -> str:
        if not isinstance(value, dict):
            raise Wrong(f"must be an object, not {name_type(value)}.", FaultKind.TYPE)
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


def show_tender(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a card, in the vendor's names."""
    return {field.wire: stored[name] for name, field in Tender.fields.items() if name in stored}


def find_secrets(members: Mapping[str, Any], *, besides: Iterable[str]) -> Iterator[Fault]:
    """
    The members that hold a card's number or security code.

    :param besides: members that are something else, whatever they look like.
    """
    for name, value in members.items():
        if name not in besides and _is_secret(name, value):
            known = name if name in TYPES or name == "owner" else ""
            message = "A card's number or security code must never be sent here."
            yield Fault(FaultKind.VALUE, f"{known}: {message}" if known else message, known)


def _is_secret(name: str, value: Any) -> bool:
    if _SECRET_NAME.fullmatch(re.sub(r"[^a-z0-9]", "", name.lower())) or _reads_as_card_number(name):
        return True
    if isinstance(value, dict):
        return any(_is_secret(inner, part) for inner, part in value.items())
    if isinstance(value, list):
        return any(_is_secret("", part) for part in value)
    if isinstance(value, Number):
        return _reads_as_card_number(value.text)
    return isinstance(value, str) and _reads_as_card_number(value)


def _reads_as_card_number(text: str) -> bool:
    return any(_passes_luhn(found[0]) for found in _CARD_NUMBER.finditer(text))


def _passes_luhn(text: str) -> bool:
    digits = [int(digit) for digit in text if digit.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def refuse(faults: Iterable[Fault]) -> Draft[Any]:
    """A body that is refused for these faults."""
    return Draft.refused(BadRequest.of(faults))


TENDER_OUT: Final[Schema] = {
    "type": "object",
    "properties": {
        "brand": {"type": "string", "description": "Brand of the card."},
        "expirationMonth": {"type": "integer", "description": "Month in which it expires."},
        "expirationYear": {"type": "integer", "description": "Year in which it expires."},
        "lastFourDigits": {"type": "string", "description": "The last four digits of its number."},
    },
}
