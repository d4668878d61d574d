"""Credit that a checkout, here or at the vendor, has set aside and nobody lets go of: staff do, and say why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.queries import Hold, get_account_balance
from storecredit.backoffice.checkouts.forms import HoldForm
from storecredit.backoffice.kit import DomainForm, Fact, LoggedStep, Outcome, Review
from storecredit.backoffice.kit.rows import freed_changes, left_of
from storecredit.checkouts.operations import release_stuck_hold


class ReleaseStuckHold(LoggedStep):
    """Lets go of one hold. Subclasses say which there are."""

    slug, label, icon, danger = "release-hold", _("Release a hold"), "lock_open", True
    permission = "checkouts.release_stuck_hold"
    form_class = HoldForm

    def list_holds(self, now: datetime) -> list[Hold]:
        """What is set aside for the object at `now`, with its account at hand."""
        raise NotImplementedError

    def refusal(self) -> str:
        return "" if self.list_holds(timezone.now()) else gettext("nothing is set aside for it now.")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        holds = self.list_holds(timezone.now())
        form = HoldForm(data, initial={"hold": self.request.GET.get("hold", "")})
        form.fields["hold"].choices = [(str(hold.pk), _words(hold)) for hold in holds]  # type: ignore[attr-defined]  # a choice field
        return form

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        hold_id = UUID(data["hold"])
        hold = next(each for each in self.list_holds(now) if each.pk == hold_id)
        before = get_account_balance(account_id=hold.account_id, now=now)
        release_stuck_hold(hold_id=hold_id, reason=data["why"], actor=self.actor, now=now)
        after = get_account_balance(account_id=hold.account_id, now=now)
        self.released = hold
        return Outcome(
            review=Review(
                changes=freed_changes(before, after),
                facts=[Fact(gettext("Account"), hold.account.number), Fact(gettext("Why"), data["why"])],
            ),
            url=self.admin.page_url(self.target),
            message=gettext("The hold is released."),
        )

    def others(self, outcome: Outcome) -> list[Model]:
        return [self.released, self.released.account]


def _words(hold: Hold) -> str:
    return gettext("%(left)s on %(account)s") % {"left": left_of(hold), "account": hold.account.number}
