"""
Secrets are looked up here and nowhere else: the codes of cards and the numbers of accounts.

A door that strangers come through names its looker for the time of a request. The look-ups themselves, wherever they
lie, ask it first and tell it what was not found, so that none can go uncounted. Where nobody is named (commands, the
vendor's signed events, staff at a shell) nothing is counted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

from django.utils.translation import gettext

Found = TypeVar("Found")


class LookUpsStopped(Exception):
    """Whoever asks has named too many secrets that do not exist. No refusal of the domain, so that nothing words it."""

    def __init__(self, *, wait_seconds: int) -> None:
        words = gettext("Too many unknown codes: none is looked up for %(wait_seconds)s s.")
        super().__init__(words % {"wait_seconds": wait_seconds})
        self.wait_seconds = wait_seconds


class Looker(Protocol):
    """Somebody who may guess."""

    def admit(self) -> None:
        """
        Let them look something up.

        :raises LookUpsStopped: if they have to wait, whether or not there is what they name.
        """

    def missed(self, secret: str) -> None:
        """Count a secret that does not exist, or not for them: each once in a request."""


_present: ContextVar[Looker | None] = ContextVar("looker", default=None)


@contextmanager
def looking(looker: Looker | None) -> Iterator[None]:
    """Who looks things up in here; None: somebody who need not be counted."""
    before = _present.set(looker)
    try:
        yield
    finally:
        _present.reset(before)


def look_up(secret: str, find: Callable[[], Found | None]) -> Found | None:
    """
    What a secret stands for, by whatever look-ups `find` makes: together they are one.

    :raises LookUpsStopped: if whoever asks has to wait.
    """
    admit()
    with looking(None):
        found = find()
    if found is None:
        count_miss(secret)
    return found


def admit() -> None:
    """
    Let whoever asks name a secret.

    :raises LookUpsStopped: if they have to wait.
    """
    looker = _present.get()
    if looker is not None:
        looker.admit()


def count_miss(secret: str) -> None:
    """Count a secret that is known, and of which the answer says no more than of an unknown one."""
    looker = _present.get()
    if looker is not None:
        looker.missed(secret)
