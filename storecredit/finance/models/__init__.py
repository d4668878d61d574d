"""The rows of finance: how the books become a journal, and the journals that were exported."""

from storecredit.finance.models.journals import JournalExport, JournalLine
from storecredit.finance.models.rules import GeneralLedgerAccount, GeneralLedgerRule
