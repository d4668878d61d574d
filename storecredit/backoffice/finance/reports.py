"""
What was owed at two cuts and what moved it between them; each figure leads to the entries behind it.

Days are those of the shop, whoever looks: time is closed at its midnights.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.operations import AccountKind, Funding
from ledger.queries import Cut, find_cut_at, find_last_sealed_cut, get_cut
from storecredit.backoffice.kit import (
    DASH,
    DomainForm,
    Head,
    Link,
    Portion,
    Shown,
    Table,
    day_field,
    first_moment_after,
    first_moment_of,
    moment,
    moment_text,
    moments,
    money_text,
    numbers,
    read_portion,
    signed_text,
    strong,
)
from storecredit.backoffice.kit.rows import account_link, customer_link, entry_link
from storecredit.finance.errors import NoCutAt
from storecredit.finance.queries import (
    AGES,
    TERMS,
    Ageing,
    Kept,
    Line,
    Movement,
    Source,
    list_behind,
    read_report,
    recall_ages,
    roll_forward,
    sum_lines,
)

PERMISSION = "finance.view_reports"
_WORDS = {
    Movement.ISSUED: _("Issued"),
    Movement.LOADED: _("Loaded"),
    Movement.REFUNDED: _("Refunded"),
    Movement.IMPORTED: _("Imported"),
    Movement.TRANSFERRED_IN: _("Transferred in"),
    Movement.TRANSFERRED_OUT: _("Transferred out"),
    Movement.SPENT: _("Spent"),
    Movement.EXPIRED: _("Expired"),
    Movement.VOIDED: _("Voided"),
    Movement.ADJUSTED: _("Adjusted"),
    Movement.REVERSED: _("Reversed"),
}


class PeriodForm(DomainForm):
    """From which day through which; both may be left out."""

    first = day_field(_("From"), "")
    last = day_field(_("Through"), "")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", gettext("This is before the first day."))
        return data


def may_read_reports(request: HttpRequest) -> bool:
    """Whether the person's role includes the reports of finance."""
    user: Any = request.user
    return bool(user.has_perm(PERMISSION))


def show_reports(request: HttpRequest) -> HttpResponse:
    """What is owed: the roll-forward of a period and the age and term of what is owed at its end."""
    if not may_read_reports(request):
        raise PermissionDenied
    form = PeriodForm(request.GET)
    tables: Sequence[Table] = ()
    newest = find_last_sealed_cut()
    about = [gettext("Time was never closed yet: take_cut does it.")] if newest is None else []
    if newest is not None and form.is_valid():
        first, last = form.cleaned_data.get("first"), form.cleaned_data.get("last")
        try:
            begin = _cut_at(first_moment_of(first)) if first else None
            end = _cut_at(first_moment_after(last)) if last else newest
            tables, source = read_report(lambda using: _list_tables(begin, end, using), cut=end)
            about = [_span_words(begin, end), *source_words(source)]
        except DomainError as error:
            form.add_refusal(error)
    context = {
        **site.each_context(request),
        "title": gettext("What is owed"),
        "form": form,
        "head": Head(title=gettext("What is owed"), about=about),
        "tables": tables,
    }
    return TemplateResponse(request, "backoffice/finance/reports.html", context)


def show_entries(request: HttpRequest) -> HttpResponse:
    """The entries behind one figure, which the address names."""
    if not may_read_reports(request):
        raise PermissionDenied
    asked = request.GET
    try:
        begin = get_cut(number=int(asked["begin"])) if asked.get("begin") else None
        end = get_cut(number=int(asked["end"]))
        movement = Movement(asked["movement"])
    except (KeyError, ValueError, DomainError):
        raise Http404 from None
    kept = Kept(asked.get("currency", ""), asked.get("kind", ""), asked.get("funding", ""))

    def read(using: str) -> Portion:
        found = list_behind(
            kept=kept,
            movement=movement,
            after=begin.boundary if begin else None,
            before=end.boundary,
            using=using,
        )
        return read_portion(request, found.select_related("account__customer"))

    portion, source = read_report(read, cut=end)
    title = f"{_WORDS[movement]}: {kept.currency} · {_kept_words(kept)}"
    context = {
        **site.each_context(request),
        "title": title,
        "head": Head(title=title, about=[_span_words(begin, end), *source_words(source)]),
        "tables": [
            Table(
                title=gettext("Entries"),
                columns=(
                    moments(gettext("When")),
                    gettext("Entry"),
                    gettext("Account"),
                    gettext("Customer"),
                    gettext("Reference"),
                    numbers(gettext("Amount")),
                ),
                rows=[
                    [
                        moment(entry.created_at),
                        entry_link(entry),
                        account_link(entry.account),
                        customer_link(entry.account.customer),
                        entry.reference,
                        strong(signed_text(entry.amount_minor, entry.currency)),
                    ]
                    for entry in portion.rows
                ],
                below=gettext("An entry that moved credit of several fundings stands behind a figure of each."),
                newer_url=portion.newer_url,
                older_url=portion.older_url,
                id="history",
            )
        ],
    }
    return TemplateResponse(request, "backoffice/tables_page.html", context)


