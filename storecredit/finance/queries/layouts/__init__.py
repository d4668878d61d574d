"""
A journal in the form that another program reads: each form holds the same lines, with the same sums.

What a form needs to know of an account was kept with the journal as it was exported, so that a file is the same bytes
whenever it is asked for. Programs that book one currency at a time get a file for each.
"""

from storecredit.finance.queries.layouts.datev import DatevClient
from storecredit.finance.queries.layouts.files import JournalFile, Layout, write_journal
