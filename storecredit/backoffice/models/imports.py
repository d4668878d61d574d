"""
Files on their way into the books.

What was uploaded and what was read of it may hold codes of cards: both are kept sealed, and emptied when the run ends.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.models import new_uuid7
from ledger.models.sealing import Sealed, Unreadable, seal, unseal

_PURPOSE = b"storecredit import cipher"


class ImportUnreadable(DomainError):
    """What was uploaded was sealed with a key that is not in the environment any more."""

    code = "import_unreadable"

    def __init__(self) -> None:
        super().__init__(
            _("What was uploaded cannot be opened any more: its key is gone. Drop it and upload it again.")
        )


class ImportKind(models.TextChoices):
    CUSTOMERS = "customers", _("Customers")
    CARDS = "cards", _("Gift cards")
    OPENING_BALANCES = "opening-balances", _("Opening balances of store credit")
    CREDIT_REQUESTS = "credit-requests", _("Credit requests")
    ORDERS = "orders", _("The vendor's orders")
    STATEMENTS = "statements", _("A list to compare")


#: What is on the lines of such files is owed from then on.
BRING_VALUE = (ImportKind.CARDS, ImportKind.OPENING_BALANCES)


class ImportState(models.TextChoices):
    UPLOADING = "UPLOADING", _("Uploading")
    MAPPING = "MAPPING", _("Columns")
    CHECKING = "CHECKING", _("Dry run")
    CHECKED = "CHECKED", _("Checked")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    DROPPED = "DROPPED", _("Dropped")
    REJECTED = "REJECTED", _("Rejected")
    STOPPED = "STOPPED", _("Stopped halfway")


#: Nothing more is done with such a file.
ENDED = (ImportState.DONE, ImportState.DROPPED, ImportState.REJECTED, ImportState.STOPPED)
#: Whoever ended it so says why.
ENDED_FOR_A_REASON = (ImportState.REJECTED, ImportState.STOPPED)


class ImportRun(models.Model):
    """
    One file and how far it has come. Its row is the lock under which each step of it is taken, once.

    `position` and `line` say where the dry run goes on, in bytes and lines of the file; `version` counts the steps.
    What it writes, whoever's browser asks for the next slice, is done in the name of whoever confirmed it.
    `carried_on_by` is a colleague who goes on with what stood still.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=ImportKind)
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.UPLOADING)
    version = models.PositiveIntegerField(default=0)
    file_name = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    choices = models.JSONField(default=dict)
    map = models.JSONField(null=True)
    position = models.PositiveBigIntegerField(default=0)
    line = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    test_mode = models.BooleanField(default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    carried_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_because = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(_("started"))
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("import")
        permissions = [
            ("import_customers", "Can import customers"),
            ("import_cards", "Can import gift cards"),
            ("import_opening_balances", "Can import opening balances of store credit"),
            ("import_credit_requests", "Can import credit requests"),
            ("compare_orders", "Can compare the vendor's orders"),
            ("compare_statements", "Can compare somebody's list with the books"),
            ("drop_import", "Can drop what a colleague has uploaded"),
        ]
        constraints = [
            CheckConstraint(name="backoffice_importrun_kind_known", condition=Q(kind__in=ImportKind.values)),
            CheckConstraint(name="backoffice_importrun_state_known", condition=Q(state__in=ImportState.values)),
            CheckConstraint(name="backoffice_importrun_received_of_size", condition=Q(received__lte=F("size"))),
            # What has an error is never written.
            CheckConstraint(
                name="backoffice_importrun_runs_without_faults",
                condition=~Q(state__in=[ImportState.RUNNING, ImportState.DONE]) | Q(faults=0),
            ),
            CheckConstraint(
                name="backoffice_importrun_ended_for_a_reason",
                condition=Q(state__in=ENDED_FOR_A_REASON, ended_by__isnull=False) & ~Q(ended_because="")
                | Q(ended_by__isnull=True, ended_because="") & ~Q(state__in=ENDED_FOR_A_REASON),
            ),
            CheckConstraint(
                name="backoffice_importrun_rejected_by_another",
                condition=~Q(state=ImportState.REJECTED) | ~Q(ended_by=F("started_by")),
            ),
            # Nobody brings money into the books alone.
            CheckConstraint(
                name="backoffice_importrun_value_confirmed_by_another",
                condition=~Q(kind__in=BRING_VALUE)
                | Q(test_mode=True)
                | Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("started_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    @property
    def brings_money(self) -> bool:
        """Whether it brings money into the books, so far as it was read: then somebody else confirms it."""
        return self.kind in BRING_VALUE and not self.test_mode and any(self.facts.get("sums_minor", {}).values())


class _Sealed(models.Model):
    key = models.CharField(max_length=8, blank=True, editable=False)
    cipher = models.BinaryField(editable=False)

    class Meta:
        abstract = True

    def hold(self, text: str) -> None:
        """Keep a text, sealed and bound to this row's place in its run."""
        sealed = seal(text, purpose=_PURPOSE, bound_to=self._place)
        self.key, self.cipher = sealed.key, sealed.cipher

    def open(self) -> str:
        """
        The text.

        :raises ImportUnreadable: if its key is gone.
        """
        try:
            return unseal(Sealed(self.key, bytes(self.cipher)), purpose=_PURPOSE, bound_to=self._place)
        except Unreadable as error:
            raise ImportUnreadable from error

    @property
    def _place(self) -> str:
        return f"{type(self).__name__} {self.run_id} {self.place}"  # type: ignore[attr-defined]  # each of them has both


class ImportPiece(_Sealed):
    """A piece of an uploaded file, as it came."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    place = models.PositiveIntegerField()
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [UniqueConstraint(name="backoffice_importpiece_one_per_place", fields=["run", "place"])]

    def __str__(self) -> str:
        return f"piece {self.place}"


class ImportPart(_Sealed):
    """Lines of a file that were found good, as they are to be written; then what became of each."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts", db_index=False)
    place = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    is_done = models.BooleanField(default=False)
    result = models.JSONField(default=list)

    class Meta:
        constraints = [UniqueConstraint(name="backoffice_importpart_one_per_place", fields=["run", "place"])]

    def __str__(self) -> str:
        return f"part {self.place}"


class ImportKey(models.Model):
    """What a line of a file is known by, so that another line of the file that is known by the same is found."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="keys", db_index=False)
    name = models.CharField(max_length=64)
    line = models.PositiveBigIntegerField()

    class Meta:
        constraints = [UniqueConstraint(name="backoffice_importkey_once_per_run", fields=["run", "name"])]

    def __str__(self) -> str:
        return f"line {self.line}"


class ImportFault(models.Model):
    """Something that is wrong with a line of a file, or with line 0, which is the file as a whole."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="found_faults", db_index=False)
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=300, blank=True)
    header = models.CharField(max_length=300, blank=True)
    message = models.TextField()

    class Meta:
        indexes = [Index(name="backoffice_importfault_line", fields=["run", "line", "id"])]

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class SavedMap(models.Model):
    """A layout of files that somebody here has mapped, for the next file of the same layout."""

    name = models.CharField(max_length=63)
    reads = models.CharField(max_length=16, choices=ImportKind)
    data = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(name="backoffice_savedmap_name_once", fields=["reads", "name"]),
            CheckConstraint(name="backoffice_savedmap_reads_known", condition=Q(reads__in=ImportKind.values)),
        ]

    def __str__(self) -> str:
        return self.name
