"""What an API client may do. One key works on every dialect, so scopes name resources, not paths."""

from django.db import models
from django.utils.translation import gettext_noop


class Scope(models.TextChoices):
    STORE_CREDIT_READ = "store_credit:read", gettext_noop("Read store credit")
    STORE_CREDIT_ISSUE = "store_credit:issue", gettext_noop("Issue store credit")
    STORE_CREDIT_SPEND = "store_credit:spend", gettext_noop("Spend store credit")
    GIFT_CARDS_READ = "gift_cards:read", gettext_noop("Read gift cards")
    GIFT_CARDS_ISSUE = "gift_cards:issue", gettext_noop("Create, void and block gift cards")
    GIFT_CARDS_REDEEM = "gift_cards:redeem", gettext_noop("Redeem, reload and reverse gift cards")
    GIFT_CARDS_REVEAL = "gift_cards:reveal", gettext_noop("See whole gift card numbers in lists")
    PAYMENTS_READ = "payments:read", gettext_noop("Read checkouts, orders and refunds")
    PAYMENTS_WRITE = "payments:write", gettext_noop("Run checkouts, orders and refunds")
    CREDITS_REQUEST = "credits:request", gettext_noop("Request credits")
    CREDITS_APPROVE = "credits:approve", gettext_noop("Approve requested credits")
    CUSTOMERS_READ = "customers:read", gettext_noop("Read customers")
    CUSTOMERS_WRITE = "customers:write", gettext_noop("Create and change customers")
    REPORTS_READ = "reports:read", gettext_noop("Read reports")
