from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from storecredit.audit.operations import ActivityKind, record_activity
from storecredit.backoffice.access.signing_in.records import subject_of
from storecredit.backoffice.access.signing_in.recovering import lift_lock
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.changes.factors import is_reachable, take_factors
from storecredit.backoffice.changes.logins import path_to_choose_password
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.queries import list_people_with


class Command(Job):
    name = "let_back_in"
    help = (
        "Take away the second factors, sessions and password of somebody who cannot sign in and whom no two colleagues "
        "can help, lift any lock, and print the link under which they begin anew. It is written down for ever, with "
        "the reason. Whoever has two colleagues who manage the staff, and an address to which mail goes out, is helped "
        "from their page instead. Where one colleague has asked for it there, this takes the place of what waits; or "
        "decide_access_change ID --approve agrees to it. Exit code 0: done, 1: refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="who cannot sign in")
        parser.add_argument("--why", metavar="TEXT", default="", help="what happened; it is written down")
        parser.add_argument("--even-so", action="store_true", help="though two colleagues could help them")

    def handle(self, *args: Any, **options: Any) -> None:
        why = options["why"].strip()
        if not why:
            raise CommandError("Say what happened with --why: it is written down.", returncode=COULD_NOT_RUN)
        person = User.objects.filter(username=options["username"], is_active=True, is_staff=True).first()
        if person is None:
            raise CommandError(f"Nobody who may sign in is called {options['username']}.", returncode=REFUSED)
        helpers = _find_helpers(person)
        if helpers is not None and not options["even_so"]:
            asking, agreeing = (helper.get_username() for helper in helpers)
            raise CommandError(
                f"{asking} and {agreeing} manage the staff: ask them. One asks for it from the page of "
                f"{person.get_username()}, and the other agrees. (--even-so if they cannot be asked.)",
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


def _find_helpers(person: User) -> tuple[User, User] | None:
    """Who could ask for it from the person's page, and who could agree, where a link would then reach them."""
    if not is_reachable(person):
        return None
    agreeing: list[User] = list(list_people_with(right="auth.change_user").exclude(pk=person.pk))
    # A superuser's page is changed by superusers alone.
    asking = [helper for helper in agreeing if helper.is_superuser or not person.is_superuser]
    if not asking or len(agreeing) < 2:
        return None
    return asking[0], next(helper for helper in agreeing if helper != asking[0])
