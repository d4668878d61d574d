"""All that is held on a customer, taken out as a file by those who may."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.queries import Customer
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit import EXPORT, Fact, LoggedStep, Outcome, Review
from storecredit.backoffice.privacy.exporting import collect_person, export_person


class ExportPerson(LoggedStep):
    """The confirmation answers with the file."""

    slug, label, icon, permission = "export_person", _("Export what is held…"), "folder_zip", EXPORT
    activity = ActivityKind.EXPORTED
    is_rare = True
    explanation = _("All that is held on this customer, for themself: one ZIP, without codes of cards.")

    target: Customer

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        held = collect_person(customer_id=self.target.pk)
        facts = [
            Fact(table, str(len(rows))) for table, rows in held.items() if not table.startswith("django_admin_log")
        ]
        return Outcome(
            review=Review(facts=[Fact(gettext("Why"), data["why"]), *facts]),
            url=self.admin.page_url(self.target),
            message="",
        )

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        file = export_person(customer_id=self.target.pk, now=timezone.now())
        answer = HttpResponse(file, content_type="application/zip")
        answer.is_told = True  # type: ignore[attr-defined]  # by whom and why, with the step
        answer["Content-Disposition"] = f'attachment; filename="customer-{self.target.document_id}.zip"'
        return answer
