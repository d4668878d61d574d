"""What nobody is expected to spend: the cohorts, and the rates that somebody asked for and somebody else approved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db.models import DateField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.operations import AccountKind, Funding
from ledger.queries import find_last_sealed_cut
from storecredit.backoffice.finance.period_steps import NoteForm, party_of
from storecredit.backoffice.finance.reports import may_read_reports
from storecredit.backoffice.finance.rules import DayInput
from storecredit.backoffice.kit import (
    DASH,
    AuditedAdmin,
    Button,
    Change,
    Fact,
    Facts,
    Head,
    LoggedStep,
    Outcome,
    PageMixin,
    Review,
    RulesInWords,
    ShortListMixin,
    Shown,
    Table,
    WhyForm,
    as_shown,
    day_text,
    moment,
    moment_text,
    money_text,
    numbers,
    staff_actor,
    state_tag,
    strong,
)
from storecredit.backoffice.models import NoticeKind
from storecredit.backoffice.waiting.kinds import say_who_decides
from storecredit.finance.operations import (
    RateStatus,
    approve_breakage_rate,
    ask_breakage_rate,
    reject_breakage_rate,
)
from storecredit.finance.queries import BreakageRate, Cohort, recall_cohorts

_COLOURS = {RateStatus.PENDING: "warning", RateStatus.APPROVED: "success", RateStatus.REJECTED: "danger"}


def show_breakage(request: HttpRequest) -> HttpResponse:
    """The cohorts as of the newest cut: what came in, what became of it, and what is expected of the rest."""
    if not may_read_reports(request):
        raise PermissionDenied
    cut = find_last_sealed_cut()
    title = gettext("Breakage")
    about = (
        gettext("As of %(moment)s") % {"moment": moment_text(cut.boundary)}
        if cut
        else gettext("Time was never closed yet: take_cut does it.")
    )
    user: Any = request.user
    rates = Button(gettext("Rates"), reverse("admin:finance_breakagerate_changelist"), "percent")
    context = {
        **site.each_context(request),
        "title": title,
        "head": Head(title=title, about=[about], ways=[rates] if user.has_perm("finance.view_breakagerate") else []),
        "tables": _list_cohorts(recall_cohorts(cut=cut)) if cut else [],
    }
    return TemplateResponse(request, "backoffice/tables_page.html", context)


def _list_cohorts(cohorts: Sequence[Cohort]) -> list[Table]:
    """A table for each currency: amounts of several stand in none."""
    currencies = sorted({cohort.key.currency for cohort in cohorts})
    if not currencies:
        return [_cohorts_table(gettext("Credit by the year in which it came in"), [])]
    title = gettext("Credit in %(currency)s by the year in which it came in")
    below = gettext(
        "What was recognised is in the journals. What expired is revenue by its own entries, and takes its place."
    )
    return [
        _cohorts_table(
            title % {"currency": each},
            [cohort for cohort in cohorts if cohort.key.currency == each],
            below=below if each == currencies[-1] else "",
        )
        for each in currencies
    ]


def _cohorts_table(title: str, cohorts: Sequence[Cohort], *, below: str = "") -> Table:
    heads = (
        gettext("Came in"),
        gettext("Redeemed"),
        gettext("Expired"),
        gettext("Left"),
        gettext("Rate"),
        gettext("Expected breakage"),
        gettext("Recognised so far"),
        gettext("Remaining"),
    )
    return Table(
        title=title,
        columns=(gettext("Year"), gettext("What"), *map(numbers, heads)),
        rows=[_row(cohort) for cohort in cohorts],
        empty=gettext("No credit has come in."),
        below=below,
    )


def _row(cohort: Cohort) -> list[Shown]:
    key = cohort.key
    kinds, fundings = dict(AccountKind.choices), dict(Funding.choices)
    amounts = [money_text(minor, key.currency) if minor else DASH for minor in _amounts(cohort)]
    rate = DASH if cohort.percent is None else f"{number_format(cohort.percent)} %"
    words = f"{kinds.get(key.kind, key.kind)} · {fundings.get(key.funding, key.funding)}"
    return [str(key.year), words, *amounts[:4], rate, *amounts[4:6], strong(amounts[6])]


def _amounts(cohort: Cohort) -> list[int]:
    return [
        cohort.issued_minor,
        cohort.redeemed_minor,
        cohort.expired_minor,
        cohort.outstanding_minor,
        cohort.expected_minor,
        cohort.recognised_minor,
        cohort.remaining_minor,
    ]


class _DecideRate(LoggedStep):
    permission = "finance.approve_breakagerate"
    target: BreakageRate

    def refusal(self) -> str:
        if self.target.status != RateStatus.PENDING:
            return gettext("it is %(state)s.") % {"state": self.target.get_status_display().lower()}
        return ""

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        said = data.get("why") or data.get("note")
        return f"{self.label}: {said}" if said else str(self.label)

    def standing(self) -> list[Fact]:
        rate = self.target
        return [
            Fact(gettext("Rate"), str(rate)),
            Fact(gettext("Valid from"), day_text(rate.valid_from)),
            Fact(gettext("Note"), rate.note),
        ]

    def outcome(self, rate: BreakageRate) -> Outcome:
        state = Change(gettext("State"), self.target.get_status_display(), rate.get_status_display())
        facts = self.standing()
        message = gettext("The rate is %(state)s.") % {"state": rate.get_status_display().lower()}
        return Outcome(Review(changes=[state], facts=facts), self.admin.page_url(rate), message)


class ApproveRate(_DecideRate):
    slug, label, icon = "approve", _("Approve"), "check"
    form_class = NoteForm
    explanation = _("The next journal catches up with it.")

    def refusal(self) -> str:
        if not (refusal := super().refusal()) and self.target.asked_by_id == self.request.user.pk:
            return gettext("you asked for it yourself: somebody else has to approve it.")
        return refusal

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        return self.outcome(approve_breakage_rate(rate_id=self.target.pk, party=party_of(self.actor), now=now))


class RejectRate(_DecideRate):
    slug, label, icon, danger = "reject", _("Reject"), "close", True
    form_class = WhyForm

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        return self.outcome(reject_breakage_rate(rate_id=self.target.pk, party=party_of(self.actor), now=now))


class RateForm(RulesInWords):
    rules: ClassVar = {
        "finance_breakagerate_is_part_of_all": _("A rate is from 0 to less than 100 percent."),
        "finance_breakagerate_year_known": _("A year is from 1970 to 2999."),
    }


@admin.register(BreakageRate)
class BreakageRateAdmin(PageMixin, ShortListMixin, AuditedAdmin):
    form = RateForm
    list_display = ["year", "kind", "funding", "rate", "valid_from", "state", "asker", "approver"]
    list_display_links = ["year"]
    ordering = ["-year", "kind", "funding", "-valid_from", "-pk"]
    list_select_related = ["asked_by", "decided_by"]
    fields = ["year", "kind", "funding", "percent", "valid_from", "note"]
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        **AuditedAdmin.formfield_overrides,
        DateField: {"widget": DayInput},
    }
    exported = {
        "rate": [as_shown(_("Rate"))],
        "state": [as_shown(_("State"))],
        "asker": [as_shown(_("Asked for by"))],
        "approver": [as_shown(_("Decided by"))],
    }
    page_template = "backoffice/finance/correction.html"
    steps = (ApproveRate, RejectRate)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def ways_from_list(self, request: HttpRequest) -> list[Button]:
        if not may_read_reports(request):
            return []
        return [Button(gettext("Cohorts"), reverse("admin:finance_breakage"), "groups")]

    def create(self, form: Any, request: HttpRequest) -> BreakageRate:
        said = {name: form.cleaned_data[name] for name in self.fields}
        return ask_breakage_rate(**said, party=party_of(staff_actor(request)), now=timezone.now())

    @display(description=_("Rate"))
    def rate(self, rate: BreakageRate) -> str:
        return f"{number_format(rate.percent)} %"

    @display(description=_("State"))
    def state(self, rate: BreakageRate) -> Shown:
        status = RateStatus(rate.status)
        return state_tag(str(status.label), {str(status.label): _COLOURS[status]})

    @display(description=_("Asked for by"))
    def asker(self, rate: BreakageRate) -> str:
        return rate.asked_by.get_username()

    @display(description=_("Decided by"))
    def approver(self, rate: BreakageRate) -> str:
        return rate.decided_by.get_username() if rate.decided_by else DASH

    def page_context(self, request: HttpRequest, target: BreakageRate) -> dict[str, Any]:
        told: list[tuple[str, Shown]] = [
            (gettext("Valid from"), day_text(target.valid_from)),
            (gettext("Note"), target.note),
            (gettext("Asked for by"), self.asker(target)),
            (gettext("Asked for"), moment(target.asked_at)),
            (gettext("Decided by"), self.approver(target) if target.decided_by else None),
            (gettext("Decided"), moment(target.decided_at)),
        ]
        if target.status == RateStatus.PENDING:
            told.append(say_who_decides(NoticeKind.RATE, target))
        return {"head": Head(title=str(target), tags=[self.state(target)]), "facts": Facts("", told)}
