"""
Who acts, said to the database: its own triggers tell of each change of access, and ask for the name.

PostgreSQL keeps it as a setting that ends with the transaction, so that it goes astray in no pool: the engine says it
anew when one begins. SQLite asks the program by a function.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from storecredit.audit.operations.recording import Acting


@contextmanager
def acting(*, actor: Acting, now: datetime, address: str = "", using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Have the changes of access that are made meanwhile, in transactions, told as this one's."""
    said = {
        "kind": str(actor.kind),
        "id": actor.id,
        "label": actor.label,
        "owner": actor.owner,
        "door": actor.door,
        "request_id": actor.request_id,
        "address": address,
        "at": _moment(now, connections[using].vendor),
    }
    connection: Any = connections[using]
    before = getattr(connection, "audit_actor", None)
    _say(connection, json.dumps(said))
    try:
        yield
    finally:
        _say(connection, before)


def tell_sqlite(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let the triggers of a new connection to SQLite ask who acts."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("audit_actor", 0, lambda: getattr(connection, "audit_actor", None))


def _say(connection: Any, said: str | None) -> None:
    connection.audit_actor = said
    # After a failed statement nothing can be said; the setting ends with what is rolled back.
    if connection.vendor == "postgresql" and connection.in_atomic_block and not connection.needs_rollback:
        connection.say_who_acts()


def _moment(now: datetime, vendor: str) -> str:
    """As the database writes it."""
    plain = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", timespec="microseconds")
    return f"{plain}+00" if vendor == "postgresql" else plain
