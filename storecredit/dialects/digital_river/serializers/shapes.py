"""What several resources share: people and addresses, amounts, moments, and how schemas are said."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from moneyed import Money

from giftcards.operations import seal_number
from ledger.money import decimals, from_minor
from ledger.queries import is_account_number
from ledger.text import TextKind
from storecredit.api.json_text import Number
from storecredit.api.old_fields import Amount, Body, Email, Integer, Maybe, Text, Wrong
from storecredit.api.old_fields.inner import Inner
from storecredit.api.old_fields.money import count_decimals
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind

PAGE_SIZE: Final = 10
#: The last whole amount that fits a balance in every currency.
MAX_AMOUNT: Final = 9_007_199_254_740
#: Of the currency with the most.
MOST_DECIMALS: Final = 3
MAX_ITEMS: Final = 1000
MAX_QUANTITY: Final = 1_000_000
ORDER_ID: Final = r"[0-9]{12}"
_NOTHING: Final = re.compile(r"0(\.0+)?([eE][+-]?[0-9]+)?", re.ASCII)


class Address(Body):
    line1 = Text("Street and number.", max_length=200, kind=TextKind.NAME, min_length=1)
    line2 = Maybe(Text("What else finds the door.", max_length=200, kind=TextKind.NAME))
    city = Text("City.", max_length=100, kind=TextKind.NAME, min_length=1)
    postal_code = Text("Postal code.", max_length=20, min_length=1, wire="postalCode")
    state = Maybe(Text("State, province or county.", max_length=64, kind=TextKind.NAME))
    country = Text("ISO 3166 code of two capitals.", max_length=2, pattern="[A-Z]{2}", said="two capitals such as US")


class BillTo(Body):
    """Whom a checkout bills."""

    name = Text("First and last name.", max_length=200, kind=TextKind.NAME, min_length=1)
    organization = Maybe(Text("Company.", max_length=200, kind=TextKind.NAME))
    email = Maybe(Email("E-mail address."))
    phone = Maybe(Text("Telephone number.", max_length=64))
    address = Inner("Where they live.", of=Address)


class Owner(Body):
    """Whose source it is."""

    first_name = Text("First name.", max_length=200, kind=TextKind.NAME, wire="firstName")
    last_name = Text("Last name.", max_length=200, kind=TextKind.NAME, wire="lastName")
    email = Maybe(Email("E-mail address."))
    address = Inner("Where they live.", of=Address)


class LineNumber(Text):
    """What a line of credit is called. A gift card's number leaves no trace in a fingerprint: it could be guessed."""

    def canonical(self, value: str) -> Any:
        sealed = None if is_account_number(value) else seal_number(value)
        return sealed.code.digest if sealed is not None else value


class PageQuery(Body):
    """The parameters of every list."""

    limit = Maybe(Integer("How many items a page has at most; 10 if left out.", minimum=1, maximum=100))

    def check(self) -> Iterable[Fault]:
        """A page has one place where it begins."""
        if getattr(self, "starting_after", None) is not None and getattr(self, "ending_before", None) is not None:
            yield Fault(FaultKind.VALUE, "Send startingAfter or endingBefore, not both.", member="endingBefore")


class AmountOrNothing(Amount):
    """An amount in major units that may be 0."""

    def read(self, value: Any) -> Decimal:
        if isinstance(value, Number):
            if value.text.startswith("-"):
                raise Wrong("must not be negative.")
            if _NOTHING.fullmatch(value.text):
                return Decimal(0)
        return super().read(value)

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        del schema["exclusiveMinimum"]
        return {**schema, "minimum": 0}


def amount_in(about: str, *, wire: str = "") -> Amount:
    """A positive amount in major units."""
    return Amount(about, above=0, maximum=MAX_AMOUNT, decimals=MOST_DECIMALS, wire=wire)


def amount_or_nothing(about: str, *, wire: str = "") -> AmountOrNothing:
    """An amount in major units that may be 0."""
    return AmountOrNothing(about, above=0, maximum=MAX_AMOUNT, decimals=MOST_DECIMALS, wire=wire)


def too_fine(amounts: Mapping[str, Decimal | None], currency: str) -> list[Fault]:
    """What is wrong with amounts that have more decimals than their currency."""
    places = decimals(currency)
    return [
        Fault(FaultKind.VALUE, f"{member} must have at most {places} decimals in {currency}.", member)
        for member, amount in amounts.items()
        if amount is not None and count_decimals(amount) > places
    ]


def to_stored(body: Body | None) -> dict[str, Any] | None:
    """An address or a person as checkouts keep it: by the names of the code, without what was left out."""
    if body is None:
        return None
    stored: dict[str, Any] = {}
    for name, field in body.fields.items():
        value = getattr(body, name)
        if field.required or value:
            stored[name] = to_stored(value) if isinstance(value, Body) else value
    return stored


def show_stored(kind: type[Body], stored: Mapping[str, Any]) -> dict[str, Any]:
    """An address or a person in the vendor's names, in the order in which its kind has them."""
    shown: dict[str, Any] = {}
    for name, field in kind.fields.items():
        if name in stored:
            value = stored[name]
            shown[field.wire] = show_stored(field.of, value) if isinstance(field, Inner) else value
    return shown


def major(amount_minor: int, currency: str) -> Decimal:
    """Minor units as the exact amount in major units."""
    return from_minor(amount_minor, currency).amount


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount and its currency as one."""
    return None if amount is None else Money(amount, currency)


def moment(at: datetime) -> str:
    """`2022-10-13T19:52:57Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_some(**members: Any) -> dict[str, Any]:
    """The members that there are: what is None or empty is left out."""
    return {name: value for name, value in members.items() if value is not None and value != ""}


def record(members: dict[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """An object that always has its members, but for the optional ones."""
    left_out = set(optional)
    required = [name for name in members if name not in left_out]
    return {"type": "object", "required": required, "properties": members}


def said(schema: Schema, about: str, **more: Any) -> Schema:
    """A schema with a description of its own."""
    return {**schema, "description": about, **more}


def list_of(name: str, item: Schema) -> Component:
    """One page of a list."""
    members: dict[str, Schema] = {
        "hasMore": {"type": "boolean", "description": "Whether there are more in the direction asked for."},
        "data": {"type": "array", "maxItems": 100, "items": item},
    }
    return Component(name, record(members))


def read_schema(kind: type[Body]) -> Schema:
    """The schema of an address or a person in an answer."""
    members: dict[str, Schema] = {}
    optional = []
    for field in kind.fields.values():
        inner = read_schema(field.of) if isinstance(field, Inner) else {"type": "string"}
        members[field.wire] = said(inner, field.about)
        if not field.required:
            optional.append(field.wire)
    return record(members, optional=optional)


TEXT: Final[Schema] = {"type": "string"}
AMOUNT: Final[Schema] = {"type": "number", "minimum": 0}
UUID_OUT: Final[Schema] = {"type": "string", "format": "uuid"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
CURRENCY: Final[Schema] = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."}
CREATED: Final = said(MOMENT, "When it was made, UTC.")
LIVE: Final[Schema] = {"type": "boolean", "description": "Whether it was made with a live key: test keys make false."}
BILL_TO_OUT: Final = said(read_schema(BillTo), "Whom the checkout bills.")
OWNER_OUT: Final = said(read_schema(Owner), "Whose source it is.")
