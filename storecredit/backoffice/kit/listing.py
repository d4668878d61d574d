"""
The rows of a list, as the theme lays them out. It asks for each row anew what every column is called, what it is and
whether it leads on, which is a third of a page's time; here a column is looked at once.

The theme's own rows are what a test holds these to. What no list of ours has is left to it: rows that are edited where
they stand, and rows that can be dragged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, Field, ForeignKey, Model, TimeField
from django.template import Library
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from unfold.templatetags import unfold_list as theme
from unfold.utils import display_for_field, display_for_header, display_for_label, display_for_value

register = Library()

_TICK_BOX = "action_checkbox"
# In the theme's markup it stands nowhere.
_HERE = "\ue000"
_CELLS = {"td": '<td class="{}" data-label="{}">{}</td>', "th": '<th class="{}" data-label="{}">{}</th>'}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands in a cell, and whether it is to stay on one line, as a moment does."""

    words: Any
    is_whole: bool = False


_Show = Callable[[Model], _Shown]


@dataclass(frozen=True, slots=True)
class _Column:
    """What the cells of a column have in common."""

    tag: str
    classes: tuple[str, ...]
    title: str
    is_link: bool
    show: _Show

    def cell(self, shown: _Shown, content: Any) -> SafeString:
        classes = (*self.classes, "nowrap") if shown.is_whole else self.classes
        return format_html(_CELLS[self.tag], " ".join(classes), self.title, content)


@register.inclusion_tag("admin/change_list_results.html", takes_context=True)
def list_rows(context: Any, listed: Any) -> dict[str, Any]:
    """The head of a list and its rows."""
    rows, listed.result_list = listed.result_list, []
    try:
        frame: dict[str, Any] = theme.result_list(context, listed)
    finally:
        listed.result_list = rows
    columns, url_of = list(_list_columns(listed, frame["result_headers"])), _url_by_row(listed)
    cells = (_list_cells(listed, columns, row, url_of) for row in rows)
    return frame | {"results": [theme.UnfoldResultList(row, None, some) for row, some in zip(rows, cells, strict=True)]}


def _list_columns(listed: Any, headers: list[dict[str, Any]]) -> Iterator[_Column]:
    links = listed.list_display_links
    tag = "th"
    for place, (name, header) in enumerate(zip(listed.list_display, headers, strict=True)):
        is_link = links is not None and (name in links if links else place == 0)
        yield _Column(
            tag=tag if is_link else "td",
            classes=tuple(theme.CHECKBOX_CLASSES if name == _TICK_BOX else [f"field-{name}", *theme.ROW_CLASSES]),
            title=header["text"] if place or is_link else gettext("Select record"),
            is_link=is_link,
            show=_choose_show(listed, name),
        )
        tag = "td" if is_link else tag


def _list_cells(
    listed: Any, columns: list[_Column], row: Model, url_of: Callable[[Model], str]
) -> Iterator[SafeString]:
    for column in columns:
        shown = column.show(row)
        yield column.cell(shown, _link(listed, row, url_of(row), shown.words) if column.is_link else shown.words)


def _url_by_row(listed: Any) -> Callable[[Model], str]:
    """Where a row leads, with what the list is narrowed by: of keys that an address holds as they are, asked once."""
    kept = {"preserved_filters": listed.preserved_filters, "opts": listed.opts}
    around: list[list[str]] = []

    def url_of(row: Model) -> str:
        key = getattr(row, listed.pk_attname)
        if not isinstance(key, int | UUID):
            return str(add_preserved_filters(kept, listed.url_for_result(row)))
        if not around:
            around.append(add_preserved_filters(kept, listed.url_for_result(row)).split(f"/{key}/change/"))
        before, after = around[0]
        return f"{before}/{key}/change/{after}"

    return url_of


def _link(listed: Any, row: Model, url: str, words: Any) -> SafeString:
    classes = " ".join(theme.LINK_CLASSES)
    if not listed.is_popup:
        return format_html('<a href="{}" class="{}" >{}</a>', url, classes, words)
    opener = row.serializable_value(listed.to_field or listed.pk_attname)
    return format_html('<a href="{}" class="{}"  data-popup-opener="{}">{}</a>', url, classes, opener, words)


def _choose_show(listed: Any, name: str) -> _Show:
    pages = listed.model_admin
    if name == _TICK_BOX:
        return _tick_boxes(pages)
    try:
        field = listed.opts.get_field(name)
    except FieldDoesNotExist:
        field = None
    empty = pages.get_empty_value_display()
    if isinstance(field, Field) and not field.auto_created:
        return lambda row: _show_field(row, field, empty)
    own = None if name == "__str__" else getattr(pages, name, None)
    read: Callable[[Model], Any] = own or (lambda row: lookup_field(name, row, pages)[2])
    empty = getattr(read, "empty_value_display", empty)
    if getattr(read, "header", False):
        return _lines(read, empty)
    if kinds := getattr(read, "label", False):
        return _labels(read, kinds, empty)
    is_mark = getattr(read, "boolean", False)
    return lambda row: _show_value(read(row), empty, is_mark=is_mark)


def _show_value(value: Any, empty: Any, *, is_mark: bool) -> _Shown:
    return _Shown(display_for_value(value, empty, is_mark), isinstance(value, date | time))


def _show_field(row: Model, field: "Field[Any, Any]", empty: Any) -> _Shown:
    value = getattr(row, field.name)
    if isinstance(field, ForeignKey):
        return _Shown(empty if value is None else value, is_whole=True)
    return _Shown(display_for_field(value, field, empty), isinstance(field, DateField | TimeField))


def _lines(read: Callable[[Model], Any], empty: Any) -> _Show:
    """One line below the other: the theme's template says once what stands around them, for lists have many of them."""
    frames: dict[tuple[bool, ...], list[str]] = {}

    def show(row: Model) -> _Shown:
        value = read(row)
        if len(value) != 2 or not all(isinstance(line, str | Promise) for line in value):
            return _Shown(display_for_header(value, empty))
        lines = [conditional_escape(line) for line in value]
        told = tuple(map(bool, lines))
        if told not in frames:
            frames[told] = display_for_header([_HERE if line else "" for line in lines], empty).split(_HERE)
        before, *after = frames[told]
        filled = (line + rest for line, rest in zip(filter(None, lines), after, strict=True))
        return _Shown(mark_safe(before + "".join(filled)))  # noqa: S308  the theme made it, and the lines are escaped

    return show


def _labels(read: Callable[[Model], Any], kinds: Any, empty: Any) -> _Show:
    """A list says few states many times, and the template that makes a label of one asks a dozen questions."""
    made: dict[tuple[str, ...], SafeString] = {}

    def show(row: Model) -> _Shown:
        value = read(row)
        key = tuple(map(str, value)) if isinstance(value, tuple | list) else (str(value),)
        if key not in made:
            made[key] = display_for_label(value, empty, kinds)
        return _Shown(made[key])

    return show


def _tick_boxes(pages: Any) -> _Show:
    """All but alike: the first one serves the rest."""
    first: list[tuple[str, str]] = []

    def show(row: Model) -> _Shown:
        value = f'value="{conditional_escape(row.pk)}"'
        if not first:
            first.append((pages.action_checkbox(row), value))
        box, other = first[0]
        return _Shown(mark_safe(box.replace(other, value)))  # noqa: S308  the theme made it, and the value is escaped

    return show
