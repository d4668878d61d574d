"""Commands write down that they were run: who on which host, and with which arguments."""

import logging
import os
import pwd
import socket
from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.db import Error
from django.utils import timezone

from storecredit.audit.models import ActivityKind
from storecredit.audit.operations import Somebody, Subject, acting, is_secret, record_activity

logger = logging.getLogger(__name__)

#: What each command of Django's can be told, and says nothing of what this one does.
_EVERYBODYS = frozenset(
    ["verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks", "stdout", "stderr"]
)


class ToldCommand(BaseCommand):
    """A command that is written down before it runs: `name` is what staff read."""

    name: ClassVar[str]
    #: Arguments in which somebody may be spoken of who buys; what is said there stands elsewhere, and is erased there.
    untold: ClassVar[frozenset[str]] = frozenset()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Write it down and run it. What cannot be written, as in a copy of the books, is logged, and it runs."""
        actor = Somebody(kind="SYSTEM", id=self.name, label=self.name, door=f"command:{self.name}")
        now = timezone.now()
        try:
            record_activity(
                actor=actor,
                kind=ActivityKind.COMMAND_RUN,
                subject=Subject(kind="command", id=self.name, label=self.name),
                details={
                    "login": _login(),
                    "host": socket.gethostname(),
                    "arguments": _arguments(options, self.untold),
                },
                now=now,
            )
        except Error as error:
            logger.warning("This run of %s is not written down: %s", self.name, str(error).strip())
        with acting(actor=actor, now=now):
            return super().execute(*args, **options)


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
