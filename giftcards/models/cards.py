from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.models.batches import CardBatch
from giftcards.models.codes import SealedCode
from giftcards.querysets import GiftCardQuerySet
from ledger.folding import fold_person
from ledger.models import Account, Customer, Metadatum, new_uuid7
from ledger.models.folded import FoldedField
from ledger.models.texts import CodeField, EmailTextField, NameField


class CardState(models.TextChoices):
    PENDING = "PENDING", _("Not yet valid")
    ACTIVE = "ACTIVE", _("Active")
    BLOCKED = "BLOCKED", _("Blocked")
    VOIDED = "VOIDED", _("Voided")
    EXPIRED = "EXPIRED", _("Expired")


class GiftCard(models.Model):
    """
    A card whose bearer may spend what its account holds.

    `state` is what was last decided about it: ACTIVE, BLOCKED, VOIDED, EXPIRED (swept). What the clock says besides,
    not yet valid and expired but not swept, is told by `state_at`.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="card")
    code_digest = models.CharField(max_length=64, editable=False)
    code_cipher = models.BinaryField(editable=False)
    code_key = models.CharField(max_length=8, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    state = models.CharField(max_length=7, choices=CardState, default=CardState.ACTIVE)
    valid_from = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True, help_text=_("The last day on which it can be spent."))
    time_zone = models.CharField(max_length=64, help_text=_("Where that day ends."))
    #: The first moment after `expires_on`.
    expires_at = models.DateTimeField(null=True, editable=False)
    #: It was over, and has this last day because credit came back to it.
    lives_again = models.BooleanField(default=False, db_default=False, editable=False)
    must_redeem_whole = models.BooleanField(default=False)
    reloadable = models.BooleanField(default=True)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="gift_cards",
        help_text=_("Whose card it is. Empty: whoever bears it."),
    )
    customer_only = models.BooleanField(default=False, help_text=_("Nobody but its customer may spend it."))
    recipient_name = NameField(max_length=200, blank=True)
    recipient_email = EmailTextField(_("recipient e-mail"), blank=True)
    batch = models.ForeignKey(CardBatch, on_delete=models.PROTECT, null=True, related_name="cards", db_index=False)
    batch_place = models.PositiveIntegerField(null=True, editable=False)
    starting_minor = models.BigIntegerField(default=0, editable=False)
    sale_id = CodeField(max_length=64, blank=True)
    user_label = NameField(max_length=64, blank=True, editable=False)
    #: What a client keeps with it, from its making on; null is nothing.
    metadata = models.JSONField(null=True, editable=False)
    #: The words of its recipient.
    folded = FoldedField()
    replaced_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    #: The line of its history that made it what it is, if that was not the first.
    told_by = models.BigIntegerField(null=True, editable=False)
    test_mode = models.BooleanField(_("test"), default=False, editable=False)
    created_at = models.DateTimeField(editable=False)

    objects = GiftCardQuerySet.as_manager()

    class Meta:
        permissions = [
            ("issue_card", "Can issue gift cards"),
            ("redeem_card", "Can redeem gift cards"),
            ("reload_card", "Can reload gift cards"),
            ("block_card", "Can block and unblock gift cards"),
            ("void_card", "Can void gift cards"),
            ("replace_card", "Can replace gift cards"),
            ("extend_card", "Can extend the expiry of gift cards"),
            ("move_card", "Can move a gift card's value to store credit"),
            ("assign_card", "Can assign gift cards to customers"),
            ("reveal_code", "Can reveal the code of a gift card"),
            ("send_code", "Can send the code of a gift card to its recipient"),
        ]
        constraints = [
            UniqueConstraint(name="giftcards_giftcard_code_unique", fields=["code_digest"]),
            UniqueConstraint(
                name="giftcards_giftcard_one_per_batch_place",
                fields=["batch", "batch_place"],
                condition=Q(batch__isnull=False),
            ),
            CheckConstraint(name="giftcards_giftcard_state_known", condition=Q(state__in=CardState.values)),
            CheckConstraint(
                name="giftcards_giftcard_restricted_has_customer",
                condition=Q(customer_only=False) | Q(customer__isnull=False),
            ),
            CheckConstraint(
                name="giftcards_giftcard_expiry_whole",
                condition=Q(expires_on__isnull=True, expires_at__isnull=True)
                | Q(expires_on__isnull=False, expires_at__isnull=False),
            ),
        ]
        indexes = [
            # In the order of the list of a customer's cards, and of a sale's.
            Index(name="giftcards_giftcard_of_customer", fields=["customer", "id"]),
            Index(name="giftcards_giftcard_of_sale", fields=["sale_id", "id"], condition=~Q(sale_id="")),
            Index(name="giftcards_giftcard_last_four", fields=["last_four"]),
            Index(
                name="giftcards_giftcard_expiring",
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False, state__in=["ACTIVE", "BLOCKED"]),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Card %(code)s") % {"code": self.masked_code}

    def fold_words(self) -> str:
        """The words of its recipient, by which it is found."""
        return fold_person(names=[self.recipient_name], email=self.recipient_email)

    @property
    def masked_code(self) -> str:
        """What may be shown to anybody: `****7QX2`."""
        return f"****{self.last_four}"

    @property
    def sealed_code(self) -> SealedCode:
        return SealedCode(
            key=self.code_key, digest=self.code_digest, cipher=bytes(self.code_cipher), last_four=self.last_four
        )

    @property
    def last_second(self) -> datetime | None:
        """The last second at which it can be spent."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None

    def state_at(self, now: datetime) -> CardState:
        """The state that a user of the card meets at `now`."""
        return state_at(self.state, self.valid_from, self.expires_at, now)


class CardWord(models.Model):
    """A word by which a card is found: one of its recipient's. A trigger writes it from the card's `folded`."""

    card = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="words")
    # Compared byte by byte, in every country: see the migration.
    word = models.CharField(max_length=120)

    class Meta:
        constraints = [UniqueConstraint(name="giftcards_cardword_once", fields=["word", "card"])]

    def __str__(self) -> str:
        return self.word


class CardMetadatum(Metadatum):
    """A member of a card's metadata."""

    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="found_by", db_index=False)

    class Meta:
        constraints = [UniqueConstraint(name="giftcards_cardmetadatum_once", fields=["digest", "card"])]


def state_at(stored: str, valid_from: datetime | None, expires_at: datetime | None, now: datetime) -> CardState:
    """What was decided about a card and what the clock says, as one state."""
    if stored == CardState.ACTIVE and expires_at is not None and expires_at <= now:
        return CardState.EXPIRED
    if stored == CardState.ACTIVE and valid_from is not None and valid_from > now:
        return CardState.PENDING
    return CardState(stored)
