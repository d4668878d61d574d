"""Lists that are filtered by a form above them, which says what it cannot make sense of."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django_filters import FilterSet
from unfold.admin import ModelAdmin

from storecredit.backoffice.kit.paging import KeysetChangeList


class SpansForm(forms.Form):
    """What a list is narrowed to; what is from something goes to no less. `spans` are the fields of both ends."""

    spans: Sequence[tuple[str, str]] = ()

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        for first, last in self.spans:
            least, most = asked.get(first), asked.get(last)
            if least is not None and most is not None and least > most:
                self.add_error(last, gettext("This is before what it begins with."))
        return asked


class FilteredChangeList(KeysetChangeList):
    """A list whose rows a filter set narrows; one that is not valid leaves none."""

    model_admin: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._asked = request.GET
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What the admin's own filters are asked: not what the filter set is."""
        own = self.model_admin.filterset_class.base_filters
        asked: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in asked.items() if name not in own}

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        self.filterset: FilterSet = self.model_admin.filterset_class(self._asked, queryset=rows)
        if self.filterset.is_valid():
            return self.filterset.qs
        fields = self.filterset.form.fields
        self.not_understood = [
            *self.not_understood,
            *(f"{fields[name].label}: {error}" for name, errors in self.filterset.errors.items() for error in errors),
        ]
        return rows.none()

    @property
    def asked_filters(self) -> list[tuple[str, str]]:
        """What the filter set is asked, by the names of its inputs."""
        return [(name, value) for name in self.filterset.form.fields for value in self._asked.getlist(name) if value]

    @property
    def asked_query(self) -> str:
        """The same and what is searched for, as an address has it."""
        return urlencode([*self.asked_filters, *([(SEARCH_VAR, self.query)] if self.query else [])])

    @property
    def everything_url(self) -> str:
        """The list without what the filter set is asked."""
        url: str = self.get_query_string(remove=list(self.filterset.form.fields))
        return url


class FilterSetMixin(ModelAdmin):
    """Filters by a filter set in place of the admin's filters. Pages, searches and exports keep what it is asked."""

    filterset_class: ClassVar[type[FilterSet]]
    list_before_template = "backoffice/kit/filters.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return FilteredChangeList
