"""Rows that staff go through."""

from django.db.models import QuerySet

from storecredit.checkouts.models import CreditDeduction, UnreturnedCredit, WebhookEvent


def list_shortfalls() -> QuerySet[CreditDeduction]:
    """Deductions that fell short and that nobody has dealt with, oldest first."""
    return (
        CreditDeduction.objects.unresolved().select_related("order", "account__customer").order_by("created_at", "pk")
    )


def list_unreturned_credit() -> QuerySet[UnreturnedCredit]:
    """Credit that could not go back and that nobody has dealt with, oldest first."""
    waiting = UnreturnedCredit.objects.waiting()
    return waiting.select_related("account__customer", "credit_request").order_by("created_at", "pk")


def list_failed_events() -> QuerySet[WebhookEvent]:
    """Events that could not be processed, oldest first."""
    return WebhookEvent.objects.failed().order_by("received_at", "pk")


def count_unfinished_events() -> int:
    """How many events were stored and not processed."""
    return WebhookEvent.objects.unfinished().count()
