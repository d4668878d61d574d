"""What finance asks the books."""

from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport, JournalLine
from storecredit.finance.queries.ageing import AGES, TERMS, Ageing, sum_ages
from storecredit.finance.queries.days import get_cut_after, midnight_after
from storecredit.finance.queries.journal import (
    find_last_export,
    list_days,
    list_lines,
    list_rows,
    sum_accounts,
    write_json_lines,
)
from storecredit.finance.queries.liability import sum_owed
from storecredit.finance.queries.references import Referred, list_referred
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, list_behind, roll_forward, sum_lines
