"""In which currencies there is money here: those in circulation, and whatever has left the list since it was given."""

from django.db import DEFAULT_DB_ALIAS

from ledger.errors import CurrencyUnknown
from ledger.models import Account
from ledger.money import is_in_circulation
from ledger.queries.stepping import list_values


def list_account_currencies(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The currencies in which there are accounts, in their order."""
    return list_values(Account._meta.get_field("currency"), using=using)


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
