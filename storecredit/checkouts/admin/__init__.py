"""What staff see of checkouts, of orders, and of what the vendor tells and asks."""

from storecredit.checkouts.admin.callouts import CalloutHoldAdmin
from storecredit.checkouts.admin.checkouts import CheckoutAdmin
from storecredit.checkouts.admin.deductions import CreditDeductionAdmin
from storecredit.checkouts.admin.events import WebhookEventAdmin
from storecredit.checkouts.admin.orders import OrderAdmin
from storecredit.checkouts.admin.rules import CheckoutRulesAdmin
from storecredit.checkouts.admin.secrets import WebhookSecretAdmin
from storecredit.checkouts.admin.unreturned import UnreturnedCreditAdmin

__all__ = [
    "CalloutHoldAdmin",
    "CheckoutAdmin",
    "CheckoutRulesAdmin",
    "CreditDeductionAdmin",
    "OrderAdmin",
    "UnreturnedCreditAdmin",
    "WebhookEventAdmin",
    "WebhookSecretAdmin",
]
