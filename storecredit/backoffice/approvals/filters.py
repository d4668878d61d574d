"""Filters of the approval inbox."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, RangeNumericFilter
from unfold.contrib.filters.forms import RangeNumericForm
from unfold.widgets import INPUT_CLASSES

from ledger.money import decimals, list_known_currencies
from ledger.queries import Reason
from storecredit.backoffice.kit import ChoiceFilter, FigureField
from storecredit.backoffice.kit.filtersets import SpansForm
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import RequestEventKind, ended_as, find_hopeless_pending, list_decidable

_ENDS = (RequestEventKind.REJECTED, RequestEventKind.CANCELED, RequestEventKind.TIMED_OUT)
# Beyond any amount, and within what the database can compare.
_LARGEST = Decimal(10) ** 15


class DecidableFilter(ChoiceFilter):
    """What the person who looks may approve now."""

    title, parameter_name = _("what I may decide"), "mine"
    choices_of_filter = (("yes", _("I may approve it")), ("asked", _("I asked for it")), ("nobody", _("Nobody can")))

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.person_id: int = request.user.pk  # type: ignore[assignment]  # the admin lets nobody in without a login
        super().__init__(request, *args)

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "asked":
            return queryset.filter(requested_by_id=self.person_id)
        if value == "nobody":
            return queryset.filter(pk__in=[request.pk for request in find_hopeless_pending()])
        decidable = list_decidable(person_id=self.person_id, now=timezone.now())
        return queryset.filter(pk__in=decidable.values("pk"))


class StatusFilter(ChoiceFilter):
    """How it stands, in the words of staff."""

    title, parameter_name = _("status"), "status__exact"
    choices_of_filter = (
        *((status.value, status.label) for status in RequestStatus if status != RequestStatus.CANCELED),
        *((end.value, end.label) for end in _ENDS),
    )

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value in _ENDS:
            return queryset.filter(ended_as(RequestEventKind(value)))
        return queryset.filter(status=value)


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
        return [(code, shipped(label)) for code, label in Reason.objects.order_by("label").values_list("code", "label")]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(reason_id=value)


class AmountRangeForm(RangeNumericForm, SpansForm):
    """Two figures as people type them."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)  # type: ignore[arg-type]  # the theme's form takes it
        for end, placeholder in (("from", gettext("From")), ("to", gettext("To"))):
            widget = forms.TextInput(attrs={"placeholder": placeholder, "class": " ".join(INPUT_CLASSES)})
            self.fields[f"{name}_{end}"] = FigureField(label=placeholder, required=False, widget=widget)
        self.spans = [(f"{name}_from", f"{name}_to")]


class AmountFilter(RangeNumericFilter):
    """From one amount to another, as written in each row's currency. What is no number finds nothing, and says so."""

    not_understood: Sequence[str] = ()

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = gettext("amount")

    @cached_property
    def form(self) -> AmountRangeForm:
        return AmountRangeForm(self.parameter_name, data=self.used_parameters)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {"request": self.request, "parameter_name": self.parameter_name, "form": self.form}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            self.not_understood = [
                f"{capfirst(self.title)}: {words}" for errors in self.form.errors.values() for words in errors
            ]
            return queryset.none()
        for end, comparison in (("from", "gte"), ("to", "lte")):
            if (bound := self.form.cleaned_data[f"{self.parameter_name}_{end}"]) is not None:
                queryset = queryset.filter(_by_decimals(bound, comparison))
        return queryset


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
