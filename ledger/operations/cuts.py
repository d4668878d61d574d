"""
Time is closed, and what has been closed is added up and sealed.

Closing takes the books alone for a moment. Everything else happens after it, while others post: what lies before a
boundary is final, so that it does not matter when it is read.
"""

import time
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from ledger import triggers
from ledger.errors import CutInTheFuture, CutNotLater, DatabaseBusy
from ledger.models import Actor, Cut, CutBucket, CutFigure, CutSeal
from ledger.operations.atomic import is_conflict, operation
from ledger.queries.cuts import Bucket, BucketFigure, add_up, get_span, list_closings
from ledger.queries.seals import digest_cut, reading, sign_digest

#: So long those who want to post may have to wait behind a cut that waits for one who is posting. Then it lets them by
#: and tries again.
LOCK_WAIT_MILLISECONDS = 25
_PAUSE_SECONDS = 0.2
#: A cut that finds the books busy for so long is left to the next run. Its boundary may be the same.
PATIENCE_SECONDS = 60.0


def take_cut(*, boundary: datetime, actor: Actor, now: datetime, patience_seconds: float = PATIENCE_SECONDS) -> Cut:
    """
    Close time up to a boundary: from now on no entry is dated before it. The figures and the seal are `complete_cuts`'.

    Waits until no posting is under way. An entry that was dated later already belongs to the next cut.

    :param boundary: the first moment that stays open.
    :raises CutInTheFuture: if it has not passed at `now`.
    :raises CutNotLater: if time is closed up to it, or up to a later moment.
    :raises DatabaseBusy: if somebody was posting all the time; nothing was written.
    """
    if boundary > now:
        raise CutInTheFuture(boundary=boundary, now=now)
    guards = triggers.take_fingerprint(connection)
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            return _close_time(boundary=boundary, actor=actor, now=now, guards=guards)
        except DatabaseBusy:
            if time.monotonic() >= give_up_at:
                raise
        time.sleep(_PAUSE_SECONDS)


def take_books_alone(*, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """
    Wait until nobody posts, and let nobody post until the transaction ends: those who want to wait 25 ms at a time.

    SQLite has one writer, who is alone already.

    :raises DatabaseBusy: if somebody was posting all the time.
    """
    if connection.vendor != "postgresql":
        return
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                _lock_alone(cursor)
            return
        except OperationalError as error:
            if not is_conflict(error):
                raise
            if time.monotonic() >= give_up_at:
                raise DatabaseBusy from error
        time.sleep(_PAUSE_SECONDS)


def complete_cuts(*, now: datetime) -> list[Cut]:
    """Add up and seal every cut that is not yet, in their order; twice or in parallel writes nothing twice."""
    cuts = list(Cut.objects.filter(seal__isnull=True).order_by("number"))
    for cut in cuts:
        _complete(cut, now)
    return cuts


def _close_time(*, boundary: datetime, actor: Actor, now: datetime, guards: str) -> Cut:
    if connection.vendor != "postgresql":
        return _close_time_alone(boundary=boundary, actor=actor, now=now, guards=guards)
    # One statement from the lock to the commit, unless a transaction is under way: nobody waits for anything else.
    signed = [actor.kind, actor.id, actor.label, actor.door]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_close_time(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [boundary, now, guards, *signed, list(triggers.list_sealed()), LOCK_WAIT_MILLISECONDS],
            )
            number = cursor.fetchone()[0]
    except OperationalError as error:
        if not is_conflict(error):
            raise
        raise DatabaseBusy from error
    if number is None:
        raise CutNotLater(boundary=boundary, closed_until=Cut.objects.latest("number").boundary)
    return Cut.objects.get(number=number)


@operation
def _close_time_alone(*, boundary: datetime, actor: Actor, now: datetime, guards: str) -> Cut:
    """Where there is one writer, who is alone already."""
    last = Cut.objects.order_by("-number").first()
    if last is not None and boundary <= last.boundary:
        raise CutNotLater(boundary=boundary, closed_until=last.boundary)
    histories = triggers.list_sealed()
    maxima = ", ".join(f"(SELECT MAX(id) FROM {triggers.table_of(each)})" for each in histories)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {maxima}")
        places = cursor.fetchone()
    return Cut.objects.create(
        number=(last.number if last else 0) + 1,
        boundary=boundary,
        taken_at=now,
        marks={history: place or 0 for history, place in zip(histories, places, strict=True)},
        guards=guards,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
    )


def _lock_alone(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT current_setting('lock_timeout')")
    waited_before = cursor.fetchone()[0]
    cursor.execute(f"SET LOCAL lock_timeout = {LOCK_WAIT_MILLISECONDS}")
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s), set_config('lock_timeout', %s, true)",
        [triggers.CUT_LOCK, waited_before],
    )


def _complete(cut: Cut, now: datetime) -> None:
    before = CutSeal.objects.filter(cut_id=cut.number - 1).first()
    previous_digest = before.digest if before else ""
    with reading(connection):
        figures = add_up(get_span(cut), list_closings(number=cut.number - 1))
        digested = digest_cut(cut, previous_digest=previous_digest, figures=figures)
    public_key, signature = sign_digest(digested.digest)
    try:
        _write_seal(
            cut,
            figures,
            entries=digested.entries,
            digest=digested.digest,
            previous_digest=previous_digest,
            public_key=public_key,
            signature=signature,
            sealed_at=now,
        )
    except IntegrityError:
        # Another run was faster; what it has written is the same.
        if not CutSeal.objects.filter(cut_id=cut.number).exists():
            raise


@transaction.atomic
def _write_seal(cut: Cut, figures: list[BucketFigure], **seal: Any) -> None:
    """The figures first, the seal last: it closes them."""
    CutBucket.objects.bulk_create([CutBucket(**figure.bucket._asdict()) for figure in figures], ignore_conflicts=True)
    ids = {
        Bucket(*row[1:]): row[0]
        for row in CutBucket.objects.filter(currency__in={each.bucket.currency for each in figures}).values_list(
            "pk", *Bucket._fields
        )
    }
    CutFigure.objects.bulk_create(
        CutFigure(
            cut=cut,
            bucket_id=ids[figure.bucket],
            count=figure.count,
            gained_minor=figure.gained_minor,
            lost_minor=figure.lost_minor,
            closing_count=figure.closing_count,
            closing_gained_minor=figure.closing_gained_minor,
            closing_lost_minor=figure.closing_lost_minor,
        )
        for figure in figures
    )
    CutSeal.objects.create(cut=cut, **seal)
