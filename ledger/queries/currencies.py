"""In which currencies there is money here: those in circulation, and whatever has left the list since it was given."""

from django.db import connection

from ledger.errors import CurrencyUnknown
from ledger.models import Account
from ledger.money import is_in_circulation

# From each currency one step along the index to the next, however many accounts lie between.
_CURRENCIES = """
    WITH RECURSIVE found(currency) AS (
        SELECT MIN(currency) FROM ledger_account
        UNION ALL
        SELECT (SELECT MIN(a.currency) FROM ledger_account a WHERE a.currency > found.currency)
          FROM found WHERE found.currency IS NOT NULL)
    SELECT currency FROM found WHERE currency IS NOT NULL"""


def list_account_currencies() -> list[str]:
    """The currencies in which there are accounts, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        return [currency for (currency,) in cursor.fetchall()]


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
