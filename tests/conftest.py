import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db import connection
from django.db.backends.signals import connection_created

from tests import chromium
from tests.databases import copy_the_template_if_there_is_one
from tests.flush import clean_up_as_the_books_allow, remember_fresh
from tests.integrators import npm
from tests.once import ELSEWHERE, STRONGER, find_mark, has_nothing_for

copy_the_template_if_there_is_one()
clean_up_as_the_books_allow()


def note_sign_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """A client that is signed in past the doors has just given its password: the doors' own tests go through them."""
    if not request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
        record_authentication(request, user, "password")


user_logged_in.connect(note_sign_in)


def let_factories_raise(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Where nobody is said to act, a test puts up what others have approved long ago; whoever acts is held."""
    connection.access_unheld = "nobody"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET storecredit.unheld = 'nobody'")


connection_created.connect(let_factories_raise)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Each database as its migrations leave it, for what a test that commits is cleaned up to."""
    with django_db_blocker.unblock():
        remember_fresh(connection)


@pytest.fixture(autouse=True)
def from_an_empty_cache() -> None:
    """What was counted and remembered of another test's client is not this one's, though both have the same id."""
    cache.clear()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave unread what `make test` runs on the other database: to read all tests takes each process ten seconds."""
    elsewhere = os.environ.get(ELSEWHERE)
    if not elsewhere or not collection_path.name.startswith("test_"):
        return None
    return has_nothing_for(collection_path.relative_to(config.rootpath).as_posix(), elsewhere) or None


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the search for what can be freed, a tenth of the time, passes it over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark and skip before anything is chosen; once all is in its order, begin with what takes longest."""
    _mark(items)
    yield
    # Begun last, one of them alone would keep a processor busy while the others have nothing left to do.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _mark(items: list[pytest.Item]) -> None:
    """Mark what need not run twice, and skip by name what this machine or this database cannot run."""
    for item in items:
        marker = find_mark(item.nodeid.partition("::")[0], getattr(item, "originalname", None) or item.name)
        if marker and not any(map(item.get_closest_marker, STRONGER[marker])):
            item.add_marker(marker)

    lacking = {
        "browser": chromium.find_lack(),
        "node": npm.find_lack(),
        "postgresql": None if connection.vendor == "postgresql" else "shows what PostgreSQL alone does",
        "sqlite": None if connection.vendor == "sqlite" else "shows what SQLite alone does",
    }
    for item in items:
        for marker, reason in lacking.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
