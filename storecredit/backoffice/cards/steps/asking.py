"""What the steps share that put value on a card, within the issue limits of staff: above them they ask for it."""

from typing import Any

from django.utils.translation import gettext
from moneyed import Money

from ledger.errors import DomainError
from storecredit.backoffice.approvals.limited_steps import AskingStep


class ReasonNotChosen(DomainError):
    """What is asked for has a reason, by which it will be booked."""

    code = "reason_not_chosen"

    def __init__(self) -> None:
        super().__init__(gettext("This is above your limit and has to be approved: choose a reason."))


class LastDayNotAsked(DomainError):
    """A request puts value on a card and leaves its last day alone."""

    code = "last_day_not_asked"

    def __init__(self) -> None:
        super().__init__(
            gettext("This is above your limit: a request does not move the card's last day. Extend the card.")
        )


class AskingCardStep(AskingStep):
    """Puts value on a card, or asks for it."""

    def wanted_amount(self, data: dict[str, Any]) -> Money:
        amount: Money = data["amount"]
        return amount

    def chosen_reason(self, data: dict[str, Any]) -> str:
        """
        The reason that the form asks for.

        :raises ReasonNotChosen: if it was left empty.
        """
        if not data.get("reason"):
            raise ReasonNotChosen
        return str(data["reason"])
