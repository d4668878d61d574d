"""
Who acts, said to the database: its own triggers tell of each change of access, and ask for the name.

PostgreSQL keeps it as a setting that ends with the transaction, SQLite asks the program by a function.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from storecredit.audit.operations.recording import Acting

_SETTING = "SELECT set_config('storecredit.actor', %s, true)"


@contextmanager
def acting(*, actor: Acting, now: datetime, address: str = "", using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Have the changes of access that are made meanwhile told as this one's. Inside a transaction."""
    said = {
        "kind": str(actor.kind),
        "id": actor.id,
        "label": actor.label,
        "owner": actor.owner,
        "door": actor.door,
        "request_id": actor.request_id,
        "address": address,
        "at": now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", timespec="microseconds"),
    }
    connection = connections[using]
    before = getattr(connection, "audit_actor", None)
    _say(connection, said | ({"at": f"{said['at']}+00"} if connection.vendor == "postgresql" else {}))
    try:
        yield
    finally:
        # After a failed statement nothing can be said; the setting ends with what is rolled back.
        if connection.needs_rollback:
            connection.audit_actor = before
        else:
            _say(connection, before)


def tell_sqlite(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let the triggers of a new connection to SQLite ask who acts."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("audit_actor", 0, lambda: _json(getattr(connection, "audit_actor", None)))


def _say(connection: Any, said: dict[str, str] | None) -> None:
    connection.audit_actor = said
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_SETTING, [_json(said) or ""])


def _json(said: dict[str, str] | None) -> str | None:
    return None if said is None else json.dumps(said)
