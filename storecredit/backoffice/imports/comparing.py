"""Lists of others that are compared with the books: nothing is booked, and what differs is kept as a reconciliation."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from ledger.management.csv_file import Portion
from ledger.management.span import Span
from ledger.management.text_lines import Source
from storecredit.backoffice.imports.kinds import Checked, Refuse
from storecredit.backoffice.imports.uploads import Upload
from storecredit.backoffice.imports.whole_kinds import WholeKind, digest_of_file
from storecredit.backoffice.kit import number_text
from storecredit.backoffice.models import ImportKind, ImportRun
from storecredit.checkouts.management.comparing import FACTS as ORDER_FACTS
from storecredit.checkouts.management.comparing import compare
from storecredit.checkouts.management.comparing import tell as tell_of_order
from storecredit.checkouts.management.order_file import OrderFile
from storecredit.credits.operations import Party
from storecredit.finance.errors import StatementTooLarge
from storecredit.finance.management.keeping import keep_differences
from storecredit.finance.management.seen_orders import seen_in_orders
from storecredit.finance.management.statement_facts import FACTS, tell
from storecredit.finance.management.statement_file import StatementFile
from storecredit.finance.operations import MOST_KEPT, RunRecorder, begin_run, seen_in_statement
from storecredit.finance.queries import RunKind, list_referred


class _Comparison(WholeKind):
    """A kind of list of which nothing comes into the books."""

    makes = "differences"
    verb = _("Compare")
    has_sums = False
    outcome_column = "difference"
    too_long: ClassVar[Any]

    def check_all(self, file: Any, run: ImportRun, party: Party, now: datetime, refuse: Refuse) -> Checked:
        if not file.is_whole:
            refuse(0, "rows", str(self.too_long) % {"count": number_text(self.slice_rows)})
        return Checked("", [], {})

    def write_all(self, run: ImportRun, party: Party, now: datetime) -> list[list[Any]]:
        file = self.read(Upload(run), run, None)
        rows: list[list[Any]] = []
        recorder, told = self.compare(file, run, party, now)
        for row in told:
            if len(rows) < MOST_KEPT:
                rows.append(row)
        totals = file.sum_sides() if isinstance(file, StatementFile) else {}
        kept = recorder.end(checked=file.row_count, now=now, totals=totals)
        run.facts = {**run.facts, "reconciliation": kept.pk}
        return rows

    def compare(
        self, file: Any, run: ImportRun, party: Party, now: datetime
    ) -> tuple[RunRecorder, Iterator[list[Any]]]:
        """The run that is kept, and each difference as it stands in the result."""
        raise NotImplementedError


class Orders(_Comparison):
    name, permission = ImportKind.ORDERS, "backoffice.compare_orders"
    file = OrderFile
    result_columns = ORDER_FACTS
    choices: ClassVar = ("currency",)
    too_long = _("there are more than %(count)s; split the file, or use the command")
    help = _(
        "The vendor's orders and the credit that they used are compared with our books, and every difference is named. "
        "Nothing is booked. At most 20,000 lines; the command reconcile_orders takes any number."
    )

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> OrderFile:
        return OrderFile(source, layout=self.layout(run), currency=run.choices.get("currency", ""), portion=portion)

    def compare(
        self, file: OrderFile, run: ImportRun, party: Party, now: datetime
    ) -> tuple[RunRecorder, Iterator[list[Any]]]:
        recorder = begin_run(
            kind=RunKind.ORDERS,
            actor=party.actor,
            now=now,
            test_mode=run.test_mode,
            file_name=run.file_name,
            digest=digest_of_file(run),
        )
        found = keep_differences(
            compare(file, test_mode=run.test_mode),
            recorder,
            now,
            lambda one: seen_in_orders(one, test_mode=run.test_mode),
        )
        facts = (tell_of_order(one) for one in found)
        return recorder, ([each[name] for name in ORDER_FACTS] for each in facts)


class Statements(_Comparison):
    name, permission = ImportKind.STATEMENTS, "backoffice.compare_statements"
    slice_rows = 200_000
    file = StatementFile
    result_columns = FACTS
    choices: ClassVar = ("currency", "source", "first", "last", "client", "type", "positive_is", "days_apart")
    too_long = _("there are more than %(count)s; split the file, or use the command")
    help = _(
        "What a till, a payment provider or an accountant says of what was given and spent is compared with our books, "
        "by reference, and every difference is named. Nothing is booked. At most 200,000 lines; the command "
        "reconcile_statement takes any number."
    )

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> StatementFile:
        span = _span_of(run)
        return StatementFile(
            source,
            layout=self.layout(run),
            currency=run.choices.get("currency", ""),
            portion=portion,
            spends=run.choices.get("positive_is") == "spent",
            first=span.first,
            last=span.last,
        )

    def compare(
        self, file: StatementFile, run: ImportRun, party: Party, now: datetime
    ) -> tuple[RunRecorder, Iterator[list[Any]]]:
        span, said, source = _span_of(run), run.choices, run.choices.get("source", "")
        ours = list_referred(
            test_mode=run.test_mode,
            first=span.begin,
            before=span.end,
            client=said.get("client", ""),
            types=[said["type"]] if said.get("type") else [],
        )
        if reference := file.set_against(ours):
            raise StatementTooLarge(reference=reference)
        days_apart = int(said.get("days_apart", 1))
        asked = {name: said.get(name) for name in ("client", "type", "positive_is", "days_apart")}
        recorder = begin_run(
            kind=RunKind.STATEMENT,
            actor=party.actor,
            now=now,
            first_day=span.first,
            last_day=span.last,
            test_mode=run.test_mode,
            source=source,
            file_name=run.file_name,
            digest=digest_of_file(run),
            options=asked,
        )
        found = keep_differences(
            file.compare(days_apart=days_apart),
            recorder,
            now,
            lambda one: seen_in_statement(one, test_mode=run.test_mode, source=source),
        )
        facts = (tell(one, spends=file.spends) for one in found)
        return recorder, ([each[name] for name in FACTS] for each in facts)


def _span_of(run: ImportRun) -> Span:
    first, last = run.choices.get("first"), run.choices.get("last")
    return Span(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)
