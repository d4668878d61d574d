"""When triggers go down and up: around every migration, whichever command ran it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import post_migrate, pre_migrate


def keep_triggers(app: AppConfig) -> None:
    """Take an app's triggers down before migrations and put them up after; called from the app's `ready`."""
    pre_migrate.connect(_take_down, sender=app)
    post_migrate.connect(_put_up, sender=app)


def follows_migrate(signal: Mapping[str, Any]) -> bool:
    """Whether `post_migrate` comes from `migrate`, which has a plan. `flush` sends it too, and alters no table."""
    return "plan" in signal


def _take_down(
    sender: AppConfig, using: str, plan: Sequence[tuple[Migration, bool]] | None = None, **kwargs: Any
) -> None:
    from ledger import triggers

    # Only for a migration of the ledger's own tables: without its triggers a posting does not even move the balance.
    if sender.label != "ledger" or plan is None or any(migration.app_label == "ledger" for migration, _ in plan):
        triggers.take_down(connections[using], sender.label)


def _put_up(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from ledger import triggers

    connection = connections[using]
    if follows_migrate(kwargs) and not _is_newest(connection, sender.label):
        return
    tables = {trigger.table for trigger in triggers.list_triggers(sender.label, connection.vendor)}
    if tables <= set(connection.introspection.table_names()):
        triggers.put_up(connection, sender.label)


def _is_newest(connection: BaseDatabaseWrapper, app_label: str) -> bool:
    """Tables of another day, as somebody goes back to, have other columns than the triggers name."""
    loader = MigrationLoader(connection)
    return all(newest in loader.applied_migrations for newest in loader.graph.leaf_nodes(app_label))
