from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from giftcards.models import CardBatch
from storecredit.backoffice.models.access import AccessChange
from storecredit.backoffice.models.comments import Mention
from storecredit.backoffice.models.imports import ImportRun
from storecredit.credits.models import CreditRequestEvent, CustomerRequest
from storecredit.finance.models import BreakageRate, Correction, PeriodEvent


class NoticeKind(models.TextChoices):
    WAITS = "WAITS", _("A request waits for them")
    DECIDED = "DECIDED", _("What they asked for is decided")
    MENTIONED = "MENTIONED", _("A comment calls them")
    CHANGE = "CHANGE", _("A change of access waits for them")
    CHANGED = "CHANGED", _("The change of access that they asked for is decided")
    CLOSING = "CLOSING", _("A month waits for them")
    CORRECT = "CORRECT", _("A correction waits for them")
    RATE = "RATE", _("A breakage rate waits for them")
    CUSTOMER = "CUSTOMER", _("Something about a customer waits for them")
    BATCH = "BATCH", _("A batch of cards waits for them")
    BATCH_END = "BATCH_END", _("The batch of cards that they planned is decided")
    FILE = "FILE", _("A file waits for them")
    FILE_END = "FILE_END", _("The file that they uploaded is decided")
    FILE_STOP = "FILE_STOP", _("The file that they uploaded was stopped halfway")


class NoticeState(models.TextChoices):
    """A notice that nobody needs any more is dropped; one that could not be mailed for days has failed."""

    WAITING = "WAITING", _("Waiting")
    SENDING = "SENDING", _("Being sent")
    SENT = "SENT", _("Sent")
    DROPPED = "DROPPED", _("Dropped")
    FAILED = "FAILED", _("Failed")


#: What a notice of each kind names, and it alone.
_NAMES = {
    "WAITS": "event",
    "DECIDED": "event",
    "MENTIONED": "mention",
    "CHANGE": "change",
    "CHANGED": "change",
    "CLOSING": "closing",
    "CORRECT": "correction",
    "RATE": "rate",
    "CUSTOMER": "customer_request",
    "BATCH": "batch",
    "BATCH_END": "batch",
    "FILE": "file",
    "FILE_END": "file",
    "FILE_STOP": "file",
}


def _of_one_thing() -> Q:
    """Each notice names what its kind is about, and nothing else."""
    fields = sorted(set(_NAMES.values()))
    allowed = Q()
    for field in fields:
        kinds = [kind for kind, name in _NAMES.items() if name == field]
        allowed |= Q(kind__in=kinds, **{f"{each}__isnull": each != field for each in fields})
    return allowed


class Notice(models.Model):
    """
    Something that one person is to be told by mail, once.

    A run of the sending claims what it is about to mail, under its own name, and says afterwards what became of it.
    What one that was cut off in between had claimed is taken up again: a mail may come twice then, never not at all.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=NoticeKind)
    event = models.ForeignKey(CreditRequestEvent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    mention = models.OneToOneField(Mention, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(AccessChange, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closing = models.ForeignKey(PeriodEvent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    rate = models.ForeignKey(BreakageRate, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    customer_request = models.ForeignKey(
        CustomerRequest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    batch = models.ForeignKey(CardBatch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    file = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=7, choices=NoticeState, default=NoticeState.WAITING)
    run = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(name="backoffice_notice_of_one_thing", condition=_of_one_thing()),
            CheckConstraint(name="backoffice_notice_state_known", condition=Q(state__in=NoticeState.values)),
            # Nobody is told of the same thing twice.
            UniqueConstraint(name="backoffice_notice_once", fields=["event", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_change", fields=["change", "kind", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_closing", fields=["closing", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_correction", fields=["correction", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_rate", fields=["rate", "person"]),
            UniqueConstraint(name="backoffice_notice_once_about", fields=["customer_request", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_batch", fields=["batch", "kind", "person"]),
            UniqueConstraint(name="backoffice_notice_once_of_file", fields=["file", "kind", "person"]),
        ]
        indexes = [
            Index(
                name="backoffice_notice_unsettled",
                fields=["person", "id"],
                condition=Q(state__in=["WAITING", "SENDING"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Notice {self.pk}"


class NoticeMark(models.Model):
    """Up to which line of the requests' histories everybody has been told. One row."""

    event_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [CheckConstraint(name="backoffice_noticemark_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"Told up to {self.event_id}"
