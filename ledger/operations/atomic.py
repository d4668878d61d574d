"""
How an operation meets the database: one transaction, the whole of it again after a conflict, then a clear refusal.
"""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from ledger.errors import DatabaseBusy, OwnCustomer, RightGone

P = ParamSpec("P")
R = TypeVar("R")

_ATTEMPTS = 3
# PostgreSQL: serialization failure, deadlock. The loser may simply try again.
_CONFLICTS = {"40001", "40P01"}
# Lock timeout, statement timeout, too many connections: trying again at once would make it worse.
_OVERLOADS = {"55P03", "57014", "53300"}
# How the rules of the database are called that keep people off what is their own.
_OF_ONESELF = "_of_oneself"
# And those that let nobody decide who has no right to.
_BY_WHO_MAY = "_by_who_may"


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """
    Run a function as one database transaction, up to three times if the database reports a conflict.

    Inside another transaction it joins that one, and its caller tries again.

    :raises DatabaseBusy: if the conflict stays or the database is overloaded; nothing was written.
    :raises OwnCustomer: if whoever acts is the customer whom it is about, as the database finds.
    :raises RightGone: if whoever decides may not, as the database finds.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return _run(function, *args, **kwargs)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return _run(function, *args, **kwargs)
            except DatabaseError as error:
                if not is_conflict(error):
                    raise
                if attempt == _ATTEMPTS or not _may_retry(error):
                    raise DatabaseBusy from error
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  spreads the losers, hides nothing
        raise AssertionError("unreachable")

    return run


def _run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return function(*args, **kwargs)
    except IntegrityError as error:
        if _rule_of(error).endswith(_OF_ONESELF):
            raise OwnCustomer from error
        if _BY_WHO_MAY in _rule_of(error):
            raise RightGone from error
        raise


def _rule_of(error: DatabaseError) -> str:
    """The rule that refused: PostgreSQL names it beside its message, on SQLite it is the message."""
    said = getattr(error.__cause__, "diag", None)
    return (said.constraint_name or "") if said is not None else str(error)


def is_conflict(error: DatabaseError) -> bool:
    """Whether the database refused because of others at work, not because of what was asked."""
    return isinstance(error, OperationalError) and (
        _sqlstate(error) in _CONFLICTS | _OVERLOADS or "database is locked" in str(error)
    )


def _may_retry(error: DatabaseError) -> bool:
    return _sqlstate(error) in _CONFLICTS


def _sqlstate(error: DatabaseError) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)
