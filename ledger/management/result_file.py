"""What became of each line, in a file that its owner alone can read."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import CommandError

from ledger.management.job import COULD_NOT_RUN
from ledger.spreadsheet import CellWriter


class ResultFile:
    """A file whose rows people read in a spreadsheet."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer = CellWriter(file)

    def write_row(self, cells: Iterable[Any]) -> None:
        """Write one row; None is an empty cell."""
        self._writer.write_row(cells)

    def flush(self) -> None:
        """Let it be on the disk, whatever becomes of the command."""
        self._file.flush()


@contextmanager
def result_file(
    name: str | None, columns: Sequence[str], *, source: str, option: str = "--result"
) -> Iterator[ResultFile | None]:
    """
    The file, emptied, with its header written; nothing where no name is given.

    :param source: the file that was read, which may be the only one of its kind.
    :raises CommandError: if it cannot be written, or is the source.
    """
    if name is None:
        yield None
        return
    if os.path.exists(name) and os.path.exists(source) and os.path.samefile(name, source):
        raise CommandError(
            f"Could not run: {option} {name} is the file that is read; name another one.", returncode=COULD_NOT_RUN
        )
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    with open(handle, "w", newline="", encoding="utf-8") as file:
        result = ResultFile(file)
        result.write_row(columns)
        yield result
