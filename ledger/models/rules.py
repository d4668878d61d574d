from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class BookRules(models.Model):
    """The few rules of the books that a shop sets for itself: one row."""

    refund_life_days = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("How long credit lives that comes back after it has expired."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("rules of the books")
        constraints = [
            CheckConstraint(name="ledger_bookrules_single_row", condition=Q(id=1)),
            CheckConstraint(name="ledger_bookrules_refund_life_positive", condition=Q(refund_life_days__gte=1)),
        ]

    def __str__(self) -> str:
        return gettext("Rules of the books")
