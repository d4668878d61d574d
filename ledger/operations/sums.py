"""
The sums of all accounts: folded, so that few changes wait, and added up anew.

Postings write changes, each a row of its own; see `ledger.models.sums`. Whoever reads the sums adds those up, too.
"""

from collections import defaultdict
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from ledger.operations.atomic import operation

#: How many changes may wait: so many are added up in a millisecond or two.
MOST_WAITING: Final = 1000
_AT_ONCE: Final = 20_000
_GROUP = "kind, currency, test_mode"
_SUMMED = "accounts, with_balance, balance_minor, held_minor"


@operation
def fold_sums() -> int:
    """Fold changes that wait into the sums; how many. Two at once fold different ones."""
    skip = ""
    changes: dict[tuple[str, str, bool], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What somebody else is folding is passed over. Who adds up anew waits for it as a whole, or it for them.
            skip = " FOR UPDATE SKIP LOCKED"
            cursor.execute("LOCK TABLE ledger_accountsum IN ROW EXCLUSIVE MODE")
        cursor.execute(
            "DELETE FROM ledger_accountsumchange WHERE id IN "
            f"(SELECT id FROM ledger_accountsumchange ORDER BY id LIMIT {_AT_ONCE}{skip}) RETURNING {_GROUP}, {_SUMMED}"
        )
        folded = cursor.fetchall()
        for kind, currency, test_mode, *amounts in folded:
            sums = changes[kind, currency, bool(test_mode)]
            sums[:] = [old + new for old, new in zip(sums, amounts, strict=True)]
        # In one order, so that two that fold wait for each other and not in a circle.
        for group, sums in sorted(changes.items()):
            cursor.execute(
                f"INSERT INTO ledger_accountsum ({_GROUP}, {_SUMMED}) VALUES (%s, %s, %s, %s, %s, %s, %s) "
                f"ON CONFLICT ({_GROUP}) DO UPDATE SET {_set_sums('ledger_accountsum.{0} + excluded.{0}')}",
                [*group, *sums],
            )
    return len(folded)


def fold_many_sums() -> None:
    """Fold the changes if more wait than whoever reads the sums should add up."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ledger_accountsumchange ORDER BY id LIMIT 1 OFFSET {MOST_WAITING}")
        if not cursor.fetchall():
            return
    while fold_sums() == _AT_ONCE:
        pass


def sum_accounts_anew(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Add up all accounts, in place of what was kept. Postings go on meanwhile, and lose nothing."""
    on = connections[using]
    sums = (
        f"INSERT INTO ledger_accountsum ({_GROUP}, {_SUMMED}) SELECT {_GROUP}, COUNT(*), "
        "SUM(CASE WHEN balance_minor > 0 THEN 1 ELSE 0 END), SUM(balance_minor), SUM(held_minor) FROM ledger_account "
        f"WHERE TRUE GROUP BY {_GROUP} ON CONFLICT ({_GROUP}) DO UPDATE SET {_set_sums('excluded.{0}')}"
    )
    with transaction.atomic(using=using), on.cursor() as cursor:
        if on.vendor == "sqlite":
            cursor.execute("DELETE FROM ledger_accountsumchange")
            cursor.execute(sums)
            return
        # Nobody folds meanwhile. One statement sees one moment: the changes that it takes away are of accounts as it
        # sees them, and what is committed later waits as a change.
        cursor.execute("LOCK TABLE ledger_accountsum IN EXCLUSIVE MODE")
        cursor.execute(f"WITH gone AS (DELETE FROM ledger_accountsumchange) {sums}")


def _set_sums(value: str) -> str:
    return ", ".join(f"{column} = {value.format(column)}" for column in _SUMMED.split(", "))
