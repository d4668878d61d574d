"""A client's own list against the books: what differs is kept for finance, and answered."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from ledger.operations import LARGEST_BALANCE_MINOR
from storecredit.api.body import MAX_LARGE_BODY_BYTES
from storecredit.api.fields import Choice, Currency, CurrencyCode, Day, Integer, Text, wrong_member
from storecredit.api.generics import DialectView, KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.problems import BadRequest, Fault, FaultKind
from storecredit.api.rights import Right
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Serializer
from storecredit.dialects.reports import examples
from storecredit.dialects.reports.errors import Reports
from storecredit.dialects.reports.lists import ListParser
from storecredit.finance.errors import StatementRefused
from storecredit.finance.operations import StatementLine, reconcile_statement
from storecredit.finance.queries import (
    FindingState,
    ReconciliationRun,
    RunOutcome,
    Severity,
    find_statement_run,
    list_sightings,
)

MOST_LINES: Final = 1000
_SIGNED: Final = "in minor units: above zero what a customer was given, below zero what they spent"


class StatementEntry(Serializer):
    """One line of a list."""

    reference = Text(max_length=255, min_length=1, help_text="What it was for, as `reference` said when it was booked.")
    currency = Currency(help_text="ISO 4217.")
    amount_minor = Integer(
        min_value=-LARGEST_BALANCE_MINOR, max_value=LARGEST_BALANCE_MINOR, help_text=f"What moved, {_SIGNED}."
    )
    day = Day(required=False, help_text="The day of the shop; left out: it is not compared.")


class Statement(Serializer):
    """Somebody's list, and which of our entries it is to be compared with."""

    lines = StatementEntry(many=True, min_length=1, max_length=MOST_LINES, help_text="Its lines.")
    source = Text(  # type: ignore[assignment]  # a member, which its class does not keep
        required=False, max_length=100, help_text="Whose list it is: findings of two lists are two."
    )
    first_day = Day(required=False, help_text="The first day that it is of; left out: since the books began.")
    last_day = Day(required=False, help_text="The last day that it is of; left out: up to now.")

    def validate(self, attrs: Any) -> Any:
        """The days are in their order."""
        if "first_day" in attrs and "last_day" in attrs and attrs["last_day"] < attrs["first_day"]:
            raise wrong_member("last_day", "must not be before first_day.")
        return attrs


class StatementFinding(Serializer):
    """What differs over one reference in one currency."""

    id = Integer(source="finding_id", help_text="Of the finding: the same one found again is the same.")
    difference = Text(source="finding.code", help_text="How the two differ.")
    severity = Choice(source="finding.severity", choices=Severity.values, help_text="How bad it may be.")
    state = Choice(source="finding.state", choices=FindingState.values, help_text="What staff have made of it so far.")
    reference = Text(source="finding.subject_id", help_text="What the movements were for.")
    currency = CurrencyCode(source="finding.currency", help_text="ISO 4217.")
    theirs_minor = Integer(allow_null=True, help_text="What the list says, in minor units; null: nothing.")
    ours_minor = Integer(allow_null=True, help_text="What the books say, in minor units; null: nothing.")


class ReconciliationReport(Serializer):
    """A comparison that has ended."""

    id = Integer(source="run.pk", help_text="Of the comparison.")
    outcome = Choice(source="run.outcome", choices=RunOutcome.values, help_text="What came of it.")
    checked = Integer(source="run.checked", help_text="How many lines were compared.")
    found = Integer(source="run.found", help_text="How many differences there are.")
    findings = StatementFinding(many=True, max_length=MOST_LINES, help_text=f"The first {MOST_LINES} of them.")


class _ReconcilingView(DialectView):
    dialect = Reports()


class Reconciliations(_ReconcilingView):
    permission_classes = [HasScope(Scope.REPORTS_READ, rights={"POST": (Right.RUN_RECONCILIATION,)})]
    parser_classes = [ListParser]
    idempotency = {"POST": KeyRule.REQUIRED}
    max_body_bytes = MAX_LARGE_BODY_BYTES
    #: The members that stand in the query where the list is CSV.
    beside_csv = {name: field for name, field in Statement.shared().fields.items() if name != "lines"}

    @extend_schema(
        summary="Compare a list",
        description="Compares a list of references and amounts with the entries of the books. What differs is kept as "
        "findings, which staff explain or correct; nothing is posted. A test key's list is compared with test money. "
        "Sent as `text/csv` with the columns reference, amount, currency and time, the list is the body, and `source`, "
        "`first_day` and `last_day` stand in the query.",
        request=Statement,
        responses={
            201: OpenApiResponse(ReconciliationReport, "The list was compared."),
            422: "What is told of one reference is too much to be added up.",
        },
        examples=examples_of(examples.RECONCILE),
    )
    def post(self, request: Any) -> Response:
        key = self.require_key()
        order = self.read(Statement)
        return self.show_once(
            lambda: _facts_of(self._compare(order)),
            ReconciliationReport,
            key=key,
            body=order,
            location=lambda made: f"reports/reconciliations/{made['id']}",
        )

    def _compare(self, order: Mapping[str, Any]) -> ReconciliationRun:
        try:
            return reconcile_statement(
                lines=[StatementLine(**line) for line in order["lines"]],
                actor=self.actor,
                now=self.now,
                first_day=order.get("first_day"),
                last_day=order.get("last_day"),
                test_mode=self.caller.test_mode,
                source=order.get("source", ""),
            )
        except StatementRefused as error:
            raise BadRequest.of(
                Fault(FaultKind.VALUE, f"{way} {fault.message}.", way)
                for fault in error.faults
                for way in (f"lines[{fault.place}].{fault.member}",)
            ) from error


class Reconciliation(_ReconcilingView):
    permission_classes = [HasScope(Scope.REPORTS_READ)]
    path_names = {"run": "reconciliationId"}
    path_parameters = [path_parameter("reconciliationId", "`id` of the comparison.")]

    @extend_schema(
        summary="Get a comparison",
        description="One that this client asked for, with what it found and what staff have made of that.",
        responses={200: ReconciliationReport, 404: "There is no such comparison of this client's."},
        examples=examples_of(examples.READ_RECONCILIATION),
    )
    def get(self, request: Any, run: str) -> Response:
        is_number = run.isascii() and run.isdigit() and len(run) <= 18
        found = find_statement_run(run_id=int(run), asked_by=str(self.caller.client_id)) if is_number else None
        if found is None:
            raise self.dialect.refuse("reconciliation_not_found")
        return self.show(ReconciliationReport, _facts_of(found))


def _facts_of(run: ReconciliationRun) -> dict[str, Any]:
    return {"run": run, "findings": list_sightings(run=run, at_most=MOST_LINES)}
