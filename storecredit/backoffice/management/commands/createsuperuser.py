"""Django's own command. A superuser may do everything and nobody agrees to it here: whoever could have is told."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.operations import Actor, ActorKind
from storecredit.audit.management.told import ToldCommand
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.models import ChangeKind


class Command(ToldCommand, createsuperuser.Command):
    name = "createsuperuser"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.UserModel: Any = _People()


class _People:
    """The model of people as the command uses it; whoever it makes a superuser stands in a change of access."""

    def __getattr__(self, name: str) -> Any:
        return getattr(User, name)

    def __call__(self, **fields: Any) -> User:
        return User(**fields)

    @property
    def _default_manager(self) -> "_People":
        return self

    def db_manager(self, using: str) -> "_People":
        return self

    def get_by_natural_key(self, username: str) -> User:
        return User.objects.get_by_natural_key(username)

    def create_superuser(self, **fields: Any) -> User:
        username = fields["username"]
        with acting_alone(
            kind=ChangeKind.PERSON,
            subject_id="",
            label=username,
            before=None,
            after={"roles": [], "superuser": True, "email": fields.get("email") or ""},
            actor=Actor(kind=ActorKind.SYSTEM, id=Command.name, label=Command.name, door=f"command:{Command.name}"),
            now=timezone.now(),
        ):
            return User.objects.create_superuser(**fields)
