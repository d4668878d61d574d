"""Batches of requests: what came in one file, approved or rejected as one decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.backoffice.approvals.forms import NoteForm
from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.approvals.words import (
    BATCH_COLOURS,
    STATUS_COLOURS,
    amount_of,
    payee_of,
    request_link,
    status_of,
)
from storecredit.backoffice.kit import (
    DASH,
    Change,
    ConfirmStep,
    DomainForm,
    Fact,
    Facts,
    Head,
    Link,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    ShortListMixin,
    Table,
    as_shown,
    moment,
    moment_cell,
    moment_text,
    money_text,
    numbers,
    phrase,
    stacked,
    state_tag,
    strong,
    test_tag,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import BatchStatus, approve_batch, foresee_batch, reject_batch
from storecredit.credits.queries import (
    DECIDE,
    CreditRequestBatch,
    CreditRequestVote,
    get_batch,
    list_allowances,
    list_requests,
    refuse_amount,
)

_ROWS_SHOWN = 50


class BatchStep(LoggedStep):
    """Decides about all requests of a batch together."""

    permission = DECIDE
    target: CreditRequestBatch

    def decide(self, note: str, now: datetime) -> CreditRequestBatch:
        """Call the operation."""
        raise NotImplementedError

    def message(self, batch: CreditRequestBatch) -> str:
        raise NotImplementedError

    def refusal(self) -> str:
        if self.target.status != BatchStatus.PENDING:
            return gettext("The batch is %(status)s.") % {"status": self.target.get_status_display().lower()}
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_status_display()
        return self.outcome(before, self.decide(data["note"], now), data["note"])

    def outcome(self, before: str, batch: CreditRequestBatch, note: str) -> Outcome:
        """What is read before it is confirmed, and what came of it."""
        facts = [
            Fact(pgettext("requests", "Batch"), batch.name),
            Fact(gettext("Requests"), str(batch.size)),
            Fact(gettext("Worth together"), "\n".join(totals_of(batch))),
            Fact(gettext("Then"), self.message(batch)),
        ]
        facts += [Fact(gettext("Your note"), note)] if note else []
        return Outcome(
            review=Review(
                changes=[Change(pgettext("requests", "Batch"), before, batch.get_status_display())], facts=facts
            ),
            url=self.admin.page_url(batch),
            message=self.message(batch),
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['note']}" if data["note"] else str(self.label)


class ApproveBatch(BatchStep):
    slug, label, icon, form_class = "approve", _("Approve all"), "check", NoteForm
    explanation = _(
        "One decision for the whole batch: if one of its requests cannot be paid out, none is. If any has changed "
        "since it came in, nothing is approved and the batch is void: its requests are then decided one by one."
    )

    def refusal(self) -> str:
        if words := super().refusal():
            return words
        person_id = person_of(self.request)
        if self.target.requested_by_id == person_id:
            return gettext("You asked for it yourself: somebody else has to approve it.")
        votes = CreditRequestVote.objects.filter(request__batch=self.target, person_id=person_id)
        if votes.exists():
            return gettext("You have approved it already: another person's approval is needed.")
        allowances = list_allowances(person_id=person_id, now=timezone.now())
        refusals = (
            refuse_amount(amount_minor=total, currency=currency, allowances=allowances)
            for currency, total in self.target.totals.items()
        )
        return next(filter(None, refusals), "")

    def preview(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        # Not by doing it: thousands of requests would be paid out only to be rolled back.
        before = self.target.get_status_display()
        batch = get_batch(batch_id=self.target.pk)
        batch.status = foresee_batch(batch_id=batch.pk)
        return self.outcome(before, batch, data["note"])

    def decide(self, note: str, now: datetime) -> CreditRequestBatch:
        return approve_batch(batch_id=self.target.pk, party=staff_party(self.request), now=now, note=note)

    def message(self, batch: CreditRequestBatch) -> str:
        if batch.status == BatchStatus.VOID:
            return gettext(
                "A request of this batch was changed or decided alone, so the batch is void and nothing is approved. "
                "Decide what is left of it one by one."
            )
        if batch.status == BatchStatus.PENDING:
            return gettext("You have approved this batch. Another person has to approve it, too.")
        return gettext("All requests of this batch are approved, and their credit is issued.")


class RejectBatch(BatchStep):
    slug, label, icon, danger, form_class = "reject", _("Reject all"), "close", True, NoteForm
    explanation = _("Decide against every request of the batch that still waits, for good. No credit is issued.")

    def make_form(self, data: Any = None) -> DomainForm:
        form = NoteForm(data)
        form.fields["note"].label, form.fields["note"].required = gettext("Why"), True
        return form

    def decide(self, note: str, now: datetime) -> CreditRequestBatch:
        return reject_batch(batch_id=self.target.pk, party=staff_party(self.request), now=now, note=note)

    def message(self, batch: CreditRequestBatch) -> str:
        return gettext("The requests of this batch that still waited are rejected.")


@admin.register(CreditRequestBatch)
class RequestBatchAdmin(ShortListMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["name", "size", "worth", "shown_status", "asked", "decided", "mode"]
    list_filter = ["status", "test_mode"]
    exported = {
        "asked": [as_shown(_("Asked for by")), moment_cell("created_at", _("Asked for"))],
        "decided": [as_shown(_("Decided by")), moment_cell("decided_at", _("Decided"))],
    }
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["-pk"]
    page_template = "backoffice/approvals/batch.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (ApproveBatch, RejectBatch)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("requested_by", "decided_by")

    def page_context(self, request: HttpRequest, target: CreditRequestBatch) -> dict[str, Any]:
        batch = get_batch(batch_id=target.pk)
        return {
            "title": gettext("Batch %(batch)s") % {"batch": batch},
            "head": self._head(batch),
            "totals": totals_of(batch),
            "facts": Facts("", [(gettext("Note"), batch.note)]),
            "requests": _requests_table(batch),
        }

    def _head(self, batch: CreditRequestBatch) -> Head:
        decided = ""
        if batch.decided_at and batch.decided_by:
            decided = phrase(
                gettext("Decided by %(person)s") % {"person": batch.decided_by.get_username()},
                moment(batch.decided_at),
                between=", ",
            )
        asked_by = gettext("Asked for by %(person)s") % {"person": batch.requested_by.get_username()}
        return Head(
            title=batch.name,
            tags=[state_tag(batch.get_status_display(), BATCH_COLOURS)],
            about=[
                ngettext("%(count)s request", "%(count)s requests", batch.size) % {"count": batch.size},
                phrase(asked_by, moment(batch.created_at), between=", "),
                decided,
                self.log_link(batch),
            ],
            is_test=batch.test_mode,
        )

    @display(description=_("Worth"))
    def worth(self, batch: CreditRequestBatch) -> str:
        return " · ".join(totals_of(batch))

    @display(description=_("Status"), ordering="status", label=BATCH_COLOURS)
    def shown_status(self, batch: CreditRequestBatch) -> str:
        return batch.get_status_display()

    @display(description=_("Asked for"), header=True)
    def asked(self, batch: CreditRequestBatch) -> list[str]:
        return [batch.requested_by.get_username(), moment_text(batch.created_at)]

    @display(description=_("Decided"), header=True)
    def decided(self, batch: CreditRequestBatch) -> list[str]:
        if batch.decided_at is None:
            return ["–", ""]
        return [batch.decided_by.get_username() if batch.decided_by else "–", moment_text(batch.decided_at)]

    @display(description="")
    def mode(self, batch: CreditRequestBatch) -> str:
        return test_tag(batch.test_mode)


def totals_of(batch: CreditRequestBatch) -> list[str]:
    """What the batch is worth, by currency."""
    return [money_text(total, currency) for currency, total in batch.totals.items()]


def _requests_table(batch: CreditRequestBatch) -> Table:
    inbox = f"{reverse('admin:credits_creditrequest_changelist')}?batch__id__exact={batch.pk}"
    requests = list_requests().filter(batch=batch).order_by("batch_line", "pk")[:_ROWS_SHOWN]
    more = phrase(
        gettext("The first %(shown)s of %(size)s.") % {"shown": _ROWS_SHOWN, "size": batch.size},
        Link(gettext("All of them"), inbox),
    )
    return Table(
        title=gettext("Its requests"),
        beside=Link(gettext("All of them in the inbox"), inbox),
        columns=(
            gettext("Line"),
            gettext("Request"),
            numbers(gettext("Amount")),
            gettext("For"),
            gettext("Why"),
            gettext("Order"),
            gettext("Status"),
        ),
        rows=[
            [
                str(request.batch_line),
                request_link(request),
                strong(amount_of(request)),
                stacked(*payee_of(request)),
                shipped(request.reason.label),
                request.order_value or DASH,
                state_tag(status_of(request), STATUS_COLOURS),
            ]
            for request in requests
        ],
        below=more if batch.size > _ROWS_SHOWN else "",
    )
