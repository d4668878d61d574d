"""Segregation of duties: what one person did on both sides, rule by rule, with ways to both rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ledger.money import from_minor
from ledger.workbooks import Cell
from storecredit.audit.operations import Subject
from storecredit.backoffice.finance.reports import may_read_reports
from storecredit.backoffice.kit import (
    DASH,
    DomainForm,
    Head,
    Link,
    Shown,
    Table,
    day_field,
    day_text,
    file_buttons,
    first_moment_after,
    first_moment_of,
    moment,
    moments,
    money_text,
    numbers,
    strong,
    take_out,
    wants_file,
)
from storecredit.finance.queries import MOST, RULES, Deed, Duty, Rule, list_duties

_DAYS = timedelta(days=31)
_SHOWN = 100
_COLUMNS = (
    "rule", "person", "at", "one_kind", "one_id", "other_kind", "other_id", "currency", "amount",
)  # fmt: skip


class DutiesForm(DomainForm):
    """In which days, and by whom."""

    first = day_field(_("From"), "")
    last = day_field(_("Through"), "")
    person = forms.CharField(label=_("Sign-in name"), max_length=150, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", gettext("This is before the first day."))
        return data


def show_duties(request: HttpRequest) -> HttpResponseBase:
    """What each rule finds in the days asked for, the last month unless others are; `?file=` takes it out."""
    if not may_read_reports(request):
        raise PermissionDenied
    form = DutiesForm(request.GET)
    tables: Sequence[Table] = ()
    about: list[Shown] = []
    if form.is_valid():
        since, until = _span_of(form.cleaned_data)
        found = list_duties(rules=RULES, since=since, until=until, person=form.cleaned_data["person"] or None)
        if wants_file(request):
            return take_out(
                request,
                "duties",
                columns=_COLUMNS,
                rows=[_cells(duty) for duties in found.values() for duty in duties],
                subject=Subject(kind="finance.duties", id="duties"),
                details={"report": "duties", **{name: str(each) for name, each in form.cleaned_data.items() if each}},
            )
        tables, about = _list_tables(request, found), [_span_words(since, until), _count_words(found)]
    context = {
        **site.each_context(request),
        "title": gettext("Segregation of duties"),
        "form": form,
        "head": Head(
            title=gettext("Segregation of duties"),
            about=about,
            ways=file_buttons(request) if tables else [],
        ),
        "tables": tables,
    }
    return TemplateResponse(request, "backoffice/finance/reports.html", context)


def _span_of(asked: Mapping[str, Any]) -> tuple[datetime, datetime]:
    last: date = asked["last"] or timezone.localdate(timezone=timezone.get_default_timezone())
    since, until = first_moment_of(asked["first"] or last - _DAYS), first_moment_after(last)
    assert since is not None
    assert until is not None
    return since, until


def _span_words(since: datetime, until: datetime) -> str:
    zone = timezone.get_default_timezone()
    return gettext("%(first)s through %(last)s") % {
        "first": day_text(since.astimezone(zone).date()),
        "last": day_text((until.astimezone(zone) - timedelta(days=1)).date()),
    }


def _count_words(found: Mapping[str, Sequence[Duty]]) -> str:
    count = sum(map(len, found.values()))
    return ngettext("%(count)s finding", "%(count)s findings", count) % {"count": count}


def _list_tables(request: HttpRequest, found: Mapping[str, Sequence[Duty]]) -> list[Table]:
    """A table for each rule that found something; of the others is told, too, what was looked for."""
    shown = [duty for duties in found.values() for duty in duties[:_SHOWN]]
    ways = _Ways(request, (deed for duty in shown for deed in (duty.one, duty.other)))
    tables = [_table(rule, found[rule.name], ways) for rule in RULES if found[rule.name]]
    nothing = [[str(rule.title), str(rule.words)] for rule in RULES if not found[rule.name]]
    if nothing:
        columns = (gettext("Rule"), gettext("What it means"))
        tables.append(Table(title=gettext("Looked for, and not found"), columns=columns, rows=nothing))
    return tables


def _table(rule: Rule, duties: Sequence[Duty], ways: "_Ways") -> Table:
    below = ""
    if len(duties) > _SHOWN:
        below = gettext("These are the newest %(shown)s of %(count)s; a file has them all.") % {
            "shown": _SHOWN,
            "count": len(duties) if len(duties) < MOST else f"{MOST}+",
        }
    columns = (
        gettext("Person"),
        moments(gettext("When")),
        gettext("One side"),
        gettext("Other side"),
        numbers(gettext("Amount")),
    )
    return Table(
        title=str(rule.title),
        columns=columns,
        rows=[_row(duty, ways) for duty in duties[:_SHOWN]],
        below=below or str(rule.words),
    )


def _row(duty: Duty, ways: "_Ways") -> list[Shown]:
    amount = DASH if duty.amount_minor is None else strong(money_text(duty.amount_minor, duty.currency))
    return [
        ways.show(Deed("auth.user", str(duty.person_id)), duty.person),
        moment(duty.at) if duty.at else DASH,
        ways.show(duty.one),
        ways.show(duty.other),
        amount,
    ]


class _Ways:
    """What rows are called, and the ways to their pages for whoever may see them."""

    def __init__(self, request: HttpRequest, deeds: Iterable[Deed]) -> None:
        self.user: Any = request.user
        by_kind: dict[str, set[str]] = {}
        for deed in deeds:
            by_kind.setdefault(deed.kind, set()).add(deed.id)
        self.rows = {
            kind: {str(pk): row for pk, row in apps.get_model(kind)._default_manager.in_bulk(ids).items()}
            for kind, ids in by_kind.items()
        }

    def show(self, deed: Deed, label: str = "") -> Shown:
        """A row by its name, as a link where there is a page of it that the person may open."""
        model = apps.get_model(deed.kind)
        row = self.rows.get(deed.kind, {}).get(deed.id)
        # Of what has no page of its own, the page of what it belongs to.
        if deed.kind == "giftcards.cardevent" and row is not None:
            return self._link("giftcards.giftcard", str(row.card_id), f"{row.get_kind_display()}: {row.card}")
        words = label or (str(row) if row is not None else f"{capfirst(model._meta.verbose_name)} {deed.id}")
        return self._link(deed.kind, deed.id, words)

    def _link(self, kind: str, id: str, words: str) -> Shown:
        app_label, name = kind.split(".")
        if not (site.is_registered(apps.get_model(kind)) and self.user.has_perm(f"{app_label}.view_{name}")):
            return words
        return Link(words, reverse(f"admin:{app_label}_{name}_change", args=[id]))


def _cells(duty: Duty) -> list[Cell]:
    return [
        duty.rule,
        duty.person,
        duty.at.isoformat() if duty.at else "",
        duty.one.kind,
        duty.one.id,
        duty.other.kind,
        duty.other.id,
        duty.currency,
        None if duty.amount_minor is None else from_minor(duty.amount_minor, duty.currency).amount,
    ]
