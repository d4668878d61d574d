from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.operations import operation
from storecredit.credits.management.requesters import find_requester
from storecredit.credits.operations import Party
from storecredit.finance.errors import FindingsOpen, PeriodNotClosable
from storecredit.finance.management.reports import amount, cut_facts, line_facts
from storecredit.finance.models import Period
from storecredit.finance.operations import approve_period, ask_period, open_period, refuse_period
from storecredit.finance.queries import Line, list_kept_lines, read_month


class Command(Job):
    name = "close_period"
    help = (
        "Close a month: one person asks with --as, another one approves with --approve, and its figures and its "
        "journal are kept for ever; --refuse opens it again. Both may be given at once, for two people at one "
        "keyboard. The first month that is ever closed may be any; then one follows the other. "
        "Exit code 0: done, 1: something stands against it and is named, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", metavar="MONTH", help="such as 2027-01")
        parser.add_argument("--as", dest="closes", metavar="NAME", help="the sign-in name of who closes it")
        parser.add_argument("--approve", metavar="NAME", help="the sign-in name of another person, who approves it")
        parser.add_argument("--refuse", metavar="NAME", help="the sign-in name of who refuses it; needs --note")
        help_of_note = "stands in the month's history; needed while findings are open"
        parser.add_argument("--note", default="", metavar="WORDS", help=help_of_note)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        month = read_month(options["month"])
        if month is None:
            raise CommandError(f"{options['month']!r} is no month such as 2027-01.", returncode=COULD_NOT_RUN)
        if not any(options[name] for name in ("closes", "approve", "refuse")):
            raise CommandError("Say who: --as, --approve or --refuse.", returncode=COULD_NOT_RUN)
        if options["refuse"] and (options["closes"] or options["approve"] or not options["note"]):
            raise CommandError("--refuse stands alone, with a --note.", returncode=COULD_NOT_RUN)
        now = timezone.now()
        try:
            period = open_period(first_day=month, actor=self.actor, now=now)
            period = self._decide(period, options, now)
        except PeriodNotClosable as error:
            self._tell_hindrances(error.why, options)
            raise CommandError(str(error), returncode=REFUSED) from error
        except FindingsOpen as error:
            self._tell_hindrances({error.code: str(error)}, options)
            raise CommandError(str(error), returncode=REFUSED) from error
        except DomainError as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error
        self._tell(period, options)

    @operation
    def _decide(self, period: Period, options: Mapping[str, Any], now: datetime) -> Period:
        said = {"number": period.number, "now": now, "note": options["note"]}
        if options["refuse"]:
            return refuse_period(party=self._party(options["refuse"], "approve_period"), **said)
        if options["closes"]:
            period = ask_period(party=self._party(options["closes"], "close_period"), **said)
        if options["approve"]:
            period = approve_period(party=self._party(options["approve"], "approve_period"), **said)
        return period

    def _party(self, username: str, right: str) -> Party:
        """A person who acts through this command, and whose role lets them."""
        party = find_requester(username=username, command=self.name)
        person = get_user_model().objects.get(username=username)
        if not person.has_perm(f"finance.{right}"):
            raise CommandError(f"The role of {username!r} does not include {right}.", returncode=COULD_NOT_RUN)
        return party

    def _tell_hindrances(self, why: Mapping[str, str], options: Mapping[str, Any]) -> None:
        if options["json"]:
            facts = {"month": options["month"], "closed": False, "why": dict(why)}
            self.write_summary("", (), facts, as_json=True)

    def _tell(self, period: Period, options: Mapping[str, Any]) -> None:
        lines = list_kept_lines(period=period)
        facts = {
            "month": f"{period.first_day:%Y-%m}",
            "state": period.status,
            "begin": cut_facts(period.begin_cut),
            "end": cut_facts(period.end_cut),
            "journal": period.journal_id,
            "open_findings": period.events.latest("pk").open_findings,
            "lines": [line_facts(line) for line in lines],
        }
        rows = [
            (" ".join(line.kept), " : ".join(amount(minor, line.kept.currency) for minor in _ends(line)))
            for line in lines
        ]
        told: list[tuple[str, object]] = [("State", period.get_status_display()), ("Journal", period.journal_id or "–")]
        self.write_summary(f"{period.first_day:%Y-%m}", [*told, *rows], facts, as_json=options["json"])


def _ends(line: Line) -> tuple[int, int]:
    return line.opening_minor, line.closing_minor
