"""What guards the log of what staff did outside the books, and what the program's role may do in the database."""

from collections.abc import Callable, Iterator

from django.db import connections

from ledger.queries import Check, Finding, name_checks, run_checks
from storecredit.backoffice.rights import list_rights_beyond

CHECKS: tuple[Check, ...] = ()
_RIGHTS = ("rights", 0, "The program's role may do what it needs and no more")


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("backoffice", CHECKS), _RIGHTS]


def list_findings(
    *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """Everything that is wrong with the staff log and the program's rights in one database."""
    yield from run_checks("backoffice", CHECKS, using=using, on_check=on_check)
    found = [Finding(0, "rights", "", row, message) for row, message in list_rights_beyond(connections[using])]
    yield from found
    on_check("rights", len(found))
