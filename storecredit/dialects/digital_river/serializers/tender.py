"""
External tender: all that may be known of a card is its last four digits, its brand and when it expires.

Whatever else stands in a tender's object is refused, and a card's number or security code is refused wherever it stands
in the request. No refusal repeats what was sent, not even a member's name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from storecredit.api.fields import Choice, FreeObject, Integer, Name, StrictField, Text, wrong
from storecredit.api.json_text import Number
from storecredit.api.problems import Fault, FaultKind
from storecredit.api.serializers import Validated
from storecredit.checkouts.operations import SourceType
from storecredit.dialects.digital_river.serializers.shapes import Shown

CUSTOMER_CREDIT: Final = "customerCredit"


def _name(type_: SourceType) -> str:
    first, *more = type_.value.lower().split("_")
    return first + "".join(word.title() for word in more)


#: `creditCard` and the like, by what it is called on the wire.
TYPES: Final[Mapping[str, SourceType]] = {_name(type_): type_ for type_ in SourceType}
WIRE_NAMES: Final[Mapping[str, str]] = {type_.value: name for name, type_ in TYPES.items()}

#: Names that hold a card's number or security code, in small letters and digits alone.
_SECRET_NAME: Final = re.compile(
    r"((credit|debit|full)?card|primaryaccount|account|full|security)?(number|pan)|cvv2?|cvc2?|cvn|csc|cid"
    r"|(card)?(security|verification)(code|value|number)|cardcode|pin(block)?|track[12]?(data)?|magneticstripe"
)
_CARD_NUMBER: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


class Tender(Shown):
    """What may be known of a card."""

    extra_schema = {"additionalProperties": False}

    brand = Name(
        max_length=40,
        pattern=r"[^0-9\x00-\x1f]{1,40}",
        said="a name without digits",
        optional=True,
        help_text="Brand of the card.",
    )
    expirationMonth = Integer(
        source="expiration_month", min_value=1, max_value=12, optional=True, help_text="Month in which it expires."
    )
    expirationYear = Integer(
        source="expiration_year", min_value=2000, max_value=2199, optional=True, help_text="Year in which it expires."
    )
    lastFourDigits = Text(
        source="last_four_digits",
        max_length=4,
        pattern="[0-9]{4}",
        said="four digits",
        optional=True,
        help_text="The last four digits of its number.",
    )

    def to_internal_value(self, data: Any) -> Validated:
        """What is known, with nothing beside what may be known of a card."""
        if isinstance(data, dict) and not set(data) <= set(self.fields):
            raise wrong(f"may hold {', '.join(self.fields)} and nothing else.")
        return super().to_internal_value(data)

    def get_attribute(self, instance: Any) -> Any:
        """What is known of the card of a source; None if the source is of another type."""
        return details_for(self.field_name, instance)


class EmptyObject(StrictField):
    """An object of which nothing is read."""

    expected: ClassVar[str] = "an object"

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        self.require_type(data, dict)
        return {}

    def get_attribute(self, instance: Any) -> Any:
        """Empty, of store credit; None if the source is of another type."""
        return details_for(self.field_name, instance)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {}

    def canonical(self, value: Any, version: int) -> str:
        """As it always was, so that what was asked for long ago is known again."""
        return ""

    def describe(self) -> dict[str, Any]:
        return FreeObject().describe()


class TypeName(Choice):
    """The vendor's name of what pays."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=TYPES, component="PaymentSourceType", **kwargs)

    def to_representation(self, value: Any) -> str:
        return WIRE_NAMES[value]


def details_for(name: str | None, source: Any) -> Any:
    """What is known of a source's card, for the member that is named like its type."""
    return source.details if WIRE_NAMES[source.type] == name else None


def details_of(tender: Validated) -> dict[str, Any]:
    """What was told of a card, by the names of the code."""
    sources = [field.source for field in tender.serializer.fields.values()]
    return {name: tender[name] for name in sources if tender.get(name) not in (None, "")}


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
