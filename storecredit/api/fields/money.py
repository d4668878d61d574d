import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from drf_spectacular.drainage import set_override
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import get_attribute

from ledger.money import CURRENCIES, decimals, is_in_circulation
from ledger.queries import is_in_use
from storecredit.api.fields.base import StrictField, wrong
from storecredit.api.json_text import Number, decimal_text

#: The last whole amount that fits a balance in every currency.
MAX_AMOUNT: Final = 9_007_199_254_740
#: Of the currency with the most.
MOST_DECIMALS: Final = 3


class Amount(StrictField):
    """
    An amount in major units as a JSON number that comes in: 25, 25.0, 25.00 and 2.5e1 are one amount.

    Exact or refused. How many decimals the currency has is for the serializer to check, where both are known.

    :param above: the amount must be more than this.
    :param maximum: the amount must not be more than this.
    :param decimals: how many decimals it may have at most, trailing zeros apart.
    """

    expected: ClassVar[str] = "a number"

    def __init__(self, *, above: int, maximum: int, decimals: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.above, self.maximum, self.decimals = above, maximum, decimals

    def to_internal_value(self, data: Any) -> Decimal:
        self.require_type(data, Number)
        amount = _exact(data.text)
        # The comparison looks at the exponent first: 1e999999999 costs no more than 1.
        if amount is None or not self.above < amount <= self.maximum:
            raise wrong(f"must be more than {self.above} and at most {self.maximum}.")
        if count_decimals(amount) > self.decimals:
            raise wrong(f"must have at most {self.decimals} decimals.")
        return amount

    def canonical(self, value: Decimal, version: int) -> str:
        return decimal_text(value)

    def describe(self) -> dict[str, Any]:
        step = float(Decimal(1).scaleb(-self.decimals)) if self.decimals else 1
        return {"type": "number", "exclusiveMinimum": self.above, "maximum": self.maximum, "multipleOf": step}


class PositiveAmount(Amount):
    """An amount in major units of any currency, as much as a balance can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(above=0, maximum=MAX_AMOUNT, decimals=MOST_DECIMALS, **kwargs)


class AmountText(StrictField):
    """
    An amount in major units as a string of digits that comes in: `"25"`, `"-12.50"`. How many decimals the currency has
    is for whoever knows the currency to check.

    :param maximum: neither the amount nor, without its sign, a negative one may be more than this.
    :param signed: whether it may be negative. It is never nothing.
    """

    expected: ClassVar[str] = "a string"
    _FORM = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)

    def __init__(self, *, signed: bool, maximum: int = MAX_AMOUNT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.maximum, self.signed = maximum, signed

    def to_internal_value(self, data: Any) -> Decimal:
        self.require_type(data, str)
        if not self._FORM.fullmatch(data):
            raise wrong('must be a decimal number such as "12.50".')
        amount = Decimal(data)
        if not self.signed and amount <= 0:
            raise wrong("must be more than 0.")
        if not amount:
            raise wrong("must not be zero.")
        if abs(amount) > self.maximum:
            raise wrong(f"must not be beyond {self.maximum}.")
        return amount

    def canonical(self, value: Decimal, version: int) -> str:
        return decimal_text(value)

    def describe(self) -> dict[str, Any]:
        sign = "-?" if self.signed else ""
        return {"type": "string", "pattern": f"^(?!-?0+(\\.0+)?$){sign}[0-9]{{1,30}}(\\.[0-9]{{1,30}})?$"}


class BookedAmount(StrictField):
    """
    An amount of the books that goes out as a number of major units: exact, without trailing zeros.

    :param minor: the attribute that holds it in minor units.
    :param currency: the attribute that holds its currency.
    :param minimum: what it never falls below, for the description.
    """

    def __init__(self, *, minor: str, currency: str = "currency", minimum: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.minor, self.currency, self.minimum = minor.split("."), currency.split("."), minimum

    def get_attribute(self, instance: Any) -> Decimal | None:
        amount_minor = get_attribute(instance, self.minor)
        if amount_minor is None:
            return None
        return major(amount_minor, get_attribute(instance, self.currency))

    def describe(self) -> dict[str, Any]:
        return {"type": "number"} | ({} if self.minimum is None else {"minimum": self.minimum})


class BookedAmountText(BookedAmount):
    """An amount of the books that goes out as a string, always with the decimals of its currency: `100.00`."""

    def to_representation(self, value: Decimal) -> str:
        return format(value, "f")

    def describe(self) -> dict[str, Any]:
        sign = "-?" if self.minimum is None else ""
        return {"type": "string", "pattern": f"^{sign}[0-9]+(\\.[0-9]+)?$"}


class Currency(StrictField):
    """The ISO 4217 code of a currency in circulation."""

    expected: ClassVar[str] = "a string"
    component: ClassVar[str] = "Currency"

    def to_internal_value(self, data: Any) -> str:
        self.require_type(data, str)
        if not self.is_taken(data):
            raise wrong("must be the ISO 4217 code of a currency in circulation, in capitals.")
        return str(data)

    def is_taken(self, value: str) -> bool:
        """Whether it is a currency here."""
        return is_in_circulation(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(CURRENCIES)}


class HeldCurrency(Currency):
    """One in circulation, or one that has left it and in which an account is kept: for whatever gives no new credit."""

    def is_taken(self, value: str) -> bool:
        return is_in_use(value)


class CurrencyCode(StrictField):
    """A currency that goes out; it may have left circulation since."""

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{3}$"}


# Both are described alike, as what may be sent from now on.
set_override(HeldCurrency, "suppress_collision_warning", True)


def major(amount_minor: int, currency: str) -> Decimal:
    """Minor units as the exact amount in major units."""
    return Decimal(amount_minor).scaleb(-decimals(currency))


def find_too_fine(amounts: Mapping[str, Decimal | None], currency: str, *, most: int = MOST_DECIMALS) -> dict[str, Any]:
    """What is wrong, by member, with amounts that have more decimals than their currency, or than `most`."""
    places = min(most, decimals(currency))
    return {
        member: [ErrorDetail(f"must have at most {places} decimals in {currency}.", code="value")]
        for member, amount in amounts.items()
        if amount is not None and count_decimals(amount) > places
    }


def count_decimals(amount: Decimal) -> int:
    """How many decimals an amount needs: 1 for 2.50, 0 for 2.5e1."""
    _, digits, exponent = amount.as_tuple()
    places = -int(exponent)
    for digit in reversed(digits):
        if places <= 0 or digit:
            break
        places -= 1
    return max(places, 0) if amount else 0


def _exact(text: str) -> Decimal | None:
    """The number that a text stands for; None if its exponent is beyond anything that can be computed with."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
