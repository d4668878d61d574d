"""What people ask to have put right in the books, and what became of it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import Lot
from storecredit.backoffice.approvals.words import approvers_text, refuse_second
from storecredit.backoffice.finance.period_steps import NoteForm, party_of
from storecredit.backoffice.kit import (
    DASH,
    Change,
    Fact,
    Facts,
    Head,
    Link,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    Shown,
    Table,
    WhyForm,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    numbers,
    signed_text,
    state_tag,
)
from storecredit.backoffice.kit.rows import account_link, entry_link
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import NoticeKind
from storecredit.backoffice.waiting.kinds import say_who_decides
from storecredit.finance.operations import CorrectionStatus, approve_correction, cancel_correction, reject_correction
from storecredit.finance.queries import Correction, Period, has_asked

_COLOURS = {
    CorrectionStatus.PENDING: "warning",
    CorrectionStatus.APPROVED: "success",
    CorrectionStatus.REJECTED: "danger",
    CorrectionStatus.CANCELED: "info",
}


class _DecideCorrection(LoggedStep):
    permission = "finance.approve_correction"
    target: Correction

    def refusal(self) -> str:
        if self.target.status != CorrectionStatus.PENDING:
            return gettext("it is %(state)s.") % {"state": self.target.get_status_display().lower()}
        return ""

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        said = data.get("why") or data.get("note")
        return f"{self.label}: {said}" if said else str(self.label)

    def standing(self) -> list[Fact]:
        return [Fact(label, text) for label, text in _asked_facts(self.target) if text]

    def outcome(self, correction: Correction, changes: list[Change], message: str) -> Outcome:
        facts = [Fact(label, text) for label, text in _asked_facts(correction) if text]
        return Outcome(Review(changes=changes, facts=facts), self.admin.page_url(correction), message)


class ApproveCorrection(_DecideCorrection):
    slug, label, icon = "approve", _("Approve"), "check"
    form_class = NoteForm
    explanation = _("It is posted at once, dated today.")

    def refusal(self) -> str:
        if refusal := super().refusal():
            return refusal
        if has_asked(correction=self.target, person_id=int(self.actor.id)):
            return gettext("you asked for it yourself: somebody else has to approve it.")
        return refuse_second(self.target, int(self.actor.id))

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        party = party_of(self.actor)
        done = approve_correction(correction_id=self.target.pk, party=party, now=now, note=data["note"])
        if done.status == CorrectionStatus.PENDING:
            change = Change(gettext("Approved by"), "–", approvers_text(done))
            return self.outcome(done, [change], gettext("Another person’s approval is still needed."))
        if done.lot is not None:
            change = Change(gettext("Expires"), _ending_words(self.target.lot), _ending_words(done.lot))
            return self.outcome(done, [change], gettext("%(correction)s is done.") % {"correction": done})
        entry = done.transaction
        assert entry is not None
        before, after = entry.balance_after_minor - entry.amount_minor, entry.balance_after_minor
        changes = [Change(gettext("Balance"), money_text(before, entry.currency), money_text(after, entry.currency))]
        return self.outcome(done, changes, gettext("%(correction)s is posted.") % {"correction": done})


class RejectCorrection(_DecideCorrection):
    slug, label, icon, danger = "reject", _("Reject"), "close", True
    form_class = WhyForm
    explanation = _("Nothing is posted. Whoever asked for it takes it back by this.")

    def is_permitted(self) -> bool:
        asked = self.target.asked_by_id == self.request.user.pk
        return super().is_permitted() or (asked and self.admin.has_view_permission(self.request, self.target))

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        asked = self.target.asked_by_id == self.request.user.pk
        decide = cancel_correction if asked else reject_correction
        before = self.target.get_status_display()
        done = decide(correction_id=self.target.pk, party=party_of(self.actor), now=now, note=data["why"])
        change = Change(gettext("State"), before, done.get_status_display())
        state = done.get_status_display().lower()
        message = gettext("%(correction)s is %(state)s.") % {"correction": done, "state": state}
        return self.outcome(done, [change], message)


@admin.register(Correction)
class CorrectionAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["what", "amount", "whose", "state", "asker", "asked_at", "decider"]
    list_display_links = ["what"]
    list_filter = ["status", "kind"]
    ordering = ["-pk"]
    list_select_related = ["account__customer"]
    exported = {
        "what": [as_shown(_("Correction"))],
        "amount": [minor_cells("amount_minor", title=_("Amount"))],
        "whose": [as_shown(_("Account"))],
        "state": [as_shown(_("State"))],
        "asker": [as_shown(_("Asked for by"))],
        "asked_at": [moment_cell("asked_at", _("Asked for"))],
        "decider": [as_shown(_("Decided by"))],
    }
    page_template = "backoffice/finance/correction.html"
    steps = (ApproveCorrection, RejectCorrection)

    @display(description=_("Correction"))
    def what(self, correction: Correction) -> str:
        return f"{correction.pk} · {correction.get_kind_display()}"

    @display(description=_("Amount"))
    def amount(self, correction: Correction) -> str:
        return _amount(correction)

    @display(description=_("Account"))
    def whose(self, correction: Correction) -> str:
        return correction.account.number

    @display(description=_("State"))
    def state(self, correction: Correction) -> Shown:
        return _state(correction)

    @display(description=_("Asked for by"))
    def asker(self, correction: Correction) -> str:
        return correction.asked_label

    @display(description=_("Decided by"))
    def decider(self, correction: Correction) -> str:
        return correction.decided_label or DASH

    def page_context(self, request: HttpRequest, target: Correction) -> dict[str, Any]:
        return {
            "head": Head(title=str(target), tags=[_state(target)], about=[target.get_kind_display()]),
            "facts": Facts("", [*_asked_facts(target), *_decided_facts(target), *_who_decides(target)]),
        }


def corrections_table(corrections: QuerySet[Correction, Correction], title: str = "") -> list[Table]:
    """What was asked to be put right, where anything was."""
    rows = [_row(correction) for correction in corrections.select_related("account", "period", "entry")]
    if not rows:
        return []
    columns = (
        gettext("Correction"),
        gettext("Month"),
        gettext("About"),
        gettext("Account"),
        numbers(gettext("Amount")),
        gettext("State"),
        gettext("Asked for"),
    )
    return [Table(title or gettext("Corrections"), columns, rows)]


def month_link(period: Period | None) -> Shown:
    """The month that is corrected, by the way to its page."""
    if period is None:
        return None
    return Link(str(period), reverse("admin:finance_period_change", args=[period.pk]))


def _amount(correction: Correction) -> str:
    return signed_text(correction.amount_minor, correction.currency) if correction.amount_minor else ""


def _row(correction: Correction) -> list[Shown]:
    url = reverse("admin:finance_correction_change", args=[correction.pk])
    return [
        Link(f"{correction.pk} · {correction.get_kind_display()}", url),
        month_link(correction.period),
        entry_link(correction.entry) if correction.entry else "",
        account_link(correction.account),
        _amount(correction),
        _state(correction),
        correction.asked_label,
    ]


def _ending_words(lot: Lot | None) -> str:
    return moment_text(lot.expires_at) if lot and lot.expires_at else gettext("never")


def _state(correction: Correction) -> Shown:
    status = CorrectionStatus(correction.status)
    return state_tag(str(status.label), {str(status.label): _COLOURS[status]})


def wanted_facts(correction: Correction) -> list[tuple[str, Shown]]:
    """What somebody agrees to who approves it."""
    entry, lot = correction.entry, correction.lot
    return [
        (gettext("Account"), account_link(correction.account)),
        (gettext("Amount"), _amount(correction)),
        (gettext("About"), entry_link(entry) if entry else None),
        (gettext("Month that is corrected"), month_link(correction.period)),
        (gettext("Left of the credit"), money_text(lot.remaining_minor, correction.currency) if lot else None),
        (gettext("Then expires"), (moment(correction.expires_at) or gettext("never")) if lot else None),
        (gettext("Finding"), str(correction.finding) if correction.finding else None),
        (gettext("Reason"), shipped(correction.reason.label) if correction.reason else None),
        (gettext("Note"), shipped(correction.note)),
    ]


def _asked_facts(correction: Correction) -> list[tuple[str, Shown]]:
    """The same, and who asked for it when."""
    return [
        *wanted_facts(correction),
        (gettext("Asked for by"), correction.asked_label),
        (gettext("Asked for"), moment(correction.asked_at)),
    ]


def _who_decides(correction: Correction) -> list[tuple[str, Shown]]:
    if correction.status != CorrectionStatus.PENDING:
        return []
    return [say_who_decides(NoticeKind.CORRECT, correction)]


def _decided_facts(correction: Correction) -> list[tuple[str, Shown]]:
    posted = correction.transaction
    return [
        (gettext("Approved by"), approvers_text(correction)),
        (gettext("Decided by"), correction.decided_label),
        (gettext("Decided"), moment(correction.decided_at)),
        (gettext("What was said"), correction.decision_note),
        (gettext("Posted as"), entry_link(posted) if posted else None),
    ]
