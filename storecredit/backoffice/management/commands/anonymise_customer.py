"""`manage.py anonymise_customer`: make a customer nobody, as one person asks and another approves."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ledger.errors import DomainError
from ledger.operations import Actor, ActorKind
from ledger.queries import get_customer
from storecredit.audit.management.told import ToldCommand
from storecredit.backoffice.privacy.anonymising import anonymise, find_traces
from storecredit.credits.operations import CustomerRequestKind, Party, approve_about_customer, ask_about_customer

_DOOR = "command:anonymise_customer"


class Command(ToldCommand):
    name = "anonymise_customer"
    untold = frozenset({"why"})
    help = (
        "Erase what a customer is called or can be reached by, everywhere and for good. One person asks for it and "
        "another, who may decide about customers, approves it. Refused while the shop owes them anything."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", help="number or document id")
        parser.add_argument("--asked-by", required=True, metavar="LOGIN")
        parser.add_argument("--approved-by", required=True, metavar="LOGIN")
        parser.add_argument("--why", required=True, help="stands in the request until it is done")
        parser.add_argument("--test", action="store_true", help="a test customer")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        asker, approver = _party(options["asked_by"]), _party(options["approved_by"])
        try:
            customer = get_customer(identifier=options["customer"], test_mode=options["test"])
            traces = find_traces(customer_id=customer.pk)
            with transaction.atomic():
                request = ask_about_customer(
                    kind=CustomerRequestKind.ANONYMISE,
                    customer_id=customer.pk,
                    party=asker,
                    now=now,
                    note=options["why"],
                )
                approved = approve_about_customer(request_id=request.pk, party=approver, now=now)
                count = anonymise(request=approved, traces=traces, actor=approver.actor, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from error
        customer.refresh_from_db()
        self.stdout.write(f"Customer {customer.number} is anonymous. Rows of which something was erased: {count}.")


def _party(login: str) -> Party:
    person: Any = get_user_model().objects.filter(username=login, is_active=True).first()
    if person is None:
        raise CommandError(f"Nobody who may sign in is called {login}.")
    actor = Actor(kind=ActorKind.STAFF, id=str(person.pk), label=login, door=_DOOR)
    return Party(actor=actor, person_id=person.pk)
