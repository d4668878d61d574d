"""What the back office adds to the admin classes of the domains: money buttons, the customer's page, access."""

from storecredit.backoffice.admin.access import GroupAdmin, StaffLogAdmin, UserAdmin
from storecredit.backoffice.admin.cards import CardBatchPage, CardPage
from storecredit.backoffice.admin.pages import AccountPage, CustomerPage, HoldPage, TransactionPage

__all__ = [
    "AccountPage",
    "CardBatchPage",
    "CardPage",
    "CustomerPage",
    "GroupAdmin",
    "HoldPage",
    "StaffLogAdmin",
    "TransactionPage",
    "UserAdmin",
]
