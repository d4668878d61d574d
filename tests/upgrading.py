"""A database as it was before a migration, and as it is after all that came since."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command


@contextmanager
def taken_back_to(app: str, migration: str) -> Iterator[None]:
    """
    Within, the database is one that knows no later migration of the app; after it, one that knows them all.

    All, and not the app's alone: to go back takes along what other apps built on it, and whoever tests next on this
    database needs that too.
    """
    call_command("migrate", app, migration, verbosity=0)
    try:
        yield
    finally:
        call_command("migrate", verbosity=0)
