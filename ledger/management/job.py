"""What the ledger's commands have alike: who they act as, the moment they act at, their exit codes and their output."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser, SystemCheckError
from django.db import Error
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.days import FIRST_DAY
from ledger.errors import DatabaseBusy
from ledger.operations import Actor, ActorKind
from storecredit.audit.management.told import ToldCommand

DONE, REFUSED, COULD_NOT_RUN = 0, 1, 2


class Job(ToldCommand):
    """A command that works on the books: `name` is what staff read in the history of what it did."""

    name: ClassVar[str]

    def execute(self, *args: Any, **options: Any) -> str | None:
        """
        Run it.

        :raises CommandError: with exit code 2, if the database cannot be reached or used.
        """
        try:
            return super().execute(*args, **options)
        except SystemCheckError as error:
            error.returncode = COULD_NOT_RUN
            raise
        except (Error, DatabaseBusy) as error:
            raise CommandError(f"Could not run: {str(error).strip()}", returncode=COULD_NOT_RUN) from error

    @property
    def actor(self) -> Actor:
        return Actor(kind=ActorKind.SYSTEM, id=self.name, label=self.name, door=f"command:{self.name}")

    def add_output_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def add_moment_argument(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--now",
            metavar="ISO",
            help="act as of this moment, such as 2027-01-31T23:59:59Z (without an offset: UTC); never a future one",
        )

    def read_moment(self, text: str | None) -> datetime:
        """
        The moment that `--now` names, else the present one.

        :raises CommandError: if it is no ISO 8601 moment, or in the future, where nothing has expired yet.
        """
        present = timezone.now()
        if text is None:
            return present
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(
                f"--now: {text!r} is not an ISO 8601 moment such as 2027-01-31T23:59:59Z.", returncode=COULD_NOT_RUN
            ) from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment.year < FIRST_DAY.year:
            raise CommandError(f"--now: {text} is too long ago.", returncode=COULD_NOT_RUN)
        if moment > present:
            raise CommandError(f"--now: {text} is in the future.", returncode=COULD_NOT_RUN)
        return moment

    def progress(self, *, quiet: bool) -> Progress:
        """A bar on the terminal; nothing where the output goes into a file or another program."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        hidden = quiet or not sys.stderr.isatty()
        return Progress(*columns, console=Console(file=sys.stderr, quiet=hidden), transient=True, disable=hidden)

    def write_summary(
        self, title: str, rows: Iterable[tuple[str, object]], facts: dict[str, Any], *, as_json: bool
    ) -> None:
        """One JSON object, or a table on a terminal, or a line for each row where a program or a file reads it."""
        if as_json:
            self.stdout.write(json.dumps(facts))
            return
        if self.stdout.isatty():
            table = Table(title=title, show_header=False)
            table.add_column()
            table.add_column(justify="right")
            for label, value in rows:
                table.add_row(label, str(value))
            Console(file=sys.stdout).print(table)
            return
        self.stdout.write(title)
        for label, value in rows:
            self.stdout.write(f"{label}: {value}")
