"""Seals leave the database: into a file that is only ever added to, and to a mailbox."""

from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.db import connection

from ledger.models import Cut, CutSeal
from ledger.queries.cuts import in_utc, list_figures
from ledger.queries.seals import SealFile, SealLine, digest_cut, reading, write_seal


def append_seals(*, path: Path) -> list[SealLine]:
    """
    Add to a file the seals that it lacks, each with the digests of its rows, made once more from the rows.

    What the database has no seal of, and what comes behind it, waits.

    :raises OSError: if the file cannot be read or written.
    """
    path.touch(exist_ok=True)
    known = SealFile(path).seals
    lines = []
    for seal in CutSeal.objects.filter(cut_id__gt=max(known, default=0)).select_related("cut").order_by("cut_id"):
        line = line_of(seal)
        with reading(connection):
            write_seal(
                path,
                line,
                lambda take, seal=seal: digest_cut(  # type: ignore[misc]  # bound as the loop stands
                    seal.cut,
                    previous_digest=seal.previous_digest,
                    figures=list_figures(number=seal.cut_id),
                    on_leaf=take,
                ),
            )
        lines.append(line)
    return lines


def mail_seals(*, cuts: Sequence[Cut], to: str) -> None:
    """
    Send the seals of these cuts in one mail, a line each as the file has them.

    :raises OSError: if the mail could not be handed over; `smtplib.SMTPException` is one.
    """
    lines = [line_of(seal) for seal in CutSeal.objects.filter(cut__in=cuts).select_related("cut").order_by("cut_id")]
    if lines:
        subject = f"Seal of cut {lines[-1].cut}, {lines[-1].boundary}"
        EmailMessage(subject, "\n".join(line.to_json() for line in lines), to=[to]).send()


def line_of(seal: CutSeal) -> SealLine:
    """A seal as it leaves the database."""
    return SealLine(
        cut=seal.cut_id,
        boundary=in_utc(seal.cut.boundary).isoformat(),
        entries=seal.entries,
        digest=seal.digest,
        previous_digest=seal.previous_digest,
        public_key=seal.public_key,
        signature=seal.signature,
    )
