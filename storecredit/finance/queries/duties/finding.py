"""The rules are asked, each by itself, and what they find is read into one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections

from ledger.money import decimals, list_known_currencies
from ledger.planning import planned_by_cost
from ledger.queries import in_utc
from storecredit.finance.queries.duties.rules import DECIDED, ONESELF, RAISED, Rule

#: So much is read of one rule; where more was found, the report says so.
MOST: Final = 1000
#: What has a UUID for its key: SQLite keeps those without hyphens.
_BY_UUID = frozenset({"ledger.transaction", "giftcards.giftcard", "credits.creditrequest", "checkouts.webhookevent"})
_COLUMNS: Final = "person, at, one_kind, one_id, other_kind, other_id, currency, amount_minor, above"


def _list_currencies(places: int) -> str:
    return ", ".join(f"'{code}'" for code in list_known_currencies() if decimals(code) == places)


#: What was allowed before, in major units, as minor ones.
_ABOVE_MINOR: Final = f"""
    ROUND(CAST(above AS NUMERIC) * CASE WHEN currency IN ({_list_currencies(0)}) THEN 1
                                        WHEN currency IN ({_list_currencies(3)}) THEN 1000 ELSE 100 END)"""


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
    person: str | None = None,
    most: int = MOST,
    using: str = DEFAULT_DB_ALIAS,
) -> dict[str, list[Duty]]:
    """
    What each rule finds, newest first, at most so many of each.

    :param since: from this moment on; `until` is the first that does not count any more.
    :param person: by their sign-in name, what they did alone; None: everybody.
    """
    names = dict(get_user_model().objects.using(using).values_list("pk", "username"))
    asked = names if person is None else [pk for pk, name in names.items() if name == person]
    if not asked:
        return {rule.name: [] for rule in rules}
    at = connections[using].ops.adapt_datetimefield_value
    values = {"since": at(since), "until": at(until), "person": None if person is None else next(iter(asked))}
    with planned_by_cost(using):
        return {rule.name: [_read(rule, row, names) for row in _ask(rule, values, most, using)] for rule in rules}


def _ask(rule: Rule, values: Mapping[str, Any], most: int, using: str) -> list[Sequence[Any]]:
    # Nothing that goes before is read unless the rule names it.
    before = [said for said in (DECIDED, ONESELF, RAISED) if _is_named(said, rule.query)]
    of_person = "" if values["person"] is None else "AND person = %(person)s"
    with connections[using].cursor() as cursor:
        # What is left out is left out here: afterwards it would have taken the place of what was found.
        cursor.execute(
            f"WITH {', '.join([*before, f'found ({_COLUMNS}) AS ({rule.query})'])} SELECT {_COLUMNS} FROM found "
            "WHERE (above IS NULL OR amount_minor IS NULL "
            f"OR CAST(amount_minor AS BIGINT) > {_ABOVE_MINOR}) {of_person} "
            f"ORDER BY 2 DESC, 4, 6 LIMIT {most:d}",
            values,
        )
        return cursor.fetchall()


def _is_named(said: str, query: str) -> bool:
    tables = [line.split(" (")[0].strip(" ,)") for line in said.splitlines() if ") AS (" in line]
    return any(table in query.split() for table in tables)


def _read(rule: Rule, row: Sequence[Any], names: dict[int, str]) -> Duty:
    person_id, at, one_kind, one_id, other_kind, other_id, currency, amount_minor, _above = row
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
