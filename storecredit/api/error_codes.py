"""
Every code that an error can have in each dialect, and what it means, from what the dialects themselves answer with.

A code's meaning is the sentence that a dialect words a refusal with, else what the refusal's class says of itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledger.errors import DomainError
from storecredit.api.dialects import API_ROOT, EVERYWHERE, Dialect, list_dialects
from storecredit.api.problems import BadRequest, Fault, FaultKind, Problem, Refused
from storecredit.api.schema import example_of, first_words

_MISSING = "A member, header or parameter that is required is missing."
_WRONG = "A member, header or parameter is not what is documented."


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code, the statuses that it comes with, and what it can mean."""

    code: str
    statuses: tuple[int, ...]
    meanings: tuple[str, ...]


@lru_cache(maxsize=16)
def list_error_codes(dialect: Dialect) -> tuple[ErrorCode, ...]:
    """The codes of a dialect by status, those of every dialect among them."""
    found: dict[str, tuple[dict[int, None], dict[str, None]]] = {}
    for problem, meaning in (*_list_problems(), *_list_refusals(dialect)):
        statuses, meanings = found.setdefault(_code_in(_show(problem, dialect)), ({}, {}))
        statuses[int(problem.status_code)] = None
        meanings[meaning] = None
    rows = (ErrorCode(code, tuple(sorted(statuses)), tuple(said)) for code, (statuses, said) in found.items())
    return tuple(sorted(rows, key=lambda row: (row.statuses[0], row.code)))


def example_error(dialect: Dialect) -> dict[str, Any]:
    """The body of an error of a dialect."""
    lacking = Fault(FaultKind.MISSING, "currency is required.", "currency")
    return _show(BadRequest.of([lacking]), dialect)


def describe_error_codes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put every dialect's codes at the end of what the description says of the API as a whole."""
    tables = "\n\n".join(f"**{dialect.title}**\n\n{_as_table(dialect)}" for dialect in list_dialects())
    result["info"]["description"] += f"\n\n## Error codes\n\n{tables}"
    return result


def _as_table(dialect: Dialect) -> str:
    rows = [
        f"| `{row.code}` | {', '.join(map(str, row.statuses))} | {' '.join(row.meanings)} |"
        for row in list_error_codes(dialect)
    ]
    return "\n".join(["| Error code | Status | Meaning |", "|---|---|---|", *rows])


def _show(problem: Problem, dialect: Dialect) -> dict[str, Any]:
    return example_of(problem, dialect, method="POST", path=f"{API_ROOT}…")


def _list_problems() -> Iterator[tuple[Problem, str]]:
    """What can be wrong with any request."""
    yield BadRequest.because("", kind=FaultKind.MISSING, member="member"), _MISSING
    yield BadRequest.because("", kind=FaultKind.VALUE, member="member"), _WRONG
    yield BadRequest.because(""), first_words(BadRequest)
    for kind in _descendants(Problem):
        if kind not in (BadRequest, Refused):
            yield _blank(kind), first_words(kind)


def _list_refusals(dialect: Dialect) -> Iterator[tuple[Problem, str]]:
    """What the product refuses, or its door."""
    for code, own in dialect.own_refusals.items():
        yield dialect.refuse(code), own.message
    for kind in {**EVERYWHERE, **dialect.refusals}:
        wording = dialect.wording_of(_stand_in(kind))
        refused = dialect.word(_stand_in(kind))
        assert wording is not None
        assert refused is not None
        yield refused, wording.message or first_words(kind)


def _stand_in(kind: type[DomainError]) -> DomainError:
    """A refusal that knows its kind and none of the facts that come with a real one."""
    blank: Any = type(kind.__name__, (kind,), {"__init__": lambda self: None, "__getattr__": lambda self, name: ""})
    refusal: DomainError = blank()
    return refusal


def _blank(kind: type[Problem]) -> Problem:
    """A problem of this kind without the words that a real one has."""
    problem = kind.__new__(kind)
    problem.message, problem.faults = "", ()
    return problem


def _descendants(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def _code_in(body: Any) -> str:
    """The code in an error's body, which stands beside the words or in the first of several errors."""
    return str(body.get("code") or body.get("errorCode") or body["errors"][0]["code"])
