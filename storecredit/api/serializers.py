"""
REST framework's serializers made strict.

A serializer is what reads a body, what writes an answer, and the description of both. A member's name is the wire's;
`source` is the name that the code has for it: `customerNumber = Text(source="number")`.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.serializers import as_serializer_error

from ledger.text import to_nfc
from storecredit.api.fields.base import StrictField, name_type
from storecredit.api.fields.free import Items
from storecredit.api.json_text import Json, to_json

#: 2: an empty text is the same as none. 1: it was not.
FINGERPRINT_VERSION = 2


class Validated(dict[str, Any]):
    """
    What a body says, by the names that the code has for its members. One that was not sent is not in it.

    :param sent: the body as it was sent, by the names on the wire.
    """

    def __init__(self, members: Mapping[str, Any], *, serializer: "Serializer", sent: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.serializer, self.sent = serializer, sent

    def fingerprint(self, version: int = FINGERPRINT_VERSION) -> str:
        """The same for two bodies that ask for the same."""
        said = to_json(self.serializer.canonical(self, version))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class Serializer(StrictField, serializers.Serializer[Any]):
    """
    An object. Unknown members are ignored.

    All instances of a class share one set of fields, since copying the fields costs more than reading with them. So a
    field knows no context and no `partial`: what can be left out is `required=False`, and what a field needs to know of
    the request is put into what it shows.
    """

    expected: ClassVar[str] = "an object"
    default_error_messages: ClassVar[Any] = {}
    #: Whether nothing at all may be sent instead of an object.
    may_be_absent: ClassVar[bool] = False
    #: Whether a member that is sent empty is a change, where one that is left out is none.
    empties: ClassVar[bool] = False
    #: Members of which one alone is needed, or one at least: the name of the schema with it, and its own.
    exactly_one: ClassVar[Mapping[str, str]] = {}
    at_least_one: ClassVar[Mapping[str, str]] = {}
    #: What its JSON schema says beside its members.
    extra_schema: ClassVar[Mapping[str, Any]] = {}
    _first: ClassVar["Serializer | None"] = None

    if TYPE_CHECKING:

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            """With `many=True` also the limits of an array, of which REST framework's types know nothing."""

    @classmethod
    def shared(cls) -> Self:
        """The instance whose fields all others share."""
        found = cls.__dict__.get("_first")
        if found is None:
            found = cls._first = cls()
        return found

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> "Array":
        """An array of such objects, for `many=True`."""
        return Array(*args, **{"child": cls()} | kwargs)

    @cached_property
    def fields(self) -> Any:
        """The fields by their names on the wire."""
        first = type(self).shared()
        return super().fields if self is first else first.fields

    def run_validation(self, data: Any = empty) -> Any:
        """The members, validated one by one and then together."""
        is_empty, data = self.validate_empty_values(data)
        if is_empty:
            return data
        members = self.to_internal_value(data)
        try:
            return self.validate(members)
        except ValidationError as error:
            raise ValidationError(as_serializer_error(error)) from None

    def to_internal_value(self, data: Any) -> Validated:
        if not isinstance(data, Mapping):
            self.fail("type", given=name_type(data))
        return Validated(super().to_internal_value(data), serializer=self, sent=data)

    def to_representation(self, instance: Any) -> Any:
        """The object as it goes out; JSON that was kept goes out as it is."""
        if type(instance) is Json:
            return instance
        return serializers.Serializer.to_representation(self, instance)

    def to_text(self, instance: Any) -> Json:
        """The object as JSON text, to be kept."""
        said = self.to_representation(instance)
        return Json(to_json(said), said)

    def canonical(self, value: Validated, version: int) -> dict[str, Any]:
        """What two bodies that ask for the same have in common, whatever their spelling and their members' order."""
        said = {}
        for field in self._fields_by_source:
            member = value.get(field.source) if version >= field.known_since else None
            if version < 2 and isinstance(member, str):
                member = _as_sent(member, value.sent.get(field.field_name))
            if member is not None and (version < 2 or member != ""):
                said[field.field_name] = field.canonical(member, version)
            elif version >= 2 and self.empties and field.source in value:
                said[field.field_name] = None
        return said

    # REST framework goes through its fields by name for each object, which costs as much as showing a member.
    @cached_property
    def _readable_fields(self) -> list[Any]:
        return [field for field in self.fields.values() if not field.write_only]

    @cached_property
    def _writable_fields(self) -> list[Any]:
        return [field for field in self.fields.values() if not field.read_only]

    @cached_property
    def _fields_by_source(self) -> list[Any]:
        return sorted(self.fields.values(), key=lambda field: field.source)


class NoBody(Serializer):
    """The body of a route that is documented without one: nothing, or `{}`."""

    may_be_absent = True


class Array(Items, serializers.ListSerializer[Any]):
    """An array of objects: a serializer with `many=True`."""


def _as_sent(text: str, sent: Any) -> str:
    """A text as it was sent, where nothing but its form (NFC) is another."""
    return sent if isinstance(sent, str) and to_nfc(sent) == text else text
