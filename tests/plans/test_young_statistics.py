"""
A shop's first hour: statements were prepared while the tables were empty, then a shop was imported, and nobody has
taken statistics. No request may read a big table, or an index of one, from its start to its end.

First by the plans that were kept from the empty tables, with the planner's settings of all connections of the project;
then by plans that are made of the full ones under PostgreSQL's ordinary settings, with which a pooler may leave us.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import URLPattern, get_resolver

from tests.plans.filling import fill_shop, resting_where_asked
from tests.plans.reads import Read, Reads
from tests.plans.shop import Shop
from tests.scenarios import NOW

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

#: What one request may read of one table: five hundred to know that something is frequent, then the rows of a page or
#: two; or those of a small table's first page.
MOST_ROWS = 700
MOST_WHOLE = 60
MOST_PAGES = 150
#: Of what the list of cards tells of each.
BEHIND_CARDS = ("giftcards_giftcard", "giftcards_cardevent", "ledger_account", "ledger_customer")
#: What adds up many rows now and then, by their index: the overview's charts, what was posted since they last counted.
ADDED_UP = [("root /admin/", "ledger_transaction"), ("root /admin/", "ledger_account")]
ORDINARY = {"enable_seqscan": "on", "jit": "on"}
#: No dialect knows PUT.
METHODS = ("get", "post", "patch", "delete")


@pytest.fixture
def shop(settings: Any, time_machine) -> Iterator[Shop]:
    """A shop that has just been opened; each statement is prepared at once, for all values that may come, and kept."""
    time_machine.move_to(NOW, tick=False)
    with resting_where_asked():
        forget_statistics()
        made = Shop()
        settings.CODE_KEYS = ["a-key-that-came-later-and-hides-nothing-at-all", *settings.CODE_KEYS]
        made.make_history()
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        connection.connection.prepare_threshold = 0
        connection.connection.prepared_max = 10_000
        yield made
        connection.close()


def test_no_request_reads_a_big_table_whole(shop: Shop):
    shop.be_used()
    fill_shop()

    kept, whole = read_whole_each_time(shop)
    with connection.cursor() as cursor:
        for name, value in ORDINARY.items():
            cursor.execute(f"SET {name} = {value}")
        cursor.execute("DISCARD PLANS")
    _, whole_by_new_plans = read_whole_each_time(shop)

    assert whole == []
    assert whole_by_new_plans == []
    # What a report adds up is as much as it says; nobody waits for it at a till.
    hot = {name for name in list_routes() if "/reports/" not in name}
    assert hot - {name for name, _, _ in kept.requests} == set()


def test_a_page_of_cards_is_looked_up_card_by_card_though_the_tables_were_counted_while_tiny(shop: Shop):
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(settings.BIG_TABLES)}")
    shop.list_cards()
    fill_shop(many=2000, filled=BEHIND_CARDS)
    reads = Reads()

    shop.watch(reads)
    shop.list_cards()

    assert list_whole_reads(reads) == []
    assert [name for name, _, _ in reads.requests] == ["GET api/v1/gift_cards"] * 5


def read_whole_each_time(shop: Shop) -> tuple[Reads, list[tuple[str, str, Read]]]:
    """All reads, and those that were too much each time: the database's own workers read a table beside one request."""
    reads = shop.list_reads()
    found = list_whole_reads(reads)
    again = {(name, table) for name, table, _ in list_whole_reads(shop.list_reads())} if found else set()
    return reads, [(name, table, read) for name, table, read in found if (name, table) in again]


def list_whole_reads(reads: Reads) -> list[tuple[str, str, Read]]:
    """Of each request, the tables of which it read too much."""
    return [
        (name, table, read)
        for name, _, tables in reads.requests
        for table, read in tables.items()
        if read.whole > MOST_WHOLE
        or ((name, table) not in ADDED_UP and (read.rows > MOST_ROWS or read.pages_beyond_look_ups > MOST_PAGES))
    ]


def forget_statistics() -> None:
    """As in a database that was just made: tests before this one may have filled tables, or had small ones counted."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (FULL) {', '.join(settings.BIG_TABLES)}")
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
