"""What the pages read of a request, what they write down of it, and how they give files out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from ledger.management.column_maps import ColumnMap, fold_header
from ledger.spreadsheet import list_csv_lines
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit import Words, audit, kept_in_records, number_text
from storecredit.backoffice.models import ImportRun


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


def tell_of(request: HttpRequest, run: ImportRun, words: Words, **facts: str | int) -> None:
    """Write down what was done with a file, in the shop's language."""
    with kept_in_records():
        told = {name: number_text(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        audit(request, run, str(words) % told, kind=ActivityKind.IMPORTED)


def send_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Rows as a file to keep, sent while they are read."""
    lines = list_csv_lines(row for part in ([columns], rows) for row in part)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
