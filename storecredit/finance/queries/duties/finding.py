"""The rules are asked, each by itself, and what they find is read into one shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections
from moneyed import Money

from ledger.money import to_minor
from ledger.queries import in_utc
from storecredit.finance.queries.duties.rules import DECIDED, ONESELF, RAISED, Rule

#: So much is read of one rule; where more was found, the report says so.
MOST: Final = 1000
#: What has a UUID for its key: SQLite keeps those without hyphens.
_BY_UUID = frozenset({"ledger.transaction", "giftcards.giftcard", "credits.creditrequest", "checkouts.webhookevent"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One side: the row that it left, by its model and its key."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Duty:
    """
    What one person did on both sides of a rule.

    :param person: their sign-in name.
    :param at: when the second was done; None: it is so, since whenever.
    :param amount_minor: in minor units of `currency`; None: it is about no amount.
    """

    rule: str
    person_id: int
    person: str
    at: datetime | None
    one: Deed
    other: Deed
    currency: str
    amount_minor: int | None


def list_duties(
    *,
    rules: Sequence[Rule],
    since: datetime,
    until: datetime,
    most: int = MOST,
    using: str = DEFAULT_DB_ALIAS,
) -> dict[str, list[Duty]]:
    """
    What each rule finds, newest first, at most so many of each.

    :param since: from this moment on; `until` is the first that does not count any more.
    """
    names = dict(get_user_model().objects.using(using).values_list("pk", "username"))
    return {rule.name: list(_ask(rule, since, until, most, names, using)) for rule in rules}


def _ask(rule: Rule, since: datetime, until: datetime, most: int, names: dict[int, str], using: str) -> Iterator[Duty]:
    connection = connections[using]
    at = connection.ops.adapt_datetimefield_value
    # Nothing that goes before is read unless the rule names it.
    before = [said for said in (DECIDED, ONESELF, RAISED) if _is_named(said, rule.query)]
    begins = f"WITH {', '.join(before)}" if before else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{begins} SELECT * FROM ({rule.query}) found ORDER BY 2 DESC, 4, 6 LIMIT {most:d}",
            {"since": at(since), "until": at(until)},
        )
        rows = cursor.fetchall()
    for row in rows:
        duty = _read(rule, row, names)
        if not _is_within(duty, row[8]):
            yield duty


def _is_named(said: str, query: str) -> bool:
    tables = [line.split(" (")[0].strip(" ,)") for line in said.splitlines() if ") AS (" in line]
    return any(table in query.split() for table in tables)


def _read(rule: Rule, row: Sequence[Any], names: dict[int, str]) -> Duty:
    person_id, at, one_kind, one_id, other_kind, other_id, currency, amount_minor, _ = row
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return Duty(
        rule=rule.name,
        person_id=person_id,
        person=names.get(person_id, str(person_id)),
        at=None if at is None else in_utc(at),
        one=_deed(one_kind, one_id),
        other=_deed(other_kind, other_id),
        currency=currency or "",
        amount_minor=None if amount_minor is None else int(amount_minor),
    )


def _deed(kind: str, id: str) -> Deed:
    return Deed(kind, str(UUID(id)) if kind in _BY_UUID else id)


def _is_within(duty: Duty, above: str | None) -> bool:
    """Whether an amount is no larger than what was allowed before."""
    if above is None or duty.amount_minor is None:
        return False
    return duty.amount_minor <= to_minor(Money(Decimal(above), duty.currency))
