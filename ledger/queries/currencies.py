"""In which currencies there is money here: those in circulation, and whatever has left the list since it was given."""

from ledger.errors import CurrencyUnknown
from ledger.models import Account
from ledger.money import is_in_circulation


def is_in_use(currency: str) -> bool:
    """Whether a currency is in circulation, or an account is kept in it."""
    return is_in_circulation(currency) or Account.objects.filter(currency=currency).exists()


def require_in_use(currency: str) -> None:
    """
    Refuse what is in no currency that anything can be paid in here.

    :raises CurrencyUnknown: if it is neither in circulation nor is an account kept in it.
    """
    if not is_in_use(currency):
        raise CurrencyUnknown(currency=currency)
