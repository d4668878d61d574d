from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class CheckoutsConfig(AppConfig):
    name = "storecredit.checkouts"
    label = "checkouts"
    verbose_name = "Checkouts"

    def ready(self) -> None:
        pre_migrate.connect(_take_down_triggers, sender=self)
        post_migrate.connect(_put_up_triggers, sender=self)


def _take_down_triggers(using: str, **kwargs: Any) -> None:
    from ledger import triggers

    triggers.take_down(connections[using], "checkouts")


def _put_up_triggers(using: str, **kwargs: Any) -> None:
    from ledger import triggers

    if "checkouts_chargemovement" in connections[using].introspection.table_names():
        triggers.put_up(connections[using], "checkouts")
