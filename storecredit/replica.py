"""
A streaming replica, for whoever names it as the database to look at.

A replica lags. Nothing that decides about money may read from it, so nothing does by itself: reports name it, which are
of sealed cuts and so final, and `reconcile --database replica`.
"""

from typing import Any

from django.db import models


class ReplicaRouter:
    """Installed by the settings when there is a REPLICA_URL."""

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == "replica" else None
