"""What somebody asked for: how far it is, whom it waits for, who decided and why; batches and files above."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.backoffice.approvals.besides import besides_table
from storecredit.backoffice.approvals.filters import AgeFilter, ReasonFilter
from storecredit.backoffice.approvals.steps import ASK, person_of
from storecredit.backoffice.approvals.words import amount_of, payee_of
from storecredit.backoffice.kit import (
    ReadOnlyAdmin,
    Shown,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    stacked,
    styled,
    tag,
    test_tag,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import (
    Chance,
    CreditRequest,
    RequestEventKind,
    get_chances,
    get_contexts,
    list_requests_of_person,
    map_decisions,
)

_NAMES_SHOWN = 3
_STATES = {
    RequestEventKind.APPROVED: (_("Approved"), "bo-tag-good"),
    RequestEventKind.REJECTED: (_("Rejected"), "bo-tag-bad"),
    RequestEventKind.CANCELED: (_("Taken back"), ""),
    RequestEventKind.TIMED_OUT: (_("Timed out"), ""),
    RequestEventKind.FAILED: (_("Failed"), "bo-tag-bad"),
}


class MyRequests(ReadOnlyAdmin):
    """The requests of whoever looks, newest first. Everybody's are in the inbox, whose pages these rows lead to."""

    list_before_template = "backoffice/approvals/mine_above.html"
    list_display = ["what", "payee", "why", "when", "state", "who", "because", "mode"]
    list_filter = ["status", AgeFilter, ReasonFilter]
    search_fields = ["order_value"]
    search_help_text = _("Order, customer, card")
    ordering = ["-pk"]
    exported: ClassVar = {
        "what": [minor_cells("amount_minor", title=_("Amount")), as_shown(_("Request"))],
        "when": [moment_cell("created_at", _("Asked for"))],
    }

    def list_urls(self) -> list[URLPattern]:
        """The list, and the same as a file."""
        view, export = self.admin_site.admin_view(self.changelist_view), self.admin_site.admin_view(self.export_view)
        return [
            path("mine/", view, name="credits_creditrequest_mine"),
            path("mine/export/", export, name="credits_creditrequest_mine_export"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        answer: HttpResponse = super().changelist_view(
            request,
            {"title": gettext("My requests"), "list_title": gettext("My requests"), "table": besides_table(request)}
            | (extra_context or {}),
        )
        return answer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return list_requests_of_person(person_id=person_of(request))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return queryset.matching(search_term), False

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        contexts, chances = get_contexts(requests=rows, now=timezone.now()), get_chances(requests=rows)
        decisions = map_decisions(requests=rows)
        for row in rows:
            row.context, row.chance, row.decision = contexts[row.pk], chances.get(row.pk), decisions.get(row.pk)
        return rows

    def _address(self, name: str) -> str:
        return reverse("admin:credits_creditrequest_mine" + ("" if name == "changelist" else f"_{name}"))

    # Columns

    @display(description=_("Request"), header=True)
    def what(self, request: CreditRequest) -> list[str]:
        return [amount_of(request), str(request)]

    @display(description=_("For"), header=True)
    def payee(self, request: Any) -> list[str]:
        return list(payee_of(request, request.context))

    @display(description=_("Why"), header=True)
    def why(self, request: CreditRequest) -> list[str]:
        return [shipped(request.reason.label), request.order_value]

    @display(description=_("Asked for"))
    def when(self, request: CreditRequest) -> str:
        return moment(request.created_at)

    @display(description=_("State"))
    def state(self, request: Any) -> Shown:
        if request.chance is not None and request.chance.is_none:
            return tag(gettext("Waits for ever"), "bo-tag-bad")
        if request.status == RequestStatus.PENDING:
            return tag(gettext("Waits"), "bo-tag-warn")
        words, looks = _STATES[request.decision.kind]
        return tag(str(words), looks)

    @display(description=_("Waits for, or by"))
    def who(self, request: Any) -> Shown:
        if request.chance is not None:
            return _told(_names_of(request.chance), _missing_words(request.chance), is_bad=request.chance.is_none)
        return _told(request.decided_label, moment(request.decided_at))

    @display(description=_("What was said"))
    def because(self, request: Any) -> str:
        return request.decision.note if request.decision else ""

    @display(description="")
    def mode(self, request: CreditRequest) -> str:
        return test_tag(request.test_mode)


def _told(first: str, second: str, *, is_bad: bool = False) -> Shown:
    """Two lines of a cell, which stay one thing on a narrow screen."""
    shown = stacked(first, second)
    return format_html("<div>{}</div>", styled("bad", shown) if is_bad else shown)


def _names_of(chance: Chance) -> str:
    names = list(chance.names[:_NAMES_SHOWN])
    if more := len(chance.names) - len(names):
        names.append(gettext("%(count)s more") % {"count": more})
    return ", ".join(names) or gettext("Nobody can approve it")


def _missing_words(chance: Chance) -> str:
    words = ngettext("%(count)s approval is needed", "%(count)s approvals are needed", chance.missing)
    return words % {"count": chance.missing}


def may_ask(request: HttpRequest) -> bool:
    """Whether whoever is signed in asks for credit, and sees what becomes of it."""
    user: Any = request.user
    return bool(user.has_perm(ASK) and user.has_perm("credits.view_creditrequest"))
