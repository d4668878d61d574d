"""
A file as it was uploaded: in pieces, for no request may be longer than the server takes, and sealed, for it may hold
the codes of cards.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.backoffice.models import ENDED, ImportPiece, ImportRun, ImportState

LARGEST_FILE_BYTES = 64 * 1024 * 1024
LARGEST_PIECE_BYTES = 512 * 1024
#: What was begun and not finished is dropped after so long, and its content with it.
KEPT = timedelta(days=2)


class UploadRefused(DomainError):
    """A piece that does not belong where it is put."""

    code = "upload_refused"


@operation
def begin_upload(*, run: ImportRun, now: datetime) -> ImportRun:
    """
    Keep a file that is about to come, and drop what others have left lying.

    :raises UploadRefused: if it is empty or too large.
    """
    if not 0 < run.size <= LARGEST_FILE_BYTES:
        raise UploadRefused(
            gettext("The file is empty.") if not run.size else gettext("The file is larger than 64 MiB.")
        )
    for left in ImportRun.objects.filter(changed_at__lt=now - KEPT).exclude(state__in=[*ENDED, ImportState.RUNNING]):
        drop(left, now)
    run.created_at = run.changed_at = now
    run.save(force_insert=True)
    return run


@operation
def add_piece(*, run_id: Any, place: int, content: bytes, now: datetime) -> ImportRun:
    """
    Take the next piece; one that is here already is passed over, however often it is sent.

    :raises UploadRefused: if it is not the next one, or the file would be longer than was said.
    """
    run = lock(run_id)
    if run.state != ImportState.UPLOADING or run.pieces.filter(place=place).exists():
        return run
    if place != run.pieces.count() or not 0 < len(content) <= LARGEST_PIECE_BYTES:
        raise UploadRefused(gettext("That piece of the file is not the next one."))
    if run.received + len(content) > run.size:
        raise UploadRefused(gettext("The file is longer than was said."))
    piece = ImportPiece(run=run, place=place, size=len(content))
    # Each byte is the character of its number, so that whatever a file holds is a text.
    piece.hold(content.decode("latin-1"))
    piece.save(force_insert=True)
    run.received += len(content)
    if run.received == run.size:
        run.state = ImportState.MAPPING
        run.version += 1
    run.changed_at = now
    run.save(update_fields=["received", "state", "version", "changed_at"])
    return run


def lock(run_id: Any) -> ImportRun:
    """The run, fresh, and nobody else's until the present transaction ends."""
    return ImportRun.objects.select_for_update().get(pk=run_id)


def drop(run: ImportRun, now: datetime) -> None:
    """Let go of a file that is not written, and of all that was read of it."""
    forget_content(run)
    clear(run)
    run.state = ImportState.DROPPED
    run.version += 1
    run.changed_at = now
    run.save(update_fields=["state", "version", "changed_at"])


def clear(run: ImportRun) -> None:
    """Let go of what was read of a file that is not written."""
    run.keys.all().delete()
    run.parts.all().delete()


def forget_content(run: ImportRun) -> None:
    """Take the uploaded file out of the database."""
    run.pieces.all().delete()


class Upload:
    """An uploaded file, read line by line from its start or from a place in it, behind its header."""

    def __init__(self, run: ImportRun, *, position: int = 0, header_bytes: int = 0) -> None:
        self._pieces = self._list_pieces(run, position, header_bytes)
        self._waiting = b""

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or as much of it as `limit` bytes; nothing at the file's end."""
        while (end := self._waiting.find(b"\n")) < 0 and len(self._waiting) < limit:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        length = min(limit, end + 1 if end >= 0 else len(self._waiting))
        line, self._waiting = self._waiting[:length], self._waiting[length:]
        return line

    def _list_pieces(self, run: ImportRun, position: int, header_bytes: int) -> Iterator[bytes]:
        if header_bytes:
            yield from _read(run, 0, header_bytes)
        yield from _read(run, position, run.size)


def _read(run: ImportRun, first: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from one to before another, piece by piece."""
    begin, next_begin = 0, 0
    for place, size in run.pieces.order_by("place").values_list("place", "size"):
        begin, next_begin = next_begin, next_begin + size
        if next_begin <= first or begin >= end:
            continue
        content = run.pieces.get(place=place).open().encode("latin-1")
        yield content[max(first - begin, 0) : end - begin]
