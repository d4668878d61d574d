"""How PostgreSQL runs a statement: which rows it reads and how many pages."""

import json
from collections.abc import Container, Iterator
from typing import Any

from django.db import connection

#: The tables that grow with the history of a card.
GROWING = ("ledger_transaction", "giftcards_cardevent", "ledger_lot", "ledger_lotuse")


def plan_of(statement: str) -> dict[str, Any]:
    """The plan by which PostgreSQL has just run it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        [[found]] = cursor.fetchall()
    [plan] = found if isinstance(found, list) else json.loads(found)
    return plan["Plan"]


def pages_of(plan: dict[str, Any]) -> int:
    """How many pages of tables and indexes it has looked at."""
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def rows_of(plan: dict[str, Any], tables: Container[str] = GROWING) -> int:
    """The most rows of a growing table, or of another one that is named, that one step of it has read."""
    read = [
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in _nodes(plan)
        if node.get("Relation Name") in tables
    ]
    return int(max(read, default=0))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)
