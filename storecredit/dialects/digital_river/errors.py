"""The shape of an error where store credit is a payment source, and its words for what checkouts and books refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from giftcards import errors as cards
from ledger import errors as books
from storecredit.api import problems
from storecredit.api.dialects import Dialect, Wording
from storecredit.api.fields import Choice, Text
from storecredit.api.problems import MOST_FAULTS, Fault, FaultKind, Problem, Refused
from storecredit.api.serializers import Serializer
from storecredit.checkouts import errors as checkouts
from storecredit.credits import errors as credits
from storecredit.dialects.digital_river.serializers.shapes import Shown

_TYPES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_server_error",
    503: "service_unavailable",
}
_OTHER: Final = "error"
INVALID: Final = "invalid_parameter"
MISSING: Final = "missing_parameter"
NOT_FOUND: Final = "not_found"
NOT_ALLOWED: Final = "session_update_not_allowed"
STATUS_INVALID: Final = "source_status_invalid_for_session"
NOT_SUBMITTED: Final = "order_submit_failed"
FAILED: Final = "failed-request"
#: Also where it is known in another currency: who guesses numbers is told no more.
_NO_LINE: Final = "upstreamId is not the number of an open line of credit in this currency."
#: What the vendor's document calls what every dialect tells.
_CODES: Final[Mapping[type[Problem], str]] = {
    problems.Unauthenticated: "unauthorized",
    problems.ScopeMissing: "forbidden",
    problems.OwnerLacksRight: "forbidden",
    problems.PathUnknown: NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class Said(Wording):
    """A refusal's code and the member that it is about, where the domain has other names for them."""

    code: str = ""
    parameter: str = ""


def _invalid(parameter: str, message: str = "") -> Said:
    return Said(400, message, code=INVALID, parameter=parameter)


def _unknown(parameter: str) -> Said:
    return Said(404, code=NOT_FOUND, parameter=parameter)


class PaymentFault(Shown):
    """One thing that is wrong."""

    code = Text(help_text="What is wrong, for programs: stable.")
    parameter = Text(required=False, help_text="The member or header it is wrong with.")
    message = Text(help_text="What is wrong, for people.")


class PaymentError(Serializer):
    """What every error says."""

    type = Choice(choices=[*_TYPES.values(), _OTHER], help_text="The status in words.")
    errors: Any = PaymentFault(many=True, min_length=1, max_length=MOST_FAULTS, help_text="What is wrong, one by one.")


