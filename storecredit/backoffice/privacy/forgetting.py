"""What is no history and names somebody: emptied, or deleted with its row, as `triggers/personal.py` says."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from ledger.queries import find_rows_naming
from ledger.triggers.forgetting import Forgotten, list_forgotten
from storecredit.backoffice.privacy.persons import Person

_SIGNED_IN = frozenset({SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY})
#: Of each way of a table to forget: the keys of the rows that name somebody, and in which columns.
Forgettable = list[tuple[str, Forgotten, dict[Any, set[str]]]]


def find_forgettable(person: Person) -> Forgettable:
    """What names somebody in rows that are no history. Every row is read for it, and none is locked."""
    return [
        (
            table,
            way,
            find_rows_naming(
                table=table, columns=list(way.columns), naming=person.naming, key=way.key, where=way.where
            ),
        )
        for table, ways in list_forgotten().items()
        for way in ways
    ]


def forget_person(person: Person, found: Forgettable) -> None:
    """Empty or delete what names somebody, or is theirs by a key, wherever it may."""
    rows = person.list_rows()
    for table, way, named in found:
        if way.is_deleted:
            _delete(table, way, list(named))
            continue
        if way.is_whole and table in rows:
            whole = {pk: set(way.columns) for pk in rows[table].values_list("pk", flat=True)}
            named = whole | {each: set(way.columns) for each in named}
        for column in way.columns:
            _empty(table, way, column, [each for each, columns in named.items() if column in columns])
    _forget_in_sessions(person)


def _delete(table: str, way: Forgotten, keys: Collection[Any]) -> None:
    with connection.cursor() as cursor:
        for each in keys:
            cursor.execute(f"DELETE FROM {table} WHERE {way.key} = %s", [each])


def _empty(table: str, way: Forgotten, column: str, keys: Collection[Any]) -> None:
    value = way.columns[column]
    with connection.cursor() as cursor:
        for each in keys:
            put = value.format(id=each) if value is not None and "{id}" in value else value
            cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE {way.key} = %s', [put, each])


def _forget_in_sessions(person: Person) -> None:
    """
    What waits in a colleague's session, packed, until they open a page again: a form that they were signed out of, or
    messages too long for a cookie. They stay signed in.
    """
    naming = person.naming
    for session in Session.objects.order_by("pk").iterator():
        held = session.get_decoded()
        named = [part for part, value in held.items() if part not in _SIGNED_IN and naming.stands_in(str(value))]
        if named:
            store = SessionStore(session.session_key)
            for part in named:
                del store[part]
            store.save()
