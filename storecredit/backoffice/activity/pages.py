"""
The list of all that was done, newest first.

A page asks each source for one page's rows beyond where the last one ended and merges them by time: nothing is counted
and nothing skipped, and the thousandth page costs what the first does.
"""

import heapq
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet
from unfold.decorators import display

from storecredit.audit.queries import Activity
from storecredit.backoffice.activity.asking import Asked, find_keys, find_subjects, find_who
from storecredit.backoffice.activity.lines import Deed
from storecredit.backoffice.activity.sources import SOURCES, Place, Source, list_kinds
from storecredit.backoffice.activity.words import names_read_once
from storecredit.backoffice.kit import (
    DASH,
    DAY_VALIDATORS,
    ReadOnlyAdmin,
    SavedFiltersMixin,
    Shown,
    Words,
    as_shown,
    first_moment_seen,
    moment_cell,
    moment_text,
    style,
)
from storecredit.backoffice.kit.filtersets import FilteredChangeList, SpansForm
from storecredit.backoffice.kit.rows import DOORS, door_text
from storecredit.backoffice.kit.understanding import NotUnderstood

_NEXT, _PREVIOUS = ">", "<"
_DOORS = (*DOORS, ("api:reports", "API (reports)"), ("database", _("Past the program")))


def _day(label: Words) -> DateFilter:
    return DateFilter(
        label=label, method="as_it_is", widget=forms.DateInput(attrs={"type": "date"}), validators=DAY_VALIDATORS
    )


class _ActivityForm(SpansForm):
    spans = (("on_from", "on_to"),)


class ActivityFilter(FilterSet):
    """What is wanted. Days are whole ones in the viewer's time zone. It narrows nothing itself: see `Asked`."""

    who = CharFilter(label=_("Who"), method="as_it_is", max_length=150)
    of = CharFilter(label=_("Of what"), method="as_it_is", max_length=255)
    kind = ChoiceFilter(label=_("What was done"), method="as_it_is", choices=list_kinds, empty_label=_("Anything"))
    door = ChoiceFilter(label=_("Door"), method="as_it_is", choices=_DOORS, empty_label=_("Any"))
    on_from = _day(_("From"))
    on_to = _day(_("Through"))

    class Meta:
        form = _ActivityForm

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.form.fields["who"].widget.attrs["placeholder"] = gettext("Sign-in name, API client or command")
        self.form.fields["of"].widget.attrs["placeholder"] = gettext("Customer, account, person or API client")
        style(self.form)

    def as_it_is(self, rows: Any, name: str, asked: Any) -> Any:
        return rows

    @property
    def asked(self) -> Asked:
        """What the form says, found by the names that it gives."""
        said: dict[str, Any] = self.form.cleaned_data
        source, _colon, kind = (said.get("kind") or "").partition(":")
        who = find_who(said["who"]) if said.get("who") else None
        return Asked(
            who=who,
            keys=find_keys(who),
            subjects=find_subjects(said["of"]) if said.get("of") else None,
            kind=(source, kind) if source else None,
            door=said.get("door") or "",
            since=_first_moment(said.get("on_from")),
            until=_first_moment(said.get("on_to"), days=1),
        )


def _first_moment(day: date | None, *, days: int = 0) -> datetime | None:
    return first_moment_seen(day + timedelta(days=days)) if day else None


