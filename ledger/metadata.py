"""
What a client keeps with a credit, a card or a transaction: an object of its own, which nobody here understands.

It is found by one of its members. Each that is no object and no array has a row in a table of its owner's kind, with a
digest of its name and its text: however long they are, an index finds them, and they stand nowhere a second time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

#: The name under which the details of an entry hold it.
METADATA: Final = "metadata"


@dataclass(frozen=True, slots=True)
class Member:
    """
    One member of somebody's metadata.

    :param text: its value as answers show it; a text without its quotes.
    """

    name: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of both, as hexadecimal digits. Neither holds a NUL, so no two members are digested alike."""
        return hashlib.sha256(f"{self.name}\x00{self.text}".encode("utf-8", "surrogatepass")).hexdigest()


def list_members(metadata: Mapping[str, Any] | None) -> list[Member]:
    """The members by which metadata can be found, in their order."""
    texts = {name: text_of(value) for name, value in (metadata or {}).items()}
    return [Member(name, text) for name, text in texts.items() if text is not None]


def text_of(value: Any) -> str | None:
    """The text of a value by which it is found, as answers show it; None for an object or an array."""
    if isinstance(value, dict | list):
        return None
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = format(Decimal(repr(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
