"""Filters of lists. None of them asks the database what there is to choose from."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from ledger.days import first_moment_of
from ledger.queries import list_account_currencies
from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.understanding import NotUnderstood, say_no_choice


class ChoiceFilter(admin.SimpleListFilter):
    """Choices known beforehand. A value that is none of them finds nothing, and the list says so."""

    choices_of_filter: ClassVar[Iterable[tuple[str, Words]]] = ()
    not_understood: Sequence[str] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in self.choices_of_filter]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value in dict(self.lookup_choices):
            return self.narrow(queryset, value)
        self.not_understood = [say_no_choice(str(self.title))]
        return queryset.none()

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of one choice."""
        raise NotImplementedError


class ModeFilter(ChoiceFilter):
    """Real money or test money. A subclass says which field tells them apart."""

    title, parameter_name = _("test"), "test"
    choices_of_filter = (("no", _("Real money")), ("yes", _("Test money")))
    field: ClassVar[str] = "test_mode"

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.field: value == "yes"})


class CurrencyFilter(ChoiceFilter):
    """The currencies in which there are accounts, of cards or of customers. A subclass says where the rows' stands."""

    title, parameter_name = _("currency"), "currency"
    field: ClassVar[str] = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in list_account_currencies()]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.field: value})


class DayRangeFilter(RangeDateFilter):
    """From one day through another, each whole, in the shop's time zone."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = gettext("day")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first and last and first > last:
            raise NotUnderstood(self._name("from"), self._name("to"))
        if first and (begin := _midnight(first)):
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": begin})
        if last and (end := _midnight(last, days_later=1)):
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": end})
        return queryset

    def _name(self, end: str) -> str:
        return f"{self.parameter_name}_{end}"

    def _day(self, end: str) -> date | None:
        typed = self.used_parameters.get(self._name(end))
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError as error:
            raise NotUnderstood(self._name(end)) from error


def _midnight(day: date, *, days_later: int = 0) -> datetime | None:
    """The first moment of a day; None at the ends of the calendar, beyond which nothing is."""
    try:
        return first_moment_of(day + timedelta(days=days_later), timezone.get_current_timezone())
    except (ValueError, OverflowError):
        return None
