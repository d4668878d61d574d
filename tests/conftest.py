import pytest

from tests.chromium import HOW_TO_GET_CHROMIUM, find_chromium
from tests.flush import let_the_flush_empty_the_books

let_the_flush_empty_the_books()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what this machine or this database cannot run."""
    from django.db import connection

    lacking = {
        "browser": None if find_chromium() else HOW_TO_GET_CHROMIUM,
        "postgresql": None if connection.vendor == "postgresql" else "shows what PostgreSQL alone does",
        "sqlite": None if connection.vendor == "sqlite" else "shows what SQLite alone does",
    }
    for item in items:
        for marker, reason in lacking.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
