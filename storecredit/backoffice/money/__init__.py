"""The money buttons: *Issue credit*, *Debit*, *Adjust* and *Reverse*."""

from storecredit.backoffice.money.steps import (
    AdjustAccount,
    DebitAccount,
    IssueToAccount,
    IssueToCustomer,
    ReverseTransaction,
)

__all__ = ["AdjustAccount", "DebitAccount", "IssueToAccount", "IssueToCustomer", "ReverseTransaction"]
