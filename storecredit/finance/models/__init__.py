"""The rows of finance: how the books become a journal, the journals that were exported, and what was reconciled."""

from storecredit.finance.models.journals import JournalExport, JournalLine
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
from storecredit.finance.models.rules import GeneralLedgerAccount, GeneralLedgerRule
