"""What the owner of the tables can do, who can switch triggers off and drop constraints."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from ledger import triggers
from tests.ledger.attacks import run


@contextmanager
def triggers_off(*apps: str, checks: Sequence[tuple[str, str]] = ()) -> Iterator[None]:
    """
    No trigger of these apps refuses or writes anything in here, as a restore or the owner of the tables may write.

    :param checks: constraints, each behind its table, that refuse nothing either, until the test ends; on SQLite no
        CHECK does, until it is left.
    """
    if connection.vendor == "sqlite":
        with _sqlite_without(apps, "ON" if checks else "OFF"):
            yield
    else:
        with _postgresql_without(apps, checks):
            yield
    for app in apps:
        triggers.put_up(connection, app)


@contextmanager
def _sqlite_without(apps: tuple[str, ...], checks_ignored: str) -> Iterator[None]:
    for app in apps:
        triggers.take_down(connection, app)
    run(f"PRAGMA ignore_check_constraints = {checks_ignored}")
    try:
        yield
    finally:
        run("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def _postgresql_without(apps: tuple[str, ...], checks: Sequence[tuple[str, str]]) -> Iterator[None]:
    # A table with checks that still wait for the commit is not altered.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name in checks:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    by_table: dict[str, list[str]] = defaultdict(list)
    for app in apps:
        for trigger in triggers.list_triggers(app, "postgresql"):
            by_table[trigger.table].append(trigger.name)
    # One statement for each table: after each, the server looks up anew all that it knows of it.
    for table, names in by_table.items():
        run(f"ALTER TABLE {table} {', '.join(f'DISABLE TRIGGER {name}' for name in names)}")
    yield
    for table, names in by_table.items():
        run(f"ALTER TABLE {table} {', '.join(f'ENABLE ALWAYS TRIGGER {name}' for name in names)}")
    run("SET CONSTRAINTS ALL DEFERRED")
