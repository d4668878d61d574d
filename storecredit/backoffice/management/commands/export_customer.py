"""`manage.py export_customer`: all that is held on one person, in one ZIP."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ledger.errors import DomainError
from ledger.operations import Actor, ActorKind
from ledger.queries import get_customer
from storecredit.audit.management.told import ToldCommand
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.backoffice.privacy.exporting import export_person


class Command(ToldCommand):
    name = "export_customer"
    help = (
        "Write all that is held on a customer into a ZIP: person.json and person.html. No codes of cards and no "
        "secrets are in it. That it was written is told among the activities."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", help="number or document id")
        parser.add_argument("file", type=Path, help="the ZIP to write; it must not exist")
        parser.add_argument("--test", action="store_true", help="a test customer")

    def handle(self, *args: Any, **options: Any) -> None:
        now, path = timezone.now(), options["file"]
        actor = Actor(kind=ActorKind.SYSTEM, id=self.name, label=self.name, door=f"command:{self.name}")
        try:
            customer = get_customer(identifier=options["customer"], test_mode=options["test"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        try:
            with transaction.atomic(), path.open("xb") as file:
                path.chmod(0o600)
                file.write(export_person(customer_id=customer.pk, now=now))
                subject = Subject("ledger.customer", str(customer.pk), customer.number)
                record_activity(actor=actor, kind=ActivityKind.EXPORTED, subject=subject, now=now)
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error.strerror}.") from error
        self.stdout.write(f"All that is held on customer {customer.number} is in {path}.")
