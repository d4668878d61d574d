"""The journals that have left the house, and each as a file, once more."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.errors import DomainError
from storecredit.audit.operations import ActivityKind, Subject
from storecredit.backoffice.finance.corrections import corrections_table
from storecredit.backoffice.kit import (
    DASH,
    Button,
    Facts,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    Shown,
    Table,
    as_shown,
    day_text,
    kept_in_records,
    may_export,
    moment,
    moment_cell,
    money_text,
    numbers,
    phrase,
    tell,
)
from storecredit.backoffice.kit.rows import who_text
from storecredit.backoffice.kit.shipped import shipped
from storecredit.finance.operations import get_journal
from storecredit.finance.queries import (
    DatevClient,
    GeneralLedgerAccount,
    JournalExport,
    JournalOfMonth,
    Layout,
    Period,
    list_corrections_posted,
    list_journals_of,
    sum_accounts,
    write_journal,
)


def journals_table(request: HttpRequest, period: Period) -> list[Table]:
    """Each journal that has something of a month, and the files of it for whoever may take them."""
    rows = [_row(request, each) for each in list_journals_of(period)]
    if not rows:
        return []
    columns = (
        gettext("Journal"),
        gettext("Days"),
        gettext("Exported"),
        gettext("Who"),
        numbers(gettext("Lines")),
        numbers(gettext("Debit and credit")),
        numbers(gettext("Of this month")),
        numbers(gettext("Corrections of this month")),
        gettext("Files"),
    )
    return [Table(gettext("Journals"), columns, rows)]


def _row(request: HttpRequest, each: JournalOfMonth) -> list[Shown]:
    export = each.export
    last = day_text(export.last_day)
    return [
        Link(str(export), reverse("admin:finance_journalexport_change", args=[export.pk])),
        f"{day_text(each.first_day)} – {last}" if each.first_day else gettext("Through %(day)s") % {"day": last},
        moment(export.exported_at),
        who_text(export),
        str(export.line_count),
        _sums(each.total_minor),
        _sums(each.own_minor),
        _sums(each.correcting_minor),
        phrase(
            *(Link(str(layout.label), _file_url(export, layout)) for layout in _layouts_for(request)), between=" · "
        ),
    ]


def _sums(minor: Mapping[str, int]) -> Shown:
    """An amount below the other for each currency."""
    amounts = [(money_text(each, currency),) for currency, each in minor.items()]
    return format_html_join("", "<div>{}</div>", amounts) or DASH


def _layouts_for(request: HttpRequest) -> list[Layout]:
    """The forms in which the person may take a journal out."""
    user: Any = request.user
    return list(Layout) if may_export(request) and user.has_perm("finance.view_journalexport") else []


def _file_url(export: JournalExport, layout: Layout) -> str:
    return reverse("admin:finance_journalexport_file", args=[export.pk, layout])


@admin.register(JournalExport)
class JournalExportAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["number", "through", "line_count", "exported_at", "who"]
    list_display_links = ["number"]
    ordering = ["-number"]
    exported = {
        "through": [as_shown(_("Last day"))],
        "exported_at": [moment_cell("exported_at", _("Exported"))],
        "who": [as_shown(_("Who"))],
    }
    page_template = "backoffice/finance/journal.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [
            path("<path:object_id>/file/<slug:layout>/", view, name="finance_journalexport_file"),
            *super().get_urls(),
        ]

    @display(description=_("Last day"))
    def through(self, export: JournalExport) -> str:
        return day_text(export.last_day)

    @display(description=_("Who"))
    def who(self, export: JournalExport) -> str:
        return who_text(export)

    def page_context(self, request: HttpRequest, target: JournalExport) -> dict[str, Any]:
        context: dict[str, Any] = {
            "head": Head(
                title=gettext("Journal %(number)s") % {"number": target.number},
                about=[gettext("Through %(day)s") % {"day": day_text(target.last_day)}, who_text(target)],
                ways=[
                    Button(str(layout.label), _file_url(target, layout), "download", is_file=True)
                    for layout in _layouts_for(request)
                ],
            ),
            "facts": Facts(
                "",
                [
                    (gettext("Lines"), str(target.line_count)),
                    (gettext("Exported"), moment(target.exported_at)),
                    (gettext("Digest"), target.digest),
                ],
            ),
        }
        try:
            _export, lines = get_journal(number=target.number)
        except DomainError as error:
            return context | {"refusal": str(error)}
        sums = sum_accounts(lines).items()
        after = target.begin_cut.boundary if target.begin_cut else None
        posted = list_corrections_posted(after=after, before=target.end_cut.boundary)
        names = dict(GeneralLedgerAccount.objects.values_list("code", "name"))
        return context | {
            "tables": corrections_table(posted, title=gettext("Corrections in these days")),
            "table": Table(
                title=gettext("What each account is booked with"),
                columns=(gettext("Account"), numbers(pgettext("side", "Debit")), numbers(pgettext("side", "Credit"))),
                rows=[
                    [
                        phrase(currency, account, shipped(names.get(account, "")), between=" · "),
                        money_text(debit, currency) if debit else DASH,
                        money_text(credit, currency) if credit else DASH,
                    ]
                    for (currency, account), (debit, credit) in sums
                ],
            ),
        }

    def file_view(self, request: HttpRequest, object_id: str, layout: str) -> HttpResponseBase:
        """The file that was exported, in the layout that the address names."""
        export = self.get_page_object(request, object_id)
        if export is None or layout not in Layout.values:
            raise Http404
        if not self.has_view_permission(request, export) or not may_export(request):
            raise PermissionDenied
        wanted = Layout(layout)
        try:
            _export, lines = get_journal(number=export.number)
            datev = DatevClient(**settings.DATEV) if settings.DATEV else None
            made = write_journal(export=export, lines=lines, layout=wanted, datev=datev)
        except DomainError as error:
            return self._refuse_layout(request, export, wanted, error)
        with kept_in_records():
            subject = Subject(kind="finance.journalexport", id=str(export.pk), label=str(export))
        tell(request, kind=ActivityKind.FILE_TAKEN, subject=subject, details={"layout": wanted.value})
        answer = HttpResponse(made.content, content_type=made.content_type)
        answer.is_told = True  # type: ignore[attr-defined]  # by more than that a file was taken
        answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return answer

    def _refuse_layout(
        self, request: HttpRequest, export: JournalExport, layout: Layout, error: DomainError
    ) -> HttpResponseBase:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(export),
            "step": {"label": layout.label},
            "refusal": str(error),
            "back_url": self.page_url(export),
        }
        return TemplateResponse(request, "backoffice/kit/step_refused.html", context, status=422)
