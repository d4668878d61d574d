"""The runs: what was compared, by whom, and with what outcome; and the button that has the books proved."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.errors import DomainError
from storecredit.backoffice.finance.finding_words import (
    DIFFERENCES,
    OUTCOME_COLOURS,
    STATE_COLOURS,
    about_words,
    check_words,
    finding_link,
    told_words,
)
from storecredit.backoffice.finance.proving import begin_proof, prove_slice
from storecredit.backoffice.imports.answers import wants_json
from storecredit.backoffice.kit import (
    DASH,
    Button,
    DayRangeFilter,
    Facts,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    Table,
    as_shown,
    day_text,
    moment,
    moment_cell,
    moment_text,
    money_text,
    number_text,
    numbers,
    read_portion,
    staff_actor,
    state_tag,
    words_cell,
)
from storecredit.backoffice.kit.rows import who_text
from storecredit.backoffice.proof import list_checks
from storecredit.finance.queries import ReconciliationRun, RunKind, RunOutcome

_RUN = "finance.run_reconciliation"


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["number", "kind", "shown_outcome", "found_words", "when", "who", "of_what"]
    list_display_links = ["number"]
    list_filter = ["kind", "outcome", ("created_at", DayRangeFilter)]
    ordering = ["-pk"]
    exported = {
        "found_words": [
            words_cell(_("Findings"), lambda run: run.found),
            words_cell(_("New"), lambda run: run.new),
            words_cell(_("Compared"), lambda run: run.checked),
        ],
        "when": [moment_cell("created_at", _("Started")), moment_cell("ended_at", _("Ended"))],
        "who": [as_shown(_("Who"))],
        "of_what": [as_shown(_("Of what")), words_cell(_("Digest"), lambda run: run.digest)],
    }
    page_template = "backoffice/finance/reconciliation.html"

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        user: Any = request.user
        ways = []
        if user.has_perm("finance.view_reconciliationfinding"):
            url = f"{reverse('admin:finance_reconciliationfinding_changelist')}?state=waiting"
            ways.append(Button(gettext("Findings"), url, "troubleshoot"))
        if user.has_perm(_RUN):
            ways.append(Button(gettext("Prove the books"), reverse("admin:finance_reconciliationrun_prove"), "rule"))
        if user.has_perm("backoffice.compare_statements"):
            url = f"{reverse('admin:backoffice_importrun_add')}?kind=statements"
            ways.append(Button(gettext("Compare a list"), url, "upload_file"))
        return ways

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("prove/", wrap(self.prove_view), name="finance_reconciliationrun_prove"),
            path("<int:run_id>/slice/", wrap(self.slice_view), name="finance_reconciliationrun_slice"),
            *super().get_urls(),
        ]

    # Proving the books

    def prove_view(self, request: HttpRequest) -> HttpResponse:
        """Say what it does, and begin it; one that is under way is gone on with."""
        user: Any = request.user
        if not user.has_perm(_RUN):
            raise PermissionDenied
        going_on = ReconciliationRun.objects.filter(
            kind=RunKind.BOOKS, outcome=RunOutcome.RUNNING, actor_id=str(user.pk), door="admin"
        )
        if going := going_on.order_by("-pk").first():
            return HttpResponseRedirect(self.page_url(going))
        if request.method == "POST":
            run = begin_proof(actor=staff_actor(request), now=timezone.now())
            return HttpResponseRedirect(self.page_url(run))
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Prove the books"),
            "list_url": reverse("admin:finance_reconciliationrun_changelist"),
            "checks": len(list_checks()),
        }
        return TemplateResponse(request, "backoffice/finance/prove.html", context)

    def slice_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Run the next checks; the page asks again until all are done."""
        user: Any = request.user
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not user.has_perm(_RUN):
            raise PermissionDenied
        run = ReconciliationRun.objects.filter(pk=run_id, kind=RunKind.BOOKS, door="admin").first()
        if run is None:
            raise Http404
        try:
            run = prove_slice(run_id=run.pk, now=timezone.now())
        except DomainError as error:
            if wants_json(request):
                return JsonResponse({**self._progress(run), "busy": False, "refused": str(error)}, status=409)
            messages.warning(request, str(error))
            return HttpResponseRedirect(self.page_url(run))
        return JsonResponse(self._progress(run)) if wants_json(request) else HttpResponseRedirect(self.page_url(run))

    def _progress(self, run: ReconciliationRun) -> dict[str, Any]:
        total = len(list_checks())
        told = {"done": number_text(run.position), "total": number_text(total)}
        return {
            "url": self.page_url(run),
            "busy": run.outcome == RunOutcome.RUNNING,
            "done": run.position,
            "total": total,
            "words": gettext("%(done)s of %(total)s checks done") % told,
        }

    # The page of a run

    def page_context(self, request: HttpRequest, target: ReconciliationRun) -> dict[str, Any]:
        user: Any = request.user
        context: dict[str, Any] = {"head": self._head(target), "facts": _facts(target)}
        goes_on = target.kind == RunKind.BOOKS and target.outcome == RunOutcome.RUNNING and target.door == "admin"
        if goes_on and user.has_perm(_RUN):
            address = reverse("admin:finance_reconciliationrun_slice", args=[target.pk])
            title, button = gettext("The books are proved"), gettext("Go on")
            context["slices"] = {**self._progress(target), "title": title, "address": address, "button": button}
        tables = [_sightings(request, target), _counts(target), _totals(target)]
        return context | {"tables": [table for table in tables if table]}

    def _head(self, run: ReconciliationRun) -> Head:
        return Head(
            title=f"{run}: {run.get_kind_display()}",
            tags=[state_tag(run.get_outcome_display(), OUTCOME_COLOURS)],
            about=[
                who_text(run),
                format_html(gettext("Started {moment}"), moment=moment(run.created_at)),
                Link(gettext("All reconciliations"), reverse("admin:finance_reconciliationrun_changelist")),
            ],
            is_test=run.test_mode,
        )

    # Columns

    @display(description=_("Number"))
    def number(self, run: ReconciliationRun) -> str:
        return str(run)

    @display(description=_("Outcome"), label=OUTCOME_COLOURS)
    def shown_outcome(self, run: ReconciliationRun) -> str:
        return run.get_outcome_display()

    @display(description=_("Findings"))
    def found_words(self, run: ReconciliationRun) -> str:
        if not run.found:
            return DASH
        told = {"found": number_text(run.found), "new": number_text(run.new)}
        return gettext("%(found)s, of which new: %(new)s") % told

    @display(description=_("Started"))
    def when(self, run: ReconciliationRun) -> str:
        return moment_text(run.created_at)

    @display(description=_("Who"))
    def who(self, run: ReconciliationRun) -> str:
        return who_text(run)

    @display(description=_("Of what"))
    def of_what(self, run: ReconciliationRun) -> str:
        return " · ".join(filter(None, (run.source, run.file_name, _days(run)))) or DASH


