"""Raw SQL ends a change of access no otherwise than it may end, and makes nobody's key that nobody agreed to."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from storecredit.api.operations import Maker, add_api_client, rotate_api_key
from storecredit.backoffice.access.rights import FILE
from storecredit.backoffice.models import AccessChange, ChangeKind
from tests.audit.test_access_is_held import as_nobody
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.defaults import NOW
from tests.factories.people import UserFactory
from tests.ledger.test_application_role import as_application

pytestmark = pytest.mark.django_db
LATE = AccessChangeFactory.expires_at


@pytest.fixture
def asker() -> User:
    return UserFactory.create(username="ann", is_superuser=True)


@pytest.fixture
def other() -> User:
    return UserFactory.create(username="bob", is_superuser=True)


def end(change: AccessChange, state: str, by: User | None, at: Any = NOW) -> None:
    with transaction.atomic():
        AccessChange.objects.filter(pk=change.pk).update(
            state=state, decided_by=by, decided_door="admin", decided_at=at
        )


@pytest.mark.parametrize("kind", ChangeKind.values)
def test_it_ends_in_one_of_four_ways_and_each_has_its_own_who(kind: str, asker: User, other: User):
    change = AccessChangeFactory.create(kind=kind, subject_id="", asked_by=asker)

    for state, by, at in (
        ("APPLIED", other, NOW),
        ("APPLIED", asker, NOW),
        ("DOING", asker, NOW),
        ("WITHDRAWN", other, NOW),
        ("WITHDRAWN", None, NOW),
        ("REFUSED", asker, NOW),
        ("EXPIRED", None, LATE - timedelta(seconds=1)),
        ("EXPIRED", other, LATE),
    ):
        with pytest.raises(IntegrityError, match="backoffice_accesschange_"):
            end(change, state, by, at)

    for state, by, at in (
        ("WITHDRAWN", asker, NOW),
        ("REFUSED", other, NOW),
        ("REFUSED", None, NOW),
        ("EXPIRED", None, LATE),
    ):
        ended = AccessChangeFactory.create(kind=kind, subject_id="", asked_by=asker)
        end(ended, state, by, at)
        for again in ("WAITING", "DOING", "APPLIED", "REFUSED", "WITHDRAWN", "EXPIRED"):
            with pytest.raises(IntegrityError, match="backoffice_accesschange_"):
                end(ended, again, other)


def agree(asker: User, other: User, client: Any, at: Any = NOW, **what: Any) -> None:
    said = {"kind": ChangeKind.KEY, "before": {"reader": ""}, "after": {"reader": "ann"}} | what
    change = AccessChangeFactory.create(subject_id=str(client.pk), asked_by=asker, **said)
    end(change, "DOING", other, at)
    with transaction.atomic():
        AccessChange.objects.filter(pk=change.pk).update(state="APPLIED")


def make_key(client: Any, person: User, at: Any = NOW) -> None:
    """As a page would that forgets to ask."""
    with transaction.atomic(), as_nobody() if connection.vendor == "sqlite" else as_application():
        rotate_api_key(name=client.name, now=at, maker=Maker(door="admin", person=person))


def given_client(scopes: list[str]) -> Any:
    return add_api_client(name="till", scopes=scopes, now=NOW)


@pytest.fixture
def role() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FILE.read_text(encoding="utf-8"))


@pytest.mark.usefixtures("role")
def test_nobodys_key_that_moves_money_is_read_by_whom_another_agreed_to_once_and_soon(asker: User, other: User):
    client = given_client(["store_credit:issue"])
    with pytest.raises(IntegrityError, match="api_apikey_agreed_by_another"):
        make_key(client, asker)

    agree(asker, other, client)
    for person, at in ((other, NOW), (asker, NOW + timedelta(days=3, seconds=1))):
        with pytest.raises(IntegrityError, match="api_apikey_agreed_by_another"):
            make_key(client, person, at)
    make_key(client, asker, NOW + timedelta(hours=1))
    with pytest.raises(IntegrityError, match="api_apikey_agreed_by_another"):
        make_key(client, asker, NOW + timedelta(hours=2))


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize(("before", "is_agreed"), [([], True), (["store_credit:issue"], False)])
def test_who_agreed_to_what_a_new_client_does_agreed_to_its_first_key(asker, other, before, is_agreed):
    client = given_client(["store_credit:issue"])
    after = {"scopes": ["store_credit:issue"]}
    agree(asker, other, client, kind=ChangeKind.CLIENT, before={"scopes": before}, after=after)

    if not is_agreed:
        with pytest.raises(IntegrityError, match="api_apikey_agreed_by_another"):
            make_key(client, asker)
        return
    make_key(client, asker, NOW + timedelta(minutes=1))
    with pytest.raises(IntegrityError, match="api_apikey_agreed_by_another"):
        make_key(client, asker, NOW + timedelta(minutes=2))


@pytest.mark.usefixtures("role")
def test_a_key_that_only_looks_asks_for_nobody(asker: User):
    client = given_client(["store_credit:read"])

    make_key(client, asker)

    assert client.keys.count() == 1
