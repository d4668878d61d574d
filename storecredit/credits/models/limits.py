from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from ledger.models.texts import CodeField
from storecredit.credits.models.requests import RequestKind


class ApprovalPolicy(models.Model):
    """
    What is approved without a person, and what needs two. Amounts in minor units of `currency`: a trigger compares the
    first with what a request asks for.

    The row that fits most closely decides: first by API client, then by code, then by type.
    """

    code = CodeField(max_length=64, blank=True, help_text=_("The policy code that requests name. Empty: any."))
    currency = models.CharField(max_length=3)
    kind = models.CharField(_("type"), max_length=12, choices=RequestKind, blank=True, help_text=_("Empty: both."))
    client = models.ForeignKey(
        "api.ApiClient",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approval_policies",
        verbose_name=_("API client"),
        help_text=_("Whose requests it is for. Empty: everybody's."),
    )
    auto_approve_up_to_minor = models.BigIntegerField(
        _("approve at once up to"),
        null=True,
        blank=True,
        help_text=_("What API clients ask for up to this amount is approved at once. Empty: nothing."),
    )
    second_approval_above_minor = models.BigIntegerField(
        _("second approval above"),
        null=True,
        blank=True,
        help_text=_("Above this amount two people approve. Empty: never."),
    )

    class Meta:
        verbose_name_plural = _("approval policies")
        constraints = [
            UniqueConstraint(
                name="credits_approvalpolicy_one_per_case",
                fields=["code", "currency", "kind"],
                condition=Q(client__isnull=True),
            ),
            UniqueConstraint(
                name="credits_approvalpolicy_one_per_client_case",
                fields=["code", "currency", "kind", "client"],
                condition=Q(client__isnull=False),
            ),
            CheckConstraint(
                name="credits_approvalpolicy_amounts_in_order",
                condition=(Q(auto_approve_up_to_minor__isnull=True) | Q(auto_approve_up_to_minor__gt=0))
                & (Q(second_approval_above_minor__isnull=True) | Q(second_approval_above_minor__gte=0))
                & (
                    Q(auto_approve_up_to_minor__isnull=True)
                    | Q(second_approval_above_minor__isnull=True)
                    | Q(auto_approve_up_to_minor__lte=F("second_approval_above_minor"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Policy %(code)s %(currency)s") % {
            "code": self.code or gettext("default"),
            "currency": self.currency,
        }


class IssueLimit(models.Model):
    """
    The most that a role may issue by itself, at once and in a day; more becomes a request. The day's is of all that a
    person gives alone: `GivenDay`.

    Without a row the shop's ceiling is the limit; with one, nothing is issued in a currency that has none. The ceiling
    holds for everybody.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="issue_limits", verbose_name=_("role"))
    currency = models.CharField(max_length=3)
    amount = MoneyField(
        _("largest amount"), max_digits=20, decimal_places=4, default_currency=None, currency_field_name="currency"
    )
    per_day = MoneyField(
        _("per day"),
        max_digits=20,
        decimal_places=4,
        default_currency=None,
        currency_field_name="currency",
        null=True,
        blank=True,
    )

    objects: ClassVar[models.Manager["IssueLimit"]] = models.Manager()

    class Meta:
        constraints = [
            UniqueConstraint(name="credits_issuelimit_one_per_role", fields=["group", "currency"]),
            CheckConstraint(name="credits_issuelimit_not_negative", condition=Q(amount__gte=0)),
            CheckConstraint(
                name="credits_issuelimit_day_not_negative", condition=Q(per_day__isnull=True) | Q(per_day__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.currency}"


#: The ceiling of currencies that have none of their own, in minor units: 1,000.00 US dollars, 100,000 yen.
SHIPPED_CEILING_MINOR = 100_000
#: How many times what is given at once somebody gives in a day, where a ceiling does not say.
SHIPPED_DAY_TIMES = 10


class IssueCeiling(models.Model):
    """
    The most that anybody of staff issues at once by themself in one currency, whatever their roles' limits: above it
    everything is a request. A currency without a row has `SHIPPED_CEILING_MINOR`; one without a day's amount lets
    everybody give `SHIPPED_DAY_TIMES` as much in a day.
    """

    currency = models.CharField(max_length=3, unique=True)
    amount = MoneyField(
        _("largest amount"), max_digits=20, decimal_places=4, default_currency=None, currency_field_name="currency"
    )
    per_day = MoneyField(
        _("per day"),
        max_digits=20,
        decimal_places=4,
        default_currency=None,
        currency_field_name="currency",
        null=True,
        blank=True,
    )

    objects: ClassVar[models.Manager["IssueCeiling"]] = models.Manager()

    class Meta:
        constraints = [
            CheckConstraint(name="credits_issueceiling_not_negative", condition=Q(amount__gte=0)),
            CheckConstraint(
                name="credits_issueceiling_day_not_negative", condition=Q(per_day__isnull=True) | Q(per_day__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return gettext("Ceiling %(currency)s") % {"currency": self.currency}


class GivenDay(models.Model):
    """
    What a person gave alone on one day of the shop, in minor units. Counted with each giving and never less: what is
    taken back later was given all the same.
    """

    #: As an entry names who made it: without a look at whether they are there.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="given_days",
        db_index=False,
        db_constraint=False,
    )
    day = models.DateField()
    currency = models.CharField(max_length=3)
    test_mode = models.BooleanField()
    given_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(
                name="credits_givenday_one_per_currency", fields=["person", "day", "currency", "test_mode"]
            ),
            CheckConstraint(name="credits_givenday_positive", condition=Q(given_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.currency}"


class ApproverLimit(models.Model):
    """
    How much a person, or each member of a role, may approve. Without a row nobody may, superusers included.

    A person's own rows in a currency take the place of those of their roles. Of several rows any one suffices.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="approver_limits",
        verbose_name=_("person"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="approver_limits", verbose_name=_("role")
    )
    currency = models.CharField(max_length=3)
    per_request = MoneyField(
        _("per request"), max_digits=20, decimal_places=4, default_currency=None, currency_field_name="currency"
    )
    per_day = MoneyField(
        _("per day"),
        max_digits=20,
        decimal_places=4,
        default_currency=None,
        currency_field_name="currency",
        null=True,
        blank=True,
        help_text=_("Empty: no limit by day."),
    )

    objects: ClassVar[models.Manager["ApproverLimit"]] = models.Manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="credits_approverlimit_user_or_role",
                condition=Q(user__isnull=False, group__isnull=True) | Q(user__isnull=True, group__isnull=False),
            ),
            UniqueConstraint(
                name="credits_approverlimit_one_per_user",
                fields=["user", "currency"],
                condition=Q(user__isnull=False),
            ),
            UniqueConstraint(
                name="credits_approverlimit_one_per_role",
                fields=["group", "currency"],
                condition=Q(group__isnull=False),
            ),
            CheckConstraint(
                name="credits_approverlimit_positive",
                condition=Q(per_request__gt=0) & (Q(per_day__isnull=True) | Q(per_day__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group} {self.currency}"
