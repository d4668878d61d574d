"""What changes the rows of finance."""

from storecredit.finance.models import CorrectionKind, CorrectionStatus, PeriodEventKind, PeriodStatus
from storecredit.finance.operations.corrections import (
    approve_correction,
    ask_correction,
    cancel_correction,
    reject_correction,
)
from storecredit.finance.operations.journal import export_journal, get_journal
from storecredit.finance.operations.periods import approve_period, ask_period, open_period, refuse_period
