"""Where the shop is kept, and how it is known to be the one that the program would make today."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from tests.postgresql import postgresql

ROOT = Path(__file__).resolve().parents[3]
COPIES = 1999
_KEPT_IN = Path("/tmp/storecredit-million")
_DATABASE = "storecredit_million"
_SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}


@dataclass(frozen=True, slots=True)
class Kept:
    """The address of the shop's database, and whether it was made just now."""

    address: str
    is_new: bool


@contextmanager
def million_shop() -> Iterator[Kept]:
    """
    Give the shop, which is made if it is not there.

    :raises NoServer: if no PostgreSQL can be had here.
    """
    with postgresql(kept_in=_KEPT_IN, more=_SERVER) as server:
        address = urlunsplit(urlsplit(server)._replace(path=f"/{_DATABASE}"))
        with psycopg.connect(server, autocommit=True) as connection:
            wanted = _stamp()
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [_DATABASE]
            ).fetchone()
            is_new = found is None or found[0] != wanted
            if is_new:
                name = Identifier(_DATABASE)
                connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                connection.execute(SQL("CREATE DATABASE {}").format(name))
                _make(address)
                connection.execute(SQL("COMMENT ON DATABASE {} IS {}").format(name, Literal(wanted)))
        yield Kept(address, is_new)


def prepare_environment(address: str) -> None:
    """What production has, over plain HTTP."""
    os.environ |= {
        "DATABASE_URL": address,
        "SECRET_KEY": "a-secret-for-the-benchmark-alone-which-guards-nothing-at-all-0123456789",
        "CODE_KEYS": "a-key-for-the-benchmark-alone-which-hides-nothing-at-all",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "false",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "storecredit.settings",
    }
    for name in ("REDIS_URL", "REPLICA_URL", "WEB_THREADS"):
        os.environ.pop(name, None)


def _make(address: str) -> None:
    """In a process of its own: whoever asks may have another database."""
    prepare_environment(address)
    subprocess.run([sys.executable, "-m", "tests.benchmarks.million.making"], cwd=ROOT, check=True)


def _stamp() -> str:
    """What decides how the shop is made: its own code, the tables and the triggers."""
    files = [
        *Path(__file__).parent.glob("*.py"),
        *(path for part in ("ledger", "giftcards", "storecredit") for path in (ROOT / part).rglob("migrations/*.py")),
        *(path for part in ("ledger", "giftcards", "storecredit") for path in (ROOT / part).rglob("triggers/**/*.sql")),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()
