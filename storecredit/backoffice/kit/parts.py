"""
The parts of which pages are made: a head, facts, tables, a timeline. Each has one template that every page includes.

Whoever fills a part in says what it shows; how it looks is the template's. Words of people are escaped wherever they
are put: what is markup in here was made by `format_html`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit.labels import Words
from storecredit.backoffice.kit.words import day_text, in_the_shop, moment_text

PAGE_SIZE = 25
DASH = "–"
_NOTHING = _("Nothing.")


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere. Put on a page it is an anchor."""

    label: str
    url: str

    def __html__(self) -> SafeString:
        return format_html('<a class="bo-link" href="{}">{}</a>', self.url, self.label)

    def __str__(self) -> str:
        return self.__html__()


#: What can stand in a fact, a cell or a head: words, markup that is safe already, a link, or nothing.
Shown = str | Link | None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that staff should know: of an object, or before they confirm."""

    label: str
    text: str | Link


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an object. A fact without a text is left out."""

    title: str
    told: Sequence[tuple[str, Shown]]
    #: Words above the list.
    notice: Shown = None

    @property
    def listed(self) -> list[Fact]:
        return [Fact(label, text) for label, text in self.told if text]


@dataclass(frozen=True, slots=True)
class Button:
    """A way on from a page that is no step. `is_file` says that it leads to a file, and to no page."""

    label: str
    url: str
    icon: str
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """
    What stands above everything on a page.

    :param about: what tells the object from others, in a line.
    :param is_test: whether it is about test money, which the head then says.
    """

    title: str
    tags: Sequence[Shown] = ()
    about: Sequence[Shown] = ()
    is_test: bool = False
    ways: Sequence[Button] = ()

    @property
    def listed(self) -> list[Shown]:
        return [each for each in self.about if each]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    #: Classes of its cells.
    looks: str = ""


def numbers(title: str) -> Column:
    """A column of numbers, which stand below each other."""
    return Column(title, "bo-number")


def moments(title: str) -> Column:
    """A column whose words stay in one line."""
    return Column(title, "bo-nowrap")


def reasons(title: str) -> Column:
    """A column of what people wrote."""
    return Column(title, "bo-why")


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows below a title.

    :param columns: a string is a column of plain words.
    :param empty: what is said in place of no rows.
    :param below: what stands under the rows.
    """

    title: str
    columns: Sequence[Column | str]
    rows: Sequence[Sequence[Shown]]
    empty: Words = _NOTHING
    id: str = ""
    beside: Shown = None
    below: Shown = None
    newer_url: str = ""
    older_url: str = ""

    @property
    def heads(self) -> list[Column]:
        return [Column(column) if isinstance(column, str) else column for column in self.columns]

    @property
    def lines(self) -> list[list[tuple[Column, Shown]]]:
        """The cells of each row, each with its column."""
        heads = self.heads
        return [[(column, cell or "") for column, cell in zip(heads, row, strict=True)] for row in self.rows]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a history: what happened, why, who did it where; and beside it what it came to."""

    at: datetime
    icon: str
    tone: str
    title: str
    who: str
    door: str
    url: str = ""
    why: str = ""
    reference: str = ""
    links: tuple[Link, ...] = ()
    value: str = ""
    value_note: str = ""
    way: Link | None = None

    @property
    def moment(self) -> SafeString:
        return moment(self.at)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A history, newest first."""

    title: str
    entries: Sequence[TimelineEntry]
    newer_url: str = ""
    older_url: str = ""


@dataclass(frozen=True, slots=True)
class Portion:
    """One page of a long history. Nobody counts how many there are."""

    rows: list[Any] = field(default_factory=list)
    newer_url: str = ""
    older_url: str = ""


def read_portion(request: HttpRequest, found: Any) -> Portion:
    """What `?page=` asks for of rows in their order, and the ways to its neighbours."""
    page = _asked_page(request)
    first = (page - 1) * PAGE_SIZE
    some = list(found[first : first + PAGE_SIZE + 1])
    return Portion(
        rows=some[:PAGE_SIZE],
        newer_url=_page_url(request, page - 1) if page > 1 else "",
        older_url=_page_url(request, page + 1) if len(some) > PAGE_SIZE else "",
    )


def read_stream(request: HttpRequest, found: QuerySet[Any], others: QuerySet[Any]) -> Portion:
    """The same of two histories in one, each of which is told newest first by its `created_at`."""
    page, first = _asked_page(request), (_asked_page(request) - 1) * PAGE_SIZE
    most = first + PAGE_SIZE + 1
    merged = merge(_keys(found, most), _keys(others, most), key=itemgetter(0), reverse=True)
    some = list(islice(merged, first, most))
    rows: dict[Any, Any] = {}
    for one in (found, others):
        rows |= {
            (one.model, row.pk): row for row in one.filter(pk__in=[pk for _, model, pk in some if model is one.model])
        }
    return Portion(
        rows=[rows[model, pk] for _, model, pk in some[:PAGE_SIZE]],
        newer_url=_page_url(request, page - 1) if page > 1 else "",
        older_url=_page_url(request, page + 1) if len(some) > PAGE_SIZE else "",
    )


def _keys(rows: QuerySet[Any], most: int) -> list[tuple[datetime, Any, Any]]:
    """When the newest happened, and which they are."""
    return [(at, rows.model, pk) for at, pk in rows.values_list("created_at", "pk")[:most]]


def _asked_page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return max(int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1, 1)


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}#history"


# Markup of a few words


def moment(at: datetime | None, *, seconds: bool = False) -> SafeString:
    """A moment in the viewer's time zone, which programs can read, too; blank for none."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{moment_text(at)}{local::%S}" if seconds else moment_text(at),
    )


