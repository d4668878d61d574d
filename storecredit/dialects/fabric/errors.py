"""The shape of an error in the API of credits on orders, and its words for what requests, cards and books refuse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from django.http import HttpRequest, HttpResponse

from giftcards import errors as cards
from ledger import errors as books
from storecredit.api.dialects import API_ROOT, Dialect, Wording
from storecredit.api.fields import Choice, FreeObject, PlainArray, Text
from storecredit.api.problems import MOST_FAULTS, Fault, FaultKind, Problem, Refused
from storecredit.api.serializers import Serializer
from storecredit.credits import errors as credits
from storecredit.credits.operations import NUMBER
from storecredit.request_log import ACCEPTABLE_ID

REQUEST_ID: Final = "x-fabric-request-id"
_KEY: Final = "SERVICE-4001"
_WRONG_VALUE: Final = "SERVICE-4002"
_MISSING: Final = "SERVICE-4003"
_NOT_FOUND: Final = "SERVICE-4004"
_EXISTS: Final = "SERVICE-4005"
_CHANGED: Final = "SERVICE-4006"
_SEVERAL: Final = "SERVICE-4007"
_FORBIDDEN: Final = "SERVICE-4030"
_METHOD: Final = "SERVICE-4050"
_RATE: Final = "SERVICE-4290"
_OURS: Final = "SERVICE-5000"
_BY_STATUS: Final = {401: _KEY, 403: _FORBIDDEN, 404: _NOT_FOUND, 405: _METHOD, 409: _EXISTS, 429: _RATE}


class OrderCreditFault(Serializer):
    """One thing that is wrong."""

    type = Choice(choices=["CLIENT_ERROR", "SERVER_ERROR"], component="FaultOrigin", help_text="Whose fault it is.")
    errorCode = Text(
        pattern="SERVICE-(400[1-7]|4030|4050|4290|5000)",
        help_text="`SERVICE-4001` the key, `4002` a value, `4003` a missing member or header, `4004` not found, `4005` "
        "exists already, `4006` changed meanwhile, `4007` several, `4030` what the key may not do, `4050` the method, "
        "`4290` too often; `5000` our fault.",
    )
    message = Text(help_text="What is wrong, for people; a member by its place in the body.")

    errors = PlainArray(  # type: ignore[assignment]  # a member, which its class does not keep
        child=FreeObject(), max_length=MOST_FAULTS, help_text="None: it does not consist of others."
    )


class OrderCreditContext(Serializer):
    """Where it happened."""

    service = Text(help_text="The part that was called: always `orders`.")
    endpoint = Text(help_text="The method and the path that was called.")


class OrderCreditError(OrderCreditFault):
    """What every error says."""

    errors = OrderCreditFault(  # type: ignore[assignment]  # a member, which its class does not keep
        many=True, max_length=MOST_FAULTS, help_text="Each fault by itself."
    )
    context = OrderCreditContext()  # type: ignore[assignment]  # likewise


#: Of a card that is there and cannot be paid, whoever guesses numbers is told no more than this.
_NOT_PAYABLE: Final = f"attributes.{NUMBER} is not one that this credit can be paid to: give another."


class Fabric(Dialect):
    """Bare bodies, and `{type, errorCode, message, errors, context}` for errors."""

    name = "fabric"
    title = "Credits on orders"
    error_media_type = "application/json"
    refusals: ClassVar[Mapping[type[books.DomainError], Wording]] = {
        credits.RequestNotFound: Wording(404, "This order has no such credit."),
        credits.AttributesMalformed: Wording(400),
        credits.PayeeUnknown: Wording(400),
        cards.CodeMalformed: Wording(400, "attributes.giftCardNumber is not one that a gift card can have."),
        books.AmountNotExact: Wording(400),
        books.AmountNotPositive: Wording(400),
        books.AmountTooLarge: Wording(400),
        books.ReasonUnknown: Wording(400, "reasonCode is not the code of an active reason."),
        books.DayOutOfRange: Wording(400, "reasonCode leads to a last day that is too far away."),
        books.ReasonNeedsNote: Wording(400, "note must say why: this reasonCode needs it."),
        books.ReasonNeedsOrder: Wording(400, "reasonCode is one that needs an order."),
        credits.NotYours: Wording(
            403, "This API key lacks the scope credits:approve: it can cancel what it asked for itself, and no more."
        ),
        credits.SelfApproval: Wording(403),
        credits.ApproverUnknown: Wording(403),
        credits.ApproverLimitExceeded: Wording(403),
        credits.IssueLimitExceeded: Wording(403),
        credits.DayIssueLimitExceeded: Wording(403),
        credits.RequestChanged: Wording(409),
        credits.AlreadyVoted: Wording(409),
        credits.IssueRefused: Wording(422),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {
        "order_not_found": Wording(404, "No order can have this id or number."),
    }
    error_serializer = OrderCreditError

    def word(self, error: books.DomainError) -> Refused | None:
        """The refusal that an error of the domain becomes; one for want of permission also says its stable code."""
        if isinstance(error, credits.PayeeUnknown) and error.member == NUMBER:
            return Refused(_NOT_PAYABLE, status=400, code=error.code)
        refused = super().word(error)
        if refused is not None and refused.status_code == 403 and error.code not in refused.message:
            return Refused(f"{refused.message} ({error.code})", status=403, code=error.code)
        return refused

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error, but for where it happened."""
        whose = "CLIENT_ERROR" if problem.status_code < 500 else "SERVER_ERROR"
        shown = [
            {"type": whose, "errorCode": _code_of_fault(fault), "message": fault.message, "errors": []}
            for fault in problem.faults
        ]
        code = shown[0]["errorCode"] if len(shown) == 1 else _SEVERAL if shown else _code_of(problem)
        alone = [{"type": whose, "errorCode": code, "message": problem.message, "errors": []}]
        return {"type": whose, "errorCode": code, "message": problem.message, "errors": shown or alone}

    def show_place(self, request: HttpRequest) -> dict[str, Any]:
        """Which method and path were called. A path here holds no card's number."""
        path = request.path_info.removeprefix(API_ROOT.rstrip("/"))
        return {"context": {"service": "orders", "endpoint": f"{request.method} {path}"}}

    def error_response(self, problem: Problem, *, request: HttpRequest, now: datetime) -> HttpResponse:
        """An error as it goes out."""
        response: HttpResponse = echo(super().error_response(problem, request=request, now=now), request)
        return response


def read_request_id(request: HttpRequest) -> str:
    """The client's own id of the request; empty if it is not fit to be given back."""
    offered: str = request.META.get("HTTP_X_FABRIC_REQUEST_ID", "")
    return offered if ACCEPTABLE_ID.fullmatch(offered) else ""


def echo(response: Any, request: HttpRequest) -> Any:
    """The response with the client's own id of the request."""
    if given := read_request_id(request):
        response[REQUEST_ID] = given
    return response


def _code_of_fault(fault: Fault) -> str:
    return _MISSING if fault.kind == FaultKind.MISSING else _WRONG_VALUE


def _code_of(problem: Problem) -> str:
    if problem.status_code >= 500:
        return _OURS
    if problem.code == credits.RequestChanged.code:
        return _CHANGED
    return _BY_STATUS.get(problem.status_code, _WRONG_VALUE)
