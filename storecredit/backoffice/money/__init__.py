"""The money buttons: *Issue credit*, *Debit*, *Adjust* and *Reverse*."""

from storecredit.backoffice.money.reversing import ReverseTransaction
from storecredit.backoffice.money.steps import AdjustAccount, DebitAccount, IssueToAccount, IssueToCustomer

__all__ = ["AdjustAccount", "DebitAccount", "IssueToAccount", "IssueToCustomer", "ReverseTransaction"]
