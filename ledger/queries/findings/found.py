"""What a check finds, and the moment as of which all checks look."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.planning import planned_by_cost


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is wrong.

    :param rule: number of the rule of the books that it breaks; 0: a guard is missing.
    :param check: stable name of the check that found it.
    :param account: number of the account, or empty.
    :param row: table and key of the broken row, such as `transaction 17`.
    """

    rule: int
    check: str
    account: str
    row: str
    message: str


def is_asked(name: str, only: Collection[str] | None) -> bool:
    """Whether a check is to run, where perhaps only some are."""
    return only is None or name in only


@contextmanager
def one_moment(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All checks see the books as they were when the first one began, and nobody waits for them."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            # Whoever asks for every row reads the tables whole.
            with planned_by_cost(connection.alias):
                yield
    else:
        with connection.cursor() as cursor:
            # Not atomic(), which would take SQLite's one write lock for the whole run.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