def _days(run: ReconciliationRun) -> str:
    if not run.first_day and not run.last_day:
        return ""
    first = day_text(run.first_day) if run.first_day else gettext("the beginning")
    last = day_text(run.last_day) if run.last_day else gettext("now")
    return gettext("%(first)s to %(last)s") % {"first": first, "last": last}


def _facts(run: ReconciliationRun) -> Facts:
    left_out = run.found - run.kept
    return Facts(
        gettext("What was compared"),
        [
            (gettext("Who"), who_text(run)),
            (gettext("Started"), moment(run.created_at)),
            (gettext("Ended"), moment(run.ended_at)),
            (gettext("Days"), _days(run)),
            (gettext("Whose list"), run.source),
            (gettext("File"), run.file_name),
            (gettext("Digest"), run.digest),
            (gettext("Compared"), number_text(run.checked) if run.ended_at else ""),
            (gettext("Findings"), number_text(run.found)),
            (gettext("New"), number_text(run.new) if run.new else ""),
            (gettext("Reopened"), number_text(run.reopened) if run.reopened else ""),
            (gettext("Counted and not kept"), number_text(left_out) if left_out > 0 else ""),
            (gettext("Why it could not run"), run.problem),
        ],
    )


def _sightings(request: HttpRequest, run: ReconciliationRun) -> Table | None:
    if not run.kept:
        return None
    portion = read_portion(request, run.sightings.select_related("finding").order_by("pk"))
    for sighting in portion.rows:
        sighting.kind, sighting.currency = sighting.finding.kind, sighting.finding.currency
    return Table(
        title=gettext("What it found"),
        columns=(gettext("Finding"), gettext("Check"), gettext("About"), gettext("Told"), gettext("State now")),
        rows=[
            [
                finding_link(sighting.finding),
                check_words(sighting.finding),
                about_words(sighting.finding),
                told_words(sighting),
                state_tag(sighting.finding.get_state_display(), STATE_COLOURS),
            ]
            for sighting in portion.rows
        ],
        newer_url=portion.newer_url,
        older_url=portion.older_url,
        id="history",
    )


def _counts(run: ReconciliationRun) -> Table | None:
    """How much each check found: of the books each of them, of a list each kind of difference."""
    if not run.counts:
        return None
    titles = {name: str(title) for name, _rule, title in list_checks()} if run.kind == RunKind.BOOKS else {}
    return Table(
        title=gettext("By check"),
        columns=(gettext("Check"), numbers(gettext("Findings"))),
        rows=[
            [titles.get(name) or str(DIFFERENCES.get(name, name)), number_text(found) if found else DASH]
            for name, found in sorted(run.counts.items(), key=lambda each: -each[1])
        ],
    )


def _totals(run: ReconciliationRun) -> Table | None:
    if not run.totals:
        return None
    return Table(
        title=gettext("Control totals"),
        columns=(
            gettext("Currency"),
            numbers(gettext("Theirs")),
            numbers(gettext("Lines")),
            numbers(gettext("Ours")),
            numbers(gettext("Entries")),
        ),
        rows=[
            [
                currency,
                money_text(sums["theirs_minor"], currency),
                number_text(sums["lines"]),
                money_text(sums["ours_minor"], currency),
                number_text(sums["entries"]),
            ]
            for currency, sums in run.totals.items()
        ],
    )
