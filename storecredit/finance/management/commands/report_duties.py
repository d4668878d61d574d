import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.management.job import COULD_NOT_RUN
from ledger.management.span import Span, read_span_day
from storecredit.finance.management.reports import Report, amount
from storecredit.finance.queries import MOST, RULES, Duty, list_duties

_COLUMNS = ("rule", "person", "at", "one_kind", "one_id", "other_kind", "other_id", "currency", "amount")
_DAYS = timedelta(days=31)


class Command(Report):
    name = "report_duties"
    help = (
        "What one person did on both sides in a span of days, by rule: asked and approved, raised a limit and used it, "
        f"served themselves. At most {MOST} findings of each rule. Test money is in none. "
        "Exit code 0: done, whatever was found, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--first", metavar="DAY", help="from this day on (default: 31 days before the last)")
        parser.add_argument("--last", metavar="DAY", help="through this day (default: today)")
        parser.add_argument("--rule", choices=[rule.name for rule in RULES], help="this rule alone")
        parser.add_argument("--person", metavar="NAME", help="what this person did alone, by their sign-in name")
        self.add_report_arguments(parser)

    def report(self, options: Mapping[str, Any]) -> None:
        last = read_span_day(options["last"], "--last") or timezone.localdate(timezone=timezone.get_default_timezone())
        span = Span(read_span_day(options["first"], "--first") or last - _DAYS, last)
        if span.begin is None or span.end is None or span.end <= span.begin:
            raise CommandError("--last is before --first.", returncode=COULD_NOT_RUN)
        rules = [rule for rule in RULES if options["rule"] in (None, rule.name)]
        found = list_duties(rules=rules, since=span.begin, until=span.end, person=options["person"])
        lines = [_tell(duty) for duties in found.values() for duty in duties]
        if options["json"]:
            facts = {
                "since": span.begin.isoformat(),
                "until": span.end.isoformat(),
                "rules": [{"rule": rule.name, "title": str(rule.title)} for rule in rules],
                "lines": lines,
            }
            self.stdout.write(json.dumps(facts, indent=2))
        self.write_lines(f"{span.first} through {span.last}", _COLUMNS, lines, options)


def _tell(duty: Duty) -> dict[str, Any]:
    """A finding as a program reads it; the amount in major units."""
    return {
        "rule": duty.rule,
        "person": duty.person,
        "at": duty.at.isoformat() if duty.at else None,
        "one_kind": duty.one.kind,
        "one_id": duty.one.id,
        "other_kind": duty.other.kind,
        "other_id": duty.other.id,
        "currency": duty.currency,
        "amount": None if duty.amount_minor is None else amount(duty.amount_minor, duty.currency),
    }
