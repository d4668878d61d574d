"""What can be wrong with a request, as facts. Each dialect words them for its clients."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Final, Self

#: A body may be wrong in thousands of places, and nobody reads of all of them.
MOST_FAULTS: Final = 100


class FaultKind(Enum):
    BODY = "body"
    HEADER = "header"
    MISSING = "missing"
    TYPE = "type"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and the member, header or parameter it is wrong with, if it is one."""

    kind: FaultKind
    message: str
    member: str = ""


class Problem(Exception):
    """
    Why a request is refused: a status, a stable code, and a sentence for the client's programmer.

    :param wait_seconds: when trying again makes sense; sent as Retry-After.
    """

    status_code: int = 500
    #: What a client's program may compare with.
    code: str = "internal_error"
    headers: Mapping[str, str] = {}

    def __init__(self, message: str, *, wait_seconds: int | None = None, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)
        if wait_seconds is not None:
            self.headers = {"Retry-After": str(wait_seconds)}


class Refused(Problem):
    """The product says no. Status and code come from the dialect's table of refusals."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status_code, self.code = status, code


class BadRequest(Problem):
    """Invalid JSON, or a member, header or parameter that is not what is documented."""

    status_code = 400
    code = "bad_request"

    @classmethod
    def because(cls, message: str, *, kind: FaultKind = FaultKind.BODY, member: str = "") -> Self:
        """A refusal for one fault."""
        return cls.of([Fault(kind=kind, message=message, member=member)])

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Self:
        """A refusal for several faults at once, of which it names no more than the first hundred."""
        found = tuple(islice(faults, MOST_FAULTS))
        return cls(" ".join(fault.message for fault in found), faults=found)


class Unauthenticated(Problem):
    """No API key, or one that is malformed, unknown, revoked or expired, or two different ones."""

    status_code = 401
    code = "unauthenticated"
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="api"'}

    def __init__(self) -> None:
        super().__init__("Send a valid API key as 'Authorization: Bearer <key>' or as 'x-api-key: <key>'.")


class ScopeMissing(Problem):
    """The API key lacks the scope that this operation needs."""

    status_code = 403
    code = "scope_missing"

    def __init__(self, *, scope: str) -> None:
        super().__init__(f"This API key lacks the scope {scope}.")


class OwnerLacksRight(Problem):
    """The key's scope is not enough: the person behind it may not do this themselves any more, or never might."""

    status_code = 403
    code = "owner_lacks_right"

    def __init__(self, *, right: str) -> None:
        super().__init__(f"The person behind this API key may not do this: they lack the right {right}.")


class AddressNotAllowed(Problem):
    """The API client may call from some networks alone, and the request comes from none of them."""

    status_code = 403
    code = "address_not_allowed"

    def __init__(self) -> None:
        super().__init__("This API key may not be used from this address.")


class PathUnknown(Problem):
    """There is nothing at this path."""

    status_code = 404
    code = "path_unknown"

    def __init__(self) -> None:
        super().__init__("There is nothing at this path.")


class MethodNotAllowed(Problem):
    """The path does not answer this method; the Allow header lists those it answers."""

    status_code = 405
    code = "method_not_allowed"

    def __init__(self, *, allowed: str) -> None:
        super().__init__("This path does not answer that method; the Allow header lists those it answers.")
        self.headers = {"Allow": allowed}


class BodyTooLate(Problem):
    """The body took more than 10 seconds to arrive. Nothing was done."""

    status_code = 408
    code = "request_timeout"

    def __init__(self) -> None:
        super().__init__("The body took too long to arrive. Send it within 10 seconds; trying again is safe.")


class KeyReused(Problem):
    """The idempotency key stood for a request with other details before."""

    status_code = 409
    code = "idempotency_key_reused"

    def __init__(self, *, name: str = "Idempotency-Key") -> None:
        super().__init__(f"This {name} was used before with different request details.")


class TooLarge(Problem):
    """The body is longer than the operation takes."""

    status_code = 413
    code = "body_too_large"

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__(f"The body is longer than {max_bytes} bytes.")


class UnsupportedMediaType(Problem):
    """The body is not JSON, or it is compressed."""

    status_code = 415
    code = "unsupported_media_type"

    def __init__(self, message: str = "The body must be JSON: send Content-Type: application/json.") -> None:
        super().__init__(message)


class TooManyRequests(Problem):
    """The client is over its rate; Retry-After says when to come again."""

    status_code = 429
    code = "rate_limit_exceeded"

    def __init__(self, *, wait_seconds: int) -> None:
        super().__init__(f"Rate limit exceeded. Try again in {wait_seconds} s.", wait_seconds=wait_seconds)


class TooManyMisses(TooManyRequests):
    """Whoever names too many codes that no card has is guessing: for a while no code is looked up for that client."""

    code = "card_lookups_limited"

    def __init__(self, *, wait_seconds: int) -> None:
        super().__init__(wait_seconds=wait_seconds)
        self.message = f"Too many unknown card codes. No code is looked up for {wait_seconds} s."


class InternalError(Problem):
    """Our fault. It has been logged, and nothing of its cause is told."""

    status_code = 500
    code = "internal_error"

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. It has been logged.")


class Busy(Problem):
    """The database is busy beyond its limits. Trying again, with the same idempotency key, is safe."""

    status_code = 503
    code = "database_busy"

    def __init__(self) -> None:
        super().__init__("The service is busy. Trying again, with the same Idempotency-Key, is safe.", wait_seconds=1)
