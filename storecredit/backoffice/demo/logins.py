"""Who works at the demo shop, and the program that calls its API."""

import secrets
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from ledger.operations import Actor, ActorKind
from storecredit.api.errors import ApiClientNameTaken
from storecredit.api.keys import find_prefix
from storecredit.api.operations import create_api_client, rotate_api_key
from storecredit.api.queries import list_api_clients
from storecredit.api.scopes import Scope
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.changes.subjects import state_of_new_client
from storecredit.backoffice.models import ChangeKind, ShippedGrant

CLIENT_NAME = "Demo shop"
DOOR = "command:seed_demo"
#: Who lets the demo's people and programs do what they may.
SEEDING = Actor(kind=ActorKind.SYSTEM, id="seed_demo", label="seed_demo", door=DOOR)
#: The shipped roles, by the name of the login that shows each. What one person asks for, a second one approves.
STAFF = {
    "demo-viewer": ("Viewer", "Vera", "Lind"),
    "demo-agent": ("Agent", "Anna", "Reyes"),
    "demo-approver": ("Approver", "Paul", "Osei"),
    "demo-card-manager": ("Card manager", "Carla", "Weber"),
    "demo-finance": ("Finance", "Finn", "Doyle"),
    "demo-finance-2": ("Finance", "Farah", "Nasser"),
    "demo-administrator": ("Administrator", "Ada", "Moreau"),
    "demo-administrator-2": ("Administrator", "Albin", "Kraus"),
}
_JOBS = ("expire_credit", "expire_cards", "release_holds", "process_webhooks")
_ALPHABET = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("l1o0")))


class RoleMissing(Exception):
    """A shipped role is not there; migrations make it."""


@dataclass(frozen=True, slots=True)
class Login:
    """A person of the demo. `password` is plain, for showing; it opens nothing but the demo."""

    role: str
    username: str
    password: str
    actor: Actor
    is_new: bool

    @property
    def handle(self) -> str:
        """How the story calls them: `card manager`, `finance 2`."""
        return self.username.removeprefix("demo-").replace("-", " ")


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """The demo's API client and a key of it."""

    key: str
    actor: Actor
    is_new: bool


def name_actors(logins: Iterable[Login], access: ApiAccess) -> dict[str, Actor]:
    """Everybody who acts in the story, by the names that it has for them."""
    jobs = {job: Actor(kind=ActorKind.SYSTEM, id=job, label=job, door=DOOR) for job in _JOBS}
    return {login.handle: login.actor for login in logins} | {"shop": access.actor} | jobs


@transaction.atomic
def give_logins(*, known: Mapping[str, str], now: datetime) -> list[Login]:
    """
    Staff users for the roles. None is a superuser: what they may do is what their group may do.

    :param known: passwords by user name, as a former run showed them; the user of such a one is left alone.
    :raises RoleMissing: if a role is not there.
    """
    return [_give_login(username, known, now) for username in STAFF]


@transaction.atomic
def give_api_key(*, known: str, now: datetime) -> ApiAccess:
    """
    The demo's API client with every scope that needs no person behind it.

    :param known: the key that a former run showed. If it works no more, the client gets one more.
    """
    scopes = [scope for scope in Scope.values if scope != Scope.CREDITS_APPROVE]
    try:
        with (
            transaction.atomic(),
            acting_alone(
                kind=ChangeKind.CLIENT,
                subject_id="",
                label=CLIENT_NAME,
                before=None,
                after=state_of_new_client(scopes=scopes),
                actor=SEEDING,
                now=now,
            ),
        ):
            issued = create_api_client(name=CLIENT_NAME, scopes=scopes, now=now)
    except ApiClientNameTaken:
        if known and _is_live(known, now):
            return ApiAccess(known, _client_actor(""), is_new=False)
        issued = rotate_api_key(name=CLIENT_NAME, now=now)
    return ApiAccess(issued.plain, _client_actor(str(issued.client.pk)), is_new=True)


def _give_login(username: str, known: Mapping[str, str], now: datetime) -> Login:
    role = STAFF[username][0]
    user = get_user_model().objects.filter(username=username).first()
    created = user is None
    if user is None:
        user = _make_user(username, now)
    password = known.get(username, "")
    is_new = created or not password
    if is_new:
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))
        user.set_password(password)
        user.save(update_fields=["password"])
    actor = Actor(kind=ActorKind.STAFF, id=str(user.pk), label=username, door=DOOR)
    return Login(role, username, password, actor, is_new)


def _make_user(username: str, now: datetime) -> User:
    role, first_name, last_name = STAFF[username]
    # By its grants and not by its name, which an administrator may have changed.
    grant = ShippedGrant.objects.filter(role=role).select_related("group").first()
    if grant is None:
        raise RoleMissing(role)
    email = f"{username}@example.com"
    with acting_alone(
        kind=ChangeKind.PERSON,
        subject_id="",
        label=username,
        before=None,
        after={"roles": [grant.group_id], "superuser": False, "email": email},
        actor=SEEDING,
        now=now,
    ):
        user = User.objects.create(
            username=username, first_name=first_name, last_name=last_name, email=email, is_staff=True
        )
        user.groups.add(grant.group)
    return user


def _is_live(key: str, now: datetime) -> bool:
    clients = list_api_clients(now=now)
    return any(find_prefix(key) in client.live_keys for client in clients if client.name == CLIENT_NAME)


def _client_actor(client_id: str) -> Actor:
    return Actor(kind=ActorKind.API, id=client_id, label=CLIENT_NAME, door=DOOR)
