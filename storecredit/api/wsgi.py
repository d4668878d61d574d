"""The door through which gunicorn comes in."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class PatientRequest(WSGIRequest):
    """
    A request that any Content-Type may come with.

    Django raises on some of them before the first middleware, which ends in a page of the server's; and it lets the
    charset choose the codec of the query, which not every codec survives. Queries are UTF-8 here, always.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, TypeError, LookupError, AttributeError):
            self.content_type, self.content_params = "unreadable", {}


class PatientHandler(WSGIHandler):
    request_class = PatientRequest
