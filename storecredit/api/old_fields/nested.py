"""Objects inside a body, each read as a body of its own."""

from typing import Any, Generic

from storecredit.api.old_fields.base import Field, Wrong, WrongWithin, name_type, put_inside
from storecredit.api.old_fields.reading import B
from storecredit.api.problems import Fault, FaultKind


class Items(Field[list[B]], Generic[B]):
    """
    An array of objects.

    :param of: what each of them says.
    """

    def __init__(self, about: str, *, of: type[B], at_least: int, at_most: int, wire: str = "") -> None:
        super().__init__(about, wire=wire)
        self.of, self.at_least, self.at_most = of, at_least, at_most

    def read(self, value: Any) -> list[B]:
        if not isinstance(value, list):
            raise Wrong(f"must be an array, not {name_type(value)}.", FaultKind.TYPE)
        if not self.at_least <= len(value) <= self.at_most:
            raise Wrong(f"must have from {self.at_least} to {self.at_most} items.")
        items: list[B] = []
        faults: list[Fault] = []
        for place, members in enumerate(value):
            if not isinstance(members, dict):
                complaint = f"[{place}] must be an object, not {name_type(members)}."
                faults.append(Fault(FaultKind.TYPE, complaint, f"[{place}]"))
                continue
            draft = self.of.read(members)
            faults += put_inside(f"[{place}].", draft.faults)
            if not draft.is_refused:
                items.append(draft.accept())
        if faults:
            raise WrongWithin(faults)
        return items

    def canonical(self, value: list[B]) -> Any:
        return [item.canonical() for item in value]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema(), "minItems": self.at_least, "maxItems": self.at_most}
