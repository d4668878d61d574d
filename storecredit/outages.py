"""What a page says when it fails: that the database cannot be had just now, and when to come again; or nothing."""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from ledger.errors import DatabaseBusy
from storecredit.error_pages import show_error_page

RETRY_AFTER_SECONDS: Final = "1"


def answer_failure(request: HttpRequest) -> HttpResponse:
    """503 for what passes by itself, and 500 for a fault of ours. Django calls it while it handles the error."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | DatabaseBusy):
        return show_error_page(503, {"Retry-After": RETRY_AFTER_SECONDS})
    return server_error(request)
