"""What reconciliations found, who looked at it, and what became of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet
from unfold.decorators import display

from storecredit.backoffice.finance.finding_steps import (
    FINDING_STEPS,
    AskFor,
    AskForExpiry,
    AskForReversal,
    ExplainFinding,
    ReopenFinding,
)
from storecredit.backoffice.finance.finding_words import (
    SEVERITY_COLOURS,
    STATE_COLOURS,
    about_words,
    check_words,
    find_account,
    find_entry,
    find_lot,
    run_link,
    subject_shown,
    told_words,
)
from storecredit.backoffice.kit import (
    DASH,
    DAY_VALIDATORS,
    Button,
    ConfirmStep,
    Facts,
    FoundByMixin,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    SavedFiltersMixin,
    StepButton,
    Table,
    Timeline,
    TimelineEntry,
    Words,
    as_shown,
    first_moment_seen,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    moments,
    read_portion,
    state_tag,
    style,
    words_cell,
)
from storecredit.backoffice.kit.filtersets import SpansForm
from storecredit.backoffice.kit.rows import account_link, customer_link, door_text
from storecredit.finance.queries import (
    UNDECIDED,
    FindingEvent,
    FindingState,
    ReconciliationFinding,
    RunKind,
    Severity,
    find_last_run,
)

_Findings = QuerySet[ReconciliationFinding]
_WAITING, _LAST = "waiting", "last"
_ICONS = {
    FindingState.EXPLAINED: ("chat_info", "good"),
    FindingState.CORRECTED: ("task_alt", "good"),
    FindingState.REOPENED: ("undo", "bad"),
}


def _day(label: Words, method: str) -> DateFilter:
    return DateFilter(
        label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}), validators=DAY_VALIDATORS
    )


class _FindingForm(SpansForm):
    spans = (("seen_from", "seen_to"),)


class FindingFilter(FilterSet):
    """Narrows the findings. Days are whole ones in the viewer's time zone, and those on which one was seen last."""

    state = ChoiceFilter(
        label=_("State"),
        choices=((_WAITING, _("Waiting for staff")), *FindingState.choices),
        method="in_state",
        empty_label=_("Any"),
    )
    kind = ChoiceFilter(label=_("Found in"), choices=RunKind.choices, empty_label=_("Any"))
    severity = ChoiceFilter(label=_("Severity"), choices=Severity.choices, empty_label=_("Any"))
    seen = ChoiceFilter(
        label=_("Seen"),
        choices=((_LAST, _("In the last run of its kind")),),
        method="seen_last",
        empty_label=_("Whenever"),
    )
    source = CharFilter(label=_("Whose list"), max_length=100)
    seen_from = _day(_("From"), "since")
    seen_to = _day(_("Through"), "until")
    test = ChoiceFilter(
        label=_("Money"),
        choices=(("no", _("Real money")), ("yes", _("Test money"))),
        method="of_mode",
        empty_label=_("Any"),
    )

    class Meta:
        form = _FindingForm

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        style(self.form)

    def in_state(self, findings: _Findings, name: str, state: str) -> _Findings:
        return findings.filter(state__in=UNDECIDED) if state == _WAITING else findings.filter(state=state)

    def seen_last(self, findings: _Findings, name: str, asked: str) -> _Findings:
        runs = [run.pk for kind in RunKind if (run := find_last_run(kind=kind))]
        return findings.filter(last_run__in=runs)

    def since(self, findings: _Findings, name: str, day: date) -> _Findings:
        return findings.filter(last_seen_at__gte=first_moment_seen(day))

    def until(self, findings: _Findings, name: str, day: date) -> _Findings:
        return findings.filter(last_seen_at__lt=first_moment_seen(day + timedelta(days=1)))

    def of_mode(self, findings: _Findings, name: str, mode: str) -> _Findings:
        return findings.filter(test_mode=mode == "yes")


