"""A month is closed by one person, and by another who approves it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.operations import Actor
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    WhyForm,
    money_text,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import Party
from storecredit.finance.operations import PeriodStatus, approve_period, ask_period, refuse_period
from storecredit.finance.queries import (
    GeneralLedgerAccount,
    JournalLine,
    Period,
    count_undecided,
    find_hindrances,
    list_lines_of_period,
    list_lines_to_leave,
    sum_accounts,
    sum_lines,
)


class NoteForm(DomainForm):
    """Asks for nothing that must be said."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the history, with your name and the time."),
    )


def party_of(actor: Actor) -> Party:
    """Whoever is signed in, as who asks or decides."""
    return Party(actor=actor, person_id=int(actor.id))


class ClosingForm(NoteForm):
    """Asks for a note, which has to say why while findings of reconciliations are open."""

    def __init__(self, *args: Any, open_findings: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if open_findings:
            note = self.fields["note"]
            note.required = True
            note.label = gettext("Why the month is closed all the same")
            note.help_text = gettext(
                "Findings of reconciliations that nobody has decided about: %(count)s. What you say stands in the "
                "history, with their number, your name and the time."
            ) % {"count": open_findings}


class _PeriodStep(LoggedStep):
    form_class: ClassVar[type[DomainForm]] = NoteForm
    target: Period

    def lock(self) -> Period:
        return Period.objects.select_for_update().get(pk=self.target.pk)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        said = data.get("why") or data.get("note")
        return f"{self.label}: {said}" if said else str(self.label)

    def outcome(self, before: str, facts: list[Fact], message: str) -> Outcome:
        state = Change(gettext("State"), before, self.target.get_status_display())
        return Outcome(
            review=Review(changes=[state], facts=[Fact(gettext("Month"), str(self.target)), *facts]),
            url=self.admin.page_url(self.target),
            message=message,
        )

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        if self.form_class is NoteForm:
            return ClosingForm(data, open_findings=count_undecided(real_money=True))
        return super().make_form(data)

    def findings(self) -> list[Fact]:
        """What was found and nobody has decided about, as the history of the month keeps it."""
        count = self.target.events.latest("pk").open_findings
        return [Fact(gettext("Findings that are open"), str(count))] if count else []

    def figures(self) -> list[Fact]:
        """What is owed at both ends of the month, by currency."""
        totals = sum_lines(list_lines_of_period(period=self.target))
        return [
            Fact(
                gettext("Owed in %(currency)s") % {"currency": each.kept.currency},
                gettext("%(opening)s at its beginning, %(closing)s at its end")
                % {
                    "opening": money_text(each.opening_minor, each.kept.currency),
                    "closing": money_text(each.closing_minor, each.kept.currency),
                },
            )
            for each in totals
        ]


class ClosePeriod(_PeriodStep):
    slug, label, icon, permission = "close", _("Close the month"), "lock_clock", "finance.close_period"
    explanation = _("Somebody else then looks at its figures, and approves that it is closed or refuses.")

    def refusal(self) -> str:
        if self.target.status != PeriodStatus.OPEN:
            return gettext("it is %(state)s.") % {"state": self.target.get_status_display().lower()}
        return " ".join(find_hindrances(period=self.target, now=timezone.now()).values())

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_status_display()
        said = {"note": data["note"], "now": now}
        self.target = ask_period(number=self.target.number, party=party_of(self.actor), **said)
        cut = Fact(gettext("Closed at"), str(self.target.end_cut))
        booked = _booked(list_lines_to_leave(period=self.target))
        message = gettext("%(month)s waits for somebody else to approve it.") % {"month": self.target}
        return self.outcome(before, [cut, *self.findings(), *self.figures(), *booked], message)


def _booked(lines: Iterable[JournalLine]) -> list[Fact]:
    """What a journal books on each account of the general ledger: whoever decides sees by which rules it is made."""
    names = dict(GeneralLedgerAccount.objects.values_list("code", "name"))
    return [
        Fact(
            " · ".join(filter(None, (currency, account, shipped(names.get(account, ""))))),
            gettext("%(debit)s debit, %(credit)s credit")
            % {"debit": money_text(debit, currency), "credit": money_text(credit, currency)},
        )
        for (currency, account), (debit, credit) in sum_accounts(lines).items()
    ]


class _DecidePeriod(_PeriodStep):
    permission = "finance.approve_period"

    def standing(self) -> list[Fact]:
        asker = self.target.closed_by
        told = [Fact(gettext("Closed by"), asker.get_username())] if asker else []
        try:
            return [*told, *self.figures()]
        except DomainError as error:
            return [*told, Fact(gettext("Figures"), str(error))]

    def refusal(self) -> str:
        if self.target.status != PeriodStatus.CLOSING:
            return gettext("nobody asks to close it.")
        return ""


class ApprovePeriod(_DecidePeriod):
    slug, label, icon = "approve", _("Approve"), "check"
    explanation = _(
        "Its figures and its journal are kept for ever, and what was entered in it is corrected by request."
    )

    def refusal(self) -> str:
        if refusal := super().refusal():
            return refusal
        if self.target.closed_by_id == self.request.user.pk:
            return gettext("you closed it yourself: somebody else has to approve it.")
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before, facts = self.target.get_status_display(), self.figures()
        said = {"note": data["note"], "now": now}
        self.target = approve_period(number=self.target.number, party=party_of(self.actor), **said)
        journal = self.target.journal
        assert journal is not None
        facts.append(Fact(str(journal), gettext("%(count)s lines") % {"count": journal.line_count}))
        facts += [*_booked(journal.lines.order_by("place")), *self.findings()]
        return self.outcome(before, facts, gettext("%(month)s is closed.") % {"month": self.target})


class RefusePeriod(_DecidePeriod):
    slug, label, icon, danger = "refuse", _("Refuse"), "close", True
    form_class = WhyForm
    explanation = _("The month is open again.")

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_status_display()
        self.target = refuse_period(number=self.target.number, party=party_of(self.actor), now=now, note=data["why"])
        why = Fact(gettext("Why"), data["why"])
        return self.outcome(before, [why], gettext("%(month)s is open again.") % {"month": self.target})
