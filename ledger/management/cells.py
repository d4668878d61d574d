"""How a cell of a file says an amount, a currency and a day."""

import re
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext
from moneyed import Money

from ledger.days import is_reckoned
from ledger.errors import AmountNotExact, AmountTooLarge, CurrencyClosed, CurrencyUnknown
from ledger.management.choices import with_hint
from ledger.management.column_maps import DayOrder, Decimals
from ledger.money import decimals as decimals_of
from ledger.money import require_open, to_minor
from ledger.operations import LARGEST_BALANCE_MINOR
from ledger.queries import require_in_use

_AMOUNT = re.compile(r"[0-9]{1,17}(\.[0-9]{1,4})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The blank, and those that no line breaks at, wide, thin and narrow.
_BLANKS = " \u00a0\u2009\u202f"
_DOLLARS = "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD ARS CLP COP MXN UYU"
#: The signs of currencies, and which they may stand for. A code stands for itself.
_SIGNS: dict[str, tuple[str, ...]] = {
    "$": tuple(_DOLLARS.split()),
    "US$": ("USD",), "A$": ("AUD",), "AU$": ("AUD",), "C$": ("CAD",), "CA$": ("CAD",), "NZ$": ("NZD",),
    "HK$": ("HKD",), "S$": ("SGD",), "MX$": ("MXN",), "R$": ("BRL",),
    "€": ("EUR",), "£": ("GBP", "EGP", "FKP", "GIP", "SHP", "SSP"), "¥": ("JPY", "CNY"), "₹": ("INR",), "₩": ("KRW",),
    "₽": ("RUB",), "₺": ("TRY",), "₴": ("UAH",), "₫": ("VND",), "₪": ("ILS",), "₱": ("PHP",), "฿": ("THB",),
    "₦": ("NGN",), "₡": ("CRC",), "₲": ("PYG",), "₸": ("KZT",), "₾": ("GEL",), "KR": ("SEK", "NOK", "DKK", "ISK"),
    "KR.": ("DKK", "NOK"), "ZŁ": ("PLN",), "KČ": ("CZK",), "FT": ("HUF",), "FR.": ("CHF",), "SFR.": ("CHF",),
    "LEI": ("RON", "MDL"), "R": ("ZAR",), "RM": ("MYR",), "RP": ("IDR",),
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)) + "|[A-Z]{3}"
_SIGN_BEFORE = re.compile(rf"(?P<sign>{_SIGN})[{_BLANKS}]*(?P<number>[0-9].*)", re.IGNORECASE)
_SIGN_BEHIND = re.compile(rf"(?P<number>[0-9].*?)[{_BLANKS}]*(?P<sign>{_SIGN})", re.IGNORECASE)
# 12,50 and 1,250 alike: nobody knows which a file means that has no such amount with a point.
_COMMA_OF_ITS_OWN = re.compile(rf"[0-9{_BLANKS}'\u2019.]*,[0-9]*")
# Thousands set apart, or decimals of which the currency has no third.
_POINT_OF_ITS_OWN = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ANY_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_ANY_DAY = (
    r"(?:(?P<year_first>(?P<y1>[0-9]{4})[-/.](?P<m1>[0-9]{1,2})[-/.](?P<d1>[0-9]{1,2}))"
    r"|(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y2>[0-9]{4})"
    rf"|(?P<name>{_ANY_MONTH})\.? (?P<d3>[0-9]{{1,2}}),? (?P<y3>[0-9]{{4}}))"
)
_TIME = r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AP]M)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
_DAY_ALONE = re.compile(_ANY_DAY, re.IGNORECASE)
_DAY_AND_TIME = re.compile(_ANY_DAY + _TIME, re.IGNORECASE)


def find_wrong_currency(text: str, *, is_new: bool = True) -> str:
    """
    What is wrong with a currency's code; empty if nothing is.

    :param is_new: new credit is to be given in it; else something that is in the books already is told of.
    """
    if not text:
        return gettext("is empty")
    try:
        if is_new:
            require_open(text, timezone.now().date())
        else:
            require_in_use(text)
    except CurrencyClosed:
        return gettext("is of a currency that nobody pays with any more")
    except CurrencyUnknown:
        return gettext("is not the code of a currency in circulation")
    return ""


