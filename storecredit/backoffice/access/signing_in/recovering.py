"""
The way back for whoever cannot get in: two others who manage the staff take away what is lost, never they themselves,
so that neither a stolen mailbox nor one administrator alone leads round the second factor.
"""

from datetime import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.for_others import ForOthers
from storecredit.backoffice.access.invitations import NO_MAIL
from storecredit.backoffice.access.signing_in.records import tell
from storecredit.backoffice.changes.deciding import ask_change
from storecredit.backoffice.changes.factors import factors_of
from storecredit.backoffice.changes.forms import change_url
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.kit import Change, Fact, Outcome
from storecredit.backoffice.models import ChangeKind


def lift_lock(person: User) -> int:
    """
    Forget what was guessed at somebody's name.

    :return: how many counts there were.
    """
    return int(AxesProxyHandler.reset_attempts(username=person.get_username()))


class TakeFactors(ForOthers):
    """For a lost phone or key: they begin anew, with a link to their mailbox, once two administrators agree."""

    slug, label, icon = "take-factors", _("Take away the second factor"), "phonelink_erase"
    danger = True
    explanation = _(
        "For a phone or a key that is lost. Make sure that it is they who ask: call them, or see them. It waits for a "
        "second administrator, and they are told by mail. Then all their factors, recovery codes and sessions end, and "
        "their password; a link to choose a new one goes to their mailbox."
    )

    def refusal(self) -> str:
        if refused := super().refusal():
            return refused
        if not self.target.is_active:
            return gettext("they are switched off.")
        if not factors_of(self.target):
            return gettext("they have none.")
        if not self.target.email:
            return gettext("there is no e-mail address to send a link to.")
        return "" if settings.MAIL_GOES_OUT else str(NO_MAIL)

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        stands = state_of(ChangeKind.FACTORS, self.target)
        change = ask_change(
            kind=ChangeKind.FACTORS,
            subject_id=str(self.target.pk),
            label=self.target.get_username(),
            before=stands,
            after={"factors": [], "why": data["why"]},
            person=self.request.user,
            actor=self.actor,
            now=now,
        )
        return self.outcome(
            Change(gettext("Second factors"), str(len(stands["factors"])), "0"),
            Change(gettext("Password"), gettext("set"), gettext("to be chosen anew, by a link")),
            facts=[Fact(gettext("When"), gettext("once a second administrator has approved it"))],
            message=gettext("Asked for: a second administrator decides."),
            url=change_url(change),
            record=change,
        )


class LiftLock(ForOthers):
    """For whoever mistyped too often, or at whose name a stranger guesses."""

    slug, label, icon = "lift-lock", _("Let them try again"), "lock_open_right"
    explanation = _(
        "Whoever gives too many wrong passwords or codes waits for a quarter of an hour. This forgets what was counted."
    )

    def refusal(self) -> str:
        return super().refusal() or (
            "" if self._count_wrong() else gettext("nothing wrong was given in their name lately.")
        )

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        wrong = self._count_wrong()
        lift_lock(self.target)
        tell(self.request, ActivityKind.LOCK_LIFTED, person=self.target, details={"tries": wrong, "why": data["why"]})
        told = ngettext("%(n)s try", "%(n)s tries", wrong) % {"n": wrong}
        change = Change(gettext("Wrong passwords and codes"), told, gettext("forgotten"))
        return self.outcome(change, message=gettext("Done, and written down."))

    def _count_wrong(self) -> int:
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        attempts = AccessAttempt.objects.filter(username=self.target.get_username(), attempt_time__gte=since)
        return sum(attempts.values_list("failures_since_start", flat=True))
