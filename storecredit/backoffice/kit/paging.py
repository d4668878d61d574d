"""
Lists that go on from where a page ended, in an order that an index has.

Nothing is counted and nothing skipped: a page says which row comes after it, whatever is above it by then. So the
thousandth page costs what the first does, and whoever reads on misses no row and reads none twice.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import BooleanField, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from ledger.querysets import page_of
from storecredit.backoffice.kit.empty import EmptyList, say_why_empty
from storecredit.backoffice.kit.understanding import NotUnderstood, list_not_understood, refuse_unreadable

_NEXT, _PREVIOUS = ">", "<"


@dataclass(frozen=True, slots=True)
class _Key:
    """One of the columns that a list is ordered by."""

    name: str
    descending: bool
    field: "Field[Any, Any]"

    def of(self, row: Model) -> Any:
        value: Any = row
        for part in self.name.split("__"):
            value = getattr(value, part)
        return value

    def read(self, value: Any) -> Any:
        return None if value is None else self.field.to_python(value)

    def same(self, value: Any) -> Q:
        return Q((f"{self.name}__isnull", True)) if value is None else Q((self.name, value))

    def beyond(self, value: Any, *, backwards: bool) -> Q | None:
        """The rows behind this value; None if there can be none. PostgreSQL takes no value for the largest one."""
        falls = self.descending != backwards
        nothing_is_last = falls == (connection.vendor == "sqlite")
        if value is None:
            return None if nothing_is_last else Q((f"{self.name}__isnull", False))
        further = Q((f"{self.name}__{'lt' if falls else 'gt'}", value))
        return further | Q((f"{self.name}__isnull", True)) if self.field.null and nothing_is_last else further

    def not_before(self, value: Any, *, backwards: bool) -> Q:
        """What the index can begin at: the rows beyond and those alike, where no value is no matter."""
        if value is None or self.field.null:
            return Q()
        return Q((f"{self.name}__{'lte' if self.descending != backwards else 'gte'}", value))


class ListPaginator(InfinitePaginator):
    """Counts nothing."""

    template_name = "backoffice/kit/pages.html"


class CountedChangeList(ChangeList):
    """A short list, called by what it lists."""

    #: What a form above the list or its filters cannot make sense of. There are no rows.
    not_understood: Sequence[str] = ()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        refuse_unreadable(request)
        super().__init__(request, *args, **kwargs)
        # The menu calls it so, too, and has its name in every language.
        self.title = gettext(capfirst(str(self.opts.verbose_name_plural)))
        self._asked_by = request

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        self.not_understood = list_not_understood(self.filter_specs)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        asked = request.GET.get(PAGE_VAR, "")
        is_number = asked.isascii() and asked.isdecimal()
        # Django shows the first page for whatever is no number, and the only one for any.
        if asked and not (is_number and 1 <= self.page_num <= self.paginator.num_pages):
            raise NotUnderstood(PAGE_VAR)

    @property
    def why_empty(self) -> EmptyList:
        """What is said in the place of rows."""
        said = say_why_empty(self._asked_by, self.model_admin)
        return replace(said, words=" ".join(self.not_understood)) if self.not_understood else said


class KeysetChangeList(CountedChangeList):
    """A list of the admin whose `p` says after or before which row it goes on."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The list's own, which has an index: no other is read, whatever the address asks for."""
        ordering = list(self.model_admin.get_ordering(request) or self._get_default_ordering())
        if "pk" not in ordering and "-pk" not in ordering:
            ordering = self._get_deterministic_ordering(ordering)
        return ordering

    def get_results(self, request: HttpRequest) -> None:
        asked = request.GET.get(PAGE_VAR, "")
        backwards = asked.startswith(_PREVIOUS)
        rows = self.queryset.filter(self._beyond(asked[1:], backwards=backwards)) if asked else self.queryset
        if backwards:
            rows = rows.reverse()
        listed = list(page_of(rows, first=0, at_most=self.list_per_page + 1))
        is_more = len(listed) > self.list_per_page
        shown = listed[: self.list_per_page]
        if backwards:
            shown.reverse()
        self.result_list = self.model_admin.complete_rows(shown)
        self.next_url = self.url_beyond(shown[-1]) if shown and (is_more or backwards) else ""
        self.previous_url = (
            self.url_beyond(shown[0], way=_PREVIOUS) if shown and asked and (is_more or not backwards) else ""
        )
        # Nothing that was not counted is told as a count.
        self.result_count = self.full_result_count = len(shown)
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all, self.multi_page = False, bool(self.next_url or self.previous_url)
        self.paginator = self.model_admin.get_paginator(request, shown, self.list_per_page)

    @cached_property
    def _keys(self) -> list[_Key]:
        keys = []
        for each in self.queryset.query.order_by:
            # What is no name is one, told which way: `F("decided_at").desc()`.
            by: Any = each
            descending = by.descending if isinstance(each, OrderBy) else by.startswith("-")
            name = by.expression.name if isinstance(each, OrderBy) else by.removeprefix("-")
            keys.append(_Key(name, descending, self._field(name)))
        return keys

    def _field(self, name: str) -> "Field[Any, Any]":
        field, opts = None, self.opts
        for part in name.split("__"):
            try:
                field = opts.pk if part == "pk" else opts.get_field(part)
            except FieldDoesNotExist:
                return BooleanField()  # whatever else a list is ordered by is a condition
            opts = getattr(field.related_model, "_meta", None)
        assert isinstance(field, Field)
        return field

    def portions(self, size: int) -> Iterator[list[Any]]:
        """All rows of the list, so many at a time, each portion from where the one before ended."""
        rows = self.queryset
        while True:
            listed = list(rows[:size])
            if listed:
                yield listed
            if len(listed) < size:
                return
            rows = self.queryset.filter(self._past([key.of(listed[-1]) for key in self._keys], backwards=False))

    def url_beyond(self, row: Model, *, way: str = _NEXT) -> str:
        """The query of the page that begins after a row, or ends before it."""
        values = json.dumps([key.of(row) for key in self._keys], cls=_Exact)
        url: str = self.get_query_string({PAGE_VAR: way + urlsafe_b64encode(values.encode()).decode()})
        return url

    def _beyond(self, asked: str, *, backwards: bool) -> Q:
        """The rows after those that a page ended with, or before those that it began with."""
        try:
            values = json.loads(urlsafe_b64decode(asked.encode()))
            read = [key.read(value) for key, value in zip(self._keys, values, strict=True)]
        except (ValueError, TypeError, ValidationError, OverflowError, RecursionError) as error:
            raise NotUnderstood(PAGE_VAR) from error
        return self._past(read, backwards=backwards)

    def _past(self, read: list[Any], *, backwards: bool) -> Q:
        wanted, alike = Q(pk__in=[]), Q()
        for key, value in zip(self._keys, read, strict=True):
            further = key.beyond(value, backwards=backwards)
            if further is not None:
                wanted |= alike & further
            alike &= key.same(value)
        return self._keys[0].not_before(read[0], backwards=backwards) & wanted


def list_portions(changelist: Any, size: int) -> Iterator[list[Any]]:
    """All rows of a list in its order, so many at a time, without a cursor that a pooler between could not carry."""
    if isinstance(changelist, KeysetChangeList):
        yield from changelist.portions(size)
        return
    # A short list may be sorted by anything. Its keys fit into memory, whatever else its rows are.
    keys = list(changelist.queryset.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        some = keys[start : start + size]
        found = {row.pk: row for row in changelist.queryset.filter(pk__in=some).order_by()}
        yield [found[key] for key in some if key in found]


class _Exact(DjangoJSONEncoder):
    """Moments to the microsecond, which the encoder of Django cuts."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
