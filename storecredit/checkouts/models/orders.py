import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Acted, Transaction
from ledger.models.texts import NoteField
from storecredit.checkouts.models.checkouts import Checkout, CheckoutItem
from storecredit.checkouts.models.sources import Source
from storecredit.checkouts.querysets import UnreturnedCreditQuerySet
from storecredit.credits.models import CreditRequest


class OrderState(models.TextChoices):
    ACCEPTED = "ACCEPTED", _("Accepted")
    FULFILLED = "FULFILLED", _("Fulfilled")
    CANCELLED = "CANCELLED", _("Cancelled")


class Order(Acted):
    """
    A checkout that was ordered; its lines are the checkout's items. Never deleted.

    FULFILLED: each unit was fulfilled or cancelled, one at least fulfilled. CANCELLED: each was cancelled.
    """

    id = models.CharField(primary_key=True, max_length=12, editable=False)
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="order")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=OrderState, default=OrderState.ACCEPTED)
    fulfilled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    test_mode = models.BooleanField(_("test"), default=False)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="checkouts_order_state_known", condition=Q(state__in=OrderState.values)),
            CheckConstraint(name="checkouts_order_total_not_negative", condition=Q(total_minor__gte=0)),
        ]
        indexes = [Index(name="checkouts_order_newest", fields=["-created_at", "-id"])]

    def __str__(self) -> str:
        return gettext("Order %(id)s") % {"id": self.pk}


class ChargeState(models.TextChoices):
    CAPTURABLE = "CAPTURABLE", _("Capturable")
    COMPLETE = "COMPLETE", _("Complete")
    CANCELLED = "CANCELLED", _("Cancelled")


