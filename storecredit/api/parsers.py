"""How a body is read: JSON objects alone, within limits, with nothing coerced."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from storecredit.api.body import check_media_type, read_body
from storecredit.api.json_text import JsonRefused, parse_object


class StrictJSONParser(BaseParser):
    """
    JSON objects in UTF-8, with numbers as they were written.

    The view says how long a body may be (`max_body_bytes`), the request whether it may have none.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """
        The members of the body.

        :raises Problem: for a length, a type or an encoding that is not taken.
        :raises ParseError: if it is no JSON object, or not one within the limits.
        """
        request = parser_context["request"]
        body = read_body(stream, max_bytes=parser_context["view"].max_body_bytes)
        check_media_type(stream, body=body, body_expected=request.is_body_expected)
        if not body and not request.is_body_expected:
            return {}
        try:
            return parse_object(body)
        except JsonRefused as error:
            raise ParseError(str(error)) from None
