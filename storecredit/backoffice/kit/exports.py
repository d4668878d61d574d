"""
Lists as files: what a list shows, as it is filtered, searched and sorted, from its first row to its last.

Rows are read in portions, each by a short statement that begins where the one before ended, and sent as they come: the
memory that it takes does not grow with the list, and no connection to the database waits for whoever downloads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext, ngettext

from giftcards.queries import looks_like_a_code
from ledger.spreadsheet import list_csv_lines
from ledger.workbooks import ROWS_PER_SHEET, Cell, Sheet, list_workbook_bytes
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.backoffice.kit.actors import staff_actor
from storecredit.backoffice.kit.export_columns import ExportColumn, ListColumns
from storecredit.backoffice.kit.paging import list_portions
from storecredit.backoffice.kit.parts import Button
from storecredit.backoffice.kit.understanding import UnderstoodMixin
from storecredit.backoffice.kit.viewers import kept_in_records
from storecredit.backoffice.kit.words import count_text
from storecredit.client_address import client_address
from storecredit.engines import give_connections_back
from storecredit.settings.logs import mask

EXPORT = "backoffice.export_lists"
ROWS_AT_ONCE = 500
_VALUE_SHOWN = 60
_NOT_FILTERS = frozenset({PAGE_VAR, "o", "e", "all", "_popup", "_facets", "_changelist_filters"})

Portions = Iterator[list[list[Cell]]]


def _list_csv(title: str, head: Sequence[str], portions: Portions) -> Iterator[bytes]:
    # Spreadsheets take a file for UTF-8 if it begins with this mark.
    yield "\ufeff".encode() + "".join(list_csv_lines([head])).encode()
    for rows in portions:
        yield "".join(list_csv_lines([_in_words(cell) for cell in row] for row in rows)).encode()


def _in_words(cell: Cell) -> Cell:
    """Days and moments as ISO 8601 has them, the moments with how far their clock is from UTC."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def _list_xlsx(title: str, head: Sequence[str], portions: Portions) -> Iterator[bytes]:
    return list_workbook_bytes(Sheet(title, head, portions))


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    content_type: str
    make: Callable[[str, Sequence[str], Portions], Iterator[bytes]]


