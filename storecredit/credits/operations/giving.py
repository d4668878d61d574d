"""
The one count of what a person gives alone: asked by the books before each posting that brings somebody value.

Counted in the very transaction that gives, in one row for each person, day, currency and mode: whoever comes second,
in another tab or by another door, waits for it; what is rolled back was never counted.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from moneyed import Money

from ledger.money import from_minor, to_minor
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.queries.days import day_of, get_day_limit
from storecredit.credits.queries.limits import get_limit_at_once

_COUNT = """
    INSERT INTO credits_givenday (person_id, day, currency, test_mode, given_minor) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person_id, day, currency, test_mode)
    DO UPDATE SET given_minor = credits_givenday.given_minor + excluded.given_minor
    WHERE credits_givenday.given_minor + excluded.given_minor <= %s
    RETURNING given_minor
"""


def count_for_person(person_id: int, given_minor: Mapping[str, int], test_mode: bool, now: datetime) -> None:
    """
    Count what a person is about to give, by currency, in the day of the shop that `now` belongs to.

    :raises DayIssueLimitExceeded: if it is more than the day leaves; then nothing is counted.
    """
    day = connection.ops.adapt_datefield_value(day_of(now))
    for currency, minor in sorted(given_minor.items()):
        limit = get_day_limit(person_id=person_id, currency=currency)
        limit_minor = to_minor(limit)
        if minor <= limit_minor:
            with connection.cursor() as cursor:
                cursor.execute(_COUNT, [person_id, day, currency, test_mode, minor, limit_minor])
                if cursor.fetchall():
                    continue
        raise DayIssueLimitExceeded(amount=from_minor(minor, currency), limit=limit)


def judge_return(person_id: int, back: Money) -> None:
    """
    Let a person give back so much of one entry.

    :raises IssueLimitExceeded: if it is more than they give at once.
    """
    limit = get_limit_at_once(person_id=person_id, currency=back.currency.code)
    if back > limit:
        raise IssueLimitExceeded(amount=back, limit=limit)
