"""The envelope of the customer store credit API, and its words for what the books refuse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from ledger import errors
from storecredit.api.dialects import Dialect, Wording
from storecredit.api.problems import Problem
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.dialects.tiquo.serializers.envelope import Refusal

_SHORT = "The customer has not enough store credit in this currency."
_FROZEN = "The customer's account in this currency is not open."
_BEYOND = "The balance would be more than an account can hold."


class Tiquo(Dialect):
    """Success `{success, data, timestamp}`, error `{success, error, code, timestamp}`."""

    name = "tiquo"
    title = "Customer store credit"
    error_media_type = "application/json"
    replay_status = 200
    refusals: ClassVar[Mapping[type[errors.DomainError], Wording]] = {
        errors.CustomerNotFound: Wording(404, "Customer not found."),
        errors.AmountNotExact: Wording(400),
        errors.AmountNotPositive: Wording(400),
        errors.CurrencyMismatch: Wording(400),
        errors.ReasonUnknown: Wording(400, "reasonCode is not the code of an active reason."),
        errors.ReasonNeedsNote: Wording(400, "This reasonCode needs a note."),
        errors.ReasonNeedsOrder: Wording(400, "This reasonCode needs the order as its reference."),
        errors.DayOutOfRange: Wording(400, "expiresAt, or the day to which reasonCode leads, is too far away."),
        errors.ExpiryInThePast: Wording(400, "expiresAt must be in the future."),
        IssueLimitExceeded: Wording(403),
        DayIssueLimitExceeded: Wording(403),
        errors.CustomerIsAnother: Wording(409, "The customer was made anonymous and is not changed any more."),
        errors.CustomerNotActive: Wording(409, "The customer is banned or archived and is given no new credit."),
        errors.CustomerNumberTaken: Wording(409, "Another customer has this customerNumber."),
        errors.AccountNotOpen: Wording(409, _FROZEN),
        errors.AmountTooLarge: Wording(422, _BEYOND),
        errors.InsufficientCredit: Wording(422, _SHORT),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {
        "transaction_not_found": Wording(404, "The customer has no such transaction."),
    }
    error_serializer = Refusal

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error."""
        shown: dict[str, Any] = Refusal.shared().to_representation(
            {"success": False, "error": problem.message, "code": problem.code, "timestamp": now}
        )
        return shown
