"""Many at once: threads that start on one mark, each with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ledger.errors import DatabaseBusy, DomainError

#: No race takes this long; a deadlock that nobody resolves would.
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Outcomes:
    """What came of each: what was returned, or the refusal."""

    done: list[Any]
    refused: list[DomainError]

    def count(self, error: type[DomainError]) -> int:
        """How many were refused with exactly this error."""
        return sum(type(refusal) is error for refusal in self.refused)


def together(*jobs: Callable[[], Any]) -> Outcomes:
    """
    Run all jobs at once, each in a thread, and collect what they return or are refused.

    A refusal of the books is an outcome. Anything else fails the test: a locked database, a deadlock, a constraint
    that an operation let itself be told by the database.
    """
    mark = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            mark.wait(timeout=_PATIENCE_SECONDS)
            return job()
        except DatabaseBusy:
            raise
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        results = [future.result(timeout=_PATIENCE_SECONDS) for future in futures]
    return Outcomes(
        done=[result for result in results if not isinstance(result, DomainError)],
        refused=[result for result in results if isinstance(result, DomainError)],
    )
