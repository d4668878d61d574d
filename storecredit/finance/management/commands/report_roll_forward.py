import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.management.job import COULD_NOT_RUN
from ledger.management.span import add_span_arguments, read_span
from ledger.queries import Cut, get_cut
from storecredit.finance.management.reports import Report, cut_at, cut_facts, line_facts
from storecredit.finance.queries import Movement, find_cut_before, read_report, roll_forward, source_facts, sum_lines

_COLUMNS = ("currency", "kind", "funding", "opening", *(each.name.lower() for each in Movement), "closing")


class Command(Report):
    name = "report_roll_forward"
    help = (
        "What was owed at one cut, what moved it, and what was owed at another, by currency, kind and funding. Each "
        "line adds up exactly, or nothing is reported. Test money is in none. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_span_arguments(parser)
        parser.add_argument("--from-cut", type=int, metavar="NUMBER", help="begin with this cut instead of a day")
        parser.add_argument("--to-cut", type=int, metavar="NUMBER", help="end with this cut instead of a day")
        self.add_report_arguments(parser)

    def report(self, options: Mapping[str, Any]) -> None:
        begin, end = _find_cuts(options)
        lines, source = read_report(lambda using: roll_forward(begin=begin, end=end, using=using), cut=end)
        totals = sum_lines(lines)
        if options["json"]:
            facts = {"begin": cut_facts(begin), "end": cut_facts(end), "read_from": source_facts(source)}
            told = {"lines": [line_facts(line) for line in lines], "totals": [line_facts(line) for line in totals]}
            self.stdout.write(json.dumps(facts | told, indent=2))
        title = f"From {begin.boundary.isoformat() if begin else 'the beginning'} to {end.boundary.isoformat()}"
        self.write_lines(title, _COLUMNS, [line_facts(line) for line in [*lines, *totals]], options)
        self.tell_source(source, options)


def _find_cuts(options: Mapping[str, Any]) -> tuple[Cut | None, Cut]:
    span = read_span(options)
    for day, number in (("first", "from_cut"), ("last", "to_cut")):
        if options[day] and options[number] is not None:
            raise CommandError("Name a day or a cut, not both.", returncode=COULD_NOT_RUN)
    if options["from_cut"] is not None:
        begin: Cut | None = get_cut(number=options["from_cut"])
    else:
        begin = find_cut_before(day=span.first) if span.first else None
    return begin, get_cut(number=options["to_cut"]) if options["to_cut"] is not None else cut_at(span.end)
