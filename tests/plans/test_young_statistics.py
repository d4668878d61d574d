"""
A shop's first hour: a shop was imported, and nobody has taken statistics. No request may read a big table, or an index
of one, from its start to its end.

With the planner's setting that all connections of the project have. The plans are those of full tables that nobody has
counted: filling them takes their triggers down, upon which all plans are made anew.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver

from tests.plans.filling import fill_shop
from tests.plans.reads import Read, Reads
from tests.plans.shop import Shop
from tests.scenarios import NOW

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

#: What one request may read of one table: the rows of a few pages of a list, or those of a small table's first page.
MOST_ROWS = 600
MOST_WHOLE = 60
MOST_PAGES = 150
#: No dialect knows PUT.
METHODS = ("get", "post", "patch", "delete")
#: Pages that add up whole tables, and why.
REPORTS = {
    "root /admin/": "the overview says what the shop owes in each currency, and what expires soon",
    "root /admin/giftcards/giftcard/": "the list of cards says what all cards that it lists hold together",
}
#: Lists whose rows are wide or joined with others, under conditions that the planner takes for rare while it knows
#: nothing of the tables: then it may gather all rows and sort them. See docs/decisions/plans.md.
SORTED = {"GET api/v1/balances", "GET api/v1/gift_cards", "POST api/v1/orders/actions/list-credits"}


@pytest.fixture
def shop(settings, time_machine) -> Iterator[Shop]:
    """A shop that has just been opened; each statement is prepared at once, for all values that may come."""
    time_machine.move_to(NOW, tick=False)
    forget_statistics()
    made = Shop()
    settings.CODE_KEYS = ["a-key-that-came-later-and-hides-nothing-at-all", *settings.CODE_KEYS]
    made.make_history()
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    connection.connection.prepare_threshold = 0
    yield made
    connection.close()


def test_no_request_reads_a_big_table_whole(shop: Shop):
    shop.be_used()
    fill_shop()
    reads = Reads()

    shop.watch(reads)
    shop.be_used()
    shop.watch(None)

    assert list_whole_reads(reads, {*REPORTS, *SORTED}) == []
    assert list_routes() - {name for name, _, _ in reads.requests} == set()


def list_whole_reads(reads: Reads, excused: set[str]) -> list[tuple[str, str, Read]]:
    """Of each request that is not excused, the tables of which it read too much."""
    return [
        (name, table, read)
        for name, _, tables in reads.requests
        for table, read in tables.items()
        if name not in excused
        and (read.whole > MOST_WHOLE or read.rows > MOST_ROWS or read.pages_beyond_look_ups > MOST_PAGES)
    ]


def forget_statistics() -> None:
    """As in a database that was just made: tests before this one may have had small tables counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace)"
        )
        cursor.execute(
            "UPDATE pg_class SET relpages = 0, reltuples = -1 "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')"
        )


def list_routes() -> set[str]:
    """Every method and route of the API, as the URL configuration has them, but for its description."""
    return {
        f"{method.upper()} {route}"
        for route, pattern in _list_patterns("", get_resolver().url_patterns)
        if route.startswith("api/") and pattern.name not in ("api-schema", "api-docs")
        for method in _methods_of(pattern)
    }


def _list_patterns(before: str, patterns: Iterable[Any]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from _list_patterns(route, pattern.url_patterns)


def _methods_of(pattern: URLPattern) -> set[str]:
    callback: Any = pattern.callback
    return {method for method in METHODS if hasattr(callback.cls, method)}
