"""What finance asks the books."""

from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport
from storecredit.finance.queries.ageing import AGES, TERMS, Ageing, sum_ages
from storecredit.finance.queries.journal import find_last_export, sum_accounts, sum_currencies
from storecredit.finance.queries.layouts import DatevClient, JournalFile, Layout, write_journal
from storecredit.finance.queries.references import Referred, list_referred
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, list_behind, roll_forward, sum_lines