@admin.register(ReconciliationFinding)
class ReconciliationFindingAdmin(SavedFiltersMixin, FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["what", "about", "told", "shown_severity", "first", "last", "looked", "shown_state"]
    filterset_class = FindingFilter
    search_fields = ["subject_id"]
    search_help_text = _("Reference, order, account or number of a finding: whole")
    ordering = ["-last_seen_at", "-pk"]
    exported = {
        "what": [
            as_shown(_("Check")),
            words_cell(_("Found in"), lambda row: row.get_kind_display()),
            words_cell(_("Number"), lambda row: row.pk),
        ],
        "told": [
            as_shown(_("Told")),
            minor_cells("theirs_minor", title=_("Theirs")),
            minor_cells("ours_minor", title=_("Ours")),
        ],
        "first": [moment_cell("first_seen_at", _("First seen"))],
        "last": [moment_cell("last_seen_at", _("Last seen"))],
    }
    page_template = "backoffice/finance/finding.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = FINDING_STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        newest = FindingEvent.objects.filter(finding=OuterRef("pk"), run__isnull=True).order_by("-pk")
        return super().get_queryset(request).annotate(looked_by=Subquery(newest.values("actor_label")[:1]))

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        rows = ReconciliationFinding.objects
        ways = [rows.filter(subject_id=text), rows.filter(account_number=text)]
        return [*ways, rows.filter(pk=int(text))] if text.isascii() and text.isdecimal() and len(text) < 18 else ways

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        user: Any = request.user
        if not user.has_perm("finance.view_reconciliationrun"):
            return []
        url = reverse("admin:finance_reconciliationrun_changelist")
        return [Button(gettext("Reconciliations"), url, "fact_check")]

    # The page

    def list_buttons(
        self, request: HttpRequest, target: ReconciliationFinding, only: Sequence[str] = ()
    ) -> list[StepButton]:
        is_open = target.state in UNDECIDED
        pointless = {ReopenFinding.slug} if is_open else {ExplainFinding.slug}
        if target.state == FindingState.CORRECTED:
            pointless |= {"correct", *(step.slug for step in FINDING_STEPS if issubclass(step, AskFor))}
        if find_entry(target) is None:
            pointless.add(AskForReversal.slug)
        if find_lot(target) is None:
            pointless.add(AskForExpiry.slug)
        return [button for button in super().list_buttons(request, target, only) if button.slug not in pointless]

    def page_context(self, request: HttpRequest, target: ReconciliationFinding) -> dict[str, Any]:
        account = find_account(target)
        return {
            "head": Head(
                title=f"{target}: {check_words(target)}",
                tags=[
                    state_tag(target.get_state_display(), STATE_COLOURS),
                    state_tag(target.get_severity_display(), SEVERITY_COLOURS),
                ],
                about=[
                    target.get_kind_display(),
                    format_html(gettext("Last seen {moment}"), moment=moment(target.last_seen_at)),
                    Link(gettext("All findings"), reverse("admin:finance_reconciliationfinding_changelist")),
                    self.log_link(target),
                ],
                is_test=target.test_mode,
            ),
            "facts": Facts(
                gettext("What was found"),
                [
                    (gettext("About"), subject_shown(target)),
                    (gettext("Told"), told_words(target)),
                    (gettext("Account"), account_link(account) or target.account_number),
                    (gettext("Customer"), customer_link(account.customer) if account else None),
                    (gettext("Whose list"), target.source),
                    (gettext("Line of the file"), _line_of(target)),
                    (gettext("First seen"), moment(target.first_seen_at)),
                    (gettext("Last seen"), moment(target.last_seen_at)),
                ],
            ),
            "timeline": _timeline(target),
            "table": _sightings(request, target),
        }

    # Columns

    @display(description=_("Check"), header=True)
    def what(self, finding: ReconciliationFinding) -> list[str]:
        return [check_words(finding), f"{finding} · {finding.get_kind_display()}"]

    @display(description=_("About"))
    def about(self, finding: ReconciliationFinding) -> str:
        return about_words(finding)

    @display(description=_("Told"))
    def told(self, finding: ReconciliationFinding) -> str:
        return told_words(finding)

    @display(description=_("Severity"), label=SEVERITY_COLOURS)
    def shown_severity(self, finding: ReconciliationFinding) -> str:
        return finding.get_severity_display()

    @display(description=_("First seen"))
    def first(self, finding: ReconciliationFinding) -> str:
        return moment_text(finding.first_seen_at)

    @display(description=_("Last seen"))
    def last(self, finding: ReconciliationFinding) -> str:
        return moment_text(finding.last_seen_at)

    @display(description=_("Who looked"))
    def looked(self, finding: Any) -> str:
        return finding.looked_by or DASH

    @display(description=_("State"), label=STATE_COLOURS)
    def shown_state(self, finding: ReconciliationFinding) -> str:
        return finding.get_state_display()


def _line_of(finding: ReconciliationFinding) -> str:
    line = finding.facts.get("line")
    return str(line) if line else ""


def _timeline(finding: ReconciliationFinding) -> Timeline:
    events = finding.events.select_related("run", "correction").order_by("-pk")
    return Timeline(title=gettext("Who did what and when"), entries=[_entry(event) for event in events])


def _entry(event: FindingEvent) -> TimelineEntry:
    is_change = event.from_state != event.to_state
    icon, tone = _ICONS.get(FindingState(event.to_state), ("", "")) if is_change else ("edit_note", "")
    links = []
    if event.run:
        links.append(run_link(event.run))
    if event.correction:
        url = reverse("admin:finance_correction_change", args=[event.correction.pk])
        links.append(Link(str(event.correction), url))
    title = event.get_to_state_display() if is_change else gettext("Looked at")
    if event.correction and not is_change:
        title = gettext("Correction asked for")
    why = event.note or gettext("It was seen again.")
    if event.correction and is_change:
        why = gettext("%(correction)s was approved.") % {"correction": event.correction}
    return TimelineEntry(
        at=event.created_at,
        icon=icon,
        tone=tone,
        title=title,
        why=why,
        links=tuple(links),
        who=event.actor_label,
        door=door_text(event.door),
    )


def _sightings(request: HttpRequest, finding: ReconciliationFinding) -> Table:
    portion = read_portion(request, finding.sightings.select_related("run").order_by("-run"))
    for sighting in portion.rows:
        sighting.kind, sighting.currency = finding.kind, finding.currency
    return Table(
        title=gettext("Seen by"),
        columns=(moments(gettext("When")), gettext("Reconciliation"), gettext("Told"), gettext("File")),
        rows=[
            [
                moment(sighting.run.created_at),
                run_link(sighting.run),
                told_words(sighting),
                sighting.run.file_name,
            ]
            for sighting in portion.rows
        ],
        newer_url=portion.newer_url,
        older_url=portion.older_url,
        id="seen",
    )
