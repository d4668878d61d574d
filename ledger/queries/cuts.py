"""
What cuts come to: the movements of a span, counted apart by bucket, and what had come together at a boundary.

A movement is what an entry did to one lot: it made it, took from it or gave back to it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from ledger.errors import CutNotFound
from ledger.models import Cut, CutFigure, CutSeal


class Bucket(NamedTuple):
    """What movements are counted apart by."""

    currency: str
    kind: str
    funding: str
    type: str
    counter_account: str
    test_mode: bool


@dataclass(frozen=True, slots=True)
class BucketFigure:
    """What a span did to one bucket, and what had come together in it at the span's end. Amounts in minor units."""

    bucket: Bucket
    count: int
    gained_minor: int
    lost_minor: int
    closing_count: int
    closing_gained_minor: int
    closing_lost_minor: int

    @property
    def moved_minor(self) -> int:
        """What it gained, less what it lost."""
        return self.gained_minor - self.lost_minor

    @property
    def closing_minor(self) -> int:
        """What had come together in it."""
        return self.closing_gained_minor - self.closing_lost_minor


class Steps(NamedTuple):
    """
    What several cuts moved in one bucket, in minor units.

    :param broken_at: the first of them whose closing sums are not those of the figure before, of these cuts, and what
      it moved itself; None if there is none such.
    """

    gained_minor: int
    lost_minor: int
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """From one boundary, which belongs to it, to the next, which does not; None: since the books began."""

    after: datetime | None
    before: datetime

    def condition(self, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """What entry `t` of this span meets, and its values."""
        before = connection.ops.adapt_datetimefield_value(self.before)
        if self.after is None:
            return "t.created_at < %s", [before]
        after = connection.ops.adapt_datetimefield_value(self.after)
        return "t.created_at >= %s AND t.created_at < %s", [after, before]


_BUCKET = "m.currency, a.kind, m.funding, m.type, m.counter_account, a.test_mode"
_MOVED = """
    SELECT t.id, t.account_id, t.currency, t.type, t.counter_account, t.reason_id, l.funding, l.amount_minor AS moved
      FROM ledger_transaction t JOIN ledger_lot l ON l.transaction_id = t.id WHERE {span}
     UNION ALL
    SELECT t.id, t.account_id, t.currency, t.type, t.counter_account, t.reason_id, l.funding, -u.amount_minor
      FROM ledger_transaction t JOIN ledger_lotuse u ON u.transaction_id = t.id JOIN ledger_lot l ON l.id = u.lot_id
     WHERE {span}
"""
# Of each bucket the last figure up to the cut: one look by an index for each.
_CLOSINGS = """
    SELECT b.currency, b.kind, b.funding, b.type, b.counter_account, b.test_mode,
           f.count, f.gained_minor, f.lost_minor, f.closing_count, f.closing_gained_minor, f.closing_lost_minor
      FROM ledger_cutbucket b
      JOIN ledger_cutfigure f ON f.id = (SELECT id FROM ledger_cutfigure
                                          WHERE bucket_id = b.id AND cut_id <= %s ORDER BY cut_id DESC LIMIT 1)
"""
# The same of several cuts.
_CLOSINGS_AT = """
    SELECT c.number, b.currency, b.kind, b.funding, b.type, b.counter_account, b.test_mode,
           f.count, f.gained_minor, f.lost_minor, f.closing_count, f.closing_gained_minor, f.closing_lost_minor
      FROM ledger_cut c CROSS JOIN ledger_cutbucket b
      JOIN ledger_cutfigure f ON f.id = (SELECT id FROM ledger_cutfigure
                                          WHERE bucket_id = b.id AND cut_id <= c.number ORDER BY cut_id DESC LIMIT 1)
     WHERE c.number IN ({cuts})
"""
# Each figure beside the one before it in its bucket: one walk along an index.
_STEPS = """
    SELECT b.currency, b.kind, b.funding, b.type, b.counter_account, b.test_mode,
           SUM(s.gained_minor), SUM(s.lost_minor), MIN(CASE WHEN s.breaks THEN s.cut_id END)
      FROM (SELECT f.bucket_id, f.cut_id, f.gained_minor, f.lost_minor,
                   f.closing_gained_minor <> LAG(f.closing_gained_minor) OVER steps + f.gained_minor
                     OR f.closing_lost_minor <> LAG(f.closing_lost_minor) OVER steps + f.lost_minor AS breaks
              FROM ledger_cutfigure f WHERE f.cut_id > %s AND f.cut_id <= %s
            WINDOW steps AS (PARTITION BY f.bucket_id ORDER BY f.cut_id)) s
      JOIN ledger_cutbucket b ON b.id = s.bucket_id
     GROUP BY b.currency, b.kind, b.funding, b.type, b.counter_account, b.test_mode
"""


def find_last_cut(*, using: str = DEFAULT_DB_ALIAS) -> Cut | None:
    """The cut up to which time is closed."""
    return Cut.objects.using(using).order_by("-number").first()


def find_last_sealed_cut(*, using: str = DEFAULT_DB_ALIAS) -> Cut | None:
    """The newest cut that has been added up and sealed."""
    return list_cuts(using=using).order_by("-number").first()


def get_cut(*, number: int, using: str = DEFAULT_DB_ALIAS) -> Cut:
    """
    A cut that has been added up and sealed.

    :raises CutNotFound: if there is none of this number, or it is not sealed yet.
    """
    cut = list_cuts(using=using).filter(number=number).first()
    if cut is None:
        raise CutNotFound(number=number)
    return cut


def find_cut_at(*, boundary: datetime, using: str = DEFAULT_DB_ALIAS) -> Cut | None:
    """The sealed cut of exactly this boundary."""
    return list_cuts(using=using).filter(boundary=boundary).first()


def list_cuts_at(*, boundaries: Sequence[datetime], using: str = DEFAULT_DB_ALIAS) -> list[Cut]:
    """The sealed cuts of exactly these boundaries, oldest first."""
    return list(list_cuts(using=using).filter(boundary__in=boundaries).order_by("number"))


def list_cuts(
    *, after: datetime | None = None, before: datetime | None = None, using: str = DEFAULT_DB_ALIAS
) -> QuerySet[Cut, Cut]:
    """The sealed cuts with a boundary from one moment up to another, both included, with their seals."""
    cuts = Cut.objects.using(using).filter(seal__isnull=False).select_related("seal")
    if after is not None:
        cuts = cuts.filter(boundary__gte=after)
    return cuts if before is None else cuts.filter(boundary__lte=before)


def find_digest(*, number: int, using: str = DEFAULT_DB_ALIAS) -> str | None:
    """The digest that seals a cut; None if it is not sealed there."""
    return CutSeal.objects.using(using).filter(cut_id=number).values_list("digest", flat=True).first()


def list_sealed_cuts(*, after: int, up_to: int, using: str = DEFAULT_DB_ALIAS) -> list[Cut]:
    """The sealed cuts behind one and up to another, oldest first."""
    cuts = Cut.objects.using(using).filter(number__gt=after, number__lte=up_to, seal__isnull=False)
    return list(cuts.order_by("number"))


def get_span(cut: Cut, *, using: str = DEFAULT_DB_ALIAS) -> Span:
    """From the boundary before a cut's to its own."""
    before = Cut.objects.using(using).filter(number=cut.number - 1).values_list("boundary", flat=True).first()
    return Span(before, cut.boundary)


def sum_movements(span: Span, *, using: str = DEFAULT_DB_ALIAS) -> dict[Bucket, tuple[int, int, int]]:
    """How many movements an added-up span has of each bucket, and what it gained and lost by them, in minor units."""
    connection = connections[using]
    condition, values = span.condition(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_BUCKET}, COUNT(*), SUM(CASE WHEN m.moved > 0 THEN m.moved ELSE 0 END), "
            "SUM(CASE WHEN m.moved < 0 THEN -m.moved ELSE 0 END) "
            f"FROM ({_MOVED.format(span=condition)}) m JOIN ledger_account a ON a.id = m.account_id GROUP BY {_BUCKET}",
            [*values, *values],
        )
        return {_bucket(row): (int(row[6]), int(row[7]), int(row[8])) for row in cursor.fetchall()}


