"""What changes the rows of finance."""

from storecredit.finance.operations.journal import export_journal, get_journal
