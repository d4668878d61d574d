"""What is asked for about customers: the list, the page of each, and what those do who decide."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.backoffice.approvals.steps import person_of, staff_party
from storecredit.backoffice.approvals.words import approvers_text, refuse_second
from storecredit.backoffice.customers.asking import ASK, amount_text, balances_of, compare, foresee
from storecredit.backoffice.kit import (
    DASH,
    Change,
    Colours,
    ConfirmStep,
    DomainForm,
    Fact,
    Facts,
    Head,
    Link,
    LoggedStep,
    ModeFilter,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    StepButton,
    WhyForm,
    as_shown,
    moment,
    moment_cell,
    moment_text,
    state_tag,
    test_tag,
)
from storecredit.backoffice.kit.rows import customer_link
from storecredit.backoffice.privacy.anonymising import anonymise, find_traces
from storecredit.credits.operations import (
    UNDONE_WITHIN,
    CustomerRequestKind,
    CustomerRequestStatus,
    approve_about_customer,
    cancel_about_customer,
    refuse_about_customer,
    undo_about_customer,
)
from storecredit.credits.queries import ABOUT_CUSTOMERS, DECIDE_ABOUT, CustomerRequest, list_customer_requests

STATUS_COLOURS = Colours(
    {
        CustomerRequestStatus.PENDING.label: "warning",
        CustomerRequestStatus.APPROVED.label: "success",
        CustomerRequestStatus.REJECTED.label: "danger",
        CustomerRequestStatus.CANCELED.label: "",
        CustomerRequestStatus.UNDONE.label: "",
    }
)


class NoteForm(WhyForm):
    """Asks for a note that may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = False
        self.fields["why"].label = gettext("Note")


