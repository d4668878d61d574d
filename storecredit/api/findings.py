"""What guards the keys and what was answered to them: the records themselves can only be trusted while it stands."""

from collections.abc import Callable, Iterator

from ledger.queries import Check, Finding, name_checks, run_checks

CHECKS: tuple[Check, ...] = ()


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return name_checks("api", CHECKS)


def list_findings(
    *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """Everything that is wrong with the tables of API clients in one database."""
    yield from run_checks("api", CHECKS, using=using, on_check=on_check)
