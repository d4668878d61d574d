"""A card with a hundred thousand transactions is read as fast as one with ten, in both dialects."""

import statistics
import time
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from giftcards.models import CardEvent
from giftcards.queries import list_findings
from tests.dialects.lightspeed.test_budgets import NOT_COUNTED
from tests.giftcards.cards import given_card, given_entries
from tests.giftcards.plans import pages_of, plan_of, rows_of

#: Cards by their numbers, and how many entries follow the first of each.
LENGTHS = {"TEN-0001": 10, "THOUSAND-0001": 1000, "MANY-0001": 100_000}
#: A read, and how many lines of a history it may show.
READS = [
    ("/gift_cards/{number}", 200),
    ("/gift_cards/by_number/{number}", 200),
    ("/gift_cards?card_number={number}", 200),
    ("/stored_credit_accounts/{number}", 100),
    ("/gift_cards/{number}/balances", 1001),
]
# What a row may cost by an index: its levels, and the row itself.
PAGES_A_ROW = 5


@dataclass(frozen=True)
class Cost:
    """What a read has cost: the most rows of a history that one step read, pages, and the whole request's time."""

    statements: int
    rows: int
    pages: int
    milliseconds: float


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_transactions_are_read_like_ten(caller):
    given_cards_with_histories()

    for path, rows in READS:
        costs = {number: cost_of(caller, path.format(number=number)) for number in LENGTHS}
        print(path, *costs.values(), sep="\n  ")
        # The middling card fills an answer as the long one does; the short one is quicker to write down.
        short, middling, long = costs.values()
        assert long.statements == short.statements
        assert long.rows <= rows
        assert long.pages <= middling.pages + PAGES_A_ROW * rows
        assert long.milliseconds <= 3 * middling.milliseconds
    assert list(list_findings()) == []


def given_cards_with_histories():
    for number, count in LENGTHS.items():
        card = given_card("100.00 GBP", code=number)
        for done in range(0, count, 10_000):
            given_entries(min(10_000, count - done), card=card)
            # As the database's own housekeeping does while a shop goes on.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
    assert CardEvent.objects.count() == sum(LENGTHS.values()) + len(LENGTHS)


def cost_of(caller, path):
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(path).status_code == 200
    statements = [query["sql"] for query in captured if not query["sql"].upper().startswith(NOT_COUNTED)]
    plans = [plan_of(statement) for statement in statements]
    return Cost(
        statements=len(statements),
        rows=max(map(rows_of, plans)),
        pages=sum(map(pages_of, plans)),
        milliseconds=round(1000 * statistics.median(seconds_of(caller, path) for _ in range(9)), 1),
    )


def seconds_of(caller, path):
    started = time.perf_counter()
    caller.get(path)
    return time.perf_counter() - started
