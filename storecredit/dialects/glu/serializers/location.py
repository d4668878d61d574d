"""Where something happened, as the client calls it: kept and given back, never understood."""

import math
import re
from decimal import Decimal
from typing import Any, Final

from storecredit.api.fields import Field, Wrong
from storecredit.api.json_text import Number, to_json

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_MAX_CHARACTERS: Final = 2000


class Location(Field[Any]):
    """A whole number, which is the id of a place, or an object that describes one."""

    def read(self, value: Any) -> Any:
        if isinstance(value, Number) and _WHOLE.fullmatch(value.text):
            return int(value.text)
        if not isinstance(value, dict):
            raise Wrong("must be a whole number or an object.")
        plain = _plain(value)
        if len(to_json(show_location(plain))) > _MAX_CHARACTERS:
            raise Wrong(f"must have at most {_MAX_CHARACTERS} characters.")
        return plain

    def canonical(self, value: Any) -> Any:
        return show_location(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, {"type": "object"}]}


def show_location(value: Any) -> dict[str, Any]:
    """A location as an object: of an id one that holds it; empty if there is none."""
    if isinstance(value, int):
        return {"id": value}
    shown = _exact(value)
    return shown if isinstance(shown, dict) else {}


def _plain(value: Any) -> Any:
    """What the books can keep as JSON."""
    if isinstance(value, Number):
        if _WHOLE.fullmatch(value.text):
            return int(value.text)
        number = float(value.text)
        if not math.isfinite(number):
            raise Wrong("holds a number that is too large.")
        return number
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _exact(value: Any) -> Any:
    """The same with decimals, which are written as they are read."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value
