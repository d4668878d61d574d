"""What raises somebody's rights or limits, and waits for a second administrator."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.models.texts import NoteField


class ChangeKind(models.TextChoices):
    """Of what a change raises something."""

    PERSON = "PERSON", _("What a person may do")
    ROLE = "ROLE", _("What a role may do")
    APPROVER_LIMIT = "APPROVER_LIMIT", _("Approver limit")
    ISSUE_LIMIT = "ISSUE_LIMIT", _("Issue limit")
    ISSUE_CEILING = "ISSUE_CEILING", _("Issue ceiling")
    POLICY = "POLICY", _("Approval policy")
    CLIENT = "CLIENT", _("What an API client may do")
    CUSTOMER = "CUSTOMER", _("Which customer a person is")
    FACTORS = "FACTORS", _("A person’s second factor, taken away")
    KEY = "KEY", _("Who reads a new key of an API client")
    SECRET = "SECRET", _("Which webhook secret is believed")


class ChangeState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    # While its transaction does it, and at no other time: what raises asks for such a row.
    DOING = "DOING", _("Being done")
    APPLIED = "APPLIED", _("Approved")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")


class AccessChange(models.Model):
    """
    A change of access that one administrator asked for and another decides.

    `before` is what was so when it was asked: if it is not so any more, it is not done. None is no row, before of one
    that is to be made and after of one that is to be deleted.
    """

    kind = models.CharField(_("kind"), max_length=14, choices=ChangeKind)
    subject_id = models.CharField(max_length=64, blank=True, help_text=_("Empty: a row that is to be made."))
    subject_label = models.CharField(_("of what"), max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    state = models.CharField(_("state"), max_length=9, choices=ChangeState, default=ChangeState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: it was done on the command line, where nobody is asked."),
    )
    created_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_door = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = NoteField(max_length=500, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(name="backoffice_accesschange_kind_known", condition=Q(kind__in=ChangeKind.values)),
            CheckConstraint(name="backoffice_accesschange_state_known", condition=Q(state__in=ChangeState.values)),
            CheckConstraint(
                name="backoffice_accesschange_decided_once",
                condition=Q(state="WAITING", decided_at__isnull=True, decided_by__isnull=True, decided_door="")
                | (~Q(state="WAITING") & Q(decided_at__isnull=False) & ~Q(decided_door="")),
            ),
            # Nobody approves what they asked for. Whoever has the shell has the database, and says so.
            CheckConstraint(
                name="backoffice_accesschange_approved_by_another",
                condition=~Q(state__in=["DOING", "APPLIED"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")))
                | Q(decided_by__isnull=True, decided_door__startswith="command:"),
            ),
            CheckConstraint(
                name="backoffice_accesschange_asked_by_somebody",
                condition=Q(asked_by__isnull=False)
                | Q(decided_by__isnull=True, state="WAITING")
                | Q(decided_by__isnull=True, decided_door__startswith="command:"),
            ),
            # Two changes of one thing would each be of a state that the other ends.
            UniqueConstraint(
                name="backoffice_accesschange_one_waits",
                fields=["kind", "subject_id"],
                condition=Q(state="WAITING") & ~Q(subject_id=""),
            ),
        ]
        indexes = [
            Index(name="backoffice_accesschange_wait", fields=["id"], condition=Q(state="WAITING")),
            Index(name="backoffice_accesschange_of", fields=["kind", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject_label}"
