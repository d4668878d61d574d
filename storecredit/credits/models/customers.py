from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Customer
from ledger.models.texts import NoteField


class CustomerRequestKind(models.TextChoices):
    MERGE = "MERGE", _("Merge customers")
    MOVE = "MOVE", _("Move store credit")
    ANONYMISE = "ANONYMISE", _("Make anonymous")


class CustomerRequestStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    CANCELED = "CANCELED", _("Canceled")
    UNDONE = "UNDONE", _("Taken back")


_WHAT = (
    Q(kind="MERGE", other__isnull=False, amount_minor__isnull=True, currency="")
    | (Q(kind="MOVE", other__isnull=False, amount_minor__gt=0) & ~Q(currency=""))
    | Q(kind="ANONYMISE", other__isnull=True, amount_minor__isnull=True, currency="")
)


class CustomerRequest(models.Model):
    """
    Something about a customer that one person asks for and another decides: to merge them into another, to move some of
    their credit to another, to make them anonymous.

    What is asked for never changes. `result` is what a merger did, by which it is taken back. Amounts in minor units.
    """

    kind = models.CharField(max_length=9, choices=CustomerRequestKind)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    note = NoteField(max_length=500)
    status = models.CharField(max_length=8, choices=CustomerRequestStatus, default=CustomerRequestStatus.PENDING)
    test_mode = models.BooleanField(_("test"), default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_label = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = NoteField(max_length=500, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_label = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("ask_about_customer", "Can ask to merge customers, to move their credit and to make them anonymous"),
            ("decide_about_customer", "Can decide about merging customers, moving credit and making anonymous"),
        ]
        constraints = [
            CheckConstraint(name="credits_customerrequest_whole", condition=_WHAT),
            CheckConstraint(name="credits_customerrequest_of_two", condition=~Q(other=F("customer"))),
            CheckConstraint(
                name="credits_customerrequest_status_known", condition=Q(status__in=CustomerRequestStatus.values)
            ),
            CheckConstraint(name="credits_customerrequest_says_why", condition=~Q(note="")),
            # Whoever asked does not approve, superusers included.
            CheckConstraint(
                name="credits_customerrequest_four_eyes",
                condition=~Q(status__in=["APPROVED", "UNDONE"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
            ),
            CheckConstraint(
                name="credits_customerrequest_pending_is_undecided",
                condition=Q(status="PENDING", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(status="PENDING") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            CheckConstraint(
                name="credits_customerrequest_undone_by_somebody",
                condition=Q(status="UNDONE", undone_at__isnull=False, undone_by__isnull=False)
                | (~Q(status="UNDONE") & Q(undone_at__isnull=True, undone_by__isnull=True)),
            ),
            UniqueConstraint(
                name="credits_customerrequest_one_pending", fields=["customer"], condition=Q(status="PENDING")
            ),
        ]
        indexes = [Index(name="credits_customerrequest_waits", fields=["status", "-id"])]

    def __str__(self) -> str:
        return _NAMES[CustomerRequestKind(self.kind)] % {"number": self.pk}


#: What one is called, by what is asked for.
_NAMES = {
    CustomerRequestKind.MERGE: _("Merger %(number)s"),
    CustomerRequestKind.MOVE: _("Move of store credit %(number)s"),
    CustomerRequestKind.ANONYMISE: _("Anonymisation %(number)s"),
}
#: For those who translate: what sentences call the state of such a request.
_STATES = (pgettext_lazy("state", "undone"),)
