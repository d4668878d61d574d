"""
PostgreSQL as every process of the project talks to it; in front of requests with a pool, whose connections are known to
live before a request's first statement.

A server that restarts closes every connection, and what is left of one looks sound until it is used. Asking the server
would be a round trip for every request; but a connection that was closed has something to read, which the kernel knows.
"""

import select
import time
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import get_adapters_template
from psycopg import Connection, Error, sql
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg_pool import ConnectionPool

#: A host that vanished closes nothing: what nobody has used for so long is asked.
TRUSTED_IDLE_SECONDS: Final = 60


# Its stubs leave out what engines are made of.
_Django: Any = base.DatabaseWrapper


class DatabaseWrapper(_Django):
    """Django's own, which gives a connection back to the pool where it would close it."""

    def get_connection_params(self) -> dict[str, Any]:
        # Putting them together costs as much as the pool itself, which was told them when it was made.
        if self.alias in self._connection_pools:
            return {}
        params: dict[str, Any] = super().get_connection_params()
        params["context"] = _adapters(self.timezone)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """
        Take a connection from the pool that lives.

        :raises PoolTimeout: if there is none for as long as the pool may wait.
        """
        connection = super().get_new_connection(conn_params)
        pool = self.pool
        if pool is None or _lives(connection):
            return connection
        # Whatever closed this one has closed the others that were idle.
        pool.drain()
        pool.putconn(connection)
        return super().get_new_connection(conn_params)

    #: Who acts, for the triggers that tell of changes of access: see `storecredit.audit.operations.acting`.
    audit_actor: str | None = None

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        super().set_autocommit(autocommit, *args, **kwargs)
        if not autocommit and self.audit_actor is not None:
            self.say_who_acts()

    def say_who_acts(self) -> None:
        """Say it to the transaction, with which it is forgotten. No query does, which would fix how that one reads."""
        said = sql.Literal(self.audit_actor or "").as_string(self.connection)
        with self.cursor() as cursor:
            cursor.execute(f"SET LOCAL storecredit.actor = {said}")

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.idle_since = time.monotonic()
        super()._close()

    def _set_autocommit(self, autocommit: bool) -> None:
        # Connections come out of the pool as they went in.
        if self.connection.autocommit != autocommit:
            super()._set_autocommit(autocommit)


@cache
def _adapters(zone: tzinfo) -> AdaptersMap:
    """Django's, but for times: its way to read one is written in Python and takes 15 times as long."""
    adapters = AdaptersMap(get_adapters_template(settings.USE_TZ, zone))
    djangos: Any = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)

    class TimeLoader(Loader):
        timezone = zone

        def load(self, data: Buffer) -> datetime | None:
            try:
                return datetime.fromisoformat(str(data, "ascii")).replace(tzinfo=zone)
            except ValueError:
                # Years that Python does not know, and other forms than ISO's.
                loaded: datetime | None = djangos(self.oid, self.connection).load(data)
                return loaded

    adapters.register_loader("timestamptz", TimeLoader)
    return adapters


def _lives(connection: "Connection[Any]") -> bool:
    idle_seconds = time.monotonic() - getattr(connection, "idle_since", time.monotonic())
    if idle_seconds < TRUSTED_IDLE_SECONDS and not _has_something_to_read(connection):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        return False
    return True


def _has_something_to_read(connection: "Connection[Any]") -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
