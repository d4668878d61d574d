"""What lets somebody do more by a detour: another's key taken on, or a first step that alone raises nothing."""

import pytest
from django.db import IntegrityError, transaction

from tests.audit.test_access_is_held import intruder, shop
from tests.ledger.attacks import run

pytestmark = pytest.mark.django_db

__all__ = ["intruder", "shop"]
#: Whoever has another's key has all that other tables give to it, and those tables see no change.
KEPT = (
    "auth_user",
    "auth_group",
    "auth_user_groups",
    "credits_approverlimit",
    "credits_issuelimit",
    "credits_issueceiling",
    "credits_approvalpolicy",
    "api_apiclient",
)
FIRST_STEPS = {
    "a name that is free again": ("auth_user", "UPDATE auth_user SET last_login = NULL WHERE username = 'bob'"),
    "a scope that compares with none": (
        "api_apiclient", "UPDATE api_apiclient SET scopes = '[\"customers:read\", null]'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", KEPT)
def test_nothing_takes_on_the_key_of_another(table: str, intruder):
    with pytest.raises(IntegrityError, match=f"{table}_keeps_key"), transaction.atomic(), intruder:
        run(f"UPDATE {table} SET id = id + 1000000")


@pytest.mark.parametrize(("table", "statement"), FIRST_STEPS.values(), ids=FIRST_STEPS)
def test_the_first_of_two_steps_is_refused(table: str, statement: str, intruder):
    run("UPDATE auth_user SET last_login = '2026-01-01' WHERE username = 'bob'")

    with pytest.raises(IntegrityError, match=f"{table}_is_held"), transaction.atomic(), intruder:
        run(statement)


def test_a_scope_is_held_also_where_an_earlier_one_compares_with_none(intruder):
    run("UPDATE api_apiclient SET scopes = '[\"customers:read\", null]'")

    with pytest.raises(IntegrityError, match="api_apiclient_is_held"), transaction.atomic(), intruder:
        run('UPDATE api_apiclient SET scopes = \'["customers:read", null, "cards:issue"]\'')