class ActivityChangeList(FilteredChangeList):
    """The rows of all sources, merged by time."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = super().get_queryset(request, *args, **kwargs)
        self._sources = [source for source in SOURCES if source.is_seen_by(request)]
        self._wanted = self.filterset.asked if self.filterset.is_valid() else None
        return rows

    def get_results(self, request: HttpRequest) -> None:
        said = request.GET.get(PAGE_VAR, "")
        backwards = said.startswith(_PREVIOUS)
        found = self._read(_read_place(said[1:]) if said else None, self.list_per_page + 1, backwards=backwards)
        is_more = len(found) > self.list_per_page
        shown = found[: self.list_per_page]
        if backwards:
            shown.reverse()
        self.result_list = _show(shown)
        self.next_url = self.url_past(shown[-1]) if shown and (is_more or backwards) else ""
        self.previous_url = self.url_past(shown[0], _PREVIOUS) if shown and said and (is_more or not backwards) else ""
        # Nothing that was not counted is told as a count.
        self.result_count = self.full_result_count = len(shown)
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all, self.multi_page = False, bool(self.next_url or self.previous_url)
        self.paginator = self.model_admin.get_paginator(request, self.result_list, self.list_per_page)

    def portions(self, size: int) -> Iterator[list[Any]]:
        """All rows of the list, so many at a time, each portion from where the one before ended."""
        at: Place | None = None
        while found := self._read(at, size, backwards=False):
            yield _show(found)
            source, row = found[-1]
            at = source.place_of(row)

    def _read(self, at: Place | None, size: int, *, backwards: bool) -> list[tuple[Source, Any]]:
        if self._wanted is None:
            return []
        streams = [
            [(source, row) for row in source.read(rows, at, size, backwards=backwards)]
            for source in self._sources
            for rows in source.find(self._wanted)
        ]
        return list(islice(heapq.merge(*streams, key=_order, reverse=not backwards), size))

    def url_past(self, shown: tuple[Source, Any], way: str = _NEXT) -> str:
        """The query of the page that begins after a row, or ends before it."""
        source, row = shown
        at = source.place_of(row)
        values = json.dumps([at.at.isoformat(), at.rank, at.key])
        url: str = self.get_query_string({PAGE_VAR: way + urlsafe_b64encode(values.encode()).decode()})
        return url


def _show(found: Sequence[tuple[Source, Any]]) -> list[Deed]:
    with names_read_once(row for _, row in found if isinstance(row, Activity)):
        return [source.show(row) for source, row in found]


def _order(shown: tuple[Source, Any]) -> tuple[datetime, int, int]:
    """Newest first, and of one moment source by source."""
    source, row = shown
    at = source.place_of(row)
    return at.at, -at.rank, at.key


def _read_place(text: str) -> Place:
    try:
        at, rank, key = json.loads(urlsafe_b64decode(text.encode()))
        place = Place(datetime.fromisoformat(at), int(rank), int(key))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise NotUnderstood(PAGE_VAR) from error
    if place.at.tzinfo is None or not 0 <= place.key < 2**63:
        raise NotUnderstood(PAGE_VAR)
    return place


@admin.register(Activity)
class ActivityAdmin(SavedFiltersMixin, ReadOnlyAdmin):
    """One list in which everything stands that anybody did."""

    list_display: ClassVar[Any] = ["when", "who", "what", "of_what", "told", "address"]
    list_display_links = None
    filterset_class = ActivityFilter
    ordering = ["-created_at", "-pk"]
    exported = {
        "when": [moment_cell("at")],
        "who": [as_shown(_("Who")), as_shown(_("Door"))],
    }

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return ActivityChangeList

    @display(description=_("When"))
    def when(self, deed: Deed) -> str:
        return moment_text(deed.at)

    @display(description=_("Who"), header=True)
    def who(self, deed: Deed) -> list[str]:
        return [deed.who, gettext("Past the program") if deed.door == "database" else door_text(deed.door)]

    @display(description=_("What was done"))
    def what(self, deed: Deed) -> str:
        return deed.kind

    @display(description=_("Of what"))
    def of_what(self, deed: Deed) -> Shown:
        if not deed.url:
            return deed.subject or DASH
        return format_html('<a class="bo-link" href="{}">{}</a>', deed.url, deed.subject)

    @display(description=_("Told"))
    def told(self, deed: Deed) -> str:
        return deed.text or DASH

    @display(description=_("Address"))
    def address(self, deed: Deed) -> str:
        return deed.address or DASH
