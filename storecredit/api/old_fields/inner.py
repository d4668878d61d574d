"""One object inside a body, read as a body of its own."""

from typing import Any, Generic

from storecredit.api.old_fields.base import Field, Wrong, WrongWithin, name_type, put_inside
from storecredit.api.old_fields.reading import B
from storecredit.api.problems import FaultKind


class Inner(Field[B], Generic[B]):
    """
    An object.

    :param of: what it says.
    """

    def __init__(self, about: str, *, of: type[B], wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.of = of

    def read(self, value: Any) -> B:
        if not isinstance(value, dict):
            raise Wrong(f"must be an object, not {name_type(value)}.", FaultKind.TYPE)
        draft = self.of.read(value)
        if draft.is_refused:
            raise WrongWithin(put_inside(".", draft.faults))
        return draft.accept()

    def canonical(self, value: B) -> Any:
        return value.canonical()

    def schema(self) -> dict[str, Any]:
        return self.of.schema()
