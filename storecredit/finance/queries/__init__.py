"""What finance asks the books."""

from storecredit.finance.models import (
    Correction,
    GeneralLedgerAccount,
    GeneralLedgerRule,
    JournalExport,
    Period,
    PeriodEvent,
    PeriodFigure,
)
from storecredit.finance.queries.ageing import AGES, TERMS, Ageing, sum_ages
from storecredit.finance.queries.corrections import has_asked, list_pending_corrections
from storecredit.finance.queries.findings import list_checks, list_findings
from storecredit.finance.queries.journal import find_last_export, list_rows, sum_accounts, write_json_lines
from storecredit.finance.queries.periods import (
    find_hindrances,
    find_period,
    get_period,
    list_kept_lines,
    list_lines_of_period,
    read_month,
)
from storecredit.finance.queries.references import Referred, list_referred
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, list_behind, roll_forward, sum_lines
