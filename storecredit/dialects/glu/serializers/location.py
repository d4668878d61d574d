"""Where something happened, as the client calls it: kept and given back, never understood."""

import re
from typing import Any, Final

from storecredit.api.json_text import Number, to_json
from storecredit.api.old_fields import Field, Wrong
from storecredit.api.old_fields.free import to_exact, to_storable

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_MAX_CHARACTERS: Final = 2000


class Location(Field[Any]):
    """A whole number, which is the id of a place, or an object that describes one."""

    def read(self, value: Any) -> Any:
        if isinstance(value, Number) and _WHOLE.fullmatch(value.text):
            return int(value.text)
        if not isinstance(value, dict):
            raise Wrong("must be a whole number or an object.")
        plain = to_storable(value)
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
    shown = to_exact(value)
    return shown if isinstance(shown, dict) else {}
