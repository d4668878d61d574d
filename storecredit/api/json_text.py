"""
JSON as text, in and out.

In: strict, with limits, and numbers kept as they were written, so that nothing is rounded on the way.
Out: amounts as exact decimals without trailing zeros, and answers that were stored as text put in as they are.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final, Self

MAX_DEPTH: Final = 20
MAX_MEMBERS: Final = 200
MAX_VALUES: Final = 10_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonRefused(ValueError):
    """The text is not JSON, or not within the limits. The message says what is wrong, and where if that is known."""


class Number:
    """A JSON number as it was written: `25`, `25.00`, `2.5e1`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Number({self.text})"


class Json(str):
    """Text that is JSON already. Of what was just written here it is at hand what it says."""

    __slots__ = ("known",)
    known: Any

    def __new__(cls, text: str, known: Any = None) -> Self:
        """:param known: what it says, if that is known; else it is read when it is asked for."""
        self = super().__new__(cls, text)
        self.known = known
        return self

    @property
    def said(self) -> Any:
        """What it says."""
        if self.known is None:
            self.known = json.loads(self)
        return self.known


def parse_object(body: bytes) -> dict[str, Any]:
    """
    Read a JSON object. Numbers come back as `Number`.

    :raises JsonRefused: for anything else, a duplicate member, NaN, NUL or a lone surrogate in a string, or more than
        20 levels, 200 members in an object or 10,000 values.
    """
    if body.startswith(_BYTE_ORDER_MARK):
        raise JsonRefused("The body is not valid JSON: it begins with a byte order mark, which does not belong there.")
    if not body.strip():
        raise JsonRefused("The body is not valid JSON: it is empty.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefused("The body is not UTF-8.") from None
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise JsonRefused(f"The body is nested deeper than {MAX_DEPTH} levels.") from None
    except JsonRefused:
        raise
    except ValueError as error:
        raise JsonRefused(f"The body is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise JsonRefused("The body must be a JSON object.")
    _check(value, strings="\\u" in text)
    return value


def to_json(value: object) -> str:
    """
    Write an answer: texts, whole numbers, booleans, None, exact decimals, lists and objects of them, and `Json`.

    :raises TypeError: for anything else, floats included.
    """
    if isinstance(value, str):
        return value if type(value) is Json else encode_basestring(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return "{" + ",".join([f"{encode_basestring(name)}:{to_json(item)}" for name, item in value.items()]) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join([to_json(item) for item in value]) + "]"
    raise TypeError(f"{type(value).__name__} cannot stand in an answer.")


def to_bytes(text: str) -> bytes:
    """UTF-8. A lone surrogate, which UTF-8 does not have, becomes the escape that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def decimal_text(value: Decimal) -> str:
    """`25`, `12.5`: exact, without exponent and trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise JsonRefused(f"An object has more than {MAX_MEMBERS} members.")
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise JsonRefused(f"The member {_shown(name)} stands twice in one object.")
            seen.add(name)
    return members


def _constant(text: str) -> None:
    raise JsonRefused(f"The body is not valid JSON: {text} is not a JSON number.")


def _check(top: dict[str, Any], *, strings: bool) -> None:
    """Depth, number of values and what a database cannot store; a loop, for recursion would meet its own limit."""
    count = 0
    level: list[tuple[str, Any]] = [("", top)]
    for _depth in range(MAX_DEPTH + 1):
        below: list[tuple[str, Any]] = []
        for member, value in level:
            if strings and isinstance(value, str) and _UNSTORABLE.search(value):
                raise JsonRefused(f"The member {_shown(member)} holds a NUL or half a surrogate pair.")
            if isinstance(value, dict):
                if strings and any(_UNSTORABLE.search(name) for name in value):
                    raise JsonRefused("A member's name holds a NUL or half a surrogate pair.")
                below.extend(value.items())
            elif isinstance(value, list):
                below.extend((member, item) for item in value)
        count += len(below)
        if count > MAX_VALUES:
            raise JsonRefused(f"The body holds more than {MAX_VALUES} values.")
        if not below:
            return
        level = below
    raise JsonRefused(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _shown(name: str) -> str:
    return json.dumps(name[:60])


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_constant, strict=True
)
