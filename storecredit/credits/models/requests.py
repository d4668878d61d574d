from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.models import GiftCard
from giftcards.models.codes import CodeUnreadable, SealedCode, newest_key_name, open_code, seal_code
from ledger.folding import fold_person
from ledger.models import ActorKind, Customer, Metadatum, Reason, Transaction, new_uuid7
from ledger.models.folded import FoldedField
from ledger.models.texts import CodeField, NameField, NoteField
from storecredit.credits.models.batches import CreditRequestBatch
from storecredit.credits.querysets import CreditRequestQuerySet


class RequestKind(models.TextChoices):
    GIFT_CARD = "GIFT_CARD", _("Gift card")
    STORE_CREDIT = "STORE_CREDIT", _("Store credit")


class RequestStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    FAILED = "FAILED", _("Failed")
    CANCELED = "CANCELED", _("Canceled")


class OrderKind(models.TextChoices):
    """By which of its names an order is known. Staff may ask without one."""

    ID = "order-id", _("Order id")
    NUMBER = "order-number", _("Order number")
    EXTERNAL_ID = "order-external-id", _("External order id")
    NONE = "", _("No order")


class PayeeKind(models.TextChoices):
    CARD = "CARD", _("An existing card")
    NEW_CARD = "NEW_CARD", _("A card to be made")
    CUSTOMER = "CUSTOMER", _("A customer's store credit")


#: The column that names each kind of payee; a card to be made has none yet.
_PAYEES = (
    Q(payee_kind="CARD", payee_card__isnull=False, payee_customer__isnull=True, number_last_four="")
    | Q(payee_kind="NEW_CARD", payee_card__isnull=True, payee_customer__isnull=True)
    | Q(payee_kind="CUSTOMER", payee_card__isnull=True, payee_customer__isnull=False, number_last_four="")
)


