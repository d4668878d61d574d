from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from storecredit.audit.operations import ActivityKind, record_activity
from storecredit.backoffice.access.signing_in.records import subject_of
from storecredit.backoffice.access.signing_in.recovering import lift_lock
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.changes.factors import take_factors
from storecredit.backoffice.changes.logins import path_to_choose_password
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import ChangeKind


class Command(Job):
    name = "let_back_in"
    help = (
        "Take away the second factors, sessions and password of somebody who cannot sign in and whom no colleague can "
        "help, lift any lock, and print the link under which they begin anew. It is written down for ever, with the "
        "reason. Whoever has a colleague who manages the staff is helped from their page instead. Exit code 0: done, "
        "1: refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="who cannot sign in")
        parser.add_argument("--why", metavar="TEXT", default="", help="what happened; it is written down")
        parser.add_argument("--even-so", action="store_true", help="though a colleague could help them")

    def handle(self, *args: Any, **options: Any) -> None:
        why = options["why"].strip()
        if not why:
            raise CommandError("Say what happened with --why: it is written down.", returncode=COULD_NOT_RUN)
        person = User.objects.filter(username=options["username"], is_active=True, is_staff=True).first()
        if person is None:
            raise CommandError(f"Nobody who may sign in is called {options['username']}.", returncode=REFUSED)
        helpers = _list_helpers(person)
        if helpers and not options["even_so"]:
            raise CommandError(
                f"{helpers[0].get_username()} manages the staff: ask them. They do it from the page of "
                f"{person.get_username()}. (--even-so if they cannot be asked.)",
                returncode=REFUSED,
            )
        now = timezone.now()
        alone = acting_alone(
            kind=ChangeKind.FACTORS,
            subject_id=str(person.pk),
            label=person.get_username(),
            before=state_of(ChangeKind.FACTORS, person),
            after={"factors": [], "why": why[:500]},
            actor=self.actor,
            now=now,
        )
        with alone:
            taken = take_factors(User.objects.select_for_update().get(pk=person.pk))
            lift_lock(person)
            record_activity(
                actor=self.actor,
                kind=ActivityKind.FACTORS_TAKEN,
                subject=subject_of(person),
                details={"factors": taken, "why": why},
                now=now,
            )
        person.refresh_from_db()
        self.stdout.write(f"{settings.SITE_URL}{path_to_choose_password(person)}")
        self.stderr.write("Give the link to nobody but them: whoever opens it first chooses their password.")


def _list_helpers(person: User) -> list[User]:
    """Who could help from the person's page."""
    may: QuerySet[User] = User.objects.with_perm(
        "auth.change_user", backend="django.contrib.auth.backends.ModelBackend"
    )
    others = may.filter(is_staff=True).exclude(pk=person.pk).order_by("pk")
    return list(others.filter(is_superuser=True) if person.is_superuser else others)
