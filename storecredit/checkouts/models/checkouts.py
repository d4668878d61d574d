import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ledger.models import Acted, Customer
from ledger.models.texts import CodeField, EmailTextField
from storecredit.checkouts.querysets import CheckoutQuerySet


class CheckoutStatus(models.TextChoices):
    OPEN = "OPEN", pgettext_lazy("state", "Open")
    ORDERED = "ORDERED", _("Ordered")
    DELETED = "DELETED", _("Deleted")
    EXPIRED = "EXPIRED", _("Expired")


class Checkout(Acted):
    """
    What somebody is about to buy, and its payment session. Once it has ended nothing about it changes.

    `expires_at` is when it is given up if nobody changes it. Amounts in minor units.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    currency = models.CharField(max_length=3)
    email = EmailTextField(_("e-mail"), blank=True)
    #: name, organization, email, phone, address: line1, line2, city, postal_code, state, country
    bill_to = models.JSONField(null=True, blank=True)
    upstream_id = CodeField(max_length=128, blank=True, help_text=_("What the shop calls it."))
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="checkouts", db_index=False
    )
    tax_included = models.BooleanField(default=False)
    total_tax_minor = models.BigIntegerField(default=0)
    total_shipping_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    session_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session_secret = models.UUIDField(default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=7, choices=CheckoutStatus, default=CheckoutStatus.OPEN)
    expires_at = models.DateTimeField()
    test_mode = models.BooleanField(_("test"), default=False)
    updated_at = models.DateTimeField()

    objects = CheckoutQuerySet.as_manager()

    class Meta(Acted.Meta):
        permissions = [("release_stuck_hold", "Can release credit that a checkout has set aside")]
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="checkouts_checkout_status_known", condition=Q(status__in=CheckoutStatus.values)),
            CheckConstraint(
                name="checkouts_checkout_amounts_not_negative",
                condition=Q(total_minor__gte=0) & Q(total_tax_minor__gte=0) & Q(total_shipping_minor__gte=0),
            ),
        ]
        indexes = [
            Index(name="checkouts_checkout_newest", fields=["-created_at", "-id"]),
            # The order of the list, of one value of each by which it is narrowed.
            Index(name="checkouts_checkout_upstream", fields=["upstream_id", "-created_at", "-id"]),
            Index(name="checkouts_checkout_email", fields=["email", "-created_at", "-id"]),
            Index(name="checkouts_checkout_of_customer", fields=["customer", "-created_at", "-id"]),
            Index(name="checkouts_checkout_open", fields=["expires_at", "id"], condition=Q(status="OPEN")),
        ]

    def __str__(self) -> str:
        return gettext("Checkout %(number)s") % {"number": str(self.pk)[-8:].upper()}

    @property
    def client_secret(self) -> str:
        """What the shopper's browser knows the payment session by."""
        return f"{self.session_id}_{self.session_secret}"


class CheckoutItem(models.Model):
    """
    One line of a checkout, and later of its order.

    `share_minor` is the line's part of the order's total, shipping and tax included: what fulfilling, cancelling and
    refunding its units moves. Set when it is ordered. Amounts in minor units.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="items", db_index=False)
    place = models.PositiveIntegerField()
    sku_id = CodeField(_("SKU"), max_length=128)
    quantity = models.PositiveIntegerField()
    price_minor = models.BigIntegerField(null=True)
    aggregate_minor = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    share_minor = models.BigIntegerField(default=0)
    fulfilled_quantity = models.PositiveIntegerField(default=0)
    cancelled_quantity = models.PositiveIntegerField(default=0)
    refunded_quantity = models.PositiveIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    cancelled_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="checkouts_checkoutitem_one_per_place", fields=["checkout", "place"]),
            CheckConstraint(
                name="checkouts_checkoutitem_one_price",
                condition=Q(
                    price_minor__gte=0, aggregate_minor__isnull=True, amount_minor=F("price_minor") * F("quantity")
                )
                | Q(price_minor__isnull=True, aggregate_minor__gte=0, amount_minor=F("aggregate_minor")),
            ),
            CheckConstraint(
                name="checkouts_checkoutitem_units_within_quantity",
                condition=Q(quantity__gte=1)
                & Q(fulfilled_quantity__lte=F("quantity") - F("cancelled_quantity"))
                & Q(refunded_quantity__lte=F("fulfilled_quantity")),
            ),
            CheckConstraint(
                name="checkouts_checkoutitem_money_within_share",
                condition=Q(captured_minor__gte=0)
                & Q(cancelled_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & Q(captured_minor__lte=F("share_minor") - F("cancelled_minor"))
                & Q(refunded_minor__lte=F("captured_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id}"

    @property
    def open_quantity(self) -> int:
        """Units neither fulfilled nor cancelled."""
        return self.quantity - self.fulfilled_quantity - self.cancelled_quantity