class CreditRequest(models.Model):
    """
    Credit that somebody asks for and somebody else decides on. Amounts in minor units of `currency`.

    The credit is issued in the transaction that confirms. After creation only the note, the attributes and, while it
    is pending, the payee change; a change of the payee is a new version, which no earlier approval counts for.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    order_kind = models.CharField(max_length=17, choices=OrderKind, blank=True)
    order_value = CodeField(_("order"), max_length=64, blank=True)
    tenant = models.CharField(max_length=24, blank=True)
    channel = models.CharField(max_length=2, blank=True)
    kind = models.CharField(_("type"), max_length=12, choices=RequestKind)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="credit_requests")
    sub_reason = NameField(max_length=64, blank=True)
    policy_code = CodeField(max_length=64, blank=True)
    source = NameField(max_length=64, blank=True)
    employee = NameField(max_length=64, blank=True, help_text=_("Who initiated it, as the asking system says."))
    payment_counter = models.PositiveIntegerField(null=True)
    amounts = models.JSONField(default=list, help_text=_("The same amount in other currencies, for information."))
    credit_expires_on = models.DateField(
        null=True, help_text=_("The last day of the credit. Empty: as the reason says.")
    )
    terms = models.JSONField(default=dict, help_text=_("What a card that is to be made shall be like."))

    payee_kind = models.CharField(max_length=8, choices=PayeeKind)
    payee_card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, null=True, related_name="credit_requests")
    payee_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="credit_requests")
    number_digest = models.CharField(max_length=64, blank=True, editable=False)
    number_cipher = models.BinaryField(default=b"", editable=False)
    number_key = models.CharField(max_length=8, blank=True, editable=False)
    number_last_four = models.CharField(max_length=4, blank=True, editable=False)

    note = NoteField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict)
    #: What a client keeps with it, from its making on; null is nothing.
    metadata = models.JSONField(null=True, editable=False)

    status = models.CharField(max_length=9, choices=RequestStatus, default=RequestStatus.PENDING)
    version = models.PositiveIntegerField(default=1)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="credit_requests"
    )
    requested_client = models.ForeignKey("api.ApiClient", on_delete=models.PROTECT, null=True, related_name="+")
    requested_label = models.CharField(max_length=150)
    requested_kind = models.CharField(max_length=6, choices=ActorKind)
    door = models.CharField(max_length=64)
    request_id = models.CharField(max_length=128, blank=True)
    batch = models.ForeignKey(CreditRequestBatch, on_delete=models.PROTECT, null=True, related_name="requests")
    batch_line = models.PositiveIntegerField(null=True)

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="decided_credit_requests"
    )
    decided_policy = models.ForeignKey(
        "credits.ApprovalPolicy", on_delete=models.PROTECT, null=True, related_name="decided_requests"
    )
    decided_label = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="credit_request")
    issued_card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, null=True, related_name="issued_by_requests")

    #: The words of its order and of who asked for it.
    folded = FoldedField()
    test_mode = models.BooleanField(_("test"), default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = CreditRequestQuerySet.as_manager()

    class Meta:
        permissions = [
            ("request_credit", "Can ask for credit"),
            ("decide_request", "Can approve, reject, fail and retry credit requests"),
        ]
        constraints = [
            CheckConstraint(name="credits_creditrequest_kind_known", condition=Q(kind__in=RequestKind.values)),
            CheckConstraint(name="credits_creditrequest_status_known", condition=Q(status__in=RequestStatus.values)),
            CheckConstraint(name="credits_creditrequest_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="credits_creditrequest_order_whole",
                condition=Q(order_kind="", order_value="")
                | (Q(order_kind__in=["order-id", "order-number", "order-external-id"]) & ~Q(order_value="")),
            ),
            CheckConstraint(name="credits_creditrequest_payee_whole", condition=_PAYEES),
            CheckConstraint(
                name="credits_creditrequest_payee_fits_type",
                condition=Q(kind="STORE_CREDIT", payee_kind="CUSTOMER")
                | Q(kind="GIFT_CARD", payee_kind__in=["CARD", "NEW_CARD"]),
            ),
            CheckConstraint(
                name="credits_creditrequest_says_who_and_how",
                condition=Q(requested_kind__in=ActorKind.values) & ~Q(requested_label="") & ~Q(door=""),
            ),
            # Four eyes: whoever asked does not approve, superusers included. A policy is no person.
            CheckConstraint(
                name="credits_creditrequest_four_eyes",
                condition=~Q(status="CONFIRMED")
                | Q(decided_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(decided_by=F("requested_by")),
            ),
            CheckConstraint(
                name="credits_creditrequest_confirmed_is_issued",
                condition=Q(status="CONFIRMED", transaction__isnull=False, decided_at__isnull=False)
                & (
                    Q(decided_by__isnull=False, decided_policy__isnull=True)
                    | Q(decided_by__isnull=True, decided_policy__isnull=False)
                )
                | (~Q(status="CONFIRMED") & Q(transaction__isnull=True, issued_card__isnull=True)),
            ),
            CheckConstraint(
                name="credits_creditrequest_pending_is_undecided",
                condition=Q(status="PENDING", decided_at__isnull=True, decided_by__isnull=True, decided_label="")
                | (~Q(status="PENDING") & Q(decided_at__isnull=False) & ~Q(decided_label="")),
            ),
            UniqueConstraint(
                name="credits_creditrequest_one_per_batch_line",
                fields=["batch", "batch_line"],
                condition=Q(batch__isnull=False),
            ),
        ]
        indexes = [
            Index(name="credits_creditrequest_of_order", fields=["order_value", "id"]),
            # The order of the API's list of what tenants asked for; what staff asked for is none of it.
            Index(name="credits_creditrequest_newest", fields=["-created_at", "-id"], condition=~Q(tenant="")),
            Index(name="credits_creditrequest_pending", fields=["created_at", "id"], condition=Q(status="PENDING")),
            Index(name="credits_creditrequest_asker", fields=["requested_by", "-id"]),
            # The order of the inbox: see `oldest_pending_first`.
            Index(
                ExpressionWrapper(Q(status="PENDING"), models.BooleanField()).desc(),
                F("decided_at").desc(),
                "created_at",
                "id",
                name="credits_creditrequest_inbox",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Request %(number)s") % {"number": str(self.pk)[-8:].upper()}

    def fold_words(self) -> str:
        """The words of its order and of who asked for it, by which it is found."""
        asked = (self.employee, self.requested_label)
        email = next((name for name in asked if "@" in name), "")
        return fold_person(names=(*asked, self.order_value), email=email)

    @property
    def sealed_number(self) -> SealedCode | None:
        """The number that a card to be made shall have, if one was asked for."""
        if not self.number_key:
            return None
        return SealedCode(
            key=self.number_key,
            digest=self.number_digest,
            cipher=bytes(self.number_cipher),
            last_four=self.number_last_four,
        )

    def open_number(self) -> str | None:
        """
        That number in plain.

        :raises CodeUnreadable: if its key is not in the environment any more.
        """
        sealed = self.sealed_number
        return open_code(sealed) if sealed else None

    def seal_number(self, sealed: SealedCode | None) -> None:
        """Keep the number for a card to be made, or none."""
        self.number_key = sealed.key if sealed else ""
        self.number_digest = sealed.digest if sealed else ""
        self.number_cipher = sealed.cipher if sealed else b""
        self.number_last_four = sealed.last_four if sealed else ""

    def reseal_number(self) -> bool:
        """Seal the number anew with the newest key. False: the stored one does not open."""
        try:
            number = self.open_number()
        except CodeUnreadable:
            return False
        self.seal_number(seal_code(number) if number else None)
        return True


def sealed_with_an_older_key() -> Q:
    """The requests whose number an older key has sealed."""
    return ~Q(number_key__in=["", newest_key_name()])


class CreditRequestWord(models.Model):
    """A word by which a request is found. A trigger writes it from the request's `folded`."""

    request = models.ForeignKey(CreditRequest, on_delete=models.CASCADE, related_name="words")
    # Compared byte by byte, in every country: see the migration.
    word = models.CharField(max_length=120)

    class Meta:
        constraints = [UniqueConstraint(name="credits_creditrequestword_once", fields=["word", "request"])]

    def __str__(self) -> str:
        return self.word


class CreditRequestMetadatum(Metadatum):
    """A member of a request's metadata."""

    request = models.ForeignKey(CreditRequest, on_delete=models.PROTECT, related_name="found_by", db_index=False)

    class Meta:
        constraints = [UniqueConstraint(name="credits_creditrequestmetadatum_once", fields=["digest", "request"])]
