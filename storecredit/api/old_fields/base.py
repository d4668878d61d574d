from collections.abc import Iterable
from typing import Any, Generic, Self, TypeVar, overload

from storecredit.api.json_text import Json, Number
from storecredit.api.problems import Fault, FaultKind

T = TypeVar("T")


class Wrong(ValueError):
    """What is wrong with a value, as the end of a sentence that begins with the member's name."""

    def __init__(self, complaint: str, kind: FaultKind = FaultKind.VALUE) -> None:
        super().__init__(complaint)
        self.complaint = complaint
        self.kind = kind


class WrongWithin(Wrong):
    """What is wrong with parts of a value. Faults go on where the member's own name ends: `[3].amount must …`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.message for fault in self.faults))


class Field(Generic[T]):
    """
    One member of a body or one parameter of a query.

    :param about: what it means, with its unit, for the API's description.
    :param wire: its name on the wire, if that is not the attribute's.
    """

    required = True

    def __init__(self, about: str, *, wire: str = "") -> None:
        self.about = about
        self.wire = wire

    def __set_name__(self, owner: type, name: str) -> None:
        self.wire = self.wire or name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        # A body that was read keeps its values in its own __dict__, which is looked at first.
        if instance is None:
            return self
        raise AttributeError(self.wire)

    def read(self, value: Any) -> T:
        """
        The value of a JSON member.

        :raises Wrong: if it is not what is documented.
        """
        raise NotImplementedError

    def read_text(self, text: str) -> T:
        """
        The value of a query parameter.

        :raises Wrong: if it is not what is documented.
        """
        return self.read(text)

    def canonical(self, value: T) -> Any:
        """What two requests that ask for the same have in common, however they spell it."""
        return value

    def schema(self) -> dict[str, Any]:
        """The JSON schema (2020-12) of the member."""
        raise NotImplementedError

    def parameter_schema(self) -> dict[str, Any]:
        """The JSON schema of the parameter."""
        return self.schema()


class Maybe(Field[T | None]):
    """A member that may be left out, and may be null unless `null` is False."""

    required = False

    def __init__(self, inner: Field[T], *, null: bool = True) -> None:
        super().__init__(inner.about, wire=inner.wire)
        self.inner = inner
        self.null = null

    def read(self, value: Any) -> T | None:
        if value is None and self.null:
            return None
        return self.inner.read(value)

    def read_text(self, text: str) -> T | None:
        return self.inner.read_text(text)

    def canonical(self, value: T | None) -> Any:
        return None if value is None else self.inner.canonical(value)

    def schema(self) -> dict[str, Any]:
        schema = self.inner.schema()
        if self.null:
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
            if "type" in schema:
                types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
                schema["type"] = [*types, "null"]
            if "anyOf" in schema:
                schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
        return schema

    def parameter_schema(self) -> dict[str, Any]:
        """The JSON schema of the parameter: it may be left out, but a query has no null."""
        return self.inner.parameter_schema()


def name_type(value: Any) -> str:
    """What a JSON value is called in a complaint."""
    if isinstance(value, bool):
        return "a boolean"
    for kind, name in (
        (Number, "a number"),
        (Json, "JSON"),
        (str, "a string"),
        (dict, "an object"),
        (list, "an array"),
    ):
        if isinstance(value, kind):
            return name
    return "null"


def put_inside(way: str, faults: Iterable[Fault]) -> list[Fault]:
    """The faults of a part as those of what it stands in. Each message begins with its member's name."""
    return [Fault(fault.kind, f"{way}{fault.message}", f"{way}{fault.member}") for fault in faults]
