"""What changes the rows of finance."""

from storecredit.finance.operations.findings import (
    correct_finding,
    explain_finding,
    note_finding,
    reopen_finding,
    settle_corrections,
    tell_of_correction,
)
from storecredit.finance.operations.journal import export_journal, get_journal
from storecredit.finance.operations.runs import MOST_KEPT, RunRecorder, begin_run, resume_run
from storecredit.finance.operations.seeing import Seen, seen_in_books, seen_in_statement
from storecredit.finance.operations.statements import StatementLine, reconcile_statement
