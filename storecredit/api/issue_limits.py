"""How much a client may issue at once or in a day, as staff write it: `USD 100.00`. Kept as minor units by currency."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from moneyed import Money

from ledger.errors import DomainError
from ledger.money import from_minor, is_in_circulation, require_open
from ledger.operations import positive_minor


def parse_issue_limit(text: str) -> tuple[str, int]:
    """
    Read a limit such as `USD 100.00`: its currency, and the amount in minor units.

    :raises ValueError: if it is not a currency in which new credit is given and a positive amount that it can have.
    """
    said = f"{text!r} is not a limit: write a currency and an amount, such as USD 100.00."
    currency, _, digits = text.strip().partition(" ")
    if currency.isalpha() and currency.isupper() and not is_in_circulation(currency):
        raise ValueError(f"{text!r}: {currency} is not a currency in circulation.")
    if not is_in_circulation(currency):
        raise ValueError(said)
    try:
        require_open(currency, timezone.now().date())
        return currency, positive_minor(Money(Decimal(digits.strip()), currency))
    except InvalidOperation:
        raise ValueError(said) from None
    except DomainError as error:
        raise ValueError(f"{text!r}: {error}") from error


def parse_issue_limits(texts: Iterable[str]) -> dict[str, int]:
    """
    Read limits, one for each currency.

    :raises ValueError: for a malformed one, or a currency that stands there twice.
    """
    limits: dict[str, int] = {}
    for text in texts:
        currency, amount_minor = parse_issue_limit(text)
        if currency in limits:
            raise ValueError(f"{currency} has two limits: one is enough.")
        limits[currency] = amount_minor
    return limits


def write_issue_limits(limits: Mapping[str, int]) -> list[str]:
    """The limits as staff write them, by currency."""
    return [f"{currency} {from_minor(limits[currency], currency).amount:f}" for currency in sorted(limits)]
