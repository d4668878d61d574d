"""Whoever writes past the program says when something was: no moment is taken that no page could show."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from storecredit.audit.models import Activity
from tests.audit.test_access_is_held import intruder, intruder_again
from tests.factories.audit import ActivityFactory
from tests.factories.backoffice import CommentFactory
from tests.factories.credits import CreditRequestEventFactory
from tests.factories.giftcards import CardEventFactory
from tests.factories.ledger import AccountEventFactory
from tests.factories.people import UserFactory
from tests.ledger.attacks import post_by_hand, refused_by, run
from tests.scenarios import given_account

pytestmark = pytest.mark.django_db
__all__ = ["intruder"]

NEVER: dict[str, list[Any]] = {
    "postgresql": [
        "infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "9999-12-31 23:59:59+00", "1899-12-31 23:59:59+00",
    ],
    "sqlite": [
        "9999-12-31 23:59:59", "1899-12-31 23:59:59", "2026-02-31 00:00:00", "2026-02-03", "2026-02-03 00:00:00.",
        "soon", "2026-02-03 00:00:00+25:00", "2026-02-03 00:00:00.1234567", 20260203,
    ],
}  # fmt: skip
HISTORIES = (ActivityFactory, CommentFactory, CardEventFactory, AccountEventFactory, CreditRequestEventFactory)


@pytest.mark.parametrize("factory", HISTORIES)
def test_no_history_takes_a_moment_that_no_page_could_show(factory: Any):
    row = factory.create()
    table, key = row._meta.db_table, row._meta.pk.column
    others = [field.column for field in row._meta.concrete_fields if field.column not in (key, "created_at")]
    columns = ", ".join(f'"{column}"' for column in others)

    for moment in NEVER[connection.vendor]:
        # what a history says of a card or an account may refuse it first
        with pytest.raises(IntegrityError, match=f"{table}_(dated|chain)"), transaction.atomic():
            run(f"INSERT INTO {table} ({columns}, created_at) SELECT {columns}, %s FROM {table}", moment)


def test_nor_does_an_entry():
    for moment in NEVER[connection.vendor]:
        account = given_account()
        with refused_by("ledger_transaction_dated"):
            post_by_hand(account, 100, created_at=moment)


def say(**who: Any) -> None:
    """As raw SQL says who acts, and when."""
    said = {"kind": "STAFF", "id": "7", "label": "alice", "door": "admin"} | who
    if connection.vendor == "postgresql":
        run("SELECT set_config('storecredit.actor', %s, true)", json.dumps(said))
    program: Any = connection
    program.audit_actor = json.dumps(said)


def switch_off(name: str, said_at: Any) -> None:
    say(at=said_at)
    run("UPDATE auth_user SET is_active = FALSE WHERE username = %s", name)


@pytest.fixture(autouse=True)
def _nobody_acts():
    yield
    program: Any = connection
    program.audit_actor = None


def test_what_is_told_has_no_such_moment_either_whoever_says_when_they_act(intruder):
    person = UserFactory.create(username="bob", is_active=True)
    count = Activity.objects.count()

    for moment in NEVER[connection.vendor]:
        with pytest.raises(IntegrityError, match="audit_activity_dated"), transaction.atomic(), intruder_again():
            switch_off("bob", said_at=moment)

    assert (User.objects.get(pk=person.pk).is_active, Activity.objects.count()) == (True, count)
