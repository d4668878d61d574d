"""What PostgreSQL counts of the big tables while something runs: whole reads, rows by index, pages of indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.urls import resolve

from tests.backoffice.staff import Staff
from tests.callers import ROOT, ApiCaller

_COUNTS = """
    SELECT t.relname, t.seq_tup_read, COALESCE(i.scans, 0), COALESCE(i.rows, 0), COALESCE(i.pages, 0)
      FROM pg_stat_user_tables t
      LEFT JOIN (SELECT s.relid, SUM(s.idx_scan) AS scans, SUM(s.idx_tup_read) AS rows,
                        SUM(o.idx_blks_read + o.idx_blks_hit) AS pages
                   FROM pg_stat_user_indexes s JOIN pg_statio_user_indexes o USING (indexrelid)
                  GROUP BY s.relid) i USING (relid)
     WHERE t.relname = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Read:
    """
    What one request read of one table: rows read from start to end, look-ups in its indexes, rows that these gave, and
    pages of the indexes.
    """

    whole: int
    scans: int
    rows: int
    pages: int

    def __sub__(self, other: "Read") -> "Read":
        return Read(
            self.whole - other.whole, self.scans - other.scans, self.rows - other.rows, self.pages - other.pages
        )

    @property
    def pages_beyond_look_ups(self) -> int:
        """
        Pages of indexes beyond four for each look-up and one for each row: an index that was read through.

        A condition on a column in its middle gives few rows and reads all of it.
        """
        return self.pages - 4 * self.scans - self.rows


@dataclass
class Reads:
    """The requests that were made while it watched, and what each of them read of the big tables."""

    requests: list[tuple[str, int, dict[str, Read]]] = field(default_factory=list)

    def note(self, name: str, status: int, before: dict[str, Read], after: dict[str, Read]) -> None:
        grown = {table: after[table] - before[table] for table in after}
        self.requests.append((name, status, {table: read for table, read in grown.items() if read.scans or read.whole}))


@contextmanager
def watching(reads: Reads | None, name: str) -> Iterator[list[int]]:
    """Count what runs in here under a name; whoever runs it puts the HTTP status in the list."""
    status: list[int] = []
    before = _count() if reads is not None else {}
    yield status
    if reads is not None:
        reads.note(name, status[-1], before, _count())


class WatchedCaller(ApiCaller):
    """A program each of whose requests is counted, under its method and route."""

    reads: Reads | None = None

    def send(self, method: str, path: str, *args: Any, **named: Any) -> Any:
        with watching(self.reads, f"{method} {route_of(f'{ROOT}{path}')}") as status:
            response = super().send(method, path, *args, **named)
            status.append(response.status_code)
        assert response.status_code < 400 or "NO-SUCH" in path, (path, response.content)
        return response


class WatchedStaff(Staff):
    """A member of staff each of whose pages is counted, under its address."""

    reads: Reads | None = None

    def see(self, url: str) -> Any:
        """Open a page."""
        with watching(self.reads, f"{self.user.username} {url}") as status:
            answer = self.open(url)
            status.append(answer.status_code)
        return answer


def route_of(url: str) -> str:
    """The route that answers at an address, as the URL configuration spells it."""
    return resolve(urlsplit(url).path).route


def _count() -> dict[str, Read]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_COUNTS, [list(settings.BIG_TABLES)])
        return {row[0]: Read(*(int(count) for count in row[1:])) for row in cursor.fetchall()}