def find_wrong_amount(text: str, currency: str, *, holder: str = "") -> str:
    """What is wrong with an amount that is not negative, in a currency that is known; empty if nothing is."""
    if not _AMOUNT.fullmatch(text):
        return gettext("is not an amount such as 12.50")
    try:
        too_large = to_minor(Money(Decimal(text), currency)) > LARGEST_BALANCE_MINOR
    except AmountTooLarge:
        too_large = True
    except AmountNotExact:
        return gettext("has more decimals than %(currency)s has") % {"currency": currency}
    return (
        gettext("is more than %(holder)s can hold") % {"holder": holder or gettext("an account")} if too_large else ""
    )


def read_day(text: str) -> date | None:
    """The day that a cell such as 2027-12-31 says; None if it says none, or one at an end of the calendar."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and is_reckoned(day) else None


def read_amount(text: str, currency: str, decimals: Decimals, *, hint: str = "") -> tuple[str, str]:
    """
    An amount as shops write it, "$1,234.50" or "1 234,50 €", the way `12.50` is written; and what is wrong with it.

    A sign or code beside the number must be the currency's. What is no number stays as it is. Nothing is guessed: where
    a comma may set decimals or thousands apart, it must be said which.

    :param hint: how that is said.
    """
    number, sign = _without_sign(text)
    if sign and currency not in _SIGNS.get(sign, (sign,)):
        return text, gettext("is in another currency than %(currency)s") % {
            "currency": currency
        } if currency else gettext("has a sign, and no currency is said")
    if not number.isascii() or not number.isdecimal():
        if decimals == Decimals.UNSAID and _COMMA_OF_ITS_OWN.fullmatch(number):
            return text, with_hint(gettext("has a comma, which may set decimals or thousands apart"), hint)
        if decimals == Decimals.UNSAID and _POINT_OF_ITS_OWN.fullmatch(number) and not _has_thousandths(currency):
            return text, with_hint(gettext("has a point, which may set decimals or thousands apart"), hint)
        point, others = (",", ".") if decimals == Decimals.COMMA else (".", ",")
        whole, marked, fraction = number.partition(point)
        groups = _grouped(whole, others)
        if groups is None or (marked and not _is_digits(fraction)):
            return text, gettext("is not an amount such as 12,50") if decimals == Decimals.COMMA else ""
        number = f"{groups}.{fraction}" if marked else groups
    return number, ""


def read_day_in(text: str, order: DayOrder, *, with_time: bool) -> str:
    """
    A day that is written in that order, as `2027-12-31` is; the text as it is if it is none.

    :param with_time: a time behind the day does not matter.
    """
    match = (_DAY_AND_TIME if with_time else _DAY_ALONE).fullmatch(text)
    if match is None:
        return text
    if match["year_first"]:
        year, month, day = match["y1"], match["m1"], match["d1"]
    elif match["name"]:
        year, month, day = match["y3"], str(_MONTHS.index(match["name"][:3].casefold()) + 1), match["d3"]
    elif order == DayOrder.YEAR_FIRST:
        return text
    else:
        first, second, year = match["a"], match["b"], match["y2"]
        month, day = (second, first) if order == DayOrder.DAY_FIRST else (first, second)
    return f"{year}-{month:0>2}-{day:0>2}"


def _has_thousandths(currency: str) -> bool:
    """Whether amounts have a third decimal; also where there is no such currency, which is an error of its own."""
    try:
        return decimals_of(currency) >= len("000")
    except CurrencyUnknown:
        return True


def _without_sign(text: str) -> tuple[str, str]:
    """The number and the sign before or behind it, without blanks between them."""
    for pattern in (_SIGN_BEFORE, _SIGN_BEHIND):
        if match := pattern.fullmatch(text):
            return match["number"].strip(_BLANKS), match["sign"].upper()
    return text.strip(_BLANKS), ""


def _grouped(whole: str, mark: str) -> str | None:
    """The digits of a whole number whose thousands may be set apart, all in the same way; None if it is none."""
    if _is_digits(whole):
        return whole
    marks = {symbol for symbol in whole if not symbol.isdecimal()}
    if len(marks) != 1 or not marks <= {mark, *_BLANKS, "'", "\u2019"}:
        return None
    first, *groups = whole.split(marks.pop())
    if not (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)):
        return None
    digits = "".join([first, *groups])
    return digits if _is_digits(digits) else None


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()
