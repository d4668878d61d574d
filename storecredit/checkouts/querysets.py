"""Filters that read like the questions they answer. No sum and no clock in here."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ledger.querysets import constant, met_by_many

if TYPE_CHECKING:
    from storecredit.checkouts.models import (  # noqa: F401  base classes
        Checkout,
        CreditDeduction,
        UnreturnedCredit,
        WebhookEvent,
    )


class CheckoutQuerySet(QuerySet["Checkout"]):
    def alive(self, now: datetime) -> "CheckoutQuerySet":
        """Checkouts that can be read: ordered, or open and not given up, swept or not."""
        return self.filter(met_by_many(Q(status="ORDERED") | Q(status="OPEN", expires_at__gt=now)))

    def given_up(self, now: datetime) -> "CheckoutQuerySet":
        """Open checkouts that nobody changed for too long."""
        return self.filter(status=constant("OPEN"), expires_at__lte=now)

    def with_lapsed_credit(self, now: datetime) -> "CheckoutQuerySet":
        """Open checkouts with attached credit that is set aside no more, or past its time."""
        return self.filter(
            # Named one by one: a negation would ask whether the checkout has any hold that is open.
            Q(sources__hold__expires_at__lte=now) | Q(sources__hold__status__in=["CAPTURED", "RELEASED", "EXPIRED"]),
            status=constant("OPEN"),
            sources__state="CHARGEABLE",
            sources__place__isnull=False,
            sources__hold__isnull=False,
        )


class WebhookEventQuerySet(QuerySet["WebhookEvent"]):
    def unfinished(self) -> "WebhookEventQuerySet":
        """Events that were stored and have not been processed."""
        return self.filter(state=constant("RECEIVED"))

    def failed(self) -> "WebhookEventQuerySet":
        """Events that could not be processed."""
        return self.filter(state=constant("FAILED"))


class CreditDeductionQuerySet(QuerySet["CreditDeduction"]):
    def short(self) -> "CreditDeductionQuerySet":
        """Deductions that could not take all that was asked for."""
        return self.filter(shortfall_minor__gt=constant(0))

    def unresolved(self) -> "CreditDeductionQuerySet":
        """Short ones that no staff has dealt with."""
        return self.short().filter(resolved_at__isnull=True)


class UnreturnedCreditQuerySet(QuerySet["UnreturnedCredit"]):
    def waiting(self) -> "UnreturnedCreditQuerySet":
        """What nobody has dealt with: neither by hand nor by confirming its request."""
        return self.filter(
            Q(credit_request__isnull=True) | ~Q(credit_request__status="CONFIRMED"), resolved_at__isnull=True
        )
