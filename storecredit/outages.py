"""What a page says when it fails: that the database cannot be had just now, and when to come again; or nothing."""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from ledger.errors import DatabaseBusy

RETRY_AFTER_SECONDS: Final = "1"
_PAGE: Final = (
    "<!doctype html><html lang=en><title>Busy</title><h1>The database cannot be reached just now</h1>"
    "<p>Nothing was done. Load the page again in a moment."
)


def answer_failure(request: HttpRequest) -> HttpResponse:
    """503 for what passes by itself, and 500 for a fault of ours. Django calls it while it handles the error."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | DatabaseBusy):
        return HttpResponse(
            _PAGE, status=503, headers={"Retry-After": RETRY_AFTER_SECONDS, "Cache-Control": "no-store"}
        )
    return server_error(request)
