"""
How much a client may issue: at once, and in one day of the shop.

A client with any limit issues nothing in a currency that none of its limits names. Nor does it issue more at once than
the roles of the person behind it let them issue in the admin; what that person gives in a day, by whatever door, the
books have counted (`ledger.posting.giving`). The client's own day is counted in the very
transaction that issues, in one row for each currency: whoever comes second waits for it, what is rolled back was never
counted, and an answer that is given again does not count again.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from moneyed import Money

from giftcards.operations import today_in
from ledger.money import from_minor, to_minor
from storecredit.api.callers import Caller
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.queries import most_at_once_minor

_COUNT = """
    INSERT INTO api_issuedday (client_id, day, currency, issued_minor) VALUES (%s, %s, %s, %s)
    ON CONFLICT (client_id, day, currency)
    DO UPDATE SET issued_minor = api_issuedday.issued_minor + excluded.issued_minor
    WHERE api_issuedday.issued_minor + excluded.issued_minor <= %s
    RETURNING issued_minor
"""


def require_issue(*, caller: Caller, amount: Money, now: datetime) -> None:
    """
    The client may issue this much at once and today, which from here on counts it. Call it in the transaction that
    issues, before the books are touched.

    :raises IssueLimitExceeded: if it is more than the client, or the person behind it, may issue at once.
    :raises DayIssueLimitExceeded: if it is more than the day leaves.
    """
    limit = find_limit_of_owner(caller=caller, amount=amount)
    if limit is not None:
        raise IssueLimitExceeded(amount=amount, limit=limit)
    currency, amount_minor = amount.currency.code, to_minor(amount)
    at_once, in_a_day = caller.issue_limits.get(currency), caller.issue_limits_per_day.get(currency)
    if at_once is None and in_a_day is None and (caller.issue_limits or caller.issue_limits_per_day):
        raise IssueLimitExceeded(amount=amount, limit=from_minor(0, currency))
    if at_once is not None and amount_minor > at_once:
        raise IssueLimitExceeded(amount=amount, limit=from_minor(at_once, currency))
    if in_a_day is None:
        return
    if amount_minor > in_a_day or not _count(caller, currency, amount_minor, in_a_day, _day_of(now)):
        raise DayIssueLimitExceeded(amount=amount, limit=from_minor(in_a_day, currency))


def find_limit_of_owner(*, caller: Caller, amount: Money) -> Money | None:
    """
    The most that the person behind the client may issue at once by themself, if the amount is more: as in the admin.
    Where nobody is behind it, the client's own limits alone hold.
    """
    if caller.owner_id is None:
        return None
    currency = amount.currency.code
    most_minor = most_at_once_minor(
        currency=currency, limits=caller.issue_limits_of_owner, ceilings=caller.issue_ceilings
    )
    return from_minor(most_minor, currency) if to_minor(amount) > most_minor else None


def await_turn(*, caller: Caller, currencies: Iterable[str], now: datetime) -> None:
    """
    Wait until nobody else issues for the client in these currencies today, where its limits have a day.

    For a request that issues several times: whoever waited for the day with accounts locked would deadlock.
    """
    for currency in sorted(set(currencies) & set(caller.issue_limits_per_day)):
        _count(caller, currency, 0, caller.issue_limits_per_day[currency], _day_of(now))


def _day_of(now: datetime) -> date:
    return today_in(settings.TIME_ZONE, now)


def _count(caller: Caller, currency: str, amount_minor: int, limit_minor: int, day: date) -> bool:
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datefield_value(day)
        cursor.execute(_COUNT, [caller.client_id, moment, currency, amount_minor, limit_minor])
        return bool(cursor.fetchall())
