"""What an API client may do. One key works on every dialect, so scopes name resources, not paths."""

from django.db import models


class Scope(models.TextChoices):
    STORE_CREDIT_READ = "store_credit:read", "Read store credit"
    STORE_CREDIT_ISSUE = "store_credit:issue", "Issue store credit"
    STORE_CREDIT_SPEND = "store_credit:spend", "Spend store credit"
    GIFT_CARDS_READ = "gift_cards:read", "Read gift cards"
    GIFT_CARDS_ISSUE = "gift_cards:issue", "Create, void and block gift cards"
    GIFT_CARDS_REDEEM = "gift_cards:redeem", "Redeem, reload and reverse gift cards"
    GIFT_CARDS_REVEAL = "gift_cards:reveal", "See whole gift card numbers in lists"
    PAYMENTS_READ = "payments:read", "Read checkouts, orders and refunds"
    PAYMENTS_WRITE = "payments:write", "Run checkouts, orders and refunds"
    CREDITS_REQUEST = "credits:request", "Request credits"
    CREDITS_APPROVE = "credits:approve", "Approve requested credits"
    CUSTOMERS_READ = "customers:read", "Read customers"
    CUSTOMERS_WRITE = "customers:write", "Create and change customers"
    REPORTS_READ = "reports:read", "Read reports"
