"""How one documented API words its answers and errors. Each dialect derives from `Dialect`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from ledger.errors import CurrencyUnknown, DayOutOfRange, DomainError, OwnCustomer, RightGone, TextUnfit
from storecredit.api.json_text import to_bytes, to_json
from storecredit.api.problems import Problem, Refused
from storecredit.api.serializers import Serializer

API_ROOT = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Wording:
    """The status of a refusal, and its words where the domain's own are meant for staff."""

    status: int
    message: str = ""


#: What any body can bring about, whatever its dialect has to say of it.
EVERYWHERE: Mapping[type[DomainError], Wording] = {
    TextUnfit: Wording(HTTPStatus.BAD_REQUEST),
    DayOutOfRange: Wording(HTTPStatus.BAD_REQUEST),
    CurrencyUnknown: Wording(HTTPStatus.BAD_REQUEST),
    OwnCustomer: Wording(
        HTTPStatus.FORBIDDEN, "The person behind this API key is this customer: somebody else has to do it."
    ),
    RightGone: Wording(HTTPStatus.FORBIDDEN, "The person behind this API key may not do this any more."),
}


class Dialect:
    """The shape of RFC 9457, which also answers for paths that belong to no documented API."""

    name: ClassVar[str] = "plain"
    #: Above its paths in the API's description.
    title: ClassVar[str] = "Other"
    error_media_type: ClassVar[str] = "application/problem+json"
    #: The status of an answer given again; None repeats the first one's.
    replay_status: ClassVar[int | None] = None
    refusals: ClassVar[Mapping[type[DomainError], Wording]] = {}
    #: By their codes, what this dialect refuses without asking the domain.
    own_refusals: ClassVar[Mapping[str, Wording]] = {}
    #: Writes and describes the body of an error.
    error_serializer: ClassVar[type[Serializer]]

    def word(self, error: DomainError) -> Refused | None:
        """The refusal that an error of the domain becomes here, or None if this dialect does not know it."""
        wording = self.wording_of(error)
        if wording is None:
            return None
        return Refused(wording.message or str(error), status=wording.status, code=error.code)

    def wording_of(self, error: DomainError) -> Wording | None:
        """How an error of the domain is worded here: as this dialect says, else as every one does."""
        for refusals in (self.refusals, EVERYWHERE):
            for kind in type(error).__mro__:
                if kind in refusals:
                    return refusals[kind]
        return None

    def refuse(self, code: str) -> Refused:
        """One of the dialect's own refusals."""
        wording = self.own_refusals[code]
        return Refused(wording.message, status=wording.status, code=code)

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(problem.status_code).phrase,
            "status": problem.status_code,
            "detail": problem.message,
            "code": problem.code,
        }

    def show_place(self, request: HttpRequest) -> dict[str, Any]:
        """What the body of an error says of the request itself."""
        return {}

    def error_response(self, problem: Problem, *, request: HttpRequest, now: datetime) -> HttpResponse:
        """An error as it goes out."""
        response = HttpResponse(
            to_bytes(to_json(self.show_error(problem, now=now) | self.show_place(request))),
            status=problem.status_code,
            content_type=self.error_media_type,
            headers=problem.headers,
        )
        # Django would log each refusal once more; the request log has it, and the view logs what is our fault.
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django reads it
        return response


def dialect_of(request: HttpRequest) -> Dialect:
    """The dialect that a path below the API's root belongs to by its first segments."""
    path = request.path_info
    segments = path.removeprefix(API_ROOT).split("/") if path.startswith(API_ROOT) else []
    fits = (
        dialect
        for beginning, dialect in _dialects().items()
        if len(beginning) <= len(segments) and all(map(_fits, beginning, segments))
    )
    return next(fits, _PLAIN)


def list_dialects() -> list[Dialect]:
    """The documented APIs, each once, in the order of the settings."""
    return list({dialect.name: dialect for dialect in _dialects().values()}.values())


def _fits(wanted: str, segment: str) -> bool:
    return wanted in ("*", segment)


_PLAIN = Dialect()


@lru_cache(maxsize=1)
def _dialects() -> dict[tuple[str, ...], Dialect]:
    return {tuple(path.split("/")): import_string(name)() for path, name in settings.API_DIALECTS.items()}
