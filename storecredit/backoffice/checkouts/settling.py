"""What staff did about credit that an order could not take or that could not go back, and about events that failed."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.checkouts.forms import ResolutionForm
from storecredit.backoffice.kit import (
    Change,
    ChoiceFilter,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    Words,
)


class SettleStep(LoggedStep):
    """Marks something as settled. Subclasses say what it is about."""

    slug, label, icon, form_class = "settle", _("Mark as settled"), "task_alt", ResolutionForm
    before: ClassVar[Words] = _("Waiting")

    def settle(self, resolution: str, now: datetime) -> None:
        """Call the operation."""
        raise NotImplementedError

    def facts(self) -> list[Fact]:
        """What is settled."""
        raise NotImplementedError

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        facts = self.facts()
        self.settle(data["resolution"], now)
        return Outcome(
            review=Review(
                changes=[Change(gettext("State"), str(self.before), gettext("Settled"))],
                facts=[*facts, Fact(gettext("What was done"), data["resolution"])],
            ),
            url=self.admin.page_url(self.target),
            message=gettext("It is marked as settled."),
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['resolution']}"


class SettledFilter(ChoiceFilter):
    title, parameter_name = _("state"), "state"
    choices_of_filter: ClassVar[tuple[tuple[str, Words], ...]] = (
        ("waiting", _("Waiting for staff")),
        ("settled", _("Settled")),
    )
