from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ledger.errors import DomainError
from ledger.operations import Actor, ActorKind
from storecredit.api.issue_limits import parse_issue_limits
from storecredit.api.management.output import read_expiry, read_networks, write_key
from storecredit.api.operations import Maker, add_api_client, create_api_client
from storecredit.api.scopes import Scope
from storecredit.audit.management.told import ToldCommand
from storecredit.backoffice.changes.deciding import acting_alone, ask_change
from storecredit.backoffice.changes.subjects import state_of, state_of_new_client
from storecredit.backoffice.models import ChangeKind


class Command(ToldCommand):
    name = "create_api_client"
    help = "Make an API client and print its first key, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="how the client is called in the history of what it does")
        scopes = parser.add_mutually_exclusive_group()
        scopes.add_argument(
            "--scope",
            action="extend",
            nargs="+",
            default=[],
            choices=Scope.values,
            metavar="SCOPE",
            help=f"one or more of {', '.join(Scope.values)}",
        )
        scopes.add_argument("--all-scopes", action="store_true", help="every scope (credits:approve needs --owner)")
        parser.add_argument("--owner", metavar="USERNAME", help="the person behind the client")
        parser.add_argument("--rate", default="600/min", help="most requests, such as 600/min (default)")
        parser.add_argument("--miss-limit", default="60/h", help="most wrong gift card codes, such as 60/h (default)")
        parser.add_argument(
            "--issue-limit",
            action="append",
            default=[],
            metavar="LIMIT",
            help='most that it may issue at once, such as "USD 100.00"; once for each currency. With any limit it '
            "issues nothing in other currencies",
        )
        parser.add_argument(
            "--issue-limit-per-day",
            action="append",
            default=[],
            metavar="LIMIT",
            help='most that it may issue in a day of the shop, such as "USD 1000.00"; likewise',
        )
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="CIDR",
            help="from where it may call, such as 192.0.2.0/24; several times for several (default: from anywhere)",
        )
        parser.add_argument("--expires-at", metavar="ISO", help="when the key ends, such as 2027-01-31T00:00:00Z")
        parser.add_argument("--tenant", default="", metavar="ID", help="the only tenant that the client may name")
        parser.add_argument("--test-mode", action="store_true", help="sees and makes test objects alone")
        parser.add_argument(
            "--ask",
            metavar="USERNAME",
            help="who asks a second administrator for what the client may do; its key is made later, by "
            "rotate_api_key. Default: it may do so at once, and administrators are told that nobody agreed",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = _find(options["owner"]) if options["owner"] else None
        scopes = Scope.values if options["all_scopes"] else options["scope"]
        if options["all_scopes"] and owner is None:
            scopes = [scope for scope in scopes if scope != Scope.CREDITS_APPROVE]
            self.stderr.write("Left out credits:approve: it needs the person behind the client (--owner USERNAME).")
        if not scopes:
            self.stderr.write("The client has no scope: it can do nothing until it is given one.")
        details = {
            "scopes": scopes,
            "owner": owner,
            "rate": options["rate"],
            "miss_limit": options["miss_limit"],
            "issue_limits": _read_limits("--issue-limit", options["issue_limit"]),
            "issue_limits_per_day": _read_limits("--issue-limit-per-day", options["issue_limit_per_day"]),
            "networks": read_networks(options["network"]),
            "tenant": options["tenant"],
        }
        made = details | {"name": options["name"], "test_mode": options["test_mode"], "now": timezone.now()}
        # What a person stands behind does no more than they may.
        is_alone = owner is None and bool(scopes)
        try:
            if options["ask"] and is_alone:
                self._ask(made, person=_find(options["ask"]))
                return
            with transaction.atomic(), self._alone(details, made) if is_alone else nullcontext():
                issued = create_api_client(
                    **made,
                    expires_at=read_expiry(options["expires_at"]),
                    maker=Maker(door=self.actor.door),
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        write_key(self.stdout, issued, as_json=options["json"])

    @property
    def actor(self) -> Actor:
        return Actor(kind=ActorKind.SYSTEM, id=self.name, label=self.name, door=f"command:{self.name}")

    def _alone(self, details: dict[str, Any], made: dict[str, Any]) -> AbstractContextManager[None]:
        return acting_alone(
            kind=ChangeKind.CLIENT,
            subject_id="",
            label=made["name"],
            before=None,
            after=state_of_new_client(**details),
            actor=self.actor,
            now=made["now"],
        )

    @transaction.atomic
    def _ask(self, made: dict[str, Any], *, person: User) -> None:
        client = add_api_client(**made | {"scopes": []})
        stands = state_of(ChangeKind.CLIENT, client)
        change = ask_change(
            kind=ChangeKind.CLIENT,
            subject_id=str(client.pk),
            label=client.name,
            before=stands,
            after=stands | {"scopes": sorted(made["scopes"])},
            person=person,
            actor=self.actor,
            now=made["now"],
        )
        self.stderr.write(
            f"What {client.name} may do waits for a second administrator, as change {change.pk}. "
            f"Then make its key: manage.py rotate_api_key {client.name!r}"
        )


def _find(username: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None:
        raise CommandError(f"Nobody has the sign-in name {username!r}.")
    return person


def _read_limits(option: str, texts: list[str]) -> dict[str, int]:
    try:
        return parse_issue_limits(texts)
    except ValueError as error:
        raise CommandError(f"{option}: {error}") from error
