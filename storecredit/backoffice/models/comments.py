from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index

from giftcards.models import GiftCard
from ledger.models import Customer
from ledger.models.texts import NoteField
from storecredit.credits.models import CreditRequest

LONGEST_COMMENT = 2000
_ABOUT = ("customer", "card", "request")


def _about_one_thing() -> Q:
    return Q(*(Q(**{f"{name}__isnull": name != about for name in _ABOUT}) for about in _ABOUT), _connector=Q.OR)


class Comment(models.Model):
    """What a member of staff said of a customer, a card or a request. Immutable: see `Withdrawal`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    request = models.ForeignKey(CreditRequest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = NoteField(max_length=LONGEST_COMMENT)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ("add",)
        permissions = [("withdraw_comment", "Can withdraw comments of others")]
        constraints = [CheckConstraint(name="backoffice_comment_about_one_thing", condition=_about_one_thing())]
        indexes = [
            Index(name="backoffice_comment_by_time", fields=["created_at", "id"]),
            Index(name="backoffice_comment_by_author", fields=["author", "created_at", "id"]),
            *(
                Index(
                    name=f"backoffice_comment_{about}",
                    fields=[about, "-created_at", "-id"],
                    condition=Q(**{f"{about}__isnull": False}),
                )
                for about in _ABOUT
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk}"

    @property
    def about(self) -> str:
        """Which of its columns names what it is about."""
        return next(name for name in _ABOUT if getattr(self, f"{name}_id") is not None)

    @property
    def target_id(self) -> object:
        """The key of what it is about."""
        return getattr(self, f"{self.about}_id")


class Withdrawal(models.Model):
    """That a comment was taken back: it stands in its place from then on. Immutable."""

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Withdrawal of comment {self.comment_id}"


class Mention(models.Model):
    """That a comment calls a colleague by their name. Immutable."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [UniqueConstraint(name="backoffice_mention_once", fields=["comment", "person"])]

    def __str__(self) -> str:
        return f"Mention of {self.person_id} in comment {self.comment_id}"
