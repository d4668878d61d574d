"""The shape of an error in the stored credit account API (RFC 9457), and its words for what cards and books refuse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

import structlog

from giftcards import errors as cards
from ledger import errors as books
from storecredit.api.dialects import Dialect, Wording
from storecredit.api.fields import Integer, Text, Url
from storecredit.api.problems import Problem
from storecredit.api.serializers import Serializer

_NOT_OPEN = "The stored credit account is not open."


class StoredCreditError(Serializer):
    """A problem (RFC 9457)."""

    title = Text(help_text="The status in words.")
    detail = Text(help_text="What is wrong, for people.")
    status = Integer(help_text="The HTTP status.")
    type = Text(help_text="Always `about:blank`: the title says what kind it is.")
    instance = Url(help_text="This very occurrence, by its request id. It never holds a code.")
    code = Text(help_text="What is wrong, for programs: stable. Ours.")


class Glu(Dialect):
    """Bare bodies, and problem details for errors."""

    name = "glu"
    title = "Stored credit accounts"
    refusals: ClassVar[Mapping[type[books.DomainError], Wording]] = {
        cards.CardNotFound: Wording(404, "There is no such stored credit account."),
        books.CustomerNotFound: Wording(404, "There is no such contact."),
        books.AmountNotPositive: Wording(400),
        cards.CardNotUsable: Wording(422),
        cards.RestrictedToCustomer: Wording(422, "This gift card can be redeemed by its own contact only: name it."),
        cards.MustRedeemWhole: Wording(422),
        books.AccountNotOpen: Wording(422, _NOT_OPEN),
        books.AmountTooLarge: Wording(422, "The amount is more than a stored credit account can hold."),
        books.CurrencyMismatch: Wording(422, "The stored credit account is kept in another currency."),
        books.InsufficientCredit: Wording(422, "The stored credit account does not have enough credit."),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {
        "balance_not_found": Wording(404, "There is no such balance."),
    }
    error_serializer = StoredCreditError

    def show_error(self, problem: Problem, *, now: datetime) -> dict[str, Any]:
        """The body of an error."""
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        instance = f"urn:request:{quote(request_id, safe='')}"
        shown: dict[str, Any] = StoredCreditError.shared().to_representation(
            super().show_error(problem, now=now) | {"instance": instance}
        )
        return shown
