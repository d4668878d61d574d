"""
Words that follow the reader's language, and what hangs on them.

What stands in a class or a module is translated when it is shown, so it is no text yet: see `Words`.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise
else:
    #: A text, or one that `gettext_lazy` has promised.
    Words = str


class Colours(dict[str, str]):
    """
    The colour of each state, found by what the state is called in the language of whoever looks.

    A dictionary, because unfold asks for one. It keeps nothing as its own: a promised text hashes as the language of
    the moment has it.

    :param colours: by the words of each state.
    """

    def __init__(self, colours: Mapping["Words", str]) -> None:
        super().__init__()
        self._told = list(colours.items())

    def __missing__(self, words: str) -> str:
        for label, colour in self._told:
            if str(label) == str(words):
                return colour
        raise KeyError(words)

    def __contains__(self, words: object) -> bool:
        return any(str(label) == str(words) for label, _ in self._told)

    def __bool__(self) -> bool:
        return bool(self._told)


def number_text(number: int) -> str:
    """A whole number as the reader's language writes it: `12,345`."""
    return number_format(number, use_l10n=True, force_grouping=True)


def alternatives(texts: Iterable[str]) -> str:
    """Several texts of which one holds: `€10.00 or $12.00`."""
    between = gettext("or")
    return f" {between} ".join(texts)
