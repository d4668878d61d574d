from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.accounts import Account
from ledger.models.actors import Acted
from ledger.models.identifiers import new_document_id, new_uuid7
from ledger.models.metadata import Metadatum
from ledger.models.reasons import CounterAccount, Reason


class TransactionType(models.TextChoices):
    ISSUE = "ISSUE", pgettext_lazy("type of transaction", "Issue")
    LOAD = "LOAD", pgettext_lazy("type of transaction", "Load")
    REDEEM = "REDEEM", pgettext_lazy("type of transaction", "Redemption")
    REFUND = "REFUND", pgettext_lazy("type of transaction", "Refund")
    REVERSE = "REVERSE", pgettext_lazy("type of transaction", "Reversal")
    ADJUST = "ADJUST", pgettext_lazy("type of transaction", "Adjustment")
    EXPIRE = "EXPIRE", pgettext_lazy("type of transaction", "Expiry")
    VOID = "VOID", pgettext_lazy("type of transaction", "Void")
    TRANSFER = "TRANSFER", pgettext_lazy("type of transaction", "Transfer")
    IMPORT = "IMPORT", pgettext_lazy("type of transaction", "Import")


_CREDITS = ["ISSUE", "LOAD", "REFUND", "IMPORT"]
_DEBITS = ["REDEEM", "EXPIRE", "VOID"]
_CORRECTIONS = ["ADJUST", "REVERSE", "VOID"]


class Transaction(Acted):
    """
    One entry of the books: an account and its counter account, by one signed amount in minor units.

    What the account gains the counter account gives, so there is no second row that could be missing. A row is never
    updated or deleted; a mistake is undone by a new row that names it.
    """

    Type = TransactionType

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    number = models.BigIntegerField()
    document_id = models.CharField(_("document id"), max_length=17, default=new_document_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transactions", db_index=False)
    sequence = models.BigIntegerField()
    type = models.CharField(max_length=8, choices=TransactionType)
    amount_minor = models.BigIntegerField()
    balance_after_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    counter_account = models.CharField(max_length=11, choices=CounterAccount)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversals", db_index=False)
    hold = models.ForeignKey("Hold", on_delete=models.PROTECT, null=True, related_name="captures", db_index=False)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="transactions", db_index=False)
    reference = models.CharField(max_length=255, blank=True)
    note = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=255, null=True)
    details = models.JSONField(default=dict)

    class Meta(Acted.Meta):
        permissions = [("reverse_transaction", "Can reverse a transaction")]
        constraints = [
            *Acted.Meta.constraints,
            UniqueConstraint(name="ledger_transaction_number_unique", fields=["number"]),
            UniqueConstraint(name="ledger_transaction_document_id_unique", fields=["document_id"]),
            # One row per sequence number: an account's history can neither fork nor skip unseen.
            UniqueConstraint(name="ledger_transaction_one_per_account_sequence", fields=["account", "sequence"]),
            UniqueConstraint(name="ledger_transaction_key_once", fields=["key"]),
            UniqueConstraint(name="ledger_transaction_reversed_once", fields=["reverses"], condition=Q(type="REVERSE")),
            CheckConstraint(name="ledger_transaction_amount_not_zero", condition=~Q(amount_minor=0)),
            CheckConstraint(name="ledger_transaction_balance_not_negative", condition=Q(balance_after_minor__gte=0)),
            CheckConstraint(name="ledger_transaction_sequence_positive", condition=Q(sequence__gte=1)),
            CheckConstraint(name="ledger_transaction_type_known", condition=Q(type__in=TransactionType.values)),
            CheckConstraint(
                name="ledger_transaction_counter_account_known", condition=Q(counter_account__in=CounterAccount.values)
            ),
            CheckConstraint(
                name="ledger_transaction_sign_fits_type",
                condition=(~Q(type__in=_CREDITS) | Q(amount_minor__gt=0))
                & (~Q(type__in=_DEBITS) | Q(amount_minor__lt=0)),
            ),
            # TRANSFERS sums to zero per reference, so nothing but moves and their reversals go through it, with one.
            CheckConstraint(
                name="ledger_transaction_transfer_has_reference",
                condition=(Q(type__in=["TRANSFER", "REVERSE"], counter_account="TRANSFERS") & ~Q(reference=""))
                | (~Q(type="TRANSFER") & ~Q(counter_account="TRANSFERS")),
            ),
            CheckConstraint(
                name="ledger_transaction_reversal_names_its_target",
                condition=Q(type__in=["REVERSE", "REFUND"], reverses__isnull=False)
                | (~Q(type__in=["REVERSE", "REFUND"]) & Q(reverses__isnull=True)),
            ),
            CheckConstraint(
                name="ledger_transaction_only_spends_capture",
                condition=Q(hold__isnull=True) | Q(type="REDEEM"),
            ),
            CheckConstraint(
                name="ledger_transaction_correction_says_why",
                condition=~Q(type__in=_CORRECTIONS) | Q(reason__isnull=False) | ~Q(note=""),
            ),
            CheckConstraint(name="ledger_transaction_key_not_blank", condition=Q(key__isnull=True) | ~Q(key="")),
        ]
        indexes = [
            Index(name="ledger_transaction_by_time", fields=["created_at", "number"]),
            # Of doors there are few, and through some of them next to nothing comes, which is looked for all the same.
            Index(name="ledger_transaction_by_door", fields=["door", "created_at", "number"]),
            # The newest of a rare kind; what nearly all entries are is found without it, and pays nothing for it.
            Index(
                name="ledger_transaction_by_type",
                fields=["type", "created_at", "number"],
                condition=~Q(type="ISSUE") & ~Q(type="REDEEM"),
            ),
            # What one person or one program did, newest first: among a million entries of others, too.
            Index(name="ledger_transaction_by_actor", fields=["actor_kind", "actor_id", "created_at", "number"]),
            Index(name="ledger_transaction_reference", fields=["reference"], condition=~Q(reference="")),
            Index(name="ledger_transaction_reverses", fields=["reverses"], condition=Q(reverses__isnull=False)),
            Index(name="ledger_transaction_hold", fields=["hold"], condition=Q(hold__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.number}"


class TransactionMetadatum(Metadatum):
    """A member of the metadata among a transaction's details."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="found_by", db_index=False)

    class Meta:
        constraints = [UniqueConstraint(name="ledger_transactionmetadatum_once", fields=["digest", "transaction"])]
