"""What became of each line, in a file that its owner alone can read."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from django.core.management.base import CommandError

from ledger.management.job import COULD_NOT_RUN


@contextmanager
def result_file(name: str | None, columns: Sequence[str]) -> Iterator[TextIO | None]:
    """
    The file, emptied, with its header written; nothing where no name is given.

    :raises CommandError: if it cannot be written.
    """
    if name is None:
        yield None
        return
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    with open(handle, "w", newline="", encoding="utf-8") as result:
        csv.writer(result, lineterminator="\n").writerow(columns)
        yield result
