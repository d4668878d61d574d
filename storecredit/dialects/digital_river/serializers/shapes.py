"""What several resources share: people and addresses, amounts, moments, and members that are left out."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from drf_spectacular.drainage import set_override
from moneyed import Money

from giftcards.operations import seal_number
from ledger.queries import is_account_number
from storecredit.api.fields import (
    BookedAmount,
    Boolean,
    Choice,
    Email,
    Name,
    PositiveAmount,
    StrictField,
    Text,
    wrong,
    wrong_member,
)
from storecredit.api.json_text import Number
from storecredit.api.serializers import Array, Serializer, Validated
from storecredit.checkouts.operations import (
    LONGEST_CITY,
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_POSTAL_CODE,
    LONGEST_STATE,
)

MAX_QUANTITY: Final = 1_000_000
ORDER_ID: Final = "[0-9]{12}"
ISO_CODE: Final = "ISO 4217 code."
LIVE: Final = "Whether it was made with a live key: test keys make false."
_LEFT_OUT: Final[tuple[Any, ...]] = (None, "", [])
_NOTHING: Final = re.compile(r"0(\.0+)?([eE][+-]?[0-9]+)?", re.ASCII)


class Shown(Serializer):
    """An object whose optional members are left out where there is nothing to say."""

    def to_representation(self, instance: Any) -> Any:
        """The members that there are."""
        shown = super().to_representation(instance)
        fields = self.fields
        return {name: value for name, value in shown.items() if fields[name].required or value not in _LEFT_OUT}


class Placed(Shown):
    """One of several that go out in an order of their own."""

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Array:
        """An array in that order, for `many=True`."""
        return PlacedArray(*args, **{"child": cls()} | kwargs)

    @staticmethod
    def place_of(instance: Any) -> Any:
        """By what they are put in order."""
        return instance.pk


class PlacedArray(Array):
    """An array of them."""

    def to_representation(self, data: Any) -> Any:
        """The objects as they go out."""
        return super().to_representation(sorted(data, key=self.child.place_of))


class Address(Shown):
    """A postal address."""

    line1 = Name(max_length=LONGEST_LINE, min_length=1, help_text="Street and number.")
    line2 = Name(max_length=LONGEST_LINE, optional=True, help_text="What else finds the door.")
    city = Name(max_length=LONGEST_CITY, min_length=1, help_text="City.")
    postalCode = Text(source="postal_code", max_length=LONGEST_POSTAL_CODE, min_length=1, help_text="Postal code.")
    state = Name(max_length=LONGEST_STATE, optional=True, help_text="State, province or county.")
    country = Text(
        max_length=2, pattern="[A-Z]{2}", said="two capitals such as US", help_text="ISO 3166 code of two capitals."
    )


class BillTo(Shown):
    """Whom a checkout bills."""

    name = Name(max_length=LONGEST_NAME, min_length=1, help_text="First and last name.")
    organization = Name(max_length=LONGEST_NAME, optional=True, help_text="Company.")
    email = Email(optional=True, help_text="E-mail address.")
    phone = Text(max_length=LONGEST_PHONE, optional=True, help_text="Telephone number.")
    address = Address(help_text="Where they live.")


class Owner(Shown):
    """Whose source it is."""

    firstName = Name(source="first_name", max_length=LONGEST_NAME, help_text="First name.")
    lastName = Name(source="last_name", max_length=LONGEST_NAME, help_text="Last name.")
    email = Email(optional=True, help_text="E-mail address.")
    address = Address(help_text="Where they live.")

    def validate(self, attrs: Any) -> Any:
        """Who has one name has it in either of the two."""
        if not attrs["first_name"] and not attrs["last_name"]:
            raise wrong_member("firstName", "or lastName must not be empty.")
        return attrs


class OrderId(Text):
    """The id of an order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, pattern=ORDER_ID, said="12 digits", **kwargs)


class LineNumber(Text):
    """What a line of credit is called. A gift card's number leaves no trace in a fingerprint: it could be guessed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=128, min_length=1, **kwargs)

    def canonical(self, value: str, version: int) -> Any:
        # When fingerprints were of the first version, no line went by the number of a card.
        sealed = None if version < 2 or is_account_number(value) else seal_number(value)
        return sealed.code.digest if sealed is not None else value


class CheckoutAmount(BookedAmount):
    """An amount of a checkout that goes out, in its currency; never negative."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(currency="checkout.currency", minimum=0, **kwargs)


class AmountOrNothing(PositiveAmount):
    """An amount in major units that may be 0."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, Number):
            if data.text.startswith("-"):
                raise wrong("must not be negative.")
            if _NOTHING.fullmatch(data.text):
                return Decimal(0)
        return super().to_internal_value(data)

    def describe(self) -> dict[str, Any]:
        schema = super().describe()
        del schema["exclusiveMinimum"]
        return {**schema, "minimum": 0}


class IsoSeconds(StrictField):
    """A moment that goes out in UTC: `2022-10-13T19:52:57Z`."""

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class LiveMode(Boolean):
    """Whether something is no test, of an attribute that says whether it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=LIVE, **kwargs)

    def to_representation(self, value: Any) -> bool:
        return not value


class State(Choice):
    """A state that goes out in small letters."""

    def to_representation(self, value: Any) -> str:
        return str(value).lower()


# A filter reads as a plain choice what goes out as a state: both are described alike.
set_override(State, "suppress_collision_warning", True)


class Same(StrictField):
    """A text that is always the same."""

    expected: ClassVar[str] = "a string"

    def __init__(self, *, always: str, **kwargs: Any) -> None:
        super().__init__(source="*", **kwargs)
        self.always = always

    def to_representation(self, value: Any) -> str:
        return self.always

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "enum": [self.always]}


def to_stored(sent: Validated | None) -> dict[str, Any] | None:
    """An address or a person as checkouts keep it: by the names of the code, without what was left out."""
    if sent is None:
        return None
    stored: dict[str, Any] = {}
    for field in sent.serializer.fields.values():
        value = sent.get(field.source)
        if field.required or value:
            stored[field.source] = to_stored(value) if isinstance(value, Validated) else value
    return stored


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount and its currency as one."""
    return None if amount is None else Money(amount, currency)
