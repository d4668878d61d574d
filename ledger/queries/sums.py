"""What all accounts hold together, from the sums that are kept and the changes that wait: exact at any moment."""

from dataclasses import dataclass

from django.db import connection

_COLUMNS = "kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor"
# One statement, so that it sees a change in one of the two tables, and never in both or in none.
_SUMS = f"""
    SELECT kind, currency, test_mode, SUM(accounts), SUM(with_balance), SUM(balance_minor), SUM(held_minor)
      FROM (SELECT {_COLUMNS} FROM ledger_accountsum UNION ALL SELECT {_COLUMNS} FROM ledger_accountsumchange) s
     GROUP BY kind, currency, test_mode ORDER BY test_mode, currency, kind
"""


@dataclass(frozen=True, slots=True)
class AccountSums:
    """The accounts of one kind, currency and mode. Amounts in minor units."""

    kind: str
    currency: str
    test_mode: bool
    accounts: int
    with_balance: int
    balance_minor: int
    held_minor: int


def list_account_sums() -> list[AccountSums]:
    """What all accounts hold, by mode, currency and kind."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS)
        return [AccountSums(kind, code, bool(test), *map(int, sums)) for kind, code, test, *sums in cursor.fetchall()]
