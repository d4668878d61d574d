"""Who asks, for commands that ask for credit in somebody's name."""

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from ledger.management.job import COULD_NOT_RUN
from ledger.operations import Actor, ActorKind
from storecredit.credits.errors import PersonNotFound
from storecredit.credits.operations import Party


def find_requester(*, username: str, command: str) -> Party:
    """
    The person of that sign-in name, who then cannot approve what is asked for.

    :raises CommandError: if there is none, or the login is off.
    """
    person = get_user_model().objects.filter(username=username).first()
    if person is None:
        raise CommandError(str(PersonNotFound(username=username)), returncode=COULD_NOT_RUN)
    if not person.is_active:
        raise CommandError(f"The login {username!r} is off.", returncode=COULD_NOT_RUN)
    actor = Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.get_username(), door=f"command:{command}")
    return Party(actor=actor, person_id=person.pk)
