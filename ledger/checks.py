from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from ledger import triggers


@register(Tags.database)
def check_triggers(
    *, app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """With `check --database default`: every trigger that guards the books is there, switched on and unchanged."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if "ledger_transaction" not in connection.introspection.table_names():
            continue
        for name in triggers.missing(connection):
            found.append(
                Error(
                    f"The trigger {name} is missing, switched off or changed on database {alias!r}.",
                    hint="Run manage.py migrate: it puts all triggers up again.",
                    id="ledger.E001",
                )
            )
    return found
