"""How a cell of a file says an amount, a currency and a day."""

import re
from datetime import date
from decimal import Decimal

from django.utils import timezone
from moneyed import Money

from ledger.days import is_reckoned
from ledger.errors import AmountNotExact, AmountTooLarge, CurrencyClosed, CurrencyUnknown
from ledger.money import require_open, to_minor
from ledger.operations import LARGEST_BALANCE_MINOR
from ledger.queries import require_in_use

_AMOUNT = re.compile(r"[0-9]{1,17}(\.[0-9]{1,4})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def find_wrong_currency(text: str, *, is_new: bool = True) -> str:
    """
    What is wrong with a currency's code; empty if nothing is.

    :param is_new: new credit is to be given in it; else something that is in the books already is told of.
    """
    if not text:
        return "is empty, and --currency does not say it either"
    try:
        if is_new:
            require_open(text, timezone.now().date())
        else:
            require_in_use(text)
    except CurrencyClosed:
        return "is of a currency that nobody pays with any more"
    except CurrencyUnknown:
        return "is not the code of a currency in circulation"
    return ""


def find_wrong_amount(text: str, currency: str, *, holder: str = "an account") -> str:
    """What is wrong with an amount that is not negative, in a currency that is known; empty if nothing is."""
    if not _AMOUNT.fullmatch(text):
        return "is not an amount such as 12.50"
    try:
        too_large = to_minor(Money(Decimal(text), currency)) > LARGEST_BALANCE_MINOR
    except AmountTooLarge:
        too_large = True
    except AmountNotExact:
        return f"has more decimals than {currency} has"
    return f"is more than {holder} can hold" if too_large else ""


def read_day(text: str) -> date | None:
    """The day that a cell such as 2027-12-31 says; None if it says none, or one at an end of the calendar."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and is_reckoned(day) else None
