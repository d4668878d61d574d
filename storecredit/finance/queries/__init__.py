"""What finance asks the books."""

from storecredit.finance.models import (
    FindingEvent,
    FindingSighting,
    FindingState,
    GeneralLedgerAccount,
    GeneralLedgerRule,
    JournalExport,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    RunOutcome,
    Severity,
)
from storecredit.finance.queries.ageing import AGES, TERMS, Ageing, sum_ages
from storecredit.finance.queries.comparing import (
    Difference,
    Found,
    add_theirs,
    compare_sides,
    make_sides,
    open_staging,
    set_against,
    sum_sides,
)
from storecredit.finance.queries.findings import list_checks, list_findings
from storecredit.finance.queries.journal import find_last_export, sum_accounts, sum_currencies
from storecredit.finance.queries.layouts import DatevClient, JournalFile, Layout, write_journal
from storecredit.finance.queries.reconciliation import (
    UNDECIDED,
    count_undecided,
    find_last_run,
    has_started_since,
    list_undecided,
)
from storecredit.finance.queries.references import Referred, list_referred
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, list_behind, roll_forward, sum_lines
