import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from storecredit.api.json_text import to_json
from storecredit.api.old_fields.base import Field, Wrong, WrongWithin, put_inside
from storecredit.api.problems import BadRequest, Fault, FaultKind, Problem


class Body:
    """
    What a request says, read: one attribute per field. Derive from it and name the fields; unknown members are ignored.

    `sent` names the members that were there, for a change that leaves the others alone.
    """

    fields: ClassVar[dict[str, Field[Any]]] = {}
    #: Whether nothing at all may be sent instead of an object.
    may_be_absent: ClassVar[bool] = False
    sent: frozenset[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: field for name, field in vars(cls).items() if isinstance(field, Field)}
        cls.fields = {**cls.fields, **own}

    def check(self) -> Iterable[Fault]:
        """What is wrong between members, each of which is right by itself."""
        return ()

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON schema of the whole body."""
        required = [field.wire for field in cls.fields.values() if field.required]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {field.wire: {**field.schema(), "description": field.about} for field in cls.fields.values()},
        }
        return {**schema, "required": required} if required else schema

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> "Draft[Self]":
        """Read the members of a JSON object."""
        values: dict[str, Any] = {}
        faults = []
        for name, field in cls.fields.items():
            if field.wire not in members:
                if field.required:
                    faults.append(Fault(FaultKind.MISSING, f"{field.wire} is required.", field.wire))
                else:
                    values[name] = None
                continue
            try:
                values[name] = field.read(members[field.wire])
            except WrongWithin as wrong:
                faults += put_inside(field.wire, wrong.faults)
            except Wrong as wrong:
                faults.append(Fault(wrong.kind, f"{field.wire} {wrong.complaint}", field.wire))
        return cls._finish(values, faults, members)

    @classmethod
    def read_query(cls, query: Mapping[str, list[str]]) -> "Draft[Self]":
        """Read the parameters of a query, each of which may stand there once."""
        values: dict[str, Any] = {}
        faults = []
        for name, field in cls.fields.items():
            texts = query.get(field.wire, [])
            try:
                if len(texts) > 1:
                    raise Wrong("must be given once.")
                if not texts and field.required:
                    raise Wrong("is required.", FaultKind.MISSING)
                values[name] = field.read_text(texts[0]) if texts else None
            except Wrong as wrong:
                faults.append(Fault(wrong.kind, f"{field.wire} {wrong.complaint}", field.wire))
        return cls._finish(values, faults, query)

    @classmethod
    def _finish(cls, values: dict[str, Any], faults: list[Fault], members: Mapping[str, Any]) -> "Draft[Self]":
        if not faults:
            body = cls()
            body.__dict__.update(values)
            body.sent = frozenset(name for name, field in cls.fields.items() if field.wire in members)
            faults = list(body.check())
            if not faults:
                return Draft(body=body, values=values)
        return Draft(body=None, values=values, problem=BadRequest.of(faults))

    def canonical(self) -> dict[str, Any]:
        """What two bodies that ask for the same have in common, whatever their spelling and their members' order."""
        return {
            field.wire: field.canonical(getattr(self, name))
            for name, field in sorted(self.fields.items())
            if getattr(self, name) is not None
        }

    def fingerprint(self) -> str:
        """The same for two bodies that ask for the same."""
        return hashlib.sha256(to_json(self.canonical()).encode("utf-8", "surrogatepass")).hexdigest()


class NoBody(Body):
    """The body of a route that is documented without one: nothing, or `{}`."""

    may_be_absent = True


B = TypeVar("B", bound=Body)


class Draft(Generic[B]):
    """A body that may be wrong, which is told only after the object that the path names was found."""

    def __init__(self, *, body: B | None, values: Mapping[str, Any], problem: Problem | None = None) -> None:
        self._body = body
        self._values = values
        self._problem = problem

    def peek(self, name: str, otherwise: Any = None) -> Any:
        """One value, if it could be read: for the look-up that comes before the verdict."""
        value = self._values.get(name)
        return otherwise if value is None else value

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with it, member by member."""
        return self._problem.faults if self._problem is not None else ()

    @property
    def is_refused(self) -> bool:
        """Whether `accept` will raise."""
        return self._body is None

    def accept(self) -> B:
        """
        The body.

        :raises Problem: what is wrong with it.
        """
        if self._body is None:
            raise self._problem or BadRequest.because("The body is not what is documented.")
        return self._body

    @classmethod
    def refused(cls, problem: Problem) -> Self:
        """A body that could not be read at all."""
        return cls(body=None, values={}, problem=problem)
