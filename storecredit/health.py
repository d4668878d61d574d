"""
Two questions of whoever runs the process: is it alive (`/healthz`), and can it serve (`/readyz`)?

Both are answered before any other middleware: a load balancer asks by address, over plain HTTP and without a key. The
answer names what is missing and nothing else.
"""

from collections.abc import Callable
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware as Security

from ledger import triggers
from storecredit.content_policy import ContentPolicyMiddleware


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # What these say to browsers holds for every page; what they would redirect or refuse does not hold here.
        self.layers = [layer(get_response) for layer in (XFrameOptionsMiddleware, ContentPolicyMiddleware, Security)]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in ("/healthz", "/readyz"):
            return self.get_response(request)
        response = _answer([] if request.path_info == "/healthz" else list_missing())
        for layer in self.layers:
            layer.process_response(request, response)
        return response


def list_missing() -> list[str]:
    """Name what keeps the process from serving: `database`, `migrations`, `triggers`; empty when it can."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = []
        if not _known_migrations() <= set(MigrationRecorder(connection).applied_migrations()):
            missing.append("migrations")
        if triggers.missing(connection):
            missing.append("triggers")
    except Error:
        return ["database"]
    return missing


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this program brings along; they cannot change while it runs."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _answer(missing: list[str]) -> HttpResponse:
    body: dict[str, object] = {"status": "unavailable", "missing": missing} if missing else {"status": "ok"}
    return JsonResponse(body, status=503 if missing else 200, headers={"Cache-Control": "no-store"})
