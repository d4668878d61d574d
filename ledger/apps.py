from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import post_migrate, pre_migrate


class LedgerConfig(AppConfig):
    name = "ledger"
    label = "ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        from ledger import checks  # noqa: F401  registers the system check

        pre_migrate.connect(_take_down_triggers, sender=self)
        post_migrate.connect(_put_up_triggers, sender=self)
        post_migrate.connect(_write_reasons, sender=self)


def _take_down_triggers(using: str, plan: Sequence[tuple[Migration, bool]] | None = None, **kwargs: Any) -> None:
    from ledger import triggers

    # Only for a migration of the ledger's own tables: without its triggers a posting does not even move the balance.
    if plan is None or any(migration.app_label == "ledger" for migration, _ in plan):
        triggers.take_down(connections[using])


def _put_up_triggers(using: str, **kwargs: Any) -> None:
    from ledger import triggers

    # Tables of another day, as somebody goes back to, have other columns than these triggers name.
    loader = MigrationLoader(connections[using])
    if all(newest in loader.applied_migrations for newest in loader.graph.leaf_nodes("ledger")):
        triggers.put_up(connections[using])


def _write_reasons(using: str, **kwargs: Any) -> None:
    from ledger.models.reasons import write_shipped_reasons

    if "ledger_reason" in connections[using].introspection.table_names():
        write_shipped_reasons(using=using)