class DecideStep(LoggedStep):
    """Decides about what was asked for about a customer."""

    permission = DECIDE_ABOUT
    form_class: ClassVar[type[DomainForm]] = WhyForm
    starts_from: ClassVar[CustomerRequestStatus] = CustomerRequestStatus.PENDING
    done: ClassVar[Any]

    target: CustomerRequest

    def decide(self, data: dict[str, Any], now: datetime) -> CustomerRequest:
        """Call the operation."""
        raise NotImplementedError

    def lock(self) -> CustomerRequest:
        # The operation locks it, in its order.
        return list_customer_requests().get(pk=self.target.pk)

    def refusal(self) -> str:
        if self.target.status != self.starts_from:
            return gettext("The request is %(status)s.") % {"status": self.target.get_status_display().lower()}
        return ""

    def standing(self) -> list[Fact]:
        return [Fact(label, text) for label, text in request_facts(self.target) if text]

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        shown, before = self.target.get_status_display(), _balances(self.target)
        self.decide(data, now)
        self.target = list_customer_requests().get(pk=self.target.pk)
        changes = compare(self.target, before, _balances(self.target))
        facts = [Fact(label, text) for label, text in request_facts(self.target) if isinstance(text, str) and text]
        return Outcome(
            review=Review(
                changes=[*changes, Change(gettext("Request"), shown, self.target.get_status_display())],
                facts=[*facts, *([Fact(gettext("Your note"), data["why"])] if data["why"] else [])],
            ),
            url=self.admin.page_url(self.target),
            message=str(self.done),
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {data['why']}" if data["why"] else str(self.label)

    def others(self, outcome: Outcome) -> list[Model]:
        return [each for each in (self.target.customer, self.target.other) if each is not None]


class ApproveAbout(DecideStep):
    slug, label, icon = "approve", _("Approve"), "check"
    form_class = NoteForm
    explanation = _("What is asked for is done at once.")
    done = _("It is approved and done.")

    def explain(self) -> str:
        if self.target.kind == CustomerRequestKind.ANONYMISE:
            return gettext("It is done at once, and nobody can take it back: names, addresses and notes are gone.")
        return super().explain()

    def refusal(self) -> str:
        if self.target.requested_by_id == person_of(self.request) and self.target.status == self.starts_from:
            return gettext("You asked for it yourself: somebody else has to approve it.")
        return super().refusal() or refuse_second(self.target, person_of(self.request))

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        outcome = super().apply(data, now)
        if self.target.status == CustomerRequestStatus.PENDING:
            message = gettext("Another person’s approval is still needed.")
            change = Change(gettext("Approved by"), "–", approvers_text(self.target))
            return replace(outcome, message=message, review=replace(outcome.review, changes=[change]))
        return outcome

    def decide(self, data: dict[str, Any], now: datetime) -> CustomerRequest:
        is_anonymising = self.target.kind == CustomerRequestKind.ANONYMISE
        # Every row is read for it: before the request and whoever decides are locked.
        traces = find_traces(customer_id=self.target.customer_id) if is_anonymising else None
        request = approve_about_customer(
            request_id=self.target.pk, party=staff_party(self.request), now=now, note=data["why"]
        )
        if traces is not None and request.status == CustomerRequestStatus.APPROVED:
            anonymise(request=request, traces=traces, actor=staff_party(self.request).actor, now=now)
        return request


class RejectAbout(DecideStep):
    slug, label, icon, danger = "reject", _("Reject"), "close", True
    explanation = _("Decide against it, for good. Nothing is done.")
    done = _("It is rejected.")

    def decide(self, data: dict[str, Any], now: datetime) -> CustomerRequest:
        return refuse_about_customer(
            request_id=self.target.pk, party=staff_party(self.request), now=now, note=data["why"]
        )


class CancelAbout(DecideStep):
    slug, label, icon, danger, permission = "cancel", _("Take back"), "undo", True, ASK
    form_class = NoteForm
    explanation = _("Take your own request back, for good. Nothing is done.")
    done = _("It is taken back.")

    def refusal(self) -> str:
        if self.target.requested_by_id != person_of(self.request):
            return gettext("Somebody else asked for it.")
        return super().refusal()

    def decide(self, data: dict[str, Any], now: datetime) -> CustomerRequest:
        return cancel_about_customer(
            request_id=self.target.pk, party=staff_party(self.request), now=now, note=data["why"]
        )


class UndoAbout(DecideStep):
    slug, label, icon, danger = "undo", _("Undo"), "history", True
    starts_from = CustomerRequestStatus.APPROVED
    explanation = _("Everything goes back as it was, or nothing: what was spent since stands against it.")
    done = _("It is undone: everything is as it was.")

    def refusal(self) -> str:
        target = self.target
        if target.kind == CustomerRequestKind.ANONYMISE and target.status == self.starts_from:
            return gettext("What was made anonymous stays so.")
        decided_at = target.decided_at
        if target.status == self.starts_from and decided_at and timezone.now() - decided_at > UNDONE_WITHIN:
            return gettext("That was more than a day ago. Move what has to go back.")
        return super().refusal()

    def decide(self, data: dict[str, Any], now: datetime) -> CustomerRequest:
        return undo_about_customer(
            request_id=self.target.pk, party=staff_party(self.request), now=now, note=data["why"]
        )


@admin.register(CustomerRequest)
class CustomerRequestAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["what", "who", "whom", "asked", "when", "shown_status", "mode"]
    list_display_links = ["what"]
    list_filter = ["status", "kind", ModeFilter]
    ordering = ["-pk"]
    exported = {
        "what": [as_shown(_("What"))],
        "who": [as_shown(_("Customer")), as_shown(_("Number"))],
        "whom": [as_shown(_("Other customer")), as_shown(_("Their number"))],
        "asked": [as_shown(_("Asked for by"))],
        "when": [moment_cell("created_at", _("Asked for"))],
    }
    page_template = "backoffice/customers/request.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (ApproveAbout, RejectAbout, CancelAbout, UndoAbout)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return list_customer_requests()

    def list_buttons(self, request: HttpRequest, target: CustomerRequest, only: Sequence[str] = ()) -> list[StepButton]:
        pointless = {CancelAbout.slug} if target.requested_by_id != person_of(request) else set()
        if target.status == CustomerRequestStatus.PENDING:
            pointless.add(UndoAbout.slug)
        else:
            pointless |= {ApproveAbout.slug, RejectAbout.slug, CancelAbout.slug}
        return [button for button in super().list_buttons(request, target, only) if button.slug not in pointless]

    def page_context(self, request: HttpRequest, target: CustomerRequest) -> dict[str, Any]:
        waits = target.status == CustomerRequestStatus.PENDING
        who = [each.get_username() for each in ABOUT_CUSTOMERS.list_deciders(target)] if waits else []
        return {
            "head": Head(
                title=str(target),
                tags=[state_tag(target.get_status_display(), STATUS_COLOURS)],
                about=[
                    gettext("Asked for by %(person)s") % {"person": target.requested_label},
                    moment(target.created_at),
                ],
                is_test=target.test_mode,
                ways=[],
            ),
            "facts": Facts(gettext("What is asked for"), [*request_facts(target), *_decision_facts(target)]),
            "changes": foresee(target) if waits else [],
            "deciders": ", ".join(who),
            "waits": waits,
        }

    @display(description=_("What"), header=True)
    def what(self, row: CustomerRequest) -> list[str]:
        return [row.get_kind_display(), amount_text(row)]

    @display(description=_("Customer"), header=True)
    def who(self, row: CustomerRequest) -> list[str]:
        return [row.customer.display_name, row.customer.number]

    @display(description=_("Other customer"), header=True)
    def whom(self, row: CustomerRequest) -> list[str]:
        return [row.other.display_name, row.other.number] if row.other else [DASH, ""]

    @display(description=_("Asked for by"))
    def asked(self, row: CustomerRequest) -> str:
        return row.requested_label

    @display(description=_("When"))
    def when(self, row: CustomerRequest) -> str:
        return moment_text(row.created_at)

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, row: CustomerRequest) -> str:
        return row.get_status_display()

    @display(description="")
    def mode(self, row: CustomerRequest) -> str:
        return test_tag(row.test_mode)


def request_facts(request: CustomerRequest) -> list[tuple[str, Any]]:
    """What somebody agrees to who decides about it."""
    return [
        (gettext("What"), request.get_kind_display()),
        (gettext("Customer"), customer_link(request.customer)),
        (gettext("Number"), request.customer.number),
        (gettext("Other customer"), customer_link(request.other)),
        (gettext("Their number"), request.other.number if request.other else ""),
        (gettext("Amount"), amount_text(request)),
        (gettext("Why"), request.note),
        (gettext("Asked for by"), request.requested_label),
        (gettext("Test"), gettext("this is test money") if request.test_mode else ""),
        (gettext("Approved by"), approvers_text(request)),
    ]


def link_of(request: CustomerRequest) -> Link:
    """The page of a request."""
    return Link(str(request), reverse("admin:credits_customerrequest_change", args=[request.pk]))


def _decision_facts(request: CustomerRequest) -> list[tuple[str, Any]]:
    if request.decided_at is None:
        return []
    facts: list[tuple[str, Any]] = [
        (gettext("Decided by"), request.decided_label),
        (gettext("Decided"), moment(request.decided_at)),
        (gettext("Their note"), request.decision_note),
    ]
    if request.undone_at is not None:
        facts += [(gettext("Undone by"), request.undone_label), (gettext("Undone"), moment(request.undone_at))]
    return facts


def _balances(request: CustomerRequest) -> tuple[dict[str, int], dict[str, int]]:
    return balances_of(request.customer), balances_of(request.other) if request.other else {}
