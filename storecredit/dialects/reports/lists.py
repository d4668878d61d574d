"""A list as a CSV file, read as the command reads it: what is wrong is said line by line, and nothing is compared."""

from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.http import parse_header_parameters
from moneyed import Money

from ledger.money import to_minor
from storecredit.api.body import read_body
from storecredit.api.filters import read_parameters
from storecredit.api.json_text import Number
from storecredit.api.parsers import StrictJSONParser
from storecredit.api.problems import BadRequest, Fault, FaultKind
from storecredit.finance.management.statement_file import StatementFile, read_day_of


class _List(StatementFile):
    """Keeps the lines as the JSON of the same request has them."""

    def make_room(self) -> None:
        self.lines: list[dict[str, Any]] = []
        super().make_room()

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        super().stage(batch)
        for _line, cells in batch:
            currency, day = self.currency_of(cells), read_day_of(cells.get("time", ""))
            line: dict[str, Any] = {"reference": cells["reference"], "currency": currency}
            line["amount_minor"] = Number(str(to_minor(Money(Decimal(cells["amount"]), currency))))
            self.lines.append(line | ({"day": day.isoformat()} if day else {}))


class ListParser(StrictJSONParser):
    """A JSON object, or a CSV file of its lines with the columns reference, amount, currency and time."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """
        The members of the body; those besides the lines stand in the query where the body is CSV (`beside_csv` of the
        view), which is read as that of a list.

        :raises ValidationError: for what stands in the query.
        :raises Problem: for a length, a type or an encoding that is not taken, and for lines that are wrong.
        """
        declared, options = parse_header_parameters(stream.META.get("CONTENT_TYPE") or "")
        is_text = str(options.get("charset", "utf-8")).lower() in ("utf-8", "utf8")
        is_plain = stream.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() in ("", "identity")
        if declared != "text/csv" or not is_text or not is_plain:
            return super().parse(stream, media_type, parser_context)
        view = parser_context["view"]
        read_parameters(stream.GET, view.beside_csv)
        body = read_body(stream, max_bytes=view.max_body_bytes)
        file = _List(BytesIO(body))
        with closing(file.staged):
            if file.error_count:
                raise BadRequest.of(Fault(FaultKind.VALUE, f"{each}.", f"lines[{each.line}]") for each in file.errors)
        return {"lines": file.lines, **stream.GET.dict()}
