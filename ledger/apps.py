from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from ledger import checks  # noqa: F401  registers the system check
        from ledger.triggers.signals import keep_triggers

        # Before the triggers are up that tell of each change of one: these nobody has changed.
        post_migrate.connect(_write_reasons, sender=self)
        keep_triggers(self)
        # After the triggers are up that keep the sums.
        post_migrate.connect(_sum_accounts, sender=self)
        # Of every app's big tables.
        post_migrate.connect(_look_after_big_tables, dispatch_uid="ledger.look_after_big_tables")


def _write_reasons(using: str, **kwargs: Any) -> None:
    from ledger.models.reasons import Reason, write_shipped_reasons

    connection = connections[using]
    if "ledger_reason" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "ledger_reason")}
    # A database that goes back to an older state has its reasons, and lacks columns.
    if columns.issuperset(field.column for field in Reason._meta.fields):
        write_shipped_reasons(using=using)


def _sum_accounts(using: str, **kwargs: Any) -> None:
    from ledger.operations.sums import sum_accounts_anew

    # A database that goes back to an older state keeps no sums.
    if "ledger_accountsum" in connections[using].introspection.table_names():
        sum_accounts_anew(using=using)


def _look_after_big_tables(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from ledger.operations.statistics import look_after, take_statistics
    from ledger.triggers.signals import follows_migrate

    if not follows_migrate(kwargs):
        return
    tables = [table for table in settings.BIG_TABLES if table.startswith(f"{sender.label}_")]
    look_after(*tables, using=using)
    take_statistics(*tables, using=using)
