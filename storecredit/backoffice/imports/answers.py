"""What the pages read of a request, and how they give files out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from ledger.management.column_maps import ColumnMap, fold_header
from ledger.spreadsheet import list_csv_lines


def guess_column(known: ColumnMap, header: str) -> str:
    """What a layout that is known says of a header: its column, or that it says nothing here; blank if it does not."""
    folded = fold_header(header)
    if folded in known.columns:
        return known.columns[folded]
    return "-" if folded in known.ignored else ""


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of the page asks, which follows by itself."""
    return request.headers.get("Accept") == "application/json"


def read_number(request: HttpRequest, name: str) -> int:
    """A number in the form or the address; one that is none is like no version, place or size."""
    text = request.POST.get(name, "") if name in request.POST else request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1


def send_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Rows as a file to keep, sent while they are read."""
    lines = list_csv_lines(row for part in ([columns], rows) for row in part)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
