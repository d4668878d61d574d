"""What whoever holds a copy of the database can read in it."""

import os
import subprocess
from typing import Any
from unicodedata import combining, normalize

from django.db import connection


def dump() -> str:
    """
    The database as its own tools write it out, in small letters and without accents.

    PostgreSQL's reads only what is committed.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        text = "\n".join(connection.connection.iterdump())
    else:
        text = _pg_dump(connection.get_connection_params())
    return fold(text)


def fold(text: str) -> str:
    return "".join(sign for sign in normalize("NFKD", text).casefold() if not combining(sign))


def _pg_dump(where: dict[str, Any]) -> str:
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    environment = os.environ | {name: str(where[said]) for name, said in names.items() if where.get(said)}
    command = ["pg_dump", "--data-only", "--inserts", where["dbname"]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
