"""What finance asks the books."""

from storecredit.finance.models import (
    EXPECTED,
    BreakageRate,
    Correction,
    FindingEvent,
    FindingSighting,
    FindingState,
    GeneralLedgerAccount,
    GeneralLedgerRule,
    JournalExport,
    JournalLine,
    Period,
    PeriodEvent,
    PeriodFigure,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    RunOutcome,
    Severity,
)
from storecredit.finance.queries.ageing import AGES, TERMS, Ageing, sum_ages
from storecredit.finance.queries.balances import BalanceThen, get_balance_then
from storecredit.finance.queries.breakage import RECOGNISED, TAKEN_BACK, Cohort, list_cohorts
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
from storecredit.finance.queries.corrections import (
    find_amount_at_stake,
    has_asked,
    list_closed_months,
    list_corrections_posted,
    list_pending_corrections,
)
from storecredit.finance.queries.days import day_of, find_cut_before, get_cut_after, midnight_after
from storecredit.finance.queries.deciding import CLOSINGS, CORRECTIONS, RATES
from storecredit.finance.queries.duties import MOST, RULES, Deed, Duty, Rule, list_duties
from storecredit.finance.queries.findings import list_checks, list_findings
from storecredit.finance.queries.holders import Holder, list_holders
from storecredit.finance.queries.journal import find_last_export, list_days, list_lines, sum_accounts, sum_currencies
from storecredit.finance.queries.journals_of_months import JournalOfMonth, list_journals_of
from storecredit.finance.queries.layouts import DatevClient, JournalFile, Layout, write_journal
from storecredit.finance.queries.liability import sum_owed
from storecredit.finance.queries.periods import (
    find_hindrances,
    find_period,
    get_period,
    list_kept_lines,
    list_lines_of_period,
    list_lines_to_leave,
    read_month,
)
from storecredit.finance.queries.persons import has_waiting_correction, list_rows_of
from storecredit.finance.queries.recalling import recall_ages, recall_cohorts
from storecredit.finance.queries.reconciliation import (
    UNDECIDED,
    count_undecided,
    find_last_run,
    find_statement_run,
    has_started_since,
    list_sightings,
    list_undecided,
)
from storecredit.finance.queries.references import Referred, list_referred
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, list_behind, roll_forward, sum_lines
from storecredit.finance.queries.sources import Source, read_report, source_facts
