"""
Whether what cuts have sealed is still so.

The digests are made anew from the rows. A cut's own digest tells that something in its span differs; a file of seals,
which the database cannot write, tells which row, and that the seal is the one of its day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.models import Cut, CutSeal
from ledger.queries.cuts import Bucket, BucketFigure, add_up, get_span, list_closings, list_figures
from ledger.queries.seals.digests import Digested, digest_cut, name_figure, reading
from ledger.queries.seals.files import SealFile, SealLine, shorten
from ledger.queries.seals.signatures import is_signed_by_ours, trusted_keys

# So many rows of one cut are named; whoever changes more has been seen.
_NAMED_AT_MOST = 1000
_CUTS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class SealFault:
    """Something that is not as it was sealed. `row` is empty where it is the cut itself."""

    cut: int
    row: str
    message: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a run has come: cuts and entries that it has gone through."""

    cuts: int
    entries: int


@dataclass(frozen=True, slots=True)
class GuardChange:
    """Other triggers stood in the database than at the cut before: an upgrade's, or its owner took some down."""

    cut: int
    before: int


def list_guard_changes(*, after: int = 0, using: str = DEFAULT_DB_ALIAS) -> Iterator[GuardChange]:
    """
    The cuts that were taken under other guards than the one before.

    :param after: the number of the cut up to which it has been done before.
    """
    cuts = Cut.objects.using(using).filter(number__gte=after).order_by("number").values_list("number", "guards")
    for (before, stood), (cut, found) in pairwise(cuts.iterator(_CUTS_AT_ONCE)):
        if stood != found:
            yield GuardChange(cut, before)


def verify_seals(
    *,
    after: int = 0,
    against: SealFile | None = None,
    on_cut: Callable[[Verified], None] = lambda verified: None,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[SealFault]:
    """
    Make the digest of each cut anew, and say what differs, cut by cut.

    :param after: the number of the cut up to which it has been done before.
    :param against: a file of seals; without one a changed row makes its cut differ and is not named.
    """
    trusted = trusted_keys()
    number, entries, previous_digest = after, 0, _digest_of(after, using)
    closings = list_closings(number=after, using=using)
    unsigned: CutSeal | None = None
    for number in _numbers(after, using):
        cut = Cut.objects.using(using).select_related("seal").get(number=number)
        seal = getattr(cut, "seal", None)
        if seal is None:
            continue
        with reading(connections[using]):
            checked = _Check(cut, seal, previous_digest, against, using)
            yield from checked.find(closings, trusted)
        entries += checked.entries
        previous_digest = seal.digest
        # What is signed vouches for all that came before it.
        unsigned = None if seal.signature else seal
        on_cut(Verified(number - after, entries))
    if unsigned is not None and trusted:
        yield SealFault(unsigned.cut_id, "", "is not signed")
    if against is not None:
        for gone in sorted(set(against.seals) - set(_numbers(0, using))):
            if gone > after:
                yield SealFault(gone, "", "is in the file and is gone from the database")
        yield from _find_unsealed(max(against.seals, default=0), using)


class _Check:
    """One cut, held against its seal and against the file."""

    def __init__(self, cut: Cut, seal: CutSeal, previous_digest: str, against: SealFile | None, using: str) -> None:
        self.cut, self.seal, self.previous_digest, self.using = cut, seal, previous_digest, using
        self.against = against
        self.line: SealLine | None = against.seals.get(cut.number) if against else None
        self.entries = 0

    def find(self, closings: dict[Bucket, BucketFigure], trusted: frozenset[str]) -> Iterator[SealFault]:
        figures = list_figures(number=self.cut.number, using=self.using)
        found = self._digest(figures)
        self.entries = found.entries
        differs = found.digest != self.seal.digest
        if differs or (self.line and self.line.digest != found.digest):
            yield from self._name(figures, found)
        if self.line and self.line.digest != self.seal.digest:
            yield self._fault("has another seal than the file")
        if self.seal.previous_digest != self.previous_digest:
            yield self._fault("does not follow the seal before it")
        yield from self._test_signature(trusted)
        yield from self._find_figures_that_differ(figures, closings)
        closings |= {figure.bucket: figure for figure in figures}

    def _digest(self, figures: list[BucketFigure], **kwargs: Any) -> Digested:
        return digest_cut(self.cut, previous_digest=self.previous_digest, figures=figures, using=self.using, **kwargs)

    def _name(self, figures: list[BucketFigure], found: Digested) -> Iterator[SealFault]:
        """Which rows differ, where the file tells; otherwise that something does."""
        if self.against is None or self.line is None:
            counted = f"it closed {self.seal.entries} entries and has {found.entries}"
            yield self._fault(f"is not what was sealed: {counted}")
            return
        sealed = self.against.read_leaves(self.cut.number)
        faults: list[SealFault] = []

        def compare(kind: str, name: Any, leaf: bytes) -> None:
            was = sealed.pop((kind, str(name)), None)
            if was != shorten(leaf) and len(faults) < _NAMED_AT_MOST:
                message = "has come in since it was sealed" if was is None else "has been changed since it was sealed"
                faults.append(SealFault(self.cut.number, f"{kind} {name}", message))

        self._digest(figures, on_leaf=compare)
        gone = [
            SealFault(self.cut.number, f"{kind} {name}", "is gone since it was sealed")
            for kind, name in list(sealed)[:_NAMED_AT_MOST]
        ]
        yield from faults
        yield from gone
        if not faults and not gone:
            yield self._fault("was itself changed since it was sealed, and no row of it")

    def _test_signature(self, trusted: frozenset[str]) -> Iterator[SealFault]:
        if not self.seal.signature:
            if self.line is not None and self.line.signature:
                yield self._fault("has lost its signature")
            return
        if not is_signed_by_ours(
            digest=self.seal.digest,
            public_key=self.seal.public_key,
            signature=self.seal.signature,
            trusted=trusted,
        ):
            yield self._fault("is not signed with a key that is trusted")

    def _find_figures_that_differ(
        self, figures: list[BucketFigure], closings: dict[Bucket, BucketFigure]
    ) -> Iterator[SealFault]:
        expected = add_up(get_span(self.cut, using=self.using), closings, using=self.using)
        for figure in sorted(set(expected) ^ set(figures), key=lambda figure: figure.bucket):
            side = "is not what its entries come to" if figure in figures else "is missing or other"
            yield SealFault(self.cut.number, f"figure {name_figure(figure)}", side)

    def _fault(self, message: str) -> SealFault:
        return SealFault(self.cut.number, "", message)


def _numbers(after: int, using: str) -> list[int]:
    return list(Cut.objects.using(using).filter(number__gt=after).order_by("number").values_list("number", flat=True))


def _find_unsealed(last_in_file: int, using: str) -> Iterator[SealFault]:
    for cut in Cut.objects.using(using).filter(number__lte=last_in_file, seal__isnull=True).order_by("number"):
        yield SealFault(cut.number, "", "has lost its seal")


def _digest_of(number: int, using: str) -> str:
    return CutSeal.objects.using(using).filter(cut_id=number).values_list("digest", flat=True).first() or ""