class Charge(models.Model):
    """
    What one source pays of an order. Its sums move only by its movements. Amounts in minor units.

    `transaction` is the spend that took the credit when the order was accepted; external tender has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="charges", db_index=False)
    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="charge")
    place = models.PositiveIntegerField(help_text=_("Where its source was attached."))
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    cancelled_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="checkout_charge")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(name="checkouts_charge_one_per_place", fields=["order", "place"]),
            CheckConstraint(
                name="checkouts_charge_sums_within_amount",
                condition=Q(amount_minor__gt=0)
                & Q(captured_minor__gte=0)
                & Q(cancelled_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & Q(captured_minor__lte=F("amount_minor") - F("cancelled_minor"))
                & Q(refunded_minor__lte=F("captured_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"Charge {self.pk}"

    @property
    def open_minor(self) -> int:
        """What is neither captured nor cancelled."""
        return self.amount_minor - self.captured_minor - self.cancelled_minor

    @property
    def refundable_minor(self) -> int:
        """What is captured and not refunded."""
        return self.captured_minor - self.refunded_minor

    @property
    def state(self) -> ChargeState:
        if self.open_minor:
            return ChargeState.CAPTURABLE
        return ChargeState.COMPLETE if self.captured_minor else ChargeState.CANCELLED


class Fulfillment(Acted):
    """Units of an order that left the house, or never will. It captures or cancels what they cost."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fulfillments", db_index=False)

    class Meta(Acted.Meta):
        constraints = [*Acted.Meta.constraints]
        indexes = [
            Index(name="checkouts_fulfillment_newest", fields=["-created_at", "-id"]),
            Index(name="checkouts_fulfillment_of_order", fields=["order", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"Fulfillment {self.pk}"


class FulfillmentItem(models.Model):
    """How many units of one line a fulfilment sent, and how many it cancelled."""

    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.PROTECT, related_name="items", db_index=False)
    item = models.ForeignKey(CheckoutItem, on_delete=models.PROTECT, related_name="fulfillment_items")
    quantity = models.PositiveIntegerField(default=0)
    cancel_quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            UniqueConstraint(name="checkouts_fulfillmentitem_one_per_item", fields=["fulfillment", "item"]),
            CheckConstraint(
                name="checkouts_fulfillmentitem_not_empty", condition=Q(quantity__gt=0) | Q(cancel_quantity__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"


class Refund(Acted):
    """
    Captured money that goes back. Exactly one of amount, percent and items was asked for. Amounts in minor units.

    `percent_of_minor` is what the percentage was of: all that was captured by then. Old rows
    lack it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    percent_of_minor = models.BigIntegerField(null=True)
    reason = NoteField(max_length=500, blank=True)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="checkouts_refund_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="checkouts_refund_percent_of_something",
                condition=Q(percent_of_minor__isnull=True) | Q(percent__isnull=False, percent_of_minor__gt=0),
            ),
        ]
        indexes = [Index(name="checkouts_refund_newest", fields=["-created_at", "-id"])]

    def __str__(self) -> str:
        return f"Refund {self.pk}"


class RefundItem(models.Model):
    """How many units of one line a refund was for, and what they cost in minor units."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="items", db_index=False)
    item = models.ForeignKey(CheckoutItem, on_delete=models.PROTECT, related_name="refund_items")
    quantity = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(name="checkouts_refunditem_one_per_item", fields=["refund", "item"]),
            CheckConstraint(name="checkouts_refunditem_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"


class MovementKind(models.TextChoices):
    CAPTURE = "CAPTURE", _("Capture")
    CANCEL = "CANCEL", _("Cancel")
    REFUND = "REFUND", _("Refund")


class UnreturnedCredit(Acted):
    """
    Credit that was to go back to an account that cannot take it. Staff decide where it goes. Minor units.

    `credit_request` asks for it on a card of its own; once that is confirmed there is nothing left to do. There is none
    where staff have switched its reason off.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="unreturned_credit")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=64, help_text=_("The order."))
    why = models.CharField(max_length=500)
    credit_request = models.OneToOneField(
        CreditRequest, on_delete=models.PROTECT, null=True, related_name="unreturned_credit"
    )
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    resolution = NoteField(max_length=500, blank=True)

    objects = UnreturnedCreditQuerySet.as_manager()

    class Meta(Acted.Meta):
        verbose_name_plural = _("unreturned credit")
        permissions = [("resolve_unreturned_credit", "Can settle credit that could not be returned")]
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="checkouts_unreturnedcredit_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="checkouts_unreturnedcredit_resolved_says_who_and_how",
                condition=Q(resolved_at__isnull=True) | (~Q(resolved_by="") & ~Q(resolution="")),
            ),
        ]
        indexes = [
            Index(name="checkouts_unreturned_waiting", fields=["created_at"], condition=Q(resolved_at__isnull=True)),
            Index(name="checkouts_unreturned_reference", fields=["reference"]),
        ]

    def __str__(self) -> str:
        return gettext("Unreturned credit of order %(order)s") % {"order": self.reference}


class ChargeMovement(Acted):
    """
    One capture, cancellation or refund of a charge. Never updated or deleted. Minor units.

    Credit that is cancelled or refunded goes back by `transaction`, or to staff by `unreturned`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=7, choices=MovementKind)
    amount_minor = models.BigIntegerField()
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="checkout_movement"
    )
    unreturned = models.OneToOneField(
        UnreturnedCredit, on_delete=models.PROTECT, null=True, related_name="charge_movement"
    )
    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.PROTECT, null=True, related_name="movements")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="movements")

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="checkouts_chargemovement_kind_known", condition=Q(kind__in=MovementKind.values)),
            CheckConstraint(name="checkouts_chargemovement_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="checkouts_chargemovement_goes_one_way",
                condition=Q(transaction__isnull=True, unreturned__isnull=True)
                | (~Q(kind="CAPTURE") & (Q(transaction__isnull=True) | Q(unreturned__isnull=True))),
            ),
            CheckConstraint(
                name="checkouts_chargemovement_refund_has_refund",
                condition=Q(kind="REFUND", refund__isnull=False) | (~Q(kind="REFUND") & Q(refund__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of charge {self.charge_id}"