def sum_moved_by_reason(
    *, after: datetime | None, before: datetime, reasons: Sequence[str], using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[str, Bucket], tuple[int, int]]:
    """
    What entries of these reasons gained and lost in each bucket between two boundaries, in minor units, by reason.

    Figures are kept without their reasons, so this reads the entries, which are final before a boundary.
    """
    if not reasons:
        return {}
    connection = connections[using]
    condition, values = Span(after, before).condition(connection)
    condition = f"{condition} AND t.reason_id IN ({', '.join(['%s'] * len(reasons))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_BUCKET}, m.reason_id, SUM(CASE WHEN m.moved > 0 THEN m.moved ELSE 0 END), "
            "SUM(CASE WHEN m.moved < 0 THEN -m.moved ELSE 0 END) "
            f"FROM ({_MOVED.format(span=condition)}) m JOIN ledger_account a ON a.id = m.account_id "
            f"GROUP BY {_BUCKET}, m.reason_id",
            [*values, *reasons, *values, *reasons],
        )
        return {(str(row[6]), _bucket(row)): (int(row[7]), int(row[8])) for row in cursor.fetchall()}


def sum_moved_by_entry(
    *, entries: Collection[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[UUID, str | None, Bucket], tuple[int, int]]:
    """What each of these entries gained and lost in each bucket, in minor units, with its reason."""
    if not entries:
        return {}
    values = [entry.hex for entry in entries]
    condition = f"t.id IN ({', '.join(['%s'] * len(values))})"
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {_BUCKET}, m.id, m.reason_id, SUM(CASE WHEN m.moved > 0 THEN m.moved ELSE 0 END), "
            "SUM(CASE WHEN m.moved < 0 THEN -m.moved ELSE 0 END) "
            f"FROM ({_MOVED.format(span=condition)}) m JOIN ledger_account a ON a.id = m.account_id "
            f"GROUP BY {_BUCKET}, m.id, m.reason_id",
            [*values, *values],
        )
        return {(UUID(str(row[6])), row[7], _bucket(row)): (int(row[8]), int(row[9])) for row in cursor.fetchall()}


