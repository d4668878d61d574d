from django.contrib import admin

from storecredit.backoffice.kit import SingleRowAdmin
from storecredit.checkouts.queries import CheckoutRules


@admin.register(CheckoutRules)
class CheckoutRulesAdmin(SingleRowAdmin):
    fieldsets = [
        ("Checkouts here", {"fields": ["hold_minutes", "checkout_days"]}),
        ("Checkouts at the vendor", {"fields": ["callout_hold_hours", "webhook_tolerance_seconds"]}),
    ]
