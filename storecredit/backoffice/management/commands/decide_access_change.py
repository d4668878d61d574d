from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.errors import DomainError
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from storecredit.backoffice.changes.deciding import approve_change, expire_changes, refuse_change
from storecredit.backoffice.changes.words import asker_of
from storecredit.backoffice.models import AccessChange, ChangeState


class Command(Job):
    name = "decide_access_change"
    help = (
        "Approve or refuse a change of access that waits for a second administrator where there is none, and write "
        "down that it was done on the command line. Without ID: print what waits. Exit code 0: done, 1: refused, "
        "2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("change", metavar="ID", nargs="?", type=int, help="the change, as its page is numbered")
        answer = parser.add_mutually_exclusive_group()
        answer.add_argument("--approve", action="store_true", help="do it")
        answer.add_argument("--refuse", action="store_true", help="leave everything as it is")
        parser.add_argument("--note", default="", help="why, for the page of the change")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(None)
        expire_changes(actor=self.actor, now=now)
        if options["change"] is not None:
            self._decide(options, now)
        waiting = AccessChange.objects.filter(state=ChangeState.WAITING).select_related("asked_by").order_by("pk")
        facts = [
            {
                "id": change.pk,
                "kind": change.kind,
                "subject": change.subject_label,
                "asked_by": asker_of(change),
                "before": change.before,
                "after": change.after,
            }
            for change in waiting
        ]
        rows = [(f"{fact['id']} {fact['kind']} {fact['subject']}", f"asked by {fact['asked_by']}") for fact in facts]
        self.write_summary("Changes of access that wait", rows, {"waiting": facts}, as_json=options["json"])

    def _decide(self, options: dict[str, Any], now: Any) -> None:
        if not options["approve"] and not options["refuse"]:
            raise CommandError("Say --approve or --refuse.", returncode=COULD_NOT_RUN)
        decide = approve_change if options["approve"] else refuse_change
        try:
            decide(change_id=options["change"], person=None, actor=self.actor, now=now, note=options["note"])
        except AccessChange.DoesNotExist as error:
            raise CommandError(f"There is no change {options['change']}.", returncode=REFUSED) from error
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
