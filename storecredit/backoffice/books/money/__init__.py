"""The money buttons: *Issue credit*, *Debit*, *Adjust* and *Reverse*, and what somebody else has to approve."""

from storecredit.backoffice.books.money.asking import AskAdjustment, AskReversal
from storecredit.backoffice.books.money.reversing import ReverseTransaction
from storecredit.backoffice.books.money.steps import AdjustAccount, DebitAccount, IssueToAccount, IssueToCustomer

#: In the order of the buttons on an account's page.
MONEY_STEPS = (IssueToAccount, DebitAccount, AdjustAccount)
#: What is put right there by somebody else's approval.
ASKING_STEPS = (AskAdjustment,)
#: The same on a transaction's page.
UNDOING_STEPS = (ReverseTransaction, AskReversal)
