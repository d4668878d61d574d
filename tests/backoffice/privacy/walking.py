"""Every table, every row and every column, as whoever holds a copy reads it who unpacks what is packed."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from tests.backoffice.privacy.dumps import fold


def list_columns_holding(*words: str) -> list[str]:
    """Table and column of each place in which one of these words stands, in small letters and without accents."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    texts = [fold(text) for text in _readings(name, value)]
                    if any(word in text for word in words for text in texts):
                        found.add(f"{table}.{name}")
    return sorted(found)


def _readings(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    yield text
    yield unquote_plus(text)
    with suppress(ValueError):
        yield json.dumps(json.loads(text), ensure_ascii=False)
    if name == "session_data":
        yield json.dumps(SessionStore().decode(text), ensure_ascii=False)
