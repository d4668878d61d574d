"""Whether a command keeps its run, so that what it found is decided about in the admin."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError, CommandParser

from ledger.management.job import COULD_NOT_RUN
from storecredit.finance.operations import RunRecorder, Seen

T = TypeVar("T")


def add_keeping_argument(parser: CommandParser) -> None:
    """Add `--no-keep`."""
    parser.add_argument(
        "--no-keep",
        dest="keep",
        action="store_false",
        help="write nothing about this run: for a database that is read only, or a copy",
    )


def digest_file(name: str) -> str:
    """
    SHA-256 of a file.

    :raises CommandError: if it cannot be read.
    """
    try:
        with Path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error


def keep_differences(
    found: Iterable[T], recorder: RunRecorder | None, now: datetime, seen_of: Callable[[T], Seen]
) -> Iterator[T]:
    """Hand on each difference, once it is noted in the run, if one is kept."""
    for one in found:
        if recorder:
            recorder.see(seen_of(one), now)
        yield one
