"""The months: what each came to, who closed it, and what was corrected of it since."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import DateField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.errors import DomainError
from ledger.queries import Cut, find_last_sealed_cut
from storecredit.backoffice.finance.corrections import corrections_table
from storecredit.backoffice.finance.journals import journals_table
from storecredit.backoffice.finance.period_steps import ApprovePeriod, ClosePeriod, RefusePeriod
from storecredit.backoffice.finance.reports import moves_table
from storecredit.backoffice.finance.rules import DayInput
from storecredit.backoffice.kit import (
    DASH,
    AuditedAdmin,
    Facts,
    Head,
    Link,
    PageMixin,
    ShortListMixin,
    Shown,
    Table,
    Timeline,
    TimelineEntry,
    as_shown,
    moment,
    moment_cell,
    moment_text,
    staff_actor,
    state_tag,
)
from storecredit.backoffice.kit.rows import door_text
from storecredit.backoffice.models import NoticeKind
from storecredit.backoffice.waiting.kinds import say_who_decides
from storecredit.finance.operations import PeriodEventKind, PeriodStatus, open_period
from storecredit.finance.queries import (
    Line,
    Period,
    count_undecided,
    find_hindrances,
    list_lines_of_period,
    roll_forward,
    sum_lines,
)
from storecredit.finance.queries.periods import beginning_of, find_begin_cut

_COLOURS = {
    PeriodStatus.OPEN.label: "info",
    PeriodStatus.CLOSING.label: "warning",
    PeriodStatus.CLOSED.label: "success",
}
_ICONS = {
    PeriodEventKind.OPENED: ("lock_open", "quiet"),
    PeriodEventKind.ASKED: ("lock_clock", "warn"),
    PeriodEventKind.APPROVED: ("lock", "good"),
    PeriodEventKind.REFUSED: ("undo", "bad"),
}


@admin.register(Period)
class PeriodAdmin(PageMixin, ShortListMixin, AuditedAdmin):
    list_display = ["month", "state", "closer", "approver", "closed_at", "journal"]
    list_display_links = ["month"]
    ordering = ["-number"]
    list_select_related = ["closed_by", "approved_by", "journal"]
    fields = ["first_day"]
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        **AuditedAdmin.formfield_overrides,
        DateField: {"widget": DayInput},
    }
    exported = {
        "month": [as_shown(_("Month"))],
        "state": [as_shown(_("State"))],
        "closer": [as_shown(_("Closed by"))],
        "approver": [as_shown(_("Approved by"))],
        "closed_at": [moment_cell("closed_at", _("Closed"))],
        "journal": [as_shown(_("Journal"))],
    }
    page_template = "backoffice/finance/period.html"
    steps = (ClosePeriod, ApprovePeriod, RefusePeriod)

    # The first month is opened by hand; each later one follows by itself.

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("finance.close_period")) and not Period.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def create(self, form: Any, request: HttpRequest) -> Period:
        day: date = form.cleaned_data["first_day"]
        return open_period(
            first_day=day.replace(day=1),
            actor=staff_actor(request),
            now=timezone.now(),
            person_id=request.user.pk,
        )

    @display(description=_("Month"))
    def month(self, period: Period) -> str:
        return str(period)

    @display(description=_("State"))
    def state(self, period: Period) -> Shown:
        return state_tag(period.get_status_display(), {str(word): colour for word, colour in _COLOURS.items()})

    @display(description=_("Closed by"))
    def closer(self, period: Period) -> str:
        return period.closed_by.get_username() if period.closed_by else DASH

    @display(description=_("Approved by"))
    def approver(self, period: Period) -> str:
        return period.approved_by.get_username() if period.approved_by else DASH

    # The page

    def page_context(self, request: HttpRequest, target: Period) -> dict[str, Any]:
        context: dict[str, Any] = {
            "head": Head(title=str(target), tags=[self.state(target)], about=[self._closed_words(target)]),
            "facts": Facts("", self._facts(target)),
            "timeline": Timeline(gettext("History"), [_entry(event) for event in target.events.order_by("-pk")]),
        }
        if target.status != PeriodStatus.CLOSED:
            context["hindrances"] = list(find_hindrances(period=target, now=timezone.now()).values())
            context["open_findings"] = _open_findings()
        try:
            context["tables"] = [
                *_tables(target),
                *journals_table(request, target),
                *corrections_table(target.corrections.order_by("-pk"), title=gettext("What was corrected")),
            ]
        except DomainError as error:
            context["refusal"] = str(error)
        return context

    def _closed_words(self, period: Period) -> str:
        if period.status != PeriodStatus.CLOSED:
            return ""
        return gettext("Closed by %(closer)s, approved by %(approver)s") % {
            "closer": self.closer(period),
            "approver": self.approver(period),
        }

    def _facts(self, period: Period) -> list[tuple[str, Shown]]:
        journal = period.journal
        link = Link(str(journal), reverse("admin:finance_journalexport_change", args=[journal.pk])) if journal else None
        asked = period.events.filter(kind=PeriodEventKind.ASKED).order_by("pk").last()
        waits = asked is not None and period.status == PeriodStatus.CLOSING
        return [
            (gettext("Begins with"), _cut_words(period.begin_cut)),
            (gettext("Ends with"), _cut_words(period.end_cut)),
            (gettext("Seal"), _digest(period.end_cut)),
            (gettext("Journal"), link),
            (gettext("Closing since"), moment(period.closing_at)),
            (gettext("Closed"), moment(period.closed_at)),
            *([say_who_decides(NoticeKind.CLOSING, asked)] if waits else []),
        ]


def _open_findings() -> Shown:
    """The way to what nobody has decided about; None if there is nothing."""
    count = count_undecided(real_money=True)
    words = ngettext(
        "A finding of a reconciliation is open.", "%(count)s findings of reconciliations are open.", count
    ) % {"count": count}
    url = f"{reverse('admin:finance_reconciliationfinding_changelist')}?state=waiting"
    return Link(words, url) if count else None


def _tables(period: Period) -> list[Table]:
    """What moved, a table for each currency: of a month that is not over, so far."""
    begin = period.begin_cut or find_begin_cut(period)
    end = period.end_cut
    lines: list[Line] = []
    if end is not None:
        lines = list_lines_of_period(period=period)
    else:
        end = find_last_sealed_cut()
        if end is not None and end.boundary > beginning_of(period):
            lines = roll_forward(begin=begin, end=end)
    return [
        moves_table(begin, end, [*[line for line in lines if line.kept.currency == total.kept.currency], total])
        for total in sum_lines(lines)
        if end is not None
    ]


def _cut_words(cut: Cut | None) -> str:
    return f"{cut}, {moment_text(cut.boundary)}" if cut else ""


def _digest(cut: Cut | None) -> str:
    return cut.seal.digest if cut else ""


def _entry(event: Any) -> TimelineEntry:
    icon, tone = _ICONS[PeriodEventKind(event.kind)]
    return TimelineEntry(
        at=event.created_at,
        icon=icon,
        tone=tone,
        title=event.get_kind_display(),
        who=event.actor_label,
        door=door_text(event.door),
        why=event.note,
        value=gettext("%(count)s open findings") % {"count": event.open_findings} if event.open_findings else "",
    )
