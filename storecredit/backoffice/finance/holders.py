"""To whom most is owed, and who has not been seen for long, as of a cut."""

from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError
from ledger.money import from_minor
from ledger.operations import AccountKind
from ledger.queries import Customer, Cut, find_cut_at, find_last_sealed_cut
from storecredit.audit.operations import Subject
from storecredit.backoffice.finance.reports import may_read_reports, source_words
from storecredit.backoffice.kit import (
    DomainForm,
    Head,
    Link,
    Shown,
    Table,
    day_field,
    file_buttons,
    first_moment_after,
    may_export,
    moment,
    moment_text,
    moments,
    money_text,
    numbers,
    strong,
    take_out,
    wants_file,
)
from storecredit.backoffice.kit.rows import customer_link
from storecredit.finance.errors import NoCutAt
from storecredit.finance.queries import Holder, Source, list_holders, read_report

_SHOWN = 50
_EXPORTED = 10_000
_MOST_DAYS = 36_500


class HoldersForm(DomainForm):
    """As of which day, and of whom."""

    day = day_field(_("At the end of"), "")
    dormant = forms.IntegerField(
        label=_("Nothing moved for so many days"), required=False, min_value=1, max_value=_MOST_DAYS
    )


def show_holders(request: HttpRequest) -> HttpResponseBase:
    """The largest accounts of each currency, or the largest of those that sleep; `?file=` takes them out."""
    if not may_read_reports(request):
        raise PermissionDenied
    form = HoldersForm(request.GET)
    tables: Sequence[Table] = ()
    newest = find_last_sealed_cut()
    about = [gettext("Time was never closed yet: take_cut does it.")] if newest is None else []
    if newest is not None and form.is_valid():
        try:
            cut = _find_cut(form, newest)
            if wants_file(request):
                return _send(request, cut, form.cleaned_data.get("dormant"))
            found, source = _read(cut, _SHOWN, form.cleaned_data.get("dormant"))
            tables, about = _list_tables(found), [moment_text(cut.boundary), *source_words(source)]
        except DomainError as error:
            form.add_refusal(error)
    context = {
        **site.each_context(request),
        "title": gettext("Who is owed"),
        "form": form,
        "head": Head(
            title=gettext("Who is owed"),
            about=about,
            ways=file_buttons(request) if tables else [],
        ),
        "tables": tables,
    }
    return TemplateResponse(request, "backoffice/finance/reports.html", context)


def _find_cut(form: HoldersForm, newest: Cut) -> Cut:
    day = form.cleaned_data.get("day")
    if day is None:
        return newest
    boundary = first_moment_after(day)
    assert boundary is not None
    cut = find_cut_at(boundary=boundary)
    if cut is None:
        raise NoCutAt(boundary=boundary)
    return cut


def _read(cut: Cut, most: int, dormant: int | None) -> tuple[list[Holder], Source]:
    return read_report(lambda using: list_holders(cut=cut, most=most, dormant_days=dormant, using=using), cut=cut)


def _list_tables(found: Sequence[Holder]) -> list[Table]:
    currencies = sorted({holder.currency for holder in found})
    named = Customer.objects.in_bulk({holder.customer_id for holder in found if holder.customer_id is not None})
    return [
        Table(
            title=gettext("To whom most is owed in %(currency)s") % {"currency": currency},
            columns=(
                gettext("Account"),
                gettext("Kind"),
                gettext("Customer"),
                numbers(gettext("Owed")),
                moments(gettext("Last entry")),
            ),
            rows=[_row(holder, named) for holder in found if holder.currency == currency],
        )
        for currency in currencies
    ]


def _row(holder: Holder, named: Mapping[int, Customer]) -> list[Shown]:
    return [
        Link(holder.account, reverse("admin:ledger_account_change", args=[holder.account_id])),
        str(AccountKind(holder.kind).label),
        gettext("Bearer") if holder.customer_id is None else customer_link(named[holder.customer_id]),
        strong(money_text(holder.owed_minor, holder.currency)),
        moment(holder.last_entry_at),
    ]


def _send(request: HttpRequest, cut: Cut, dormant: int | None) -> HttpResponseBase:
    # Who may not take it need not wait for it.
    if not may_export(request):
        raise PermissionDenied
    found, _source = _read(cut, _EXPORTED, dormant)
    return take_out(
        request,
        f"holders-{cut.number}",
        columns=["currency", "account", "kind", "customer", "owed", "last_entry_at"],
        rows=[
            [
                each.currency,
                each.account,
                each.kind,
                each.customer,
                from_minor(each.owed_minor, each.currency).amount,
                each.last_entry_at.isoformat(),
            ]
            for each in found
        ],
        subject=Subject(kind="ledger.cut", id=str(cut.number), label=str(cut)),
        details={"report": "holders", "dormant_days": dormant},
    )
