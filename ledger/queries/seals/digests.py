"""The digest of a cut: SHA-256 over its head, which holds the digest before, and over the digest of each row's text."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.models import Cut
from ledger.queries.cuts import BucketFigure, get_span
from ledger.queries.seals.erasures import map_erasures
from ledger.queries.seals.rows import head_of, list_rows, text_of

#: A figure's kind among the rows.
FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Digested:
    """What a cut comes to: its digest, and how many entries it closed."""

    digest: str
    entries: int


@contextmanager
def reading(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """
    Read a span row by row, while others write. It costs what stands in it, whatever else the tables hold.

    What is read has been closed, so that it does not matter when.
    """
    if connection.in_atomic_block or connection.vendor == "sqlite":
        yield
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        # From each entry to its lots by their index, whatever the planner believes of the number of entries.
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        yield


def digest_cut(
    cut: Cut,
    *,
    previous_digest: str,
    figures: Sequence[BucketFigure],
    on_leaf: Callable[[str, Any, bytes], None] = lambda kind, name, leaf: None,
    using: str = DEFAULT_DB_ALIAS,
) -> Digested:
    """
    Digest what a cut closed, as it is now. Memory does not grow with it.

    :param on_leaf: called with kind, name and digest of each row, in order.
    """
    span = get_span(cut, using=using)
    before = Cut.objects.using(using).filter(number=cut.number - 1).values_list("marks", flat=True).first() or {}
    whole = sha256(head_of(cut, span, previous_digest))
    entries = 0
    erasures = map_erasures(using=using)
    for kind, name, text in list_rows(connections[using], span, cut.marks, before):
        leaf = sha256(text).digest()
        told = erasures.get((kind, str(name))) if erasures else None
        # What was erased of a row it had when it was sealed. What is left is what was left then, or it was changed.
        if told is not None and told[1] == leaf.hex():
            leaf = bytes.fromhex(told[0])
        whole.update(leaf)
        entries += kind == "transaction"
        on_leaf(kind, name, leaf)
    for figure in figures:
        numbers = [
            figure.count,
            figure.gained_minor,
            figure.lost_minor,
            figure.closing_count,
            figure.closing_gained_minor,
            figure.closing_lost_minor,
        ]
        leaf = sha256(text_of(FIGURE, [*figure.bucket, *numbers])).digest()
        whole.update(leaf)
        on_leaf(FIGURE, name_figure(figure), leaf)
    return Digested(whole.hexdigest(), entries)


def name_figure(figure: BucketFigure) -> str:
    """A figure's name: the words of its bucket."""
    *words, test_mode = figure.bucket
    return " ".join([*map(str, words), *(["TEST"] if test_mode else [])])
