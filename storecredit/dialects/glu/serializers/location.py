"""Where something happened, as the client calls it: kept and given back, never understood."""

import re
from typing import Any, ClassVar, Final

from storecredit.api.fields import FreeObject, StrictField, to_exact, to_storable, wrong
from storecredit.api.json_text import Number, to_json

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_MAX_CHARACTERS: Final = 2000


class Location(StrictField):
    """A whole number, which is the id of a place, or an object that describes one."""

    expected: ClassVar[str] = "a whole number or an object"

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Number) and _WHOLE.fullmatch(data.text):
            return int(data.text)
        if not isinstance(data, dict):
            raise wrong(f"must be {self.expected}.")
        plain = to_storable(data)
        if len(to_json(show_location(plain))) > _MAX_CHARACTERS:
            raise wrong(f"must have at most {_MAX_CHARACTERS} characters.")
        return plain

    def canonical(self, value: Any, version: int) -> Any:
        return show_location(value)

    def describe(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, FreeObject().describe()]}


def show_location(value: Any) -> dict[str, Any]:
    """A location as an object: of an id one that holds it; empty if there is none."""
    if isinstance(value, int):
        return {"id": value}
    shown = to_exact(value)
    return shown if isinstance(shown, dict) else {}
