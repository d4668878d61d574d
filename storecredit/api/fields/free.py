"""Objects that clients make up, kept and given back, never understood; and arrays of plain values."""

import math
import re
from decimal import Decimal, DecimalException
from typing import Any, ClassVar

from rest_framework import serializers

from storecredit.api.fields.base import StrictField, wrong
from storecredit.api.json_text import Json, Number, to_json

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class FreeObject(StrictField):
    """
    An object with whatever members, as the database can keep it.

    :param max_bytes: as JSON without blanks, in UTF-8; one that comes in has such a limit.
    """

    expected: ClassVar[str] = "an object"

    def __init__(self, *, max_bytes: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_bytes = max_bytes

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        self.require_type(data, dict)
        kept: dict[str, Any] = to_storable(data)
        if self.max_bytes is not None and len(to_json(to_exact(kept)).encode()) > self.max_bytes:
            raise wrong(f"must have at most {self.max_bytes} bytes as JSON.")
        return kept

    def to_representation(self, value: Any) -> Any:
        return to_exact(value)

    def canonical(self, value: dict[str, Any], version: int) -> Any:
        return to_exact(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}


class Items(StrictField):
    """What arrays of any kind do with their items. Derive from it beside REST framework's own field."""

    expected: ClassVar[str] = "an array"
    default_error_messages: ClassVar[Any] = {}
    child: Any
    min_length: int | None
    max_length: int | None

    def to_internal_value(self, data: Any) -> list[Any]:
        self.require_type(data, list)
        check_length(data, self.min_length, self.max_length)
        values: list[Any] = []
        errors: dict[Any, Any] = {}
        for place, item in enumerate(data):
            try:
                values.append(self.child.run_validation(item))
            except serializers.ValidationError as error:
                errors[place] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def to_representation(self, value: Any) -> Any:
        """The items as they go out; JSON that was kept goes out as it is."""
        return value if type(value) is Json else [self.child.to_representation(item) for item in value]

    def canonical(self, value: Any, version: int) -> Any:
        return [self.child.canonical(item, version) for item in value]

    def describe_limits(self) -> dict[str, int]:
        """How many there may be, as JSON schema has it."""
        limits = {"minItems": self.min_length, "maxItems": self.max_length}
        return {name: limit for name, limit in limits.items() if limit is not None}


class PlainArray(Items, serializers.ListField):
    """
    An array of plain values.

    :param child: the field that each of them is read by; arrays of objects are serializers with `many=True`.
    """

    def __init__(self, *, min_length: int | None = None, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_length, self.max_length = min_length, max_length

    def describe(self) -> dict[str, Any]:
        return {"type": "array", "items": self.child.describe(), **self.describe_limits()}


def check_length(items: list[Any], at_least: int | None, at_most: int | None) -> None:
    """Refuse an array with fewer or more items."""
    if len(items) < (at_least or 0) or (at_most is not None and len(items) > at_most):
        raise wrong(
            f"must have from {at_least or 0} to {at_most} items."
            if at_most is not None
            else f"must have at least {at_least} items."
        )


def to_storable(value: Any) -> Any:
    """
    JSON as it was read, with numbers that a JSON column can keep.

    :raises ValidationError: for a number that it cannot keep, or that would come back another.
    """
    if isinstance(value, Number):
        return _to_number(value.text)
    if isinstance(value, dict):
        return {name: to_storable(item) for name, item in value.items()}
    return [to_storable(item) for item in value] if isinstance(value, list) else value


def _to_number(text: str) -> int | float:
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise wrong("holds a number that is too large.")
    try:
        is_exact = Decimal(repr(number)) == Decimal(text)
    except DecimalException:
        is_exact = False
    if not is_exact:
        raise wrong("holds a number with more digits than are kept: send it as a string.")
    return number


def to_exact(value: Any) -> Any:
    """What was kept, with decimals in the place of floats, so that it can stand in an answer."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: to_exact(item) for name, item in value.items()}
    return [to_exact(item) for item in value] if isinstance(value, list) else value
