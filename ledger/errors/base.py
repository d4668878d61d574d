"""What every refusal is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class DomainError(Exception):
    """Something that the books refuse. `code` is stable; the text is for people."""

    code: ClassVar[str] = "refused"
    #: Which of several it refuses that came in one call, from 0.
    place: int | None = None

    def __init__(self, message: str | Promise = "", **named: object) -> None:
        """
        :param message: with the names of facts as `%(name)s`; it is worded when it is read, for who reads it then.
        :param named: the facts.
        """
        super().__init__(message)
        self._named = named

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else ""
        return text % self._named if self._named else text


def state_word(code: str) -> Promise:
    """What a sentence calls the state of something, such as `FROZEN`, or the type of a transaction."""
    return pgettext_lazy("state", code.lower())


#: For those who translate: what codes of states come to.
_STATES = (
    pgettext_lazy("state", "open"),
    pgettext_lazy("state", "issue"),
    pgettext_lazy("state", "load"),
    pgettext_lazy("state", "redeem"),
    pgettext_lazy("state", "refund"),
    pgettext_lazy("state", "reversal"),
    pgettext_lazy("state", "adjust"),
    pgettext_lazy("state", "expire"),
    pgettext_lazy("state", "transfer"),
    pgettext_lazy("state", "frozen"),
    pgettext_lazy("state", "closed"),
    pgettext_lazy("state", "active"),
    pgettext_lazy("state", "inactive"),
    pgettext_lazy("state", "banned"),
    pgettext_lazy("state", "archived"),
    pgettext_lazy("state", "captured"),
    pgettext_lazy("state", "released"),
    pgettext_lazy("state", "timed_out"),
    pgettext_lazy("state", "pending"),
    pgettext_lazy("state", "confirmed"),
    pgettext_lazy("state", "failed"),
    pgettext_lazy("state", "canceled"),
    pgettext_lazy("state", "approved"),
    pgettext_lazy("state", "rejected"),
    pgettext_lazy("state", "void"),
    pgettext_lazy("state", "not_yet_valid"),
    pgettext_lazy("state", "blocked"),
    pgettext_lazy("state", "voided"),
    pgettext_lazy("state", "expired"),
    pgettext_lazy("state", "explained"),
    pgettext_lazy("state", "corrected"),
    pgettext_lazy("state", "reopened"),
)


@contextmanager
def named_by_place(place: int) -> Iterator[None]:
    """What is refused within says which of several it was."""
    try:
        yield
    except DomainError as error:
        error.place = place
        raise
