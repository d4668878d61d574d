"""What people do about a finding: look, explain, correct, ask for a correction, take back."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.operations import end_of_day
from ledger.errors import DomainError
from ledger.operations import Ending
from ledger.queries import Account, list_account_currencies
from ledger.queries import find_account as look_account_up
from storecredit.backoffice.approvals.steps import staff_party
from storecredit.backoffice.books.money.asking import CorrectingForm, about_of
from storecredit.backoffice.finance.corrections import wanted_facts
from storecredit.backoffice.finance.finding_words import (
    about_words,
    check_words,
    find_account,
    find_entry,
    find_lot,
    told_words,
)
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    Words,
    day_field,
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


class FindingCorrectionForm(CorrectingForm):
    """An adjustment of one account, which the finding may name."""

    error_fields: ClassVar[dict[str, str]] = {**CorrectingForm.error_fields, "account_not_found": "account"}
    account = forms.CharField(
        label=_("Account"), max_length=64, help_text=_("The number of the account that is wrong.")
    )
    field_order = ["account", "direction", "amount", "month", "entry", "reason", "note"]

    def __init__(self, *args: Any, account: str, currency: str, test_mode: bool, **kwargs: Any) -> None:
        super().__init__(*args, currency=currency, **kwargs)
        self.test_mode = test_mode
        self.fields["account"].initial = account
        amount_field: Any = self.fields["amount"]
        if not currency:
            amount_field.offer([(code, code) for code in list_account_currencies()])

    def clean_account(self) -> Account:
        try:
            found = look_account_up(number=self.cleaned_data["account"].strip(), test_mode=self.test_mode)
        except DomainError as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        if found is None:
            raise forms.ValidationError(gettext("There is no account of this number."), code="unknown")
        return found


class AskFor(_FindingStep):
    """Asks for a correction that another person approves. With the approval the finding is corrected."""

    permission = "finance.ask_correction"

    def refusal(self) -> str:
        return gettext("it is corrected already.") if self.target.state == FindingState.CORRECTED else ""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is to be put right, as `ask_correction` takes it."""
        raise NotImplementedError

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        correction = ask_correction(
            party=staff_party(self.request),
            now=now,
            note=data["note"],
            finding_id=self.target.pk,
            **self.wanted(data),
        )
        return Outcome(
            review=Review(
                changes=[Change(gettext("Corrections that wait"), "–", "1")],
                facts=[
                    *self.standing(),
                    *(Fact(label, shown) for label, shown in wanted_facts(correction) if shown),
                ],
            ),
            url=self.admin.page_url(self.target),
            message=gettext("%(correction)s waits for somebody else to approve it.") % {"correction": correction},
            record=correction,
        )


class AskForReversal(AskFor):
    slug, label, icon = "ask-reversal", _("Ask for a reversal"), "undo"
    explanation = _(
        "Undo the whole of the transaction that it names, once somebody else has approved it. With that it is "
        "corrected."
    )

    def refusal(self) -> str:
        if find_entry(self.target) is None:
            return gettext("it names no transaction.")
        return super().refusal()

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        entry = find_entry(self.target)
        assert entry is not None
        return {"entry_id": entry.pk}


class ExpiryForm(NoteForm):
    good_through = day_field(_("Last day"), _("Empty: it does not expire."))
    field_order = ["good_through", "note"]
    error_fields: ClassVar[dict[str, str]] = {
        "expiry_unchanged": "good_through",
        "card_not_adjusted": "good_through",
        "day_out_of_range": "good_through",
    }


class AskForExpiry(AskFor):
    slug, label, icon = "ask-expiry", _("Ask for another expiry"), "event"
    form_class = ExpiryForm
    explanation = _(
        "Give the credit that it names another last moment, once somebody else has approved it. With that it is "
        "corrected."
    )

    def refusal(self) -> str:
        if find_lot(self.target) is None:
            return gettext("it names no piece of credit.")
        return super().refusal()

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        lot, day = find_lot(self.target), data["good_through"]
        assert lot is not None
        end = end_of_day(day, timezone.get_default_timezone_name()) if day else None
        return {"lot_id": lot.pk, "ending": Ending(end)}


class AskForCorrection(AskFor):
    slug, label, icon = "ask-correction", _("Ask for a correction"), "rule"
    explanation = _("Put a wrong balance right, once somebody else has approved it. With that it is corrected.")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        account = find_account(self.target)
        currency = account.currency if account else self.target.currency
        return FindingCorrectionForm(
            data,
            account=account.number if account else "",
            currency=currency,
            test_mode=account.test_mode if account else self.target.test_mode,
        )

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        said = {"reason": data["reason"], "account_id": data["account"].pk, "amount": data["amount"]}
        return said | about_of(data)


FINDING_STEPS: tuple[type[LoggedStep], ...] = (
    ExplainFinding,
    AskForReversal,
    AskForExpiry,
    AskForCorrection,
    CorrectFinding,
    NoteFinding,
    ReopenFinding,
)
