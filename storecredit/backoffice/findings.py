"""What guards the logs of what was done outside the books, and what the program's role may do in the database."""

from collections.abc import Callable, Collection, Iterator

from django.db import connections

from ledger.queries import Check, Finding, is_asked, name_checks, run_checks
from storecredit.backoffice.access.rights import list_rights_beyond
from storecredit.backoffice.schema import list_differences

CHECKS: tuple[Check, ...] = (
    Check(
        "access_under_way",
        10,
        "No change of access was left under way, and none waits that nobody asked for",
        "change of access",
        "SELECT c.id, '' AS account, c.subject_label FROM backoffice_accesschange c "
        "WHERE c.state = 'DOING' OR (c.state = 'WAITING' AND c.asked_by_id IS NULL)",
        "of {subject_label} is open to whoever raises just that",
    ),
    Check(
        "access_untold",
        10,
        "Each change of access that was approved is told of by whoever approved it",
        "change of access",
        "SELECT c.id, '' AS account, c.subject_label FROM backoffice_accesschange c WHERE c.state = 'APPLIED' "
        "AND NOT EXISTS (SELECT 1 FROM audit_activity a WHERE a.kind = 'ACCESS_DECIDED' "
        "AND a.created_at = c.decided_at AND a.door = c.decided_door "
        "AND CAST(a.details ->> 'change' AS TEXT) = CAST(c.id AS TEXT) "
        "AND (c.decided_by_id IS NULL OR a.actor_id = CAST(c.decided_by_id AS TEXT)))",
        "of {subject_label} stands as approved, and nothing tells that it was",
    ),
    Check(
        "access_without_command",
        10,
        "Each change of access that a command made was made by a run of it",
        "change of access",
        "SELECT c.id, '' AS account, c.subject_label, c.decided_door FROM backoffice_accesschange c "
        "WHERE c.state = 'APPLIED' AND c.decided_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM audit_activity a "
        "WHERE a.kind = 'COMMAND_RUN' AND a.door = c.decided_door AND a.created_at <= c.decided_at)",
        "of {subject_label} stands as made by {decided_door}, of which no run is written down",
    ),
)
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
