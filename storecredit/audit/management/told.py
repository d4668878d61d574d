"""Commands write down that they were run: who on which host, with which arguments, and whether they came to an end."""

import logging
import os
import pwd
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ClassVar, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from storecredit.audit.models import ActivityKind
from storecredit.audit.operations import Somebody, Subject, acting, is_secret, record_activity

logger = logging.getLogger(__name__)

#: What each command of Django's can be told, and says nothing of what this one does.
_EVERYBODYS: Final = frozenset(
    ["verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks", "stdout", "stderr"]
)
#: Programs that are given as an argument, in which anything may stand, a password too: by the command that takes them.
_PROGRAMS: Final = {"shell": frozenset({"command"}), "dbshell": frozenset({"parameters"})}
#: What neither changes nor shows anything that the shop keeps, and runs where there is no database, too.
_UNTOLD: Final = frozenset(
    [
        "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "makemessages", "makemigrations",
        "optimizemigration", "runserver", "showmigrations", "spectacular", "sqlflush", "sqlmigrate",
        "sqlsequencereset", "squashmigrations", "startapp", "startproject", "test", "testserver",
    ]
)  # fmt: skip
#: What Django calls by itself, too, to make or to empty a database: told where the command line asks for it.
_CALLED_BY_DJANGO: Final = frozenset(["createcachetable", "flush", "migrate"])
#: Whether a command runs already: what it calls is part of it.
_running: ContextVar[bool] = ContextVar("running", default=False)
#: Whether what the command line asks for has begun: else its arguments were refused. None: it asks for nothing.
_begun: ContextVar[bool | None] = ContextVar("begun", default=None)


class ToldCommand(BaseCommand):
    """A command of ours, written down before it runs: `name` is what staff read."""

    name: ClassVar[str]
    #: Arguments in which somebody may be spoken of who buys; what is said there stands elsewhere, and is erased there.
    untold: ClassVar[frozenset[str]] = frozenset()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Write it down and run it. What cannot be written, as in a copy of the books, is logged, and it runs."""
        with _telling(self.name, _arguments(options, self.untold)):
            return super().execute(*args, **options)


def tell_every_command() -> None:
    """Have whatever `manage.py` runs written down: Django's own commands and those of the libraries as well as ours."""
    execute, run_from_argv = BaseCommand.execute, BaseCommand.run_from_argv

    def execute_told(self: BaseCommand, *args: Any, **options: Any) -> Any:
        name = _name_of(self)
        is_asked = name not in _CALLED_BY_DJANGO or _begun.get() is not None
        if isinstance(self, ToldCommand) or name in _UNTOLD or _running.get() or not is_asked:
            return execute(self, *args, **options)
        arguments = _arguments({**options, "args": list(args)}, _PROGRAMS.get(name, frozenset()))
        with _telling(name, arguments):
            return execute(self, *args, **options)

    def run_told(self: BaseCommand, argv: list[str]) -> None:
        asked = _begun.set(False)
        try:
            run_from_argv(self, argv)
        except SystemExit as error:
            # What was run is told of by then; what had arguments that it does not know was not.
            if error.code and not _begun.get() and _name_of(self) not in _UNTOLD:
                told = _details([]) | {"error": "arguments", "status": _status_of(error)}
                _write(_name_of(self), ActivityKind.COMMAND_FAILED, told)
            raise
        finally:
            _begun.reset(asked)

    BaseCommand.execute = execute_told  # type: ignore[method-assign]  # of all commands
    BaseCommand.run_from_argv = run_told  # type: ignore[method-assign]  # of all commands


@contextmanager
def _telling(name: str, arguments: list[str]) -> Iterator[None]:
    if _begun.get() is not None:
        _begun.set(True)
    now = timezone.now()
    run = _details(arguments)
    unwritten = _write(name, ActivityKind.COMMAND_RUN, run, now)
    running = _running.set(True)
    try:
        with acting(actor=_actor(name), now=now):
            yield
    except BaseException as error:
        if status := _status_of(error):
            _write(name, ActivityKind.COMMAND_FAILED, run | {"error": type(error).__name__, "status": status})
        raise
    finally:
        _running.reset(running)
        # The command that makes the tables finds none to write to.
        if unwritten is not None and (unwritten := _write(name, ActivityKind.COMMAND_RUN, run, now)) is not None:
            logger.warning("This run of %s is not written down: %s", name, str(unwritten).strip())


def _write(name: str, kind: ActivityKind, details: Mapping[str, Any], now: datetime | None = None) -> Error | None:
    """Write a line, which is committed before the command does anything; what stood against it."""
    try:
        record_activity(
            actor=_actor(name),
            kind=kind,
            subject=Subject(kind="command", id=name, label=name),
            details=details,
            now=now or timezone.now(),
        )
    except Error as error:
        return error
    return None


def _actor(name: str) -> Somebody:
    return Somebody(kind="SYSTEM", id=name, label=name, door=f"command:{name}")


def _details(arguments: list[str]) -> dict[str, Any]:
    return {"login": _login(), "host": socket.gethostname(), "arguments": arguments}


def _name_of(command: BaseCommand) -> str:
    """What a command is called on the command line: the name of its file."""
    return str(getattr(command, "name", "")) or type(command).__module__.rpartition(".")[2]


def _status_of(error: BaseException) -> int:
    """With what a command ends that ends so; 0: as it should."""
    if isinstance(error, CommandError):
        return error.returncode
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(bool(error.code))
    return 1


def _login() -> str:
    """Who runs it on the host, and who they were before they became that."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    before = os.environ.get("SUDO_USER", "")
    return f"{before} as {name}" if before and before != name else name


def _arguments(options: dict[str, Any], untold: frozenset[str]) -> list[str]:
    return [
        f"{name}={'…' if name in untold or is_secret(name) else value}"
        for name, value in sorted(options.items())
        if name not in _EVERYBODYS and value not in (None, False, "", [])
    ]
