"""What people do about a finding: look, explain, correct, ask for a correction, take back."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.queries import Account, list_account_currencies
from ledger.queries import find_account as look_account_up
from storecredit.backoffice.approvals.steps import staff_party
from storecredit.backoffice.books.money.forms import AdjustForm
from storecredit.backoffice.finance.finding_words import about_words, check_words, find_account, told_words
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    Words,
    signed_text,
)
from storecredit.finance.operations import (
    ask_correction,
    correct_finding,
    explain_finding,
    note_finding,
    reopen_finding,
)
from storecredit.finance.queries import UNDECIDED, FindingState

DECIDE = "finance.decide_finding"


class NoteForm(DomainForm):
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in the finding’s history for ever, with your name and the time."),
    )


class _FindingStep(LoggedStep):
    """Decides about a finding. Its history tells of it; Django's log holds the token."""

    permission = DECIDE
    form_class: ClassVar[type[DomainForm]] = NoteForm
    told: ClassVar[Words]
    to_state: ClassVar[FindingState | None] = None

    def standing(self) -> list[Fact]:
        return [
            Fact(gettext("What"), check_words(self.target)),
            Fact(gettext("About"), about_words(self.target)),
            Fact(gettext("Told"), told_words(self.target)),
        ]

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['note']}"

    def tell(self, note: str, now: datetime) -> None:
        """Call the operation."""
        raise NotImplementedError

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_state_display()
        self.tell(data["note"], now)
        after = self.to_state.label if self.to_state else before
        changes = [Change(gettext("State"), before, str(after))] if self.to_state else []
        return Outcome(
            review=Review(changes=changes, facts=[*self.standing(), Fact(gettext("Note"), data["note"])]),
            url=self.admin.page_url(self.target),
            message=str(self.told),
        )


class ExplainFinding(_FindingStep):
    slug, label, icon = "explain", _("Explain"), "chat_info"
    explanation = _(
        "Say why it is as it should be, though it was found. Seen again with other figures, it is open again."
    )
    told = _("It is explained.")
    to_state = FindingState.EXPLAINED

    def refusal(self) -> str:
        return "" if self.target.state in UNDECIDED else gettext("it is decided about already.")

    def tell(self, note: str, now: datetime) -> None:
        explain_finding(finding_id=self.target.pk, actor=self.actor, now=now, note=note)


class CorrectFinding(_FindingStep):
    slug, label, icon = "correct", _("Mark as corrected"), "task_alt"
    explanation = _("Say how it was put right. Nothing is booked by this. Seen again, it is open again.")
    told = _("It is marked as corrected.")
    to_state = FindingState.CORRECTED

    def refusal(self) -> str:
        return gettext("it is corrected already.") if self.target.state == FindingState.CORRECTED else ""

    def tell(self, note: str, now: datetime) -> None:
        correct_finding(finding_id=self.target.pk, actor=self.actor, now=now, note=note)


class ReopenFinding(_FindingStep):
    slug, label, icon = "reopen", _("Reopen"), "undo"
    explanation = _("Take back that it is explained or corrected.")
    told = _("It is open again.")
    to_state = FindingState.REOPENED

    def refusal(self) -> str:
        return gettext("it is open.") if self.target.state in UNDECIDED else ""

    def tell(self, note: str, now: datetime) -> None:
        reopen_finding(finding_id=self.target.pk, actor=self.actor, now=now, note=note)


class NoteFinding(_FindingStep):
    slug, label, icon = "note", _("Add a note"), "edit_note"
    explanation = _("Say that you looked, and what you saw. The state stays.")
    told = _("Your note is kept.")

    def tell(self, note: str, now: datetime) -> None:
        note_finding(finding_id=self.target.pk, actor=self.actor, now=now, note=note)


class FindingCorrectionForm(AdjustForm):
    """An adjustment of one account, which the finding may name."""

    error_fields: ClassVar[dict[str, str]] = {**AdjustForm.error_fields, "account_not_found": "account"}
    account = forms.CharField(
        label=_("Account"), max_length=64, help_text=_("The number of the account that is wrong.")
    )
    field_order = ["account", "direction", "amount", "reason", "note"]

    def __init__(self, *args: Any, account: str, currency: str, test_mode: bool, **kwargs: Any) -> None:
        super().__init__(*args, currency=currency, **kwargs)
        self.test_mode = test_mode
        self.fields["account"].initial = account
        self.fields["note"].required = True
        amount_field: Any = self.fields["amount"]
        if not currency:
            amount_field.offer([(code, code) for code in list_account_currencies()])
        del self.fields["reference"], self.fields["good_through"]

    def clean_account(self) -> Account:
        try:
            found = look_account_up(number=self.cleaned_data["account"].strip(), test_mode=self.test_mode)
        except DomainError as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        if found is None:
            raise forms.ValidationError(gettext("There is no account of this number."), code="unknown")
        return found


class AskForCorrection(_FindingStep):
    """Asks for an adjustment that another person approves. With the approval the finding is corrected."""

    slug, label, icon = "ask-correction", _("Ask for a correction"), "rule"
    permission = "finance.ask_correction"
    explanation = _("Put a wrong balance right, once somebody else has approved it. With that it is corrected.")

    def refusal(self) -> str:
        return gettext("it is corrected already.") if self.target.state == FindingState.CORRECTED else ""

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        account = find_account(self.target)
        currency = account.currency if account else self.target.currency
        return FindingCorrectionForm(
            data,
            account=account.number if account else "",
            currency=currency,
            test_mode=account.test_mode if account else self.target.test_mode,
        )

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        correction = ask_correction(
            party=staff_party(self.request),
            now=now,
            note=data["note"],
            reason=data["reason"],
            account_id=data["account"].pk,
            amount=data["amount"],
            finding_id=self.target.pk,
        )
        return Outcome(
            review=Review(
                changes=[Change(gettext("Corrections that wait"), "–", "1")],
                facts=[
                    *self.standing(),
                    Fact(gettext("Account"), correction.account.number),
                    Fact(gettext("Amount"), signed_text(correction.amount_minor, correction.currency)),
                    Fact(gettext("Note"), correction.note),
                ],
            ),
            url=self.admin.page_url(self.target),
            message=gettext("%(correction)s waits for somebody else to approve it.") % {"correction": correction},
            record=correction,
        )


FINDING_STEPS: tuple[type[LoggedStep], ...] = (
    ExplainFinding,
    AskForCorrection,
    CorrectFinding,
    NoteFinding,
    ReopenFinding,
)
