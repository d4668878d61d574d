"""
How an answer is written: JSON with exact decimals, in which JSON that was kept stands as it is; or rows of CSV.
"""

from typing import Any

from rest_framework.renderers import BaseRenderer

from ledger.spreadsheet import list_csv_lines
from storecredit.api.json_text import to_bytes, to_json


class ExactJSONRenderer(BaseRenderer):
    """JSON in UTF-8, without blanks."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The bytes of an answer; none for one without a body."""
        return b"" if data is None else to_bytes(to_json(data))


class CSVRenderer(BaseRenderer):
    """Rows as CSV in UTF-8, safe in a spreadsheet; their first one is the header."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The bytes of an answer; none for one without a body."""
        return b"" if data is None else "".join(list_csv_lines(data)).encode()
