import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from ledger.management.span import Span, read_span_day
from ledger.queries import get_cut
from storecredit.finance.management.reports import Report, amount, cut_at, cut_facts
from storecredit.finance.queries import AGES, TERMS, Ageing, read_report, source_facts, sum_ages

_AGES = (*(f"up_to_{days}_days_old" for days in AGES), "older")
_ENDS = ("overdue", *(f"expires_within_{days}_days" for days in TERMS), "expires_later", "unending")
_COLUMNS = ("currency", "kind", "funding", "owed", *_AGES, *_ENDS)


class Command(Report):
    name = "report_liability"
    help = (
        "What is owed as of a cut, by currency, kind and funding: how old it is, and when it expires. Test money is in "
        "none. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", metavar="DAY", help="as of the end of this day, such as 2027-01-31 (default: the newest cut)"
        )
        parser.add_argument("--cut", type=int, metavar="NUMBER", help="as of this cut")
        self.add_report_arguments(parser)

    def report(self, options: Mapping[str, Any]) -> None:
        if options["cut"] is not None:
            cut = get_cut(number=options["cut"])
        else:
            cut = cut_at(Span(None, read_span_day(options["day"], "--day")).end)
        ages, source = read_report(lambda using: sum_ages(cut=cut, using=using), cut=cut)
        lines = [_tell(line) for line in ages]
        if options["json"]:
            self.stdout.write(
                json.dumps({"as_of": cut_facts(cut), "read_from": source_facts(source), "lines": lines}, indent=2)
            )
        self.write_lines(f"As of {cut.boundary.isoformat()}", _COLUMNS, lines, options)
        self.tell_source(source, options)


def _tell(line: Ageing) -> dict[str, Any]:
    """A line as a program reads it; amounts in major units."""
    minor = [*line.by_age_minor, line.overdue_minor, *line.by_term_minor, line.unending_minor]
    told = (amount(each, line.kept.currency) for each in minor)
    return {
        **line.kept._asdict(),
        "owed": amount(line.owed_minor, line.kept.currency),
        **dict(zip((*_AGES, *_ENDS), told, strict=True)),
    }
