from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.functions import Upper
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.folding import fold_person
from ledger.models.folded import FoldedField
from ledger.models.identifiers import new_document_id
from ledger.models.texts import CodeField, EmailTextField, NameField
from ledger.querysets import CustomerQuerySet


class EntityType(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    COMPANY = "company", _("Company")


class CustomerStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    BANNED = "banned", _("Banned")
    ARCHIVED = "archived", _("Archived")


class Customer(models.Model):
    """Somebody the shop may owe money to."""

    document_id = models.CharField(_("document id"), max_length=17, default=new_document_id, editable=False)
    number = CodeField(max_length=64, help_text=_("The customer's number in the shop, such as CUST-000001."))
    entity_type = models.CharField(_("kind"), max_length=8, choices=EntityType, default=EntityType.CUSTOMER)
    first_name = NameField(max_length=200, blank=True)
    last_name = NameField(_("last name or company"), max_length=200, blank=True)
    email = EmailTextField(_("e-mail"), max_length=254, blank=True, db_index=True)
    phone = CodeField(max_length=64, blank=True)
    status = models.CharField(max_length=8, choices=CustomerStatus, default=CustomerStatus.ACTIVE)
    test_mode = models.BooleanField(_("test"), default=False, editable=False)
    # From before numbers were one whatever their capitals: another customer has this number in other letters.
    twin = models.BooleanField(default=False, db_default=False, editable=False)
    folded = FoldedField()
    #: Who they turned out to be. Always somebody who is themself: what is merged on takes along all that led to it.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False, editable=False
    )
    anonymised_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(name="ledger_customer_document_id_unique", fields=["document_id"]),
            UniqueConstraint(name="ledger_customer_number_unique", fields=["number"]),
            UniqueConstraint(Upper("number"), name="ledger_customer_number_is_one", condition=Q(twin=False)),
            CheckConstraint(name="ledger_customer_number_not_blank", condition=~Q(number="")),
            CheckConstraint(name="ledger_customer_status_known", condition=Q(status__in=CustomerStatus.values)),
            CheckConstraint(name="ledger_customer_entity_type_known", condition=Q(entity_type__in=EntityType.values)),
            CheckConstraint(
                name="ledger_customer_merged_is_archived", condition=Q(merged_into__isnull=True) | Q(status="archived")
            ),
            CheckConstraint(name="ledger_customer_merged_into_another", condition=~Q(merged_into=F("id"))),
        ]
        indexes = [Index(name="ledger_customer_merged", fields=["merged_into"], condition=Q(merged_into__isnull=False))]

    def __str__(self) -> str:
        return f"{self.number} {self.display_name}".strip()

    @property
    def display_name(self) -> str:
        """The name on a screen: first and last name, else the e-mail address, else the number."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.number

    def fold_words(self) -> str:
        """The words by which the customer is found."""
        return fold_person(
            names=(self.first_name, self.last_name),
            email=self.email,
            phone=self.phone,
            ids=(self.number, self.document_id),
        )


class CustomerWord(models.Model):
    """A word by which a customer is found. A trigger writes it from the customer's `folded`."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="words")
    # Compared byte by byte, in every country: see the migration.
    word = models.CharField(max_length=120)

    class Meta:
        constraints = [UniqueConstraint(name="ledger_customerword_once", fields=["word", "customer"])]

    def __str__(self) -> str:
        return self.word


class NumberSeries(models.Model):
    """The last number given out in a series. Its row is the lock under which the next one is taken."""

    name = models.CharField(max_length=32, primary_key=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
