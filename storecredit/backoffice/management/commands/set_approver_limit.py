from contextlib import nullcontext
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from moneyed import Money

from ledger.errors import DomainError
from ledger.management.cells import find_wrong_amount, find_wrong_currency
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.money import plain
from ledger.wording import amount_text
from storecredit.backoffice.changes.deciding import acting_alone, ask_change
from storecredit.backoffice.changes.raising import is_raising
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.errors import PersonNotFound
from storecredit.credits.operations import set_approver_limit
from storecredit.credits.queries import ApproverLimit, approval_warnings, list_approvers, list_limits


class Command(Job):
    name = "set_approver_limit"
    help = (
        "Say how much credit a person may approve in one currency, in the place of what they might before, and print "
        "all their limits. Without a limit nobody approves, superusers included; a person's own limits in a currency "
        "take the place of their roles'. Exit code 0: done, 1: refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="who approves")
        parser.add_argument("currency", metavar="CURRENCY", help="ISO 4217 code, such as EUR")
        parser.add_argument("per_request", metavar="PER_REQUEST", help="the largest request, such as 250.00")
        parser.add_argument("--per-day", metavar="N", help="the most in one day of the shop; default: no limit by day")
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="who sets it, for the admin's history; default: the person whose limit it is",
        )
        parser.add_argument(
            "--ask",
            action="store_true",
            help="what raises waits for a second administrator, asked for by whom --by names; else it is so at once, "
            "and administrators are told that nobody agreed",
        )
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        limit = self._read_limit(options)
        try:
            by = _find(options["by"] or options["username"])
            if options["ask"] and not options["by"]:
                raise CommandError("--ask: say with --by who asks.", returncode=COULD_NOT_RUN)
            with transaction.atomic():
                is_asked = self._set(limit, by, is_asking=options["ask"])
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        currency = limit.currency
        assert limit.user_id is not None
        if is_asked:
            self.stderr.write("It raises what they may approve, and waits for a second administrator.")
        elif limit.user_id not in {approver.person_id for approver in list_approvers(currency=currency)}:
            self.stderr.write(
                f"{options['username']} approves nothing yet: their login is off, or no role lets them decide requests."
            )
        for sentence in approval_warnings(currency=currency):
            self.stderr.write(sentence)
        self._write(options["username"], list_limits(person_id=limit.user_id), as_json=options["json"])

    def _read_limit(self, options: dict[str, Any]) -> ApproverLimit:
        currency = options["currency"].upper()
        if message := find_wrong_currency(currency or "none"):
            raise CommandError(f"CURRENCY: {options['currency']!r} {message}.", returncode=COULD_NOT_RUN)
        per_request = _read_amount("PER_REQUEST", options["per_request"], currency)
        per_day = None
        if options["per_day"] is not None:
            per_day = _read_amount("--per-day", options["per_day"], currency)
        try:
            person = _find(options["username"])
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        return ApproverLimit(user=person, currency=currency, per_request=per_request, per_day=per_day)

    def _set(self, limit: ApproverLimit, by: User, *, is_asking: bool) -> bool:
        """Set the limit, or ask for it; whether it was asked for."""
        kind, after = ChangeKind.APPROVER_LIMIT, state_of(ChangeKind.APPROVER_LIMIT, limit)
        stood = ApproverLimit.objects.filter(user=limit.user, currency=limit.currency).first()
        before = None if stood is None else state_of(kind, stood)
        told: dict[str, Any] = {
            "kind": kind,
            "subject_id": "" if stood is None else str(stood.pk),
            "label": str(limit),
            "before": before,
            "after": after,
            "actor": self.actor,
            "now": timezone.now(),
        }
        is_raised = is_raising(kind, before, after)
        if is_raised and is_asking:
            ask_change(person=by, **told)
            return True
        with acting_alone(**told) if is_raised else nullcontext():
            assert limit.user is not None
            made = set_approver_limit(
                username=limit.user.get_username(), per_request=limit.per_request, per_day=limit.per_day
            )
            _write_down(made, by.pk)
        return False

    def _write(self, username: str, limits: Any, *, as_json: bool) -> None:
        facts = [
            {
                "role": limit.group.name if limit.group else None,
                "currency": limit.currency,
                "per_request": str(plain(limit.per_request).amount),
                "per_day": None if limit.per_day is None else str(plain(limit.per_day).amount),
            }
            for limit in limits
        ]
        rows = [
            (
                f"{fact['currency']}, as {fact['role']}" if fact["role"] else str(fact["currency"]),
                f"{fact['per_request']} a request, {fact['per_day'] or 'no limit'} a day",
            )
            for fact in facts
        ]
        self.write_summary(f"What {username} may approve", rows, {"user": username, "limits": facts}, as_json=as_json)


def _find(username: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None:
        raise PersonNotFound(username=username)
    return person


def _read_amount(name: str, text: str, currency: str) -> Money:
    message = find_wrong_amount(text, currency)
    if message or not Decimal(text):
        raise CommandError(f"{name}: {text!r} {message or 'is nothing'}.", returncode=COULD_NOT_RUN)
    return Money(Decimal(text), currency)


def _write_down(limit: ApproverLimit, by_id: int) -> None:
    """In the history that the admin shows of the limit."""
    of_limit = ContentType.objects.get_for_model(ApproverLimit)
    known = LogEntry.objects.filter(content_type=of_limit, object_id=str(limit.pk)).exists()
    words = f"Set on the command line: {amount_text(limit.per_request)} a request"
    if limit.per_day is not None:
        words += f", {amount_text(limit.per_day)} a day"
    LogEntry.objects.create(
        user_id=by_id,
        content_type=of_limit,
        object_id=str(limit.pk),
        object_repr=str(limit)[:200],
        action_flag=CHANGE if known else ADDITION,
        change_message=f"{words}.",
    )
