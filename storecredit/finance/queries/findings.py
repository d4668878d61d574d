"""What is wrong with what finance keeps, row by row. As in the ledger, each check is one portable statement."""

from collections.abc import Callable, Iterator

from ledger.queries import Check, Finding, name_checks, run_checks

CHECKS = (
    Check(
        "finding_told",
        10,
        "Each finding of a reconciliation is in the state that its history tells",
        "finding",
        "SELECT f.id, '' AS account, f.state, COALESCE(e.to_state, 'OPEN') AS told "
        "FROM finance_reconciliationfinding f "
        "LEFT JOIN finance_findingevent e ON e.id = (SELECT MAX(x.id) FROM finance_findingevent x "
        "WHERE x.finding_id = f.id) WHERE f.state <> COALESCE(e.to_state, 'OPEN')",
        "is {state}; its history tells {told}",
    ),
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return name_checks("finance", CHECKS)


def list_findings(
    *, using: str = "default", on_check: Callable[[str, int], None] = lambda name, found: None
) -> Iterator[Finding]:
    """Everything that is wrong with what finance keeps in one database."""
    yield from run_checks("finance", CHECKS, using=using, on_check=on_check)
