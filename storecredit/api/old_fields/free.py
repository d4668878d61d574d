"""Objects that clients make up: kept and given back, never understood."""

import math
import re
from decimal import Decimal
from typing import Any

from storecredit.api.json_text import Number, to_json
from storecredit.api.old_fields.base import Field, Wrong, name_type
from storecredit.api.problems import FaultKind

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class FreeObject(Field[dict[str, Any]]):
    """
    An object with whatever members, as the database can keep it.

    :param max_bytes: as JSON without blanks, in UTF-8.
    """

    def __init__(self, about: str, *, max_bytes: int, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.max_bytes = max_bytes

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"must be an object, not {name_type(value)}.", FaultKind.TYPE)
        kept: dict[str, Any] = to_storable(value)
        if len(to_json(to_exact(kept)).encode()) > self.max_bytes:
            raise Wrong(f"must have at most {self.max_bytes} bytes as JSON.")
        return kept

    def canonical(self, value: dict[str, Any]) -> Any:
        return to_exact(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


def to_storable(value: Any) -> Any:
    """
    JSON as it was read, with numbers that a JSON column can keep.

    :raises Wrong: for a number that it cannot keep.
    """
    if isinstance(value, Number):
        if _WHOLE.fullmatch(value.text):
            return int(value.text)
        number = float(value.text)
        if not math.isfinite(number):
            raise Wrong("holds a number that is too large.")
        return number
    if isinstance(value, dict):
        return {name: to_storable(item) for name, item in value.items()}
    return [to_storable(item) for item in value] if isinstance(value, list) else value


def to_exact(value: Any) -> Any:
    """What was kept, with decimals in the place of floats, so that it can stand in an answer."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: to_exact(item) for name, item in value.items()}
    return [to_exact(item) for item in value] if isinstance(value, list) else value
