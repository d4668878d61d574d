"""
Reads from a streaming replica, for those who ask for it.

A replica lags. Nothing that decides about money may read from it, so the default is the primary database and a report
says aloud that it can live with figures of a moment ago.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

_asked_for = ContextVar("replica_asked_for", default=False)


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Let the queries inside read from REPLICA_URL; without one they read from the primary database as ever."""
    token = _asked_for.set(True)
    try:
        yield
    finally:
        _asked_for.reset(token)


class ReplicaRouter:
    """Installed by the settings when there is a REPLICA_URL."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return "replica" if _asked_for.get() else None

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == "replica" else None
