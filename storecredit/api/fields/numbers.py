import re
from typing import Any, ClassVar

from rest_framework import serializers

from storecredit.api.fields.base import StrictField, wrong
from storecredit.api.json_text import Number


class Integer(StrictField, serializers.IntegerField):
    """A whole number, written without point and exponent. One that comes in has a `min_value` and a `max_value`."""

    expected: ClassVar[str] = "a number"
    _FORM = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)

    def to_internal_value(self, data: Any) -> int:
        self.require_type(data, Number)
        return self._from_text(data.text)

    def from_query(self, text: str) -> int:
        return self._from_text(text)

    def _from_text(self, text: str) -> int:
        least, most = self.min_value or 0, self.max_value or 0
        if not self._FORM.fullmatch(text) or not least <= int(text) <= most:
            raise wrong(f"must be a whole number from {least} to {most}.")
        return int(text)

    def to_representation(self, value: Any) -> int:
        return int(value)

    def describe(self) -> dict[str, Any]:
        limits = {"minimum": self.min_value, "maximum": self.max_value}
        return {"type": "integer"} | {name: limit for name, limit in limits.items() if limit is not None}


class Boolean(StrictField, serializers.BooleanField):
    """True or false."""

    expected: ClassVar[str] = "true or false"

    def to_internal_value(self, data: Any) -> bool:
        self.require_type(data, bool)
        return bool(data)

    def to_representation(self, value: Any) -> bool:
        return bool(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "boolean"}
