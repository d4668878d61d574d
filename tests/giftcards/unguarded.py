"""What the owner of the tables can do, who can switch triggers off."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from ledger import triggers
from tests.ledger.attacks import run


@contextmanager
def triggers_off() -> Iterator[None]:
    """No trigger of cards or books refuses or writes anything in here."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
    for label in ("giftcards", "ledger"):
        for trigger in triggers.list_triggers(label, connection.vendor):
            if connection.vendor == "sqlite":
                run(f"DROP TRIGGER {trigger.name}")
            else:
                run(f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}")
    yield
    for label in ("ledger", "giftcards"):
        triggers.put_up(connection, label)
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL DEFERRED")
