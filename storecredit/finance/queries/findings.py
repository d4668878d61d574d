"""What is wrong with what finance has kept, row by row."""

from collections.abc import Callable, Collection, Iterator

from ledger.errors import DomainError
from ledger.queries import Check, Finding, is_asked, name_checks, run_checks
from storecredit.finance.models import JournalExport, Period, PeriodStatus
from storecredit.finance.queries.journal import is_as_exported
from storecredit.finance.queries.periods import list_kept_lines, recompute

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
    Check(
        "correction_posted",
        10,
        "Each approved correction was posted once, by its own entry",
        "correction",
        "SELECT c.id, a.number AS account, c.currency, c.amount_minor FROM finance_correction c "
        "JOIN ledger_account a ON a.id = c.account_id LEFT JOIN ledger_transaction t ON t.id = c.transaction_id "
        "WHERE c.status = 'APPROVED' AND (t.id IS NULL OR t.account_id <> c.account_id "
        "OR t.amount_minor <> c.amount_minor OR t.key IS NULL "
        "OR t.key <> 'correction:' || CAST(c.id AS VARCHAR(20)))",
        "is approved; its entry of {amount_minor} is missing or another",
    ),
    Check(
        "correction_four_eyes",
        10,
        "Whoever asked for a correction has not approved it",
        "correction",
        "SELECT c.id, a.number AS account FROM finance_correction c JOIN ledger_account a ON a.id = c.account_id "
        "LEFT JOIN credits_clientperson p ON p.client_id = c.asked_client_id AND p.person_id = c.decided_by_id "
        "WHERE c.status = 'APPROVED' AND (c.decided_by_id = c.asked_by_id OR p.id IS NOT NULL)",
        "was approved by the person who asked for it",
    ),
    Check(
        "correction_approval",
        10,
        "Whoever decided a correction has approved it",
        "correction",
        "SELECT c.id, a.number AS account FROM finance_correction c JOIN ledger_account a ON a.id = c.account_id "
        "WHERE (c.status = 'APPROVED' AND NOT EXISTS (SELECT 1 FROM credits_moneyapproval m "
        "WHERE m.correction_id = c.id AND m.person_id = c.decided_by_id)) "
        "OR (c.status = 'PENDING' AND c.decided_by_id IS NOT NULL)",
        "is decided, and nothing tells that whoever decided it approved it",
    ),
    Check(
        "period_told",
        10,
        "Each month was closed and approved by whom its history tells, and when",
        "period",
        "SELECT p.first_day AS id, '' AS account, p.status FROM finance_period p "
        "LEFT JOIN finance_periodevent a ON a.id = (SELECT MAX(x.id) FROM finance_periodevent x "
        "WHERE x.period_id = p.number AND x.kind = 'ASKED') "
        "LEFT JOIN finance_periodevent d ON d.id = (SELECT MAX(x.id) FROM finance_periodevent x "
        "WHERE x.period_id = p.number AND x.kind = 'APPROVED') "
        "WHERE (p.status <> 'OPEN' AND (a.id IS NULL OR a.person_id <> p.closed_by_id "
        "OR a.created_at <> p.closing_at)) "
        "OR (p.status = 'CLOSED' AND (d.id IS NULL OR d.person_id <> p.approved_by_id "
        "OR d.created_at <> p.closed_at)) OR (p.status <> 'CLOSED' AND d.id IS NOT NULL)",
        "is {status}; its history tells otherwise",
    ),
    Check(
        "closed_entry_reversed",
        10,
        "Nothing that was reported is undone without a correction that was approved",
        "transaction",
        "SELECT t.number AS id, a.number AS account FROM ledger_transaction t "
        "JOIN ledger_account a ON a.id = t.account_id JOIN ledger_transaction o ON o.id = t.reverses_id "
        "LEFT JOIN finance_correction c ON c.transaction_id = t.id "
        "WHERE t.type = 'REVERSE' AND t.counter_account <> 'TRANSFERS' AND c.id IS NULL AND EXISTS ("
        "SELECT 1 FROM ledger_booksclosing b JOIN ledger_cut k ON k.number = b.cut_id "
        "WHERE k.boundary > o.created_at AND b.closed_at <= t.created_at)",
        "undoes an entry of a closed month without a correction",
    ),
)
_KEPT = ("period_figures", 10, "What was kept of each closed month is what its cuts come to")

_JOURNALS = ("journal_kept", 10, "Each journal has the lines with which it left the house")


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return [*name_checks("finance", CHECKS), _KEPT, _JOURNALS]


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Everything that is wrong with what finance has kept in one database."""
    yield from run_checks("finance", CHECKS, using=using, on_check=on_check, only=only)
    for (name, _rule, _title), list_wrong in ((_KEPT, _list_wrong_periods), (_JOURNALS, _list_wrong_journals)):
        if is_asked(name, only):
            found = list(list_wrong(using))
            yield from found
            on_check(name, len(found))


def _list_wrong_periods(using: str) -> Iterator[Finding]:
    closed = Period.objects.using(using).filter(status=PeriodStatus.CLOSED)
    for period in closed.select_related("begin_cut", "end_cut").order_by("number"):
        try:
            is_right = list_kept_lines(period=period) == recompute(period, using=using)
        except DomainError:
            is_right = False
        if not is_right:
            message = "its kept figures are not what its cuts come to"
            yield Finding(_KEPT[1], _KEPT[0], "", f"period {period.first_day:%Y-%m}", message)


def _list_wrong_journals(using: str) -> Iterator[Finding]:
    for export in JournalExport.objects.using(using).order_by("number"):
        if not is_as_exported(export, list(export.lines.order_by("place"))):
            message = "its lines are not those with which it left the house"
            yield Finding(_JOURNALS[1], _JOURNALS[0], "", f"journal {export.number}", message)
