"""What guards the logs of what was done outside the books, and what the program's role may do in the database."""

from collections.abc import Callable, Collection, Iterator

from django.db import connections

from ledger.queries import Check, Finding, is_asked, name_checks, run_checks
from storecredit.backoffice.access.rights import list_rights_beyond
from storecredit.backoffice.schema import list_differences

CHECKS: tuple[Check, ...] = ()
_RIGHTS = ("rights", 0, "The program's role may do what it needs and no more")
_SCHEMA = ("schema", 0, "Every column, constraint and index is as the program makes it")


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("audit", ()), *name_checks("backoffice", CHECKS), _RIGHTS, _SCHEMA]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Everything that is wrong with the logs of what was done and the program's rights in one database."""
    yield from run_checks("audit", (), using=using, on_check=on_check, only=only)
    yield from run_checks("backoffice", CHECKS, using=using, on_check=on_check, only=only)
    for check, list_wrong in ((_RIGHTS[0], list_rights_beyond), (_SCHEMA[0], list_differences)):
        if not is_asked(check, only):
            continue
        found = [Finding(0, check, "", row, message) for row, message in list_wrong(connections[using])]
        yield from found
        on_check(check, len(found))