def sum_steps(*, after: int, up_to: int, using: str = DEFAULT_DB_ALIAS) -> dict[Bucket, Steps]:
    """What the cuts behind one and up to another moved in each bucket, added up cut by cut."""
    with connections[using].cursor() as cursor:
        cursor.execute(_STEPS, [after, up_to])
        return {_bucket(row): Steps(int(row[6]), int(row[7]), row[8]) for row in cursor.fetchall()}


def list_closings(*, number: int, using: str = DEFAULT_DB_ALIAS) -> dict[Bucket, BucketFigure]:
    """What had come together in each bucket at a cut; number 0 stands for the time before all cuts."""
    with connections[using].cursor() as cursor:
        cursor.execute(_CLOSINGS, [number])
        return {_bucket(row): BucketFigure(_bucket(row), *row[6:]) for row in cursor.fetchall()}


def list_closings_at(*, cuts: Sequence[Cut], using: str = DEFAULT_DB_ALIAS) -> dict[int, dict[Bucket, BucketFigure]]:
    """What had come together in each bucket at each of some cuts, by their numbers, in one statement."""
    closings: dict[int, dict[Bucket, BucketFigure]] = {cut.number: {} for cut in cuts}
    if not cuts:
        return closings
    with connections[using].cursor() as cursor:
        cursor.execute(_CLOSINGS_AT.format(cuts=", ".join(["%s"] * len(cuts))), list(closings))
        for row in cursor.fetchall():
            closings[row[0]][_bucket(row[1:])] = BucketFigure(_bucket(row[1:]), *row[7:])
    return closings


def list_figures(*, number: int, using: str = DEFAULT_DB_ALIAS) -> list[BucketFigure]:
    """The figures of one cut's own span, in the order of their buckets."""
    rows = CutFigure.objects.using(using).filter(cut_id=number).select_related("bucket")
    return sorted(
        (
            BucketFigure(
                Bucket(*(getattr(row.bucket, name) for name in Bucket._fields)),
                row.count,
                row.gained_minor,
                row.lost_minor,
                row.closing_count,
                row.closing_gained_minor,
                row.closing_lost_minor,
            )
            for row in rows
        ),
        key=lambda figure: figure.bucket,
    )


def add_up(span: Span, closings: dict[Bucket, BucketFigure], *, using: str = DEFAULT_DB_ALIAS) -> list[BucketFigure]:
    """
    The figures of a span, in the order of their buckets.

    :param closings: what had come together at its beginning.
    """
    figures = []
    for bucket, (count, gained, lost) in sorted(sum_movements(span, using=using).items()):
        before = closings.get(bucket)
        figures.append(
            BucketFigure(
                bucket,
                count,
                gained,
                lost,
                (before.closing_count if before else 0) + count,
                (before.closing_gained_minor if before else 0) + gained,
                (before.closing_lost_minor if before else 0) + lost,
            )
        )
    return figures


def _bucket(row: Sequence[Any]) -> Bucket:
    currency, kind, funding, type, counter_account, test_mode = row[:6]
    return Bucket(currency, kind, funding, type, counter_account, bool(test_mode))


def in_utc(value: datetime) -> datetime:
    """A time with its zone: SQLite hands out naive ones, which stand for UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
