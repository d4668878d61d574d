"""Statements that read much of many tables: what PostgreSQL may weigh when it plans them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def planned_by_cost(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """
    Have PostgreSQL choose by cost alone how it joins what is asked in here, anew for each statement.

    The project's connections read no table whole that has an index (`settings.databases`). The planner notes that
    refusal as a cost beside which all others vanish: where one small table of a join can only be read whole, it no
    longer minds in which order it reads the large ones. Elsewhere the refusal stays as it was.
    """
    if connections[using].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")
        # A plan that was kept may have been made while the tables were small.
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield
        cursor.execute("SET LOCAL plan_cache_mode TO DEFAULT")
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
