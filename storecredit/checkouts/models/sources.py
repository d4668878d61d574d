import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Acted, Hold
from ledger.models.texts import CodeField, NoteField
from storecredit.checkouts.models.checkouts import Checkout


class SourceType(models.TextChoices):
    """What can pay. All but the first is external tender: recorded here, processed elsewhere."""

    CUSTOMER_CREDIT = "CUSTOMER_CREDIT", _("Store credit")
    CREDIT_CARD = "CREDIT_CARD", _("Credit card")
    GOOGLE_PAY = "GOOGLE_PAY", _("Google Pay")
    APPLE_PAY = "APPLE_PAY", _("Apple Pay")
    AMAZON_PAY = "AMAZON_PAY", _("Amazon Pay")
    PAY_PAL = "PAY_PAL", _("PayPal")
    PAY_PAL_CREDIT = "PAY_PAL_CREDIT", _("PayPal Credit")
    PAY_PAL_BILLING = "PAY_PAL_BILLING", _("PayPal billing")
    WIRE_TRANSFER = "WIRE_TRANSFER", _("Wire transfer")
    KLARNA_CREDIT = "KLARNA_CREDIT", _("Klarna")
    ALIPAY = "ALIPAY", _("Alipay")
    KONBINI = "KONBINI", _("Konbini")
    DIRECT_DEBIT = "DIRECT_DEBIT", _("Direct debit")
    ONLINE_BANKING = "ONLINE_BANKING", _("Online banking")


class SourceState(models.TextChoices):
    CHARGEABLE = "CHARGEABLE", _("Chargeable")
    CONSUMED = "CONSUMED", _("Consumed")
    CANCELLED = "CANCELLED", _("Cancelled")


#: All that may be known of a card. Its number and security code never come in.
DETAILS = ("brand", "last_four_digits", "expiration_month", "expiration_year")


class Source(Acted):
    """
    Something that pays for a checkout: a line of credit here, or external tender.

    `place` says that it is attached and in which order; `contributed_minor` is what it then pays, which for reusable
    tender may be less than its amount. Attached credit is set aside by `hold`. Amounts in minor units.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=15, choices=SourceType)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    contributed_minor = models.BigIntegerField(default=0)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="checkout_sources", db_index=False
    )
    upstream_id = CodeField(max_length=128, blank=True)
    #: first_name, last_name, email, address
    owner = models.JSONField(null=True, blank=True)
    details = models.JSONField(default=dict)
    reusable = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=SourceState, default=SourceState.CHARGEABLE)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, null=True, related_name="sources", db_index=False)
    place = models.PositiveIntegerField(null=True)
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, null=True, related_name="checkout_source")
    client_secret = models.UUIDField(default=uuid.uuid4, editable=False)
    test_mode = models.BooleanField(_("test"), default=False)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=150, blank=True)
    cancelled_why = NoteField(max_length=500, blank=True)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            UniqueConstraint(
                name="checkouts_source_one_per_place", fields=["checkout", "place"], condition=Q(place__isnull=False)
            ),
            UniqueConstraint(
                name="checkouts_source_one_primary",
                fields=["checkout"],
                condition=Q(place__isnull=False) & ~Q(type="CUSTOMER_CREDIT"),
            ),
            CheckConstraint(name="checkouts_source_type_known", condition=Q(type__in=SourceType.values)),
            CheckConstraint(name="checkouts_source_state_known", condition=Q(state__in=SourceState.values)),
            CheckConstraint(
                name="checkouts_source_credit_has_account",
                condition=Q(type="CUSTOMER_CREDIT", account__isnull=False, reusable=False)
                | (~Q(type="CUSTOMER_CREDIT") & Q(account__isnull=True, hold__isnull=True)),
            ),
            CheckConstraint(
                name="checkouts_source_contributes_within_amount",
                condition=Q(amount_minor__gt=0)
                & Q(contributed_minor__gte=0)
                & Q(contributed_minor__lte=F("amount_minor")),
            ),
            CheckConstraint(
                name="checkouts_source_attached_has_checkout",
                condition=Q(place__isnull=True, contributed_minor=0) | Q(checkout__isnull=False, place__isnull=False),
            ),
            CheckConstraint(
                name="checkouts_source_cancelled_says_who_and_why",
                condition=~Q(state="CANCELLED")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_by="") & ~Q(cancelled_why="")),
            ),
        ]
        indexes = [
            Index(name="checkouts_source_newest", fields=["-created_at", "-id"]),
            # The order of the list, of one value of each by which it is narrowed.
            Index(name="checkouts_source_of_account", fields=["account", "-created_at", "-id"]),
            Index(name="checkouts_source_of_checkout", fields=["checkout", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.pk}"

    @property
    def is_credit(self) -> bool:
        """Whether it is a line of credit here, rather than external tender."""
        return self.type == SourceType.CUSTOMER_CREDIT

    @property
    def paying_minor(self) -> int:
        """What it pays or would pay, in minor units: of attached reusable tender what store credit leaves to it."""
        return self.contributed_minor if self.reusable and self.place is not None else self.amount_minor

    @property
    def secret(self) -> str:
        """What the shopper's browser knows it by."""
        return f"{self.pk}_{self.client_secret}"

    def has_timed_out(self, now: datetime) -> bool:
        """Whether what was set aside for it is set aside no more, swept or not."""
        return self.hold is not None and (self.hold.status != "OPEN" or self.hold.expires_at <= now)

    def state_at(self, now: datetime) -> SourceState:
        """The state that a reader meets at `now`."""
        if self.state == SourceState.CHARGEABLE and self.has_timed_out(now):
            return SourceState.CANCELLED
        return SourceState(self.state)
