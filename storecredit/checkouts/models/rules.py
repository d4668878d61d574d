from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class CheckoutRules(models.Model):
    """The few rules of the checkout that a shop sets for itself: one row."""

    hold_minutes = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text=_("How long credit stays set aside after the last change of its checkout."),
    )
    checkout_days = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("How long a checkout that nobody changes can still be ordered."),
    )
    callout_hold_hours = models.PositiveIntegerField(
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_("How long credit stays set aside for a checkout that runs at the vendor."),
    )
    webhook_tolerance_seconds = models.PositiveIntegerField(
        default=300,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text=_("How far the time in a webhook's signature may be from ours."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("rules of the checkout")
        constraints = [
            CheckConstraint(name="checkouts_checkoutrules_single_row", condition=Q(id=1)),
            CheckConstraint(
                name="checkouts_checkoutrules_positive",
                condition=Q(hold_minutes__gte=1)
                & Q(checkout_days__gte=1)
                & Q(callout_hold_hours__gte=1)
                & Q(webhook_tolerance_seconds__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Rules of the checkout")

    @property
    def hold_life(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)

    @property
    def checkout_life(self) -> timedelta:
        return timedelta(days=self.checkout_days)

    @property
    def callout_hold_life(self) -> timedelta:
        return timedelta(hours=self.callout_hold_hours)

    @property
    def webhook_tolerance(self) -> timedelta:
        return timedelta(seconds=self.webhook_tolerance_seconds)


def read_rules() -> CheckoutRules:
    """The rules as they are set; without a row, the shipped ones."""
    return CheckoutRules.objects.filter(pk=1).first() or CheckoutRules()
