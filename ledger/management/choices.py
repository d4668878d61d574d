"""
What only whoever brings a file can say, where the file itself leaves it open.

A message of such a cell ends with how it is said: by a flag of the command, by a field of the page. Each door calls it
by a name of its own, and one that has none says nothing.
"""

from enum import StrEnum


class Choice(StrEnum):
    """:cvar AS_WRITTEN: that a column means what looks like a spreadsheet's ruin."""

    AS_WRITTEN = "as_written"
    CURRENCY = "currency"
    DECIMALS = "decimals"
    EXPIRED_CARDS = "expired_cards"
    LEGACY_NUMBERS = "legacy_numbers"


def with_hint(message: str, hint: str) -> str:
    """A message with how it is said what is meant; without where nobody can say it."""
    return f"{message} ({hint})" if hint else message
