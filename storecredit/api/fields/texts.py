import re
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from ledger.text import TextKind, find_unfit, find_wrong_email, to_nfc
from storecredit.api.fields.base import StrictField, wrong

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class Text(StrictField, serializers.CharField):
    """
    A string, taken as it was sent but for NFC: not trimmed, but blanks alone are an empty one.

    :param kind: what it is for, which decides about characters that nobody sees.
    :param max_length: in characters (code points); every text that comes in has one.
    :param pattern: a regular expression that the whole string must match, with `said` to say it in words.
    """

    expected: ClassVar[str] = "a string"

    def __init__(
        self,
        *,
        max_length: int | None = None,
        min_length: int = 0,
        pattern: str = "",
        said: str = "",
        kind: TextKind = TextKind.CODE,
        **kwargs: Any,
    ) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, **kwargs)
        self.kind = kind
        self.max_length, self.min_length = max_length, min_length
        self.pattern, self.said = pattern, said
        self._compiled = re.compile(pattern) if pattern else None

    def to_internal_value(self, data: Any) -> str:
        self.require_type(data, str)
        text = to_nfc(data)
        if self.max_length is not None and len(text) > self.max_length:
            raise wrong(f"must have at most {self.max_length} characters.")
        if text.isspace():
            text = ""
        if message := find_unfit(text, self.kind):
            raise wrong(f"{message}.")
        if self.min_length and len(text) < self.min_length:
            raise wrong(self._name_lower_limit())
        if self._compiled is not None and not self._compiled.fullmatch(text):
            raise wrong(f"must be {self.said}.")
        return text

    def _name_lower_limit(self) -> str:
        return "must not be empty." if self.min_length == 1 else f"must have at least {self.min_length} characters."

    def describe(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string"}
        if self.max_length is not None:
            schema["maxLength"] = self.max_length
        if self.min_length:
            schema["minLength"] = self.min_length
        if self.pattern:
            schema["pattern"] = f"^{self.pattern}$"
        return schema


class Name(Text):
    """What somebody or something is called."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kind=TextKind.NAME, **kwargs)


class Note(Text):
    """What somebody writes for people, up to 500 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kind=TextKind.NOTE, max_length=500, **kwargs)


class TextOrNull(Text):
    """A text that goes out, null where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True} | kwargs)

    def to_representation(self, value: Any) -> Any:
        return value or None


class Url(Text):
    """An absolute address that goes out."""

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


class Email(Text):
    """An e-mail address, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "max_length": 254,
            "pattern": r"([^@\s]+@[^@\s]+)?",
            "said": "an e-mail address or empty",
        }
        super().__init__(**defaults | kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and find_wrong_email(text):
            raise wrong(f"must be {self.said}.")
        return text


class Choice(StrictField, serializers.ChoiceField):
    """
    One of a few texts.

    :param component: the name of its schema, where several members share one.
    """

    expected: ClassVar[str] = "a string"

    def __init__(self, *, choices: Iterable[str], component: str = "", **kwargs: Any) -> None:
        super().__init__(choices=list(choices), **kwargs)
        self.component = component  # type: ignore[misc]  # of this field alone

    def to_internal_value(self, data: Any) -> str:
        self.require_type(data, str)
        if data not in self.choices:
            raise wrong(f"must be one of: {', '.join(self.choices)}.")
        return str(data)

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


class Uuid(StrictField, serializers.UUIDField):
    """A UUID in its usual form, with hyphens."""

    expected: ClassVar[str] = "a string"
    what: ClassVar[str] = "a UUID"

    def to_internal_value(self, data: Any) -> UUID:
        self.require_type(data, str)
        found = read_uuid(data)
        if found is None:
            raise wrong(f"must be {self.what}.")
        return found

    def to_representation(self, value: Any) -> Any:
        return str(value)

    def canonical(self, value: UUID, version: int) -> str:
        return str(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


def read_uuid(text: str) -> UUID | None:
    """The UUID that a text is in its usual form, with hyphens, in small letters or capitals; None if it is none."""
    return UUID(text) if _UUID.fullmatch(text) else None
