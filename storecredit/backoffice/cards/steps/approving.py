"""A batch that is worth more than one person gives by themself is approved or rejected by another."""

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import CardBatch
from ledger.wording import amount_text
from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.kit import (
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    WhyForm,
    day_text,
    number_text,
)
from storecredit.credits.operations import approve_card_batch, reject_card_batch
from storecredit.credits.queries import CARD_BATCHES, DECIDE


class NoteForm(DomainForm):
    note = forms.CharField(max_length=500, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class ApproveCardBatch(LoggedStep):
    slug, label, icon, permission = "approve", _("Approve"), "check", DECIDE
    form_class = NoteForm
    explanation = _("Its cards can be made from then on, by whoever may plan batches.")
    target: CardBatch

    def refusal(self) -> str:
        if not self.target.waits:
            return gettext("nothing of it waits for approval.")
        if self.target.planned_by_id == person_of(self.request):
            return gettext("you planned it yourself: somebody else has to approve it.")
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        batch = approve_card_batch(batch_id=self.target.pk, party=staff_party(self.request), now=now)
        facts = _facts_of(batch)
        facts += [Fact(gettext("Your note"), data["note"])] if data["note"] else []
        return Outcome(
            review=Review(
                changes=[Change(gettext("Batch"), gettext("waits for approval"), gettext("its cards can be made"))],
                facts=facts,
            ),
            url=reverse("admin:giftcards_cardbatch_change", args=[batch.pk]),
            message=gettext("Batch %(batch)s is approved.") % {"batch": batch.name},
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['note']}" if data["note"] else str(self.label)


class RejectCardBatch(LoggedStep):
    slug, label, icon, permission, danger = "reject", _("Reject"), "close", DECIDE, True
    form_class = WhyForm
    explanation = _("Decide against it, for good: none of its cards is made. Whoever planned it is told, and why.")
    target: CardBatch

    def refusal(self) -> str:
        if not self.target.waits:
            return gettext("nothing of it waits for approval.")
        if self.target.planned_by_id == person_of(self.request):
            return gettext("you planned it yourself: somebody else has to decide it.")
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        batch = reject_card_batch(
            batch_id=self.target.pk, party=staff_party(self.request), now=now, because=data["why"]
        )
        return Outcome(
            review=Review(
                changes=[
                    Change(
                        gettext("Batch"), gettext("waits for approval"), gettext("rejected: none of its cards is made")
                    )
                ],
                facts=[*_facts_of(batch), Fact(gettext("Why"), data["why"])],
            ),
            url=reverse("admin:giftcards_cardbatch_change", args=[batch.pk]),
            message=gettext("Batch %(batch)s is rejected.") % {"batch": batch.name},
        )


def _facts_of(batch: CardBatch) -> list[Fact]:
    told = gettext("%(count)s of %(amount)s each")
    return [
        Fact(gettext("Cards"), told % {"count": number_text(batch.size), "amount": amount_text(batch.amount)}),
        Fact(gettext("Worth together"), amount_text(batch.amount * batch.size)),
        Fact(gettext("Who pays"), batch.get_funding_display()),
        Fact(gettext("Good through"), day_text(batch.expires_on)),
        Fact(gettext("Planned by"), batch.created_by),
    ]


def approvers_words(batch: CardBatch) -> str:
    """Who may approve a batch."""
    people = CARD_BATCHES.list_deciders(batch)
    if people:
        return ", ".join(each.get_username() for each in people)
    return gettext("nobody, until a limit or a role is changed: plan batches of less")
