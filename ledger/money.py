"""
The one bridge between `Money` and the integer minor units that the books add up.

Nothing is ever rounded: an amount that is not a whole number of minor units is refused.
"""

from datetime import date
from decimal import Decimal

from moneyed import CURRENCIES as _KNOWN
from moneyed import Money, add_currency

from ledger.errors import AmountNotExact, AmountTooLarge, AmountTooLong, CurrencyClosed, CurrencyUnknown

# py-moneyed 3.0 lacks the two that ISO 4217 gained after it: amendments 176 (2023) and 177 (2024).
for _code, _numeric, _name in (("XCG", "532", "Caribbean guilder"), ("ZWG", "924", "Zimbabwe Gold")):
    if _code not in _KNOWN:
        add_currency(_code, _numeric, sub_unit=100, name=_name, countries=[])

#: ISO 4217 list one as of 2026-01-01: currencies that people pay with. Left out are metals, funds, units of
#: account and test codes (XAU, CLF, XDR, XTS …) and whatever was withdrawn by then (DEM, HRK, BGN, ANG …).
#: It says what new credit may be given in, and nothing else: what is held in a currency that has left it is read,
#: spent, refunded and paid out as before. One that is withdrawn later rather gets its day in `CLOSED_FROM`, which tells
#: since when.
_IN_CIRCULATION = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES: frozenset[str] = frozenset(_IN_CIRCULATION.split())

#: The first day on which no new credit is given in a currency.
CLOSED_FROM: dict[str, date] = {}

#: A column of decimals is one of floats on SQLite, and those keep fifteen digits: no amount in one has more.
LARGEST_DECIMAL_MINOR = 10**15 - 1

# Far beyond what an account can hold: an integer of a million digits would keep a processor busy.
_LARGEST_POWER_OF_TEN = 20
# Of every currency that ever was, for money outlives its currency's place in a list.
_DECIMALS = {code: len(str(known.sub_unit)) - 1 for code, known in _KNOWN.items()}


def decimals(currency: str) -> int:
    """
    How many decimals a currency's amounts have, in circulation or not: 0 (JPY), 2 (GBP) or 3 (KWD).

    :raises CurrencyUnknown: if there never was such a currency.
    """
    try:
        return _DECIMALS[currency]
    except KeyError:
        raise CurrencyUnknown(currency=currency) from None


def list_known_currencies() -> list[str]:
    """Every currency that there may be amounts in, by code: those in circulation, and whatever was or is none."""
    return sorted(_DECIMALS)


def is_in_circulation(currency: str) -> bool:
    """Whether it is on the list of those that people pay with, closed since or not."""
    return currency in CURRENCIES


def require_open(currency: str, on: date) -> None:
    """
    Refuse new credit in a currency that is closed on that day.

    :raises CurrencyUnknown: if it is not on the list of currencies in circulation.
    :raises CurrencyClosed: if it is, and closed.
    """
    if not is_in_circulation(currency):
        raise CurrencyUnknown(currency=currency)
    closed_from = CLOSED_FROM.get(currency)
    if closed_from is not None and closed_from <= on:
        raise CurrencyClosed(currency=currency, closed_from=closed_from)


def list_open_currencies(on: date) -> list[str]:
    """The currencies in which new credit can be given on that day, by code."""
    return sorted(code for code in CURRENCIES if code not in CLOSED_FROM or CLOSED_FROM[code] > on)


def to_minor(money: Money) -> int:
    """
    The amount in the currency's minor unit: 12.34 GBP is 1234, 12 JPY is 12.

    :raises CurrencyUnknown: if there never was such a currency.
    :raises AmountNotExact: if the amount has more decimals than its currency, or is no number.
    :raises AmountTooLarge: if it is beyond anything that could be counted.
    """
    currency = money.currency.code
    places = decimals(currency)
    if not money.amount.is_finite():
        raise AmountNotExact(amount=money.amount, currency=currency)
    if not money.amount:
        return 0
    if money.amount.adjusted() > _LARGEST_POWER_OF_TEN:
        raise AmountTooLarge(amount=money)
    # Digit by digit, because Decimal's arithmetic rounds to 28 digits.
    sign, digits, exponent = money.amount.as_tuple()
    shift = int(exponent) + places
    kept = digits + (0,) * shift if shift >= 0 else digits[:shift]
    if shift < 0 and any(digits[shift:]):
        raise AmountNotExact(amount=money.amount, currency=currency)
    return (-1 if sign else 1) * int("".join(map(str, kept)))


def require_decimal(money: Money) -> None:
    """
    Refuse an amount that a column of decimals (`MoneyField`) would not keep exactly on every database.

    :raises CurrencyUnknown: if there never was such a currency.
    :raises AmountNotExact: if the amount has more decimals than its currency, or is no number.
    :raises AmountTooLong: if it is of more than fifteen digits.
    """
    if abs(to_minor(money)) > LARGEST_DECIMAL_MINOR:
        raise AmountTooLong(amount=money)


def plain(money: Money) -> Money:
    """
    The same amount with the decimals of its currency: a column of decimals hands out four, `100.0000`.

    :raises CurrencyUnknown: if there never was such a currency.
    :raises AmountNotExact: if the amount has more decimals than its currency.
    """
    return from_minor(to_minor(money), money.currency.code)


def from_minor(amount_minor: int, currency: str) -> Money:
    """
    The `Money` that an integer of minor units stands for.

    :raises CurrencyUnknown: if there never was such a currency.
    """
    return Money(Decimal(amount_minor).scaleb(-decimals(currency)), currency)
