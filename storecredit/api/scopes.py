"""What an API client may do. One key works on every dialect, so scopes name resources, not paths."""

from collections.abc import Iterable, Mapping
from typing import Final

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


#: What each of them lets a program do, in a sentence for whoever gives it.
EXPLANATIONS: Final[Mapping[Scope, str]] = {
    Scope.STORE_CREDIT_READ: gettext_noop("Sees balances and histories of customers’ store credit."),
    Scope.STORE_CREDIT_ISSUE: gettext_noop("Gives customers store credit, within its limits."),
    Scope.STORE_CREDIT_SPEND: gettext_noop("Takes from customers’ store credit."),
    Scope.GIFT_CARDS_READ: gettext_noop("Sees gift cards and what they hold; in lists their numbers are masked."),
    Scope.GIFT_CARDS_ISSUE: gettext_noop(
        "Makes gift cards with money on them, within its limits; voids and blocks them."
    ),
    Scope.GIFT_CARDS_REDEEM: gettext_noop("Takes from gift cards, puts money on them, and takes back a redemption."),
    Scope.GIFT_CARDS_REVEAL: gettext_noop("Sees gift card numbers whole, with which anybody can pay."),
    Scope.PAYMENTS_READ: gettext_noop("Sees checkouts, orders and refunds."),
    Scope.PAYMENTS_WRITE: gettext_noop("Pays orders with customers’ store credit and gives it back."),
    Scope.CREDITS_REQUEST: gettext_noop("Asks for credits on orders, which somebody else decides on."),
    Scope.CREDITS_APPROVE: gettext_noop("Decides on requested credits in the name of its owner, within their limit."),
    Scope.CUSTOMERS_READ: gettext_noop("Sees customers, with names and addresses."),
    Scope.CUSTOMERS_WRITE: gettext_noop("Makes customers and changes them."),
    Scope.REPORTS_READ: gettext_noop("Sees what the shop owes as a whole, the journal and the cuts."),
}


def does_more_than_look(scopes: Iterable[str]) -> bool:
    """Whether a program with these scopes moves, shows or changes anything: all but those that end in `:read` do."""
    return any(not scope.endswith(":read") for scope in scopes)
