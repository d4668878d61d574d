"""The money buttons: *Issue credit*, *Debit*, *Adjust* and *Reverse*."""

from storecredit.backoffice.books.money.reversing import ReverseTransaction
from storecredit.backoffice.books.money.steps import AdjustAccount, DebitAccount, IssueToAccount, IssueToCustomer

#: In the order of the buttons on an account's page.
MONEY_STEPS = (IssueToAccount, DebitAccount, AdjustAccount)
