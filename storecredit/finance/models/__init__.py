"""The rows of finance: the journals that left, how they are made, what was reconciled, and months that are closed."""

from storecredit.finance.models.breakage import BreakageRate, RateStatus
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
from storecredit.finance.models.reconciliation import (
    FindingEvent,
    FindingSighting,
    FindingState,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    RunOutcome,
    Severity,
    made_by,
)
from storecredit.finance.models.rules import EXPECTED, GeneralLedgerAccount, GeneralLedgerRule