def source_words(source: Source) -> list[str]:
    """Which database a report was read from, where a shop has two."""
    if source.fallback:
        return [gettext("%(why)s Read from the primary.") % {"why": source.fallback}]
    if source.replayed_at is None:
        return []
    return [gettext("Read from the replica, as of %(moment)s") % {"moment": moment_text(source.replayed_at)}]


def _list_tables(begin: Cut | None, end: Cut, using: str) -> list[Table]:
    """Three for each currency: what moved, how old what is owed is, and when it expires."""
    lines, ages = roll_forward(begin=begin, end=end, using=using), recall_ages(cut=end, using=using)
    tables = []
    for total in sum_lines(lines):
        currency = total.kept.currency
        of_currency = [line for line in lines if line.kept.currency == currency]
        aged = [each for each in ages if each.kept.currency == currency]
        tables += [
            moves_table(begin, end, [*of_currency, total]),
            _ages_table(currency, aged),
            _terms_table(currency, aged),
        ]
    return tables


def _cut_at(boundary: Any) -> Cut:
    cut = find_cut_at(boundary=boundary)
    if cut is None:
        raise NoCutAt(boundary=boundary)
    return cut


def moves_table(begin: Cut | None, end: Cut, lines: Sequence[Line]) -> Table:
    """Movements are rows and what is kept apart are columns: so a month fits on a page."""
    rows: list[list[Shown]] = [[gettext("Opening"), *(_total(line.opening_minor, line) for line in lines)]]
    rows += [
        [str(_WORDS[movement]), *(_figure(line, movement, begin, end) for line in lines)]
        for movement in Movement
        if any(line.moved_minor[movement] for line in lines)
    ]
    rows.append([gettext("Closing"), *(_total(line.closing_minor, line) for line in lines)])
    return Table(
        title=gettext("What moved in %(currency)s") % {"currency": lines[-1].kept.currency},
        columns=(moments(gettext("Movement")), *(numbers(_kept_words(line.kept)) for line in lines)),
        rows=rows,
    )


def _total(minor: int, line: Line) -> Shown:
    return strong(money_text(minor, line.kept.currency))


def _figure(line: Line, movement: Movement, begin: Cut | None, end: Cut) -> Shown:
    minor = line.moved_minor[movement]
    if not minor:
        return DASH
    words = signed_text(minor, line.kept.currency)
    if not line.kept.kind:
        return words
    asked = {
        **line.kept._asdict(),
        "movement": movement.value,
        "begin": begin.number if begin else "",
        "end": end.number,
    }
    return Link(words, f"{reverse('admin:finance_entries')}?{urlencode(asked)}")


def _ages_table(currency: str, ages: Sequence[Ageing]) -> Table:
    heads = [gettext("Up to %(days)s days") % {"days": days} for days in AGES]
    return Table(
        title=gettext("How old what is owed in %(currency)s is") % {"currency": currency},
        columns=(
            gettext("What"),
            numbers(gettext("Owed")),
            *map(numbers, heads),
            numbers(gettext("Older")),
        ),
        rows=[[_kept_words(each.kept), *_amounts(each, [each.owed_minor, *each.by_age_minor])] for each in ages],
        empty=gettext("Nothing is owed."),
    )


def _terms_table(currency: str, ages: Sequence[Ageing]) -> Table:
    heads = [gettext("Within %(days)s days") % {"days": days} for days in TERMS]
    return Table(
        title=gettext("When what is owed in %(currency)s expires") % {"currency": currency},
        columns=(
            gettext("What"),
            numbers(gettext("Overdue")),
            *map(numbers, heads),
            numbers(gettext("Later")),
            numbers(gettext("Never")),
        ),
        rows=[
            [_kept_words(each.kept), *_amounts(each, [each.overdue_minor, *each.by_term_minor, each.unending_minor])]
            for each in ages
        ],
        empty=gettext("Nothing is owed."),
    )


def _amounts(each: Ageing, amounts: Sequence[int]) -> list[Shown]:
    return [money_text(minor, each.kept.currency) if minor else DASH for minor in amounts]


def _kept_words(kept: Kept) -> str:
    if not kept.kind:
        return gettext("All")
    kinds, fundings = dict(AccountKind.choices), dict(Funding.choices)
    return f"{kinds.get(kept.kind, kept.kind)} · {fundings.get(kept.funding, kept.funding)}"


def _span_words(begin: Cut | None, end: Cut) -> str:
    if begin is None:
        return gettext("From the beginning to %(end)s") % {"end": moment_text(end.boundary)}
    return gettext("From %(begin)s to %(end)s") % {
        "begin": moment_text(begin.boundary),
        "end": moment_text(end.boundary),
    }
