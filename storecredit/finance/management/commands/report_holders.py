import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from ledger.management.span import Span, read_span_day
from ledger.queries import get_cut
from storecredit.finance.management.reports import Report, amount, cut_at, cut_facts
from storecredit.finance.queries import Holder, list_holders, read_report, source_facts

_COLUMNS = ("currency", "account", "kind", "customer", "owed", "last_entry_at")


class Command(Report):
    name = "report_holders"
    help = (
        "The accounts to which most is owed as of a cut, the largest of each currency; with --dormant of those alone "
        "whose customers have moved nothing for so many days. Test money is in none. "
        "Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", metavar="DAY", help="as of the end of this day, such as 2027-01-31 (default: the newest cut)"
        )
        parser.add_argument("--cut", type=int, metavar="NUMBER", help="as of this cut")
        parser.add_argument("--top", type=int, default=20, metavar="COUNT", help="so many of each currency (20)")
        parser.add_argument("--dormant", type=int, metavar="DAYS", help="only whose customers have moved nothing since")
        self.add_report_arguments(parser)

    def report(self, options: Mapping[str, Any]) -> None:
        if options["cut"] is not None:
            cut = get_cut(number=options["cut"])
        else:
            cut = cut_at(Span(None, read_span_day(options["day"], "--day")).end)
        holders, source = read_report(
            lambda using: list_holders(cut=cut, most=options["top"], dormant_days=options["dormant"], using=using),
            cut=cut,
        )
        lines = [_tell(holder) for holder in holders]
        if options["json"]:
            facts = {"as_of": cut_facts(cut), "read_from": source_facts(source), "lines": lines}
            self.stdout.write(json.dumps(facts, indent=2))
        self.write_lines(f"As of {cut.boundary.isoformat()}", _COLUMNS, lines, options)
        self.tell_source(source, options)


def _tell(holder: Holder) -> dict[str, Any]:
    """A line as a program reads it; the amount in major units."""
    return {
        "currency": holder.currency,
        "account": holder.account,
        "kind": holder.kind,
        "customer": holder.customer,
        "owed": amount(holder.owed_minor, holder.currency),
        "last_entry_at": holder.last_entry_at.isoformat(),
    }
