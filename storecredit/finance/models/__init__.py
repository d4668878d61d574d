"""The rows of finance: how the books become a journal, the journals that left, and the months that are closed."""

from storecredit.finance.models.corrections import Correction, CorrectionKind, CorrectionStatus
from storecredit.finance.models.journals import JournalExport, JournalLine
from storecredit.finance.models.periods import (
    MOVEMENTS,
    Period,
    PeriodEvent,
    PeriodEventKind,
    PeriodFigure,
    PeriodStatus,
)
from storecredit.finance.models.rules import GeneralLedgerAccount, GeneralLedgerRule