class DigitalRiver(Dialect):
    """Bare bodies, and `{type, errors: [{code, parameter?, message}]}` for errors."""

    name = "digital_river"
    title = "Store credit as a payment source"
    error_media_type = "application/json"
    refusals: ClassVar[Mapping[type[books.DomainError], Wording]] = {
        checkouts.CheckoutNotFound: _unknown("checkoutId"),
        checkouts.SourceNotFound: _unknown("sourceId"),
        checkouts.OrderNotFound: _unknown("orderId"),
        checkouts.RefundNotFound: _unknown("refundId"),
        checkouts.FulfillmentNotFound: _unknown("fulfillmentId"),
        checkouts.AlreadyOrdered: Said(404, "The checkout was ordered before.", code=NOT_FOUND, parameter="orderId"),
        checkouts.SessionNotFound: _invalid("paymentSessionId"),
        checkouts.UpstreamUnknown: _invalid("upstreamId", _NO_LINE),
        checkouts.SourceIncomplete: _invalid("currency"),
        checkouts.MemberMalformed: Said(400, code=INVALID),
        checkouts.ItemNotFound: _invalid("items"),
        checkouts.ItemsMissing: _invalid("items"),
        checkouts.ItemPriceAmbiguous: _invalid("items"),
        checkouts.QuantityTooLarge: _invalid("items"),
        checkouts.CheckoutCurrencyMismatch: _invalid("currency"),
        checkouts.AmountNegative: Said(400, "An amount must not be negative.", code=INVALID),
        checkouts.RefundAmbiguous: _invalid("amount"),
        checkouts.RefundTooLarge: _invalid("amountRequested", "Less is captured and not refunded."),
        checkouts.RefundCurrencyMismatch: _invalid("currency", "The order is in another currency."),
        checkouts.PercentOutOfRange: _invalid("percent"),
        checkouts.SourceTooLarge: Wording(409, "Source amount(s) exceed session amount"),
        checkouts.SessionUpdateNotAllowed: Said(409, code=NOT_ALLOWED),
        checkouts.TenderRefusesCredit: Said(409, code=NOT_ALLOWED),
        checkouts.SourceNotAttachable: Said(409, code=STATUS_INVALID),
        checkouts.LineOfAnotherCustomer: Said(
            409, "The line of credit is not one of this checkout's customer.", code=STATUS_INVALID
        ),
        checkouts.OrderUnderfunded: Said(
            400, "The sources do not pay for all of it: see amountRemainingToBeContributed.", code=NOT_SUBMITTED
        ),
        checkouts.OrderIncomplete: Said(400, code=NOT_SUBMITTED),
        checkouts.HoldTimedOut: Said(409, code=FAILED),
        checkouts.SourceNotCharged: Said(409, code=FAILED),
        checkouts.NothingToCancel: Wording(409),
        checkouts.OrderLimitReached: Wording(409),
        credits.IssueLimitExceeded: Wording(403),
        credits.DayIssueLimitExceeded: Wording(403),
        checkouts.SignatureInvalid: Wording(401),
        checkouts.EventMalformed: Wording(400),
        cards.CardNotUsable: Said(409, "The gift card behind the line cannot be used.", code=STATUS_INVALID),
        cards.MustRedeemWhole: Said(
            409, "The gift card behind the line is spent in one piece: use all of it.", code=STATUS_INVALID
        ),
        books.CustomerNotFound: _invalid("customerId", "customerId is no customer."),
        books.AmountNotExact: _invalid("amount", "amount must be exact in the smallest unit of its currency."),
        books.AmountNotPositive: _invalid("amount", "The amount must be more than 0."),
        books.AmountTooLarge: _invalid("amount", "The amount is more than can be counted."),
        books.CurrencyUnknown: _invalid("currency"),
        books.CurrencyMismatch: _invalid("upstreamId", _NO_LINE),
        books.AccountNotOpen: Said(409, "The line of credit is not open.", code=STATUS_INVALID),
        books.InsufficientCredit: Said(
            409, "The line of credit does not have enough credit.", code="insufficient_store_credit"
        ),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {NOT_FOUND: Wording(404, "There is no such line of credit.")}
    error_serializer = PaymentError

    def word(self, error: books.DomainError) -> Refused | None:
        """The refusal that an error of the domain becomes here, or None if this dialect does not know it."""
        wording = self.wording_of(error)
        if wording is None:
            return None
        said = wording if isinstance(wording, Said) else Said(wording.status, wording.message)
        message = said.message or str(error)
        refused = Refused(message, status=said.status, code=said.code or error.code)
        parameter = said.parameter if error.place is None else f"items[{error.place}]"
        refused.faults = (Fault(FaultKind.VALUE, message, parameter),)
        if said.status == 401:
            refused.headers = {"WWW-Authenticate": "DigitalRiver-Signature"}
        return refused

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error."""
        faults = problem.faults or (Fault(FaultKind.BODY, problem.message),)
        shown: dict[str, Any] = PaymentError.shared().to_representation(
            {
                "type": _TYPES.get(problem.status_code, _OTHER),
                "errors": [_show_fault(problem, fault) for fault in faults],
            }
        )
        return shown


def _show_fault(problem: Problem, fault: Fault) -> dict[str, str]:
    parameter = {"parameter": fault.member} if fault.member else {}
    return {"code": _name(problem, fault), **parameter, "message": fault.message}


def _name(problem: Problem, fault: Fault) -> str:
    if not isinstance(problem, problems.BadRequest):
        return _CODES.get(type(problem), problem.code)
    if fault.kind is FaultKind.MISSING:
        return MISSING
    return INVALID if fault.member else problem.code
