"""The servers under load: gunicorn as the project configures it, two workers, loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from tests.benchmarks.client import HOST

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
_START_SECONDS = 30
_DATABASE = "storecredit_benchmark"


class NotDurable(Exception):
    """The database forgets commits in a power cut: measured against it, nothing would mean anything."""


@contextmanager
def fresh_database(address: str) -> Iterator[str]:
    """
    Give the address of a database of the benchmark's own on a durable server.

    :raises NotDurable: if the server does not wait for the disk.
    """
    parts = urlsplit(address)
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            (value,) = _one(connection.execute(SQL("SHOW {}").format(Identifier(setting))))
            if value != "on":
                raise NotDurable(f"{setting} is {value} on the PostgreSQL server.")
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(_DATABASE)))
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(_DATABASE)))
        try:
            yield urlunsplit(parts._replace(path=f"/{_DATABASE}"))
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(_DATABASE)))


@contextmanager
def serve(application: str, *, log: Path) -> Iterator[int]:
    """Run gunicorn on a free port and give the port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", application]
    # The application names its settings itself: those of a server, not the benchmark's.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["WEB_CONCURRENCY"] = str(WORKERS)
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--bind", f"{HOST}:{port}"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            _wait_for(port, server, log)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=_START_SECONDS)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")


def _one(cursor: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] = cursor.fetchone()
    return row
