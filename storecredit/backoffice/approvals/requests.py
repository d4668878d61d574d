"""The approval inbox, and the page of a request."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.backoffice.approvals.bulk import BulkApprove, BulkReject
from storecredit.backoffice.approvals.facts import request_page
from storecredit.backoffice.approvals.filters import (
    AgeFilter,
    AmountFilter,
    DecidableFilter,
    OrderFilter,
    ReasonFilter,
    RequesterFilter,
    StatusFilter,
)
from storecredit.backoffice.approvals.mine import MyRequests
from storecredit.backoffice.approvals.steps import (
    REQUEST_STEPS,
    ApproveRequest,
    CancelRequest,
    RetryRequest,
    person_of,
    why_not_approve,
)
from storecredit.backoffice.approvals.words import (
    STATUS_COLOURS,
    age_of,
    amount_of,
    doubt_tag,
    payee_of,
    recent_words,
    status_of,
)
from storecredit.backoffice.comments.pages import CommentsMixin, comment_entry
from storecredit.backoffice.kit import (
    BulkMixin,
    BulkPage,
    ConfirmStep,
    ModeFilter,
    PageMixin,
    ReadOnlyAdmin,
    StepButton,
    as_shown,
    minor_cells,
    moment_cell,
    tag,
    test_tag,
    words_cell,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import CreditRequest, RequestContext, get_chances, get_contexts, list_requests

_NOTE_SHOWN = 60
# What is beyond is older, and read by nobody.
_COMMENTS_SHOWN = 500


@admin.register(CreditRequest)
class CreditRequestAdmin(BulkMixin, CommentsMixin, PageMixin, ReadOnlyAdmin):
    comments_about = "request"
    list_display = ["what", "payee", "recent", "why", "order", "asked", "shown_status", "odd", "mode"]
    list_filter = [
        StatusFilter,
        DecidableFilter,
        AgeFilter,
        ReasonFilter,
        ("amount_minor", AmountFilter),
        ("order_value", OrderFilter),
        ("requested_label", RequesterFilter),
        ModeFilter,
    ]
    led_to_by = ("batch",)
    search_fields = ["order_value"]
    search_help_text = _("Order, requester, employee, customer, card")
    exported = {
        "what": [
            minor_cells("amount_minor", title=_("Amount")),
            words_cell(_("Kind"), lambda row: row.get_kind_display()),
        ],
        "payee": [as_shown(_("For")), as_shown(_("Number"))],
        "why": [as_shown(_("Why")), words_cell(_("Note"), lambda row: row.note)],
        "asked": [as_shown(_("Asked for by")), moment_cell("created_at", _("Asked for"))],
    }
    page_template = "backoffice/approvals/request.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = REQUEST_STEPS
    bulk_pages: ClassVar[Sequence[type[BulkPage]]] = (BulkApprove, BulkReject)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return list_requests().oldest_pending_first()

    def get_ordering(self, request: HttpRequest) -> Any:
        # As `oldest_pending_first` has it: the list's page would put its own in the place of the queryset's.
        return ["-waits", F("decided_at").desc(), "created_at", "pk"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return queryset.matching(search_term), False

    def get_urls(self) -> list[URLPattern]:
        return [*MyRequests(self.model, self.admin_site).list_urls(), *super().get_urls()]

    # The list

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        contexts, chances = get_contexts(requests=rows, now=timezone.now()), get_chances(requests=rows)
        for row in rows:
            row.context, row.chance = contexts[row.pk], chances.get(row.pk)
        return rows

    # The page of a request

    def list_buttons(self, request: HttpRequest, target: CreditRequest, only: Sequence[str] = ()) -> list[StepButton]:
        pointless = set()
        if target.status != RequestStatus.FAILED:
            pointless.add(RetryRequest.slug)
        if target.requested_by_id != person_of(request):
            pointless.add(CancelRequest.slug)
        buttons = super().list_buttons(request, target, only)
        return [_with_version(button, target) for button in buttons if button.slug not in pointless]

    def _button(self, step: ConfirmStep, target: CreditRequest) -> StepButton:
        button = super()._button(step, target)
        if isinstance(step, ApproveRequest) and not button.is_permitted:
            # To whoever asked that is the better reason: no role could help them.
            is_own = target.status == RequestStatus.PENDING and target.requested_by_id == person_of(step.request)
            return replace(button, refusal=why_not_approve(target, person_of(step.request))) if is_own else button
        return button

    def page_context(self, request: HttpRequest, target: CreditRequest) -> dict[str, Any]:
        way = self.way_to_withdraw(request, target)
        comments = [comment_entry(comment, way(comment)) for comment in self.list_comments(target)[:_COMMENTS_SHOWN]]
        return request_page(target, timezone.now(), self.log_link(target), comments)

    # Columns

    @display(description=_("Request"), header=True)
    def what(self, request: CreditRequest) -> list[str]:
        return [amount_of(request), request.get_kind_display()]

    @display(description=_("For"), header=True)
    def payee(self, request: CreditRequest) -> list[str]:
        return list(payee_of(request, _context_of(request)))

    @display(description=_("Given in 90 days"))
    def recent(self, request: CreditRequest) -> str:
        lines = [(words,) for words in recent_words(_context_of(request))]
        return format_html("<div>{}</div>", format_html_join("", "<div>{}</div>", lines)) if lines else "–"

    @display(description=_("Why"), header=True)
    def why(self, request: CreditRequest) -> list[str]:
        return [shipped(request.reason.label), request.note[:_NOTE_SHOWN]]

    @display(description=_("Order"))
    def order(self, request: CreditRequest) -> str:
        return request.order_value or "–"

    @display(description=_("Asked for"), header=True)
    def asked(self, request: CreditRequest) -> list[str]:
        return [request.requested_label, age_of(request, timezone.now())]

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, request: CreditRequest) -> str:
        return status_of(request)

    @display(description=_("Look at"))
    def odd(self, request: CreditRequest) -> str:
        kinds = dict.fromkeys(doubt.kind for doubt in _context_of(request).doubts)
        tags = [tag(doubt_tag(kind), "bo-tag-warn") for kind in kinds]
        if request.chance is not None and request.chance.is_none:  # type: ignore[attr-defined]  # of the list's rows
            tags.insert(0, tag(gettext("Nobody can approve it"), "bo-tag-bad"))
        listed = format_html_join("", "<div>{}</div>", ((each,) for each in tags))
        return format_html("<div>{}</div>", listed) if tags else ""

    @display(description="")
    def mode(self, request: CreditRequest) -> str:
        return test_tag(request.test_mode)


def _context_of(request: Any) -> RequestContext:
    context: RequestContext = request.context
    return context


def _with_version(button: StepButton, target: CreditRequest) -> StepButton:
    """The step is told which version of the request was on the page."""
    return replace(button, url=f"{button.url}?version={target.version}")
