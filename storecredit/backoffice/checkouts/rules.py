from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import SingleRowAdmin
from storecredit.checkouts.queries import CheckoutRules


@admin.register(CheckoutRules)
class CheckoutRulesAdmin(SingleRowAdmin):
    fieldsets = [
        (_("Checkouts here"), {"fields": ["hold_minutes", "checkout_days"]}),
        (_("Checkouts at the vendor"), {"fields": ["callout_hold_hours", "webhook_tolerance_seconds"]}),
    ]
