"""
Where a report is read: from the streaming replica, where there is one, and only if it has what the report is about.

A report is of sealed cuts, which are final. The seal of a cut is committed after all that the cut closed, and a replica
has no transaction before those that were committed earlier: if it has the seal, it has everything under it and tells
what the primary would tell, however far behind it is otherwise. If it does not, or does not answer, the primary tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.utils.translation import gettext

from ledger.queries import Cut, find_digest

REPLICA = "replica"
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Source:
    """
    The database that a report was read from.

    :param replayed_at: when the newest transaction that a replica had was committed; None: it was the primary.
    :param age_seconds: how long that was ago. A primary that nobody writes to makes its replicas no younger.
    :param fallback: why it was not the replica, where there is one.
    """

    alias: str
    replayed_at: datetime | None = None
    age_seconds: float | None = None
    fallback: str = ""


def read_report(report: Callable[[str], _Told], *, cut: Cut) -> tuple[_Told, Source]:
    """
    What a report tells, and where it was read.

    :param report: reads by the alias that it is given.
    :param cut: the last one that it is about.
    """
    if REPLICA not in connections:
        return report(DEFAULT_DB_ALIAS), Source(DEFAULT_DB_ALIAS)
    try:
        why = _find_fault(cut)
        if not why:
            source = _describe_replica()
            return report(REPLICA), source
    except (OperationalError, InterfaceError):
        connections[REPLICA].close()
        why = gettext("The replica does not answer.")
    return report(DEFAULT_DB_ALIAS), Source(DEFAULT_DB_ALIAS, fallback=why)


def source_facts(source: Source) -> dict[str, Any]:
    """Where a report was read, as a program reads it."""
    return {
        "database": source.alias,
        "replayed_at": source.replayed_at.isoformat() if source.replayed_at else None,
        "age_seconds": source.age_seconds,
        "fallback": source.fallback or None,
    }


def _find_fault(cut: Cut) -> str:
    """Why the replica cannot tell of a cut; empty if it can."""
    found = find_digest(number=cut.number, using=REPLICA)
    if found is None:
        return gettext("The replica has not got cut %(number)s yet.") % {"number": cut.number}
    if found != find_digest(number=cut.number):
        return gettext("The replica has another cut %(number)s than the primary.") % {"number": cut.number}
    return ""


def _describe_replica() -> Source:
    connection = connections[REPLICA]
    if connection.vendor != "postgresql":
        return Source(REPLICA)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_last_xact_replay_timestamp(), "
            "EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp())"
        )
        replayed_at, age = cursor.fetchall()[0]
    return Source(REPLICA, replayed_at, None if age is None else round(float(age), 3))
