"""The shape of an error in the gift card API, and its words for what cards and books refuse."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from giftcards import errors as cards
from ledger import errors as books
from storecredit.api.dialects import Dialect, Wording
from storecredit.api.fields import Text
from storecredit.api.problems import Problem
from storecredit.api.serializers import Serializer
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded

_SHORT = "The gift card does not have enough credit."
_NOT_REVERSIBLE = "Only a redemption can be reversed."


class GiftCardError(Serializer):
    """What every error says."""

    error = Text(help_text="The HTTP status in words.")
    message = Text(help_text="What is wrong, for people.")
    code = Text(help_text="What is wrong, for programs: stable. Ours.")


class Lightspeed(Dialect):
    """Success `{data}`, error `{error, message, code}`."""

    name = "lightspeed"
    title = "Gift cards"
    error_media_type = "application/json"
    replay_status = 200
    refusals: ClassVar[Mapping[type[books.DomainError], Wording]] = {
        cards.CardNotFound: Wording(404, "There is no such gift card."),
        cards.NotAnEventOfCards: Wording(404, "There is no such gift card transaction."),
        cards.CodeMalformed: Wording(400, "number is not one that a gift card can have."),
        cards.TimeZoneUnknown: Wording(400, "time_zone must be the name of a time zone such as Pacific/Auckland."),
        cards.ExpiryNotLater: Wording(400, "expires_at must not be earlier than today nor than the present expiry."),
        books.DayOutOfRange: Wording(400, "expires_at must be neither too far away nor too long ago."),
        books.AmountNotExact: Wording(400),
        books.AmountNotPositive: Wording(400),
        books.ReasonMissing: Wording(400, "reason must not be blank."),
        books.NotReversible: Wording(400, _NOT_REVERSIBLE),
        books.AlreadyReversed: Wording(400, "The redemption has been reversed or refunded already."),
        books.BooksClosed: Wording(422, "The redemption is of a month that the shop has closed."),
        IssueLimitExceeded: Wording(403),
        DayIssueLimitExceeded: Wording(403),
        cards.CodeTaken: Wording(422, "Another gift card has this number."),
        cards.CardNotUsable: Wording(422),
        cards.NotReloadable: Wording(422),
        cards.RestrictedToCustomer: Wording(422),
        cards.MustRedeemWhole: Wording(422),
        books.InsufficientCredit: Wording(422, _SHORT),
        books.AmountTooLarge: Wording(422, "The balance would be more than a gift card can hold."),
        books.CustomerNotFound: Wording(422, "customerId names no customer."),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {
        "not_reversible": Wording(400, _NOT_REVERSIBLE),
    }
    error_serializer = GiftCardError

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error."""
        shown: dict[str, Any] = GiftCardError.shared().to_representation(
            {
                "error": HTTPStatus(problem.status_code).phrase,
                "message": problem.message,
                "code": problem.code,
            }
        )
        return shown
