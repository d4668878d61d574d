import gc
from fnmatch import fnmatch

import pytest
import pytest_django
from django.db import connection

from tests import chromium
from tests.databases import copy_the_template_if_there_is_one
from tests.flush import clean_up_as_the_books_allow, remember_fresh
from tests.integrators import npm

copy_the_template_if_there_is_one()
clean_up_as_the_books_allow()

#: What `make test` runs once: pages, whose database layer is proven elsewhere and which the browser tests open on
#: SQLite; the HTTP kit and what is wrong with requests; counts of statements; how the program is set up. Who is let
#: in where is the same on both, and quicker on SQLite. By the names of tests; the first that fits is taken.
ONCE = {
    "tests/backoffice/*test_*permissions.py::*": "once_on_sqlite",
    "tests/backoffice/*": "once_on_postgresql",
    "tests/credits/test_transitions.py::*": "once_on_postgresql",
    "tests/dialects/*/test_budgets.py::*": "once_on_postgresql",
    "tests/api/*": "once_on_sqlite",
    "tests/dialects/*/test_examples.py::*": "once_on_sqlite",
    "tests/dialects/*/test_headers.py::*": "once_on_sqlite",
    "tests/dialects/*/test_requests.py::*": "once_on_sqlite",
    "tests/dialects/*/test_sources.py::*": "once_on_sqlite",
    "tests/integrators/*": "once_on_sqlite",
    "tests/project/test_doors.py::*": "once_on_sqlite",
    "tests/project/test_launch.py::*": "once_on_sqlite",
    "tests/project/test_logs.py::*": "once_on_sqlite",
    "tests/project/test_settings.py::*": "once_on_sqlite",
    "tests/project/test_proxy.py::test_three_hundred_who_send_slowly_*": "alone",
    "tests/project/test_proxy.py::*": "once_on_sqlite",
    "tests/project/test_slow_clients.py::*": "alone",
    "tests/project/test_static_files.py::*": "once_on_sqlite",
}
#: The mark of a test that a mark of the above would keep from its database.
OTHER = {"once_on_sqlite": "postgresql", "once_on_postgresql": "sqlite"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Each database as its migrations leave it, for what a test that commits is cleaned up to."""
    with django_db_blocker.unblock():
        remember_fresh(connection)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the search for what can be freed, a tenth of the time, passes it over."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what need not run twice, and skip by name what this machine or this database cannot run."""
    for item in items:
        for names, marker in ONCE.items():
            if fnmatch(item.nodeid.partition("[")[0], names):
                # What only the other database shows is run there, or it would be run nowhere.
                if not item.get_closest_marker(OTHER.get(marker, "")):
                    item.add_marker(marker)
                break

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
