"""
What is wrong in the books, row by row.

Triggers and constraints keep the rules as rows are written. This looks at the rows that are there, so it also sees
what was done with the triggers off, by a restore, or on the disk. Each check is one statement over all accounts.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.money import from_minor, list_known_currencies
from ledger.queries.findings.checks import CHECKS as CHECKS_OF_MOVEMENTS
from ledger.queries.findings.checks import Check as Check
from ledger.queries.findings.customers import CHECKS_OF_CUSTOMERS
from ledger.queries.findings.expiries import CHECKS_OF_EXPIRIES
from ledger.queries.findings.found import Finding as Finding
from ledger.queries.findings.found import is_asked as is_asked
from ledger.queries.findings.found import one_moment
from ledger.queries.findings.guards import list_missing_guards
from ledger.queries.findings.metadata import METADATA_OF_TRANSACTIONS
from ledger.queries.findings.metadata import CheckOfMetadata as CheckOfMetadata
from ledger.queries.findings.metadata import run_check_of_metadata as run_check_of_metadata
from ledger.queries.findings.origins import CHECKS_OF_ORIGINS
from ledger.queries.findings.seals import LISTED as SEALS
from ledger.queries.findings.seals import list_broken_seals
from ledger.queries.findings.sums import CHECKS_OF_SUMS
from ledger.queries.findings.times import CHECKS_OF_TIMES
from ledger.queries.findings.turnover import CHECKS_OF_TURNOVER
from ledger.queries.findings.words import WORDS_OF_CUSTOMERS
from ledger.queries.findings.words import CheckOfWords as CheckOfWords
from ledger.queries.findings.words import run_check_of_words as run_check_of_words

CHECKS = (
    *CHECKS_OF_MOVEMENTS,
    *CHECKS_OF_ORIGINS,
    *CHECKS_OF_EXPIRIES,
    *CHECKS_OF_TIMES,
    *CHECKS_OF_CUSTOMERS,
    *CHECKS_OF_SUMS,
    *CHECKS_OF_TURNOVER,
)

_ROWS_AT_ONCE = 500


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("ledger", CHECKS), WORDS_OF_CUSTOMERS.listed, METADATA_OF_TRANSACTIONS.listed, SEALS]


def name_checks(app_label: str, checks: Sequence[Check]) -> list[tuple[str, int, str]]:
    """Name, rule and title of the checks of one domain, its guards first."""
    guards = (f"{app_label} guards", 0, "Every trigger and constraint is in place")
    return [guards, *((check.name, check.rule, check.title) for check in checks)]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """
    Everything that is wrong in the books of one database, as of one moment.

    :param on_check: called after each check with its name and how much it found.
    :param only: the names of the checks that run; None: all.
    """
    yield from run_checks("ledger", CHECKS, using=using, on_check=on_check, only=only)
    if is_asked(WORDS_OF_CUSTOMERS.name, only):
        yield from run_check_of_words(WORDS_OF_CUSTOMERS, using=using, on_check=on_check)
    if is_asked(METADATA_OF_TRANSACTIONS.name, only):
        yield from run_check_of_metadata(METADATA_OF_TRANSACTIONS, using=using, on_check=on_check)
    if is_asked(SEALS[0], only):
        yield from list_broken_seals(using=using, on_check=on_check)


def run_checks(
    app_label: str,
    checks: Sequence[Check],
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """What the checks of one domain find, and which of its triggers and constraints are missing."""
    connection = connections[using]
    guarding = f"{app_label} guards"
    with one_moment(connection):
        if is_asked(guarding, only):
            missing = list_missing_guards(connection, app_label)
            guards = [Finding(0, "guards", "", guard, wrong) for guard, wrong in missing]
            yield from guards
            on_check(guarding, len(guards))
        for check in checks:
            if not is_asked(check.name, only):
                continue
            found = 0
            for finding in _run(connection, check):
                found += 1
                yield finding
            on_check(check.name, found)


def find_lots_that_expire_otherwise(*, using: str = "default") -> Iterator[Finding]:
    """The lots whose expiry is not what was told of it: of a lot's row the seals of cuts leave that to its history."""
    return _run(connections[using], next(check for check in CHECKS_OF_EXPIRIES if check.name == "lot_expiry"))


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
