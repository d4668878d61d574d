"""The door through which gunicorn comes in."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from storecredit.engines import give_connections_back


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

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """
        Answer, and give the pool its connections back.

        Django does so when the answer has been sent, for which a client may take its time. One that is written while
        it is sent still needs its own.
        """
        response = super().get_response(request)
        if not response.streaming:
            give_connections_back()
        return response
