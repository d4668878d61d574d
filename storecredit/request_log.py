"""
One line of log for each request, and the id that ties it to what else was logged on the way.

It asks no database and looks at neither body nor query. Every request of the API pays for it, so it is kept cheap.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.http import HttpRequest, HttpResponse

from storecredit.settings.logs import mask

logger = logging.getLogger("storecredit.requests")

# What a caller may give us to quote back: it ends in headers, in log lines and in the books.
ACCEPTABLE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_BLANK = re.compile(r"\s")


class RequestLogMiddleware:
    """Gives the request its `request_id`, the caller's own if it is fit to print, and logs how it ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        offered = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = offered if ACCEPTABLE_ID.fullmatch(offered) else str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]  # the request carries it on
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        if logger.isEnabledFor(logging.INFO):
            logger.info(
                {
                    "event": "request",
                    "level": "info",
                    "request_id": request_id,
                    "method": request.method,
                    # A blank would end the segment that is masked, and leave the rest of a mistyped code.
                    "path": mask(_BLANK.sub("_", request.path)),
                    "status": response.status_code,
                    "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                    "timestamp": datetime.now(UTC).isoformat(),
                }
            )
        response.headers.setdefault("X-Request-Id", request_id)
        return response
