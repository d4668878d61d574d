"""What the vendor tells and asks, where checkouts run there and the credit is kept here."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Acted, Hold, Transaction, new_uuid7
from ledger.models.texts import NameField, NoteField
from storecredit.checkouts.models.orders import UnreturnedCredit
from storecredit.checkouts.querysets import CreditDeductionQuerySet, WebhookEventQuerySet


class WebhookSecret(Acted):
    """
    What the vendor signs its events with. Two may be live for each mode, so that one can replace the other.

    Whoever knows it is the vendor, and takes and gives credit as it: one for real orders `waits` until a second
    administrator has agreed, and nothing that is signed with it is believed before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = NameField(max_length=100)
    cipher = models.BinaryField(editable=False)
    cipher_key = models.CharField(max_length=8, editable=False)
    test_mode = models.BooleanField(_("test"), default=False)
    waits = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=150, blank=True)

    class Meta(Acted.Meta):
        permissions = [("manage_webhook_secrets", "Can add and retire webhook secrets")]
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(
                name="checkouts_webhooksecret_retired_says_who",
                condition=Q(retired_at__isnull=True) | ~Q(retired_by=""),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class EventState(models.TextChoices):
    RECEIVED = "RECEIVED", _("Received")
    PROCESSED = "PROCESSED", _("Processed")
    IGNORED = "IGNORED", _("Ignored")
    FAILED = "FAILED", _("Failed")
    #: It failed, and staff have dealt with it by hand: it is never done.
    SETTLED = "SETTLED", _("Settled")


class WebhookEvent(models.Model):
    """An event as the vendor sent it: stored first, then processed."""

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    event_id = models.CharField(max_length=64)
    type = models.CharField(max_length=100)
    body = models.BinaryField(editable=False)
    order_id = models.CharField(max_length=64, blank=True)
    test_mode = models.BooleanField(_("test"), default=False)
    state = models.CharField(max_length=9, choices=EventState, default=EventState.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        permissions = [
            ("run_webhook_event", "Can run a webhook event again"),
            ("resolve_webhook_event", "Can settle a webhook event that failed"),
        ]
        constraints = [
            UniqueConstraint(name="checkouts_webhookevent_once", fields=["event_id", "test_mode"]),
            CheckConstraint(name="checkouts_webhookevent_state_known", condition=Q(state__in=EventState.values)),
        ]
        indexes = [
            Index(name="checkouts_webhookevent_newest", fields=["-received_at", "-id"]),
            Index(name="checkouts_webhookevent_waiting", fields=["id"], condition=Q(state="RECEIVED")),
            Index(name="checkouts_webhookevent_failed", fields=["received_at"], condition=Q(state="FAILED")),
            Index(name="checkouts_webhookevent_order", fields=["order_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class VendorOrder(models.Model):
    """An order at the vendor that uses credit here. Whatever happens to its credit happens under this row's lock."""

    order_id = models.CharField(max_length=64)
    test_mode = models.BooleanField(_("test"), default=False)
    accepted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(name="checkouts_vendororder_once", fields=["order_id", "test_mode"])]

    def __str__(self) -> str:
        return gettext("Vendor's order %(order)s") % {"order": self.order_id}


class CreditDeduction(models.Model):
    """
    What one source of a vendor's order took from a line of credit, once for ever. Minor units.

    Its sums move only by its movements. What could not be taken is the shortfall, which staff deal with.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="deductions", db_index=False)
    source_id = models.CharField(max_length=64)
    upstream_id = models.CharField(max_length=128)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="credit_deductions")
    currency = models.CharField(max_length=3)
    asked_minor = models.BigIntegerField()
    taken_minor = models.BigIntegerField(default=0)
    given_back_minor = models.BigIntegerField(default=0)
    shortfall_minor = models.BigIntegerField(default=0)
    why_short = models.CharField(max_length=500, blank=True)
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deductions")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    resolution = NoteField(max_length=500, blank=True)

    objects = CreditDeductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("vendor deduction")
        permissions = [("resolve_shortfall", "Can settle the shortfall of a deduction")]
        constraints = [
            # Whatever is delivered, and however often.
            UniqueConstraint(name="checkouts_creditdeduction_once_per_source", fields=["order", "source_id"]),
            CheckConstraint(
                name="checkouts_creditdeduction_within_asked",
                condition=Q(asked_minor__gt=0)
                & Q(taken_minor__gte=0)
                & Q(taken_minor__lte=F("asked_minor"))
                & Q(given_back_minor__gte=0)
                & Q(given_back_minor__lte=F("taken_minor"))
                & Q(shortfall_minor__gte=0)
                & Q(shortfall_minor__lte=F("asked_minor") - F("taken_minor")),
            ),
            CheckConstraint(
                name="checkouts_creditdeduction_resolved_says_who_and_how",
                condition=Q(resolved_at__isnull=True) | (~Q(resolved_by="") & ~Q(resolution="")),
            ),
        ]
        indexes = [
            Index(
                name="checkouts_deduction_short",
                fields=["created_at"],
                condition=Q(shortfall_minor__gt=0, resolved_at__isnull=True),
            ),
            Index(name="checkouts_deduction_source", fields=["source_id"]),
            Index(name="checkouts_deduction_upstream", fields=["upstream_id"]),
        ]

    def __str__(self) -> str:
        return gettext("Deduction for source %(source)s") % {"source": self.source_id}


class DeductionKind(models.TextChoices):
    TAKE = "TAKE", _("Taken")
    GIVE_BACK = "GIVE_BACK", _("Given back")


class DeductionMovement(models.Model):
    """Credit that a deduction took or gave back. Never updated or deleted. Minor units."""

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    deduction = models.ForeignKey(CreditDeduction, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=9, choices=DeductionKind)
    amount_minor = models.BigIntegerField()
    #: For what is given back: the taking that it undoes.
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="given_back")
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, related_name="deduction_movement"
    )
    unreturned = models.OneToOneField(
        UnreturnedCredit, on_delete=models.PROTECT, null=True, related_name="deduction_movement"
    )
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="movements")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(name="checkouts_deductionmovement_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="checkouts_deductionmovement_has_its_entry",
                condition=Q(kind="TAKE", transaction__isnull=False, unreturned__isnull=True, of__isnull=True)
                | Q(kind="GIVE_BACK", transaction__isnull=False, unreturned__isnull=True, of__isnull=False)
                | Q(kind="GIVE_BACK", transaction__isnull=True, unreturned__isnull=False, of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.deduction_id}"


class VendorGiveBack(models.Model):
    """
    A refund or cancellation that the vendor told of, once each. It waits until its order's own event has come.

    `source_id` empty: all of the order's credit; `asked` empty: all that was taken.
    """

    order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="give_backs", db_index=False)
    source_id = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=150, help_text=_("The vendor's id of the refund, or `cancelled`."))
    #: In major units as text, for SQLite would keep a float; the currency may be known only when the order comes.
    asked = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="give_backs")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(name="checkouts_vendorgiveback_once", fields=["order", "source_id", "key"]),
        ]

    def __str__(self) -> str:
        return f"Give-back {self.key}"


class CalloutHold(models.Model):
    """Credit set aside for a checkout session at the vendor, at the wish of one API client: the newest hold of each."""

    client_id = models.CharField(max_length=64)
    session_id = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="callout_holds")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="callout_hold")
    test_mode = models.BooleanField(_("test"), default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    released_by = models.CharField(max_length=150, blank=True)
    released_why = NoteField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("vendor session hold")
        constraints = [
            UniqueConstraint(name="checkouts_callouthold_one_per_line", fields=["client_id", "session_id", "account"])
        ]
        indexes = [Index(name="checkouts_callouthold_session", fields=["session_id", "account"])]

    def __str__(self) -> str:
        return gettext("Hold for session %(session)s") % {"session": self.session_id}
