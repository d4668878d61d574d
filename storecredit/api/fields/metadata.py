"""What clients keep with a credit, a card or a transaction, and the one member of it by which those are found."""

from typing import Any, ClassVar, Final

from rest_framework.fields import SkipField

from ledger.queries import Member, text_of
from storecredit.api.fields.base import StrictField, wrong
from storecredit.api.fields.free import FreeObject, to_storable

MAX_METADATA_BYTES: Final = 16 * 1024


class Metadata(FreeObject):
    """
    A client's own object, which may be left out; empty is the same as none.

    :param about: whose it is, as the end of a sentence.
    """

    def __init__(self, *, about: str = "it", **kwargs: Any) -> None:
        help_text = (
            f"Ours: whatever you keep with {about}, an object of up to 16 KiB as JSON. Every key that may read {about} "
            "sees it, so it is no place for secrets."
        )
        defaults: dict[str, Any] = {"required": False, "allow_null": True, "help_text": help_text}
        super().__init__(max_bytes=MAX_METADATA_BYTES, **defaults | kwargs)

    known_since: ClassVar[int] = 2

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data) or None

    def canonical(self, value: dict[str, Any], version: int) -> Any:
        return _in_order(super().canonical(value, version))


class ShownMetadata(FreeObject):
    """
    A client's own object in an answer, where there is one.

    :param about: whose it is, as the end of a sentence.
    """

    def __init__(self, *, about: str = "it", **kwargs: Any) -> None:
        help_text = f"Ours: what a client keeps with {about}; not there if that is nothing."
        super().__init__(required=False, help_text=help_text, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        value = super().get_attribute(instance)
        if not value:
            raise SkipField
        return value


class MetadataMember(StrictField):
    """
    One member of metadata: by name and value in a body, `metadata[name]=value` in a query. Only what has it is listed.

    A value is compared as the text that answers show of it, a string without its quotes.
    """

    expected: ClassVar[str] = "an object"

    def __init__(self, *, about: str = "what", **kwargs: Any) -> None:
        help_text = (
            f"Ours: only {about} whose metadata has this one member: `metadata[name]=value`, the value written as "
            "answers show it, a text without quotes. Objects and arrays are not searched."
        )
        defaults: dict[str, Any] = {"required": False, "help_text": help_text}
        super().__init__(**defaults | kwargs)

    def to_internal_value(self, data: Any) -> Member:
        self.require_type(data, dict)
        if len(data) != 1:
            raise wrong("must have exactly one member.")
        [(name, value)] = data.items()
        text = text_of(to_storable(value))
        if text is None:
            raise wrong("must have a member that is neither an object nor an array.")
        return Member(name, text)

    def from_query(self, text: str) -> Any:
        raise wrong("must be sent as metadata[name]=value.")

    def from_member(self, name: str, text: str) -> Member:
        """
        The member that a query names.

        :raises ValidationError: for a value that is none.
        """
        if "\x00" in name + text:
            raise wrong("must not hold a NUL.")
        if not text:
            raise wrong("must not be empty.")
        return Member(name, text)

    def canonical(self, value: Member, version: int) -> Any:
        return {value.name: value.text}

    def describe(self) -> dict[str, Any]:
        values = {"type": ["string", "number", "boolean", "null"]}
        return {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": values}

    def describe_parameter(self) -> dict[str, Any]:
        """The JSON schema of `metadata[name]=value`."""
        name_or_value = {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}
        return self.describe() | {"propertyNames": name_or_value, "additionalProperties": name_or_value}


def _in_order(value: Any) -> Any:
    """The same for two objects that differ in nothing but the order of their members."""
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list) else value
