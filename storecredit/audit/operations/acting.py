"""
Who acts, said to the database: its own triggers tell of each change of access, and ask for the name.

PostgreSQL keeps it as a setting that ends with the transaction, so that it goes astray in no pool: the engine says it
anew when one begins. SQLite asks the program by a function.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
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
        known: Any = connection
        known.connection.create_function("audit_actor", 0, lambda: getattr(known, "audit_actor", None))
        known.connection.create_function("access_is_held", 0, lambda: _is_held(known))
        known.connection.create_function("access_is_of", 1, lambda person: _is_of(known, person))
        known.connection.create_function("access_network_within", 2, _is_within)


@contextmanager
def unheld(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """
    Put up what is shipped without a second person's approval, in a transaction, as whoever acts now.

    On PostgreSQL it helps the owner of the tables alone.
    """
    connection: Any = connections[using]
    before = getattr(connection, "access_unheld", "")
    _let(connection, _door_of(connection))
    try:
        yield
    finally:
        _let(connection, before)


def _let(connection: Any, door: str) -> None:
    connection.access_unheld = door
    if connection.vendor == "postgresql" and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('storecredit.unheld', %s, true)", [door])


def _door_of(connection: Any) -> str:
    """Through which door what is done comes; where nobody said who acts, it is nobody's."""
    said = getattr(connection, "audit_actor", None)
    return str(json.loads(said)["door"]) if said else "nobody"


def _is_held(connection: Any) -> bool:
    return getattr(connection, "access_unheld", "") != _door_of(connection)


def _is_of(connection: Any, person: int) -> bool:
    said = json.loads(getattr(connection, "audit_actor", None) or "{}")
    return said.get("kind") == "STAFF" and said.get("id") == str(person)


def _is_within(network: str, other: str) -> bool:
    inner, outer = ip_network(network), ip_network(other)
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _say(connection: Any, said: str | None) -> None:
    connection.audit_actor = said
    # After a failed statement nothing can be said; the setting ends with what is rolled back.
    if connection.vendor == "postgresql" and connection.in_atomic_block and not connection.needs_rollback:
        connection.say_who_acts()


def _moment(now: datetime, vendor: str) -> str:
    """As the database writes it."""
    plain = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", timespec="microseconds")
    return f"{plain}+00" if vendor == "postgresql" else plain
