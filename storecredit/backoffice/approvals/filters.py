"""Filters of the approval inbox."""

from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, RangeNumericFilter

from ledger.money import decimals, list_known_currencies
from ledger.queries import Reason
from storecredit.backoffice.kit import ChoiceFilter
from storecredit.credits.queries import list_decidable

# Beyond any amount, and within what the database can compare.
_LARGEST = Decimal(10) ** 15


class DecidableFilter(ChoiceFilter):
    """What the person who looks may approve now."""

    title, parameter_name = _("what I may decide"), "mine"
    choices_of_filter = (("yes", _("I may approve it")), ("asked", _("I asked for it")))

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.person_id: int = request.user.pk  # type: ignore[assignment]  # the admin lets nobody in without a login
        super().__init__(request, *args)

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "asked":
            return queryset.filter(requested_by_id=self.person_id)
        decidable = list_decidable(person_id=self.person_id, now=timezone.now())
        return queryset.filter(pk__in=decidable.values("pk"))


class AgeFilter(ChoiceFilter):
    """How long ago it was asked for."""

    title, parameter_name = _("age"), "age"
    choices_of_filter = (
        ("today", _("Within 24 hours")),
        ("1", _("Older than a day")),
        ("3", _("Older than 3 days")),
        ("7", _("Older than a week")),
        ("30", _("Older than 30 days")),
    )

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        now = timezone.now()
        if value == "today":
            return queryset.filter(created_at__gt=now - timedelta(days=1))
        return queryset.filter(created_at__lte=now - timedelta(days=int(value)))


class ReasonFilter(ChoiceFilter):
    """The reasons for which credit was asked."""

    title, parameter_name = _("reason"), "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Reason.objects.order_by("label").values_list("code", "label"))

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(reason_id=value)


class AmountFilter(RangeNumericFilter):
    """From one amount to another, as written in each row's currency. A text that is no number is passed over."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = gettext("amount")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (least := self._read("from")) is not None:
            queryset = queryset.filter(_by_decimals(least, "gte"))
        if (most := self._read("to")) is not None:
            queryset = queryset.filter(_by_decimals(most, "lte"))
        return queryset

    def _read(self, end: str) -> Decimal | None:
        try:
            amount = Decimal(self.used_parameters.get(f"{self.parameter_name}_{end}") or "")
        except InvalidOperation:
            return None
        return amount if amount.is_finite() else None


class OrderFilter(FieldTextFilter):
    """A part of the order's number or id."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = gettext("order")


class RequesterFilter(FieldTextFilter):
    """A part of the name under which it was asked for."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = gettext("requester")


def _by_decimals(amount: Decimal, comparison: str) -> Q:
    """An amount compared with columns of minor units, whose worth depends on the currency."""
    found = Q(pk__in=[])
    # Between two minor units nothing lies: the bound goes to the one that is still within.
    rounding = ROUND_CEILING if comparison == "gte" else ROUND_FLOOR
    bound = max(min(amount, _LARGEST), -_LARGEST)
    currencies = list_known_currencies()
    for places in sorted({decimals(code) for code in currencies}):
        codes = [code for code in currencies if decimals(code) == places]
        minor = int(bound.scaleb(places).to_integral_value(rounding=rounding))
        found |= Q(**{"currency__in": codes, f"amount_minor__{comparison}": minor})
    return found
