import re
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.money import CURRENCIES, is_in_circulation
from ledger.queries import is_in_use
from storecredit.api.json_text import Number, decimal_text
from storecredit.api.old_fields.base import Field, Wrong, name_type
from storecredit.api.problems import FaultKind


class Amount(Field[Decimal]):
    """
    An amount in major units as a JSON number: 25, 25.0, 25.00 and 2.5e1 are one amount.

    Exact or refused. How many decimals the currency has is for the body to check, where both are known.

    :param above: the amount must be more than this.
    :param maximum: the amount must not be more than this.
    :param decimals: how many decimals it may have at most, trailing zeros apart.
    """

    def __init__(self, about: str, *, above: int, maximum: int, decimals: int, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.above, self.maximum, self.decimals = above, maximum, decimals

    def read(self, value: Any) -> Decimal:
        if not isinstance(value, Number):
            raise Wrong(f"must be a number, not {name_type(value)}.", FaultKind.TYPE)
        amount = _exact(value.text)
        # The comparison looks at the exponent first: 1e999999999 costs no more than 1.
        if amount is None or not self.above < amount <= self.maximum:
            raise Wrong(f"must be more than {self.above} and at most {self.maximum}.")
        if count_decimals(amount) > self.decimals:
            raise Wrong(f"must have at most {self.decimals} decimals.")
        return amount

    def canonical(self, value: Decimal) -> str:
        return decimal_text(value)

    def schema(self) -> dict[str, Any]:
        step = float(Decimal(1).scaleb(-self.decimals)) if self.decimals else 1
        return {"type": "number", "exclusiveMinimum": self.above, "maximum": self.maximum, "multipleOf": step}


class AmountText(Field[Decimal]):
    """
    An amount in major units as a string of digits: `"25"`, `"-12.50"`. How many decimals the currency has is for
    whoever knows the currency to check.

    :param maximum: neither the amount nor, without its sign, a negative one may be more than this.
    :param signed: whether it may be negative. It is never nothing.
    """

    _FORM = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)

    def __init__(self, about: str, *, maximum: int, signed: bool, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.maximum, self.signed = maximum, signed

    def read(self, value: Any) -> Decimal:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if not self._FORM.fullmatch(value):
            raise Wrong('must be a decimal number such as "12.50".')
        amount = Decimal(value)
        if not self.signed and amount <= 0:
            raise Wrong("must be more than 0.")
        if not amount:
            raise Wrong("must not be zero.")
        if abs(amount) > self.maximum:
            raise Wrong(f"must not be beyond {self.maximum}.")
        return amount

    def canonical(self, value: Decimal) -> str:
        return decimal_text(value)

    def schema(self) -> dict[str, Any]:
        sign = "-?" if self.signed else ""
        return {"type": "string", "pattern": f"^{sign}[0-9]{{1,30}}(\\.[0-9]{{1,30}})?$"}


class Currency(Field[str]):
    """The ISO 4217 code of a currency in circulation."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if not self.is_taken(value):
            raise Wrong("must be the ISO 4217 code of a currency in circulation, in capitals.")
        return value

    def is_taken(self, value: str) -> bool:
        """Whether it is a currency here."""
        return is_in_circulation(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(CURRENCIES)}


class HeldCurrency(Currency):
    """One in circulation, or one that has left it and in which an account is kept: for whatever gives no new credit."""

    def is_taken(self, value: str) -> bool:
        return is_in_use(value)


def count_decimals(amount: Decimal) -> int:
    """How many decimals an amount needs: 1 for 2.50, 0 for 2.5e1."""
    _, digits, exponent = amount.as_tuple()
    decimals = -int(exponent)
    for digit in reversed(digits):
        if decimals <= 0 or digit:
            break
        decimals -= 1
    return max(decimals, 0) if amount else 0


def _exact(text: str) -> Decimal | None:
    """The number that a text stands for; None if its exponent is beyond anything that can be computed with."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