FORMATS = {
    "csv": _Format("CSV", "text/csv; charset=utf-8", _list_csv),
    "xlsx": _Format("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _list_xlsx),
}


class ExportMixin(UnderstoodMixin):
    """A list that those who may can take with them."""

    #: How columns of the list are exported that are more than a text. The others are exported as they are shown.
    exported: ClassVar[Mapping[str, Sequence[ExportColumn]]] = {}

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        """Give rows what their columns show besides what is stored with them."""
        return rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        url = _with_query(self._address("export"), request) if may_export(request) else ""
        shown = {"export_url": url, "rows_per_sheet": count_text(ROWS_PER_SHEET - 1)}
        return super().changelist_view(request, shown | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list that the address asks for, as a file. Only a form of the list asks for one."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(_with_query(self._address("changelist"), request))
        if not may_export(request):
            return self._refuse(request, gettext("your role does not include taking lists out."), 403)
        wanted = FORMATS.get(request.POST.get("format", ""))
        if wanted is None:
            return self._refuse(request, gettext("a list is taken out as CSV or as XLSX."), 400)
        answer = self._look_at(request)
        listed = (getattr(answer, "context_data", None) or {}).get("cl")
        if listed is None:
            return answer
        if listed.not_understood:
            why = gettext("the list does not understand its filters: %(wrong)s") % {
                "wrong": " ".join(listed.not_understood)
            }
            return self._refuse(request, why, 400)
        return self._send(request, listed, wanted)

    def _look_at(self, request: HttpRequest) -> HttpResponse:
        """The first page of the list as it would be shown, so that nothing is taken out that could not be seen."""
        asking = copy(request)
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        asking.method, asking.GET = "GET", query  # type: ignore[assignment]  # what is written to is a copy
        answer: HttpResponse = self.changelist_view(asking)
        return answer

    def _send(self, request: HttpRequest, listed: Any, wanted: _Format) -> HttpResponseBase:
        title = capfirst(str(self.opts.verbose_name_plural))
        columns = ListColumns(self, [each for each in listed.list_display if each != "action_checkbox"], self.exported)
        counted = _Counted(self, request, wanted.name)
        with kept_in_records():
            told = {"format": wanted.name, "filters": _filters_text(request)}
            counted.log(gettext("Began to export as %(format)s: %(filters)s") % told)
        parts = wanted.make(title, columns.titles, counted.read(listed, columns))
        return _answer(f"{slugify(title)}-{timezone.localdate():%Y-%m-%d}", wanted, counted.tell_of(parts))

    def _refuse(self, request: HttpRequest, why: str, status: int) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Export"),
            "step": {"label": gettext("Export")},
            "refusal": why,
            "back_url": self._address("changelist"),
        }
        return TemplateResponse(request, "backoffice/kit/step_refused.html", context, status=status)

    def _address(self, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}")


class _Counted:
    """The rows of one export, counted for the staff log."""

    def __init__(self, admin: ExportMixin, request: HttpRequest, format_name: str) -> None:
        self._admin, self._format = admin, format_name
        user: Any = request.user
        self._user_id: int = user.pk
        self._actor, self._from = staff_actor(request), client_address(request)
        # The answer is sent when the request, which had them, is over.
        self._zone, self._language = timezone.get_current_timezone(), translation.get_language()
        self._rows = 0

    def read(self, listed: Any, columns: ListColumns) -> Portions:
        for rows in list_portions(listed, ROWS_AT_ONCE):
            with timezone.override(self._zone), translation.override(self._language):
                cells = [columns.cells(row) for row in self._admin.complete_rows(rows)]
            self._rows += len(cells)
            # Whoever downloads may take their time with it.
            give_connections_back()
            yield cells

    def tell_of(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from parts
        except GeneratorExit:
            with kept_in_records():
                words = ngettext(
                    "Export as %(format)s broken off after %(rows)s row",
                    "Export as %(format)s broken off after %(rows)s rows",
                    self._rows,
                )
                self.log(words % self._facts)
            raise
        with kept_in_records():
            words = ngettext(
                "Exported as %(format)s: %(rows)s row", "Exported as %(format)s: %(rows)s rows", self._rows
            )
            self.log(words % self._facts)

    @property
    def _facts(self) -> dict[str, str]:
        return {"format": self._format, "rows": count_text(self._rows)}

    def log(self, text: str) -> None:
        """Write down what became of it: of the list, for it is about no single row."""
        opts = self._admin.opts
        LogEntry.objects.create(
            user_id=self._user_id,
            content_type=ContentType.objects.get_for_model(self._admin.model),
            object_repr=capfirst(str(opts.verbose_name_plural))[:200],
            action_flag=CHANGE,
            change_message=text,
        )
        record_activity(
            actor=self._actor,
            kind=ActivityKind.EXPORTED,
            subject=Subject(kind=opts.label_lower, id="", label=capfirst(str(opts.verbose_name_plural))),
            details={"text": text},
            address=self._from,
            now=timezone.now(),
        )
        give_connections_back()


def take_out(
    request: HttpRequest,
    name: str,
    *,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    subject: Subject,
    details: Mapping[str, Any],
) -> HttpResponseBase:
    """
    What a page reports as the file that its address asks for, which `wants_file` has looked at; it is told.

    :param name: of the file, without its ending.
    :raises PermissionDenied: if the person's role does not include it.
    """
    if not may_export(request):
        raise PermissionDenied
    wanted = FORMATS[request.GET["file"]]
    record_activity(
        actor=staff_actor(request),
        kind=ActivityKind.EXPORTED,
        subject=subject,
        details={**details, "rows": len(rows), "format": request.GET["file"]},
        address=client_address(request),
        now=timezone.now(),
    )
    return _answer(name, wanted, wanted.make(name, columns, iter([[list(row) for row in rows]])))


def wants_file(request: HttpRequest) -> bool:
    """Whether the address of a page asks for what it reports as a file."""
    return request.GET.get("file") in FORMATS


def file_buttons(request: HttpRequest) -> list[Button]:
    """The ways to what a page reports as a file, of each format, for whoever may take it."""
    return [
        Button(each.name, f"?{_with(request, file=key)}", "download", is_file=True)
        for key, each in FORMATS.items()
        if may_export(request)
    ]


def _answer(name: str, wanted: _Format, parts: Iterator[bytes]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=wanted.content_type)
    answer.is_told = True  # type: ignore[attr-defined]  # by more than that a file was taken
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted.name.lower()}"'
    return answer


def _with(request: HttpRequest, **more: str) -> str:
    query = request.GET.copy()
    for key, value in more.items():
        query[key] = value
    return query.urlencode()


def may_export(request: HttpRequest) -> bool:
    """Whether the person's role includes taking lists out."""
    user: Any = request.user
    return bool(user.has_perm(EXPORT))


def _with_query(url: str, request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop(PAGE_VAR, None)
    return f"{url}?{query.urlencode()}" if query else url


def _filters_text(request: HttpRequest) -> str:
    """How the list was narrowed. What was searched for may be a code or a name, and is not written down."""
    told = [
        f"{name} {'…' if looks_like_a_code(value) else mask(value)[:_VALUE_SHOWN]}"
        for name, values in request.GET.lists()
        for value in values
        if value and name not in _NOT_FILTERS and name != SEARCH_VAR
    ]
    if request.GET.get(SEARCH_VAR):
        told.append(gettext("a search"))
    return ", ".join(told) or gettext("the whole list")
