"""What whoever manages the staff does for a colleague: never for themselves."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import Change, Fact, LoggedStep, Outcome, Review

_OWN = _("nobody does it to themselves: ask a colleague who manages the staff.")


class ForOthers(LoggedStep):
    """What one may do for another person, and never for oneself."""

    permission = "auth.change_user"
    target: User

    def is_permitted(self) -> bool:
        return super().is_permitted() and self.admin.has_change_permission(self.request, self.target)

    def refusal(self) -> str:
        return str(_OWN) if self.target.pk == self.request.user.pk else ""

    def outcome(
        self, *changes: Change, message: str, facts: list[Fact] | None = None, url: str = "", record: Any = None
    ) -> Outcome:
        """
        What came of it, of the person.

        :param url: where it leads, if not to the person's page.
        :param record: what was made, if not the person.
        """
        person = self.target
        who = Fact(gettext("Person"), person.get_full_name() or person.get_username())
        return Outcome(
            review=Review(changes=list(changes), facts=[who, *(facts or [])]),
            url=url or self.admin.page_url(person),
            message=message,
            record=record or person,
        )
