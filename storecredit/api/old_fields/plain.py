import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ledger.text import TextKind, find_unfit, find_wrong_email, to_nfc
from storecredit.api.json_text import Number
from storecredit.api.old_fields.base import Field, Wrong, name_type
from storecredit.api.problems import FaultKind


class Text(Field[str]):
    """
    A string, taken as it was sent but for NFC: not trimmed, but blanks alone are an empty one.

    :param kind: what it is for, which decides about characters that nobody sees.
    :param max_length: in characters (code points).
    :param pattern: a regular expression that the whole string must match, with `said` to say it in words.
    """

    def __init__(
        self,
        about: str,
        *,
        max_length: int,
        min_length: int = 0,
        pattern: str = "",
        said: str = "",
        kind: TextKind = TextKind.CODE,
        wire: str = "",
    ) -> None:
        super().__init__(about, wire=wire)
        self.kind = kind
        self.max_length, self.min_length = max_length, min_length
        self.pattern, self.said = pattern, said
        self._compiled = re.compile(pattern) if pattern else None

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        value = to_nfc(value)
        if len(value) > self.max_length:
            raise Wrong(f"must have at most {self.max_length} characters.")
        if value.isspace():
            value = ""
        if message := find_unfit(value, self.kind):
            raise Wrong(f"{message}.")
        if len(value) < self.min_length:
            raise Wrong("must not be empty." if self.min_length == 1 else f"must have {self.min_length} characters.")
        if self._compiled is not None and not self._compiled.fullmatch(value):
            raise Wrong(f"must be {self.said}.")
        return value

    def read_text(self, text: str) -> str:
        if "\x00" in text:
            raise Wrong("must not hold a NUL.")
        return self.read(text)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": self.max_length}
        if self.min_length:
            schema["minLength"] = self.min_length
        if self.pattern:
            schema["pattern"] = f"^{self.pattern}$"
        return schema


class Email(Text):
    """An e-mail address, or nothing."""

    def __init__(self, about: str, *, wire: str = "") -> None:
        super().__init__(
            about, max_length=254, pattern=r"([^@\s]+@[^@\s]+)?", said="an e-mail address or empty", wire=wire
        )

    def read(self, value: Any) -> str:
        text = super().read(value)
        if text and find_wrong_email(text):
            raise Wrong(f"must be {self.said}.")
        return text


class Choice(Field[str]):
    """One of a few texts."""

    def __init__(self, about: str, *, choices: Iterable[str], wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.choices = tuple(choices)

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if value not in self.choices:
            raise Wrong(f"must be one of: {', '.join(self.choices)}.")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


class Integer(Field[int]):
    """A whole number, written without point and exponent."""

    _FORM = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)

    def __init__(self, about: str, *, minimum: int, maximum: int, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.minimum, self.maximum = minimum, maximum

    def read(self, value: Any) -> int:
        if not isinstance(value, Number):
            raise Wrong(f"must be a number, not {name_type(value)}.", FaultKind.TYPE)
        return self.read_text(value.text)

    def read_text(self, text: str) -> int:
        if not self._FORM.fullmatch(text) or not self.minimum <= int(text) <= self.maximum:
            raise Wrong(f"must be a whole number from {self.minimum} to {self.maximum}.")
        return int(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


class Flag(Field[bool]):
    """True or false."""

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Wrong(f"must be true or false, not {name_type(value)}.", FaultKind.TYPE)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Uuid(Field[UUID]):
    """A UUID in its usual form, with hyphens."""

    _FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)

    def read(self, value: Any) -> UUID:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        if not self._FORM.fullmatch(value):
            raise Wrong("must be a UUID.")
        return UUID(value)

    def canonical(self, value: UUID) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}
