"""The shape of an error of the reports (RFC 9457), and their words for what finance refuses."""

from collections.abc import Mapping
from typing import ClassVar

from ledger import errors as books
from storecredit.api.dialects import Dialect, Wording
from storecredit.api.fields import Integer, Text
from storecredit.api.serializers import Serializer
from storecredit.finance import errors as finance


class ReportError(Serializer):
    """A problem (RFC 9457)."""

    type = Text(help_text="Always `about:blank`: the title says what kind it is.")
    title = Text(help_text="The status in words.")
    status = Integer(help_text="The HTTP status.")
    detail = Text(help_text="What is wrong, for people.")
    code = Text(help_text="What is wrong, for programs: stable.")


class Reports(Dialect):
    """The product's own reports: bare bodies, and problem details for errors."""

    name = "reports"
    title = "Reports"
    refusals: ClassVar[Mapping[type[books.DomainError], Wording]] = {
        books.CutNotFound: Wording(404, "There is no sealed cut of this number."),
        finance.NoCutAt: Wording(404),
        finance.JournalNotFound: Wording(404),
        finance.StatementTooLarge: Wording(422),
        finance.CutsInWrongOrder: Wording(400),
        finance.MovementsUnmapped: Wording(409),
        finance.DoesNotAddUp: Wording(409),
        finance.JournalChanged: Wording(409),
    }
    own_refusals: ClassVar[Mapping[str, Wording]] = {
        "no_cut_yet": Wording(404, "Time was never closed yet: there is nothing to report."),
        "reconciliation_not_found": Wording(404, "There is no such reconciliation of yours."),
    }
    error_serializer = ReportError
