"""
What is wrong in the books, row by row.

Triggers and constraints keep the rules as rows are written. This looks at the rows that are there, so it also sees
what was done with the triggers off, by a restore, or on the disk. Each check is one statement over all accounts.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.money import from_minor, list_known_currencies
from ledger.queries.findings.checks import CHECKS as CHECKS_OF_MOVEMENTS
from ledger.queries.findings.checks import Check as Check
from ledger.queries.findings.customers import CHECKS_OF_CUSTOMERS, STALE_WORDS, list_stale_words
from ledger.queries.findings.expiries import CHECKS_OF_EXPIRIES
from ledger.queries.findings.guards import list_missing_guards
from ledger.queries.findings.origins import CHECKS_OF_ORIGINS
from ledger.queries.findings.times import CHECKS_OF_TIMES

CHECKS = (
    *CHECKS_OF_MOVEMENTS,
    *CHECKS_OF_ORIGINS,
    *CHECKS_OF_EXPIRIES,
    *CHECKS_OF_TIMES,
    *CHECKS_OF_CUSTOMERS,
)

_ROWS_AT_ONCE = 500


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


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("ledger", CHECKS), STALE_WORDS]


def name_checks(app_label: str, checks: Sequence[Check]) -> list[tuple[str, int, str]]:
    """Name, rule and title of the checks of one domain, its guards first."""
    guards = (f"{app_label} guards", 0, "Every trigger and constraint is in place")
    return [guards, *((check.name, check.rule, check.title) for check in checks)]


def list_findings(
    *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """
    Everything that is wrong in the books of one database, as of one moment.

    :param on_check: called after each check with its name and how much it found.
    """
    yield from run_checks("ledger", CHECKS, using=using, on_check=on_check)
    name, rule, _ = STALE_WORDS
    with _one_moment(connections[using]):
        found = list_stale_words(connections[using])
        stale = [Finding(rule, name, "", f"customer {number}", wrong) for number, wrong in found]
    yield from stale
    on_check(name, len(stale))


def run_checks(
    app_label: str,
    checks: Sequence[Check],
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
) -> Iterator[Finding]:
    """What the checks of one domain find, and which of its triggers and constraints are missing."""
    connection = connections[using]
    with _one_moment(connection):
        guards = [Finding(0, "guards", "", guard, wrong) for guard, wrong in list_missing_guards(connection, app_label)]
        yield from guards
        on_check(f"{app_label} guards", len(guards))
        for check in checks:
            found = 0
            for finding in _run(connection, check):
                found += 1
                yield finding
            on_check(check.name, found)


@contextmanager
def _one_moment(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All checks see the books as they were when the first one began, and nobody waits for them."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
                # Whoever asks for every row reads the tables whole.
                cursor.execute("SET LOCAL enable_seqscan = on")
            yield
    else:
        with connection.cursor() as cursor:
            # Not atomic(), which would take SQLite's one write lock for the whole run.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _run(connection: BaseDatabaseWrapper, check: Check) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(check.sql)
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                facts = dict(zip(names, row, strict=True))
                yield Finding(
                    rule=check.rule,
                    check=check.name,
                    account=facts.get("account") or "",
                    row=f"{check.table} {_key(check, facts['id'])}",
                    message=check.message.format(**_in_words(facts)),
                )


def _key(check: Check, value: Any) -> Any:
    """A hold's id as it stands in addresses and logs; SQLite keeps it without hyphens."""
    return UUID(str(value)) if check.table == "hold" else value


def _in_words(facts: dict[str, Any]) -> dict[str, Any]:
    """Amounts as people read them; an unknown currency's in minor units."""
    currency = facts.get("currency")
    is_known = currency in list_known_currencies()
    return {
        name: from_minor(int(value), str(currency))
        if name.endswith("_minor") and value is not None and is_known
        else value
        for name, value in facts.items()
    }