def day(at: datetime | None) -> SafeString:
    """The day of a moment in the viewer's time zone; blank for none."""
    return _day_shown(timezone.localtime(at)) if at else SafeString("")


def shop_day(at: datetime | None) -> SafeString:
    """The same in the shop's time zone, whoever looks: of a day of the books, such as the last one of some credit."""
    return _day_shown(in_the_shop(at)) if at else SafeString("")


def _day_shown(local: datetime) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", day_text(local.date()))


def tag(text: str, looks: str = "") -> SafeString:
    """A word in a frame. `looks` is a class such as `bo-tag-good`."""
    return format_html('<span class="{}">{}</span>', f"bo-tag {looks}".strip(), text)


_LOOKS = {"success": "bo-tag-good", "warning": "bo-tag-warn", "danger": "bo-tag-bad", "info": "bo-tag-info"}


def state_tag(label: str, colours: Mapping[str, str], count: int | None = None) -> SafeString:
    """A state in the colour that lists give it; with how many are in it."""
    return tag(label if count is None else f"{label} {count}", _LOOKS.get(colours[label], ""))


def styled(looks: str, *shown: Shown) -> SafeString:
    """Words in one of the looks of the style sheet: `strong`, `quiet`, `good`, `bad`, `warn`, `small`, or several."""
    classes = " ".join(f"bo-{look}" for look in looks.split())
    return format_html('<span class="{}">{}</span>', classes, phrase(*shown))


def strong(*shown: Shown) -> SafeString:
    return styled("strong", *shown)


def signed(text: str, *, is_credit: bool) -> SafeString:
    """An amount that came or went."""
    return styled("strong good" if is_credit else "strong bad", text)


def phrase(*shown: Shown, between: str = " ") -> SafeString:
    """What there is of these, one after the other."""
    return format_html_join(between, "{}", ((each,) for each in shown if each))


def stacked(first: Shown, *others: Shown) -> SafeString:
    """Something, and in smaller print below it what is known besides."""
    below = format_html_join("", '<div class="bo-quiet bo-small">{}</div>', ((each,) for each in others if each))
    return format_html("{}{}", first or "", below)
