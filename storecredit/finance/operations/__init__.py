"""What changes the rows of finance."""

from storecredit.finance.models import CorrectionKind, CorrectionStatus, PeriodEventKind, PeriodStatus, RateStatus
from storecredit.finance.operations.breakage import (
    approve_breakage_rate,
    ask_breakage_rate,
    reject_breakage_rate,
)
from storecredit.finance.operations.corrections import (
    approve_correction,
    ask_correction,
    cancel_correction,
    reject_correction,
)
from storecredit.finance.operations.findings import (
    correct_finding,
    explain_finding,
    note_finding,
    reopen_finding,
    settle_corrections,
    tell_of_correction,
)
from storecredit.finance.operations.journal import export_journal, get_journal
from storecredit.finance.operations.periods import approve_period, ask_period, open_period, refuse_period
from storecredit.finance.operations.runs import MOST_KEPT, RunRecorder, begin_run, resume_run
from storecredit.finance.operations.seeing import Seen, seen_in_books, seen_in_statement
from storecredit.finance.operations.statements import StatementLine, reconcile_statement
