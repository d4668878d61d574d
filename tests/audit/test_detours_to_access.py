"""What lets somebody do more by a detour: another's key taken on, or a first step that alone raises nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, IntegrityError, transaction

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import ShippedGrant
from storecredit.backoffice.triggers.held import SHIPPED_ROLES
from tests.audit.test_access_is_held import intruder, shop
from tests.ledger.attacks import run

pytestmark = pytest.mark.django_db

__all__ = ["intruder", "shop"]
#: Whoever has another's key has all that other tables give to it, and those tables see no change.
KEPT = (
    "auth_user",
    "auth_group",
    "backoffice_shippedgrant",
    "auth_user_groups",
    "credits_approverlimit",
    "credits_issuelimit",
    "credits_issueceiling",
    "credits_approvalpolicy",
    "api_apiclient",
)
FIRST_STEPS = {
    "a role called as one that is shipped": (
        "auth_group", "UPDATE auth_group SET name = ' finance' WHERE name = 'Night'"
    ),
    "another role called as one that is shipped": ("auth_group", "INSERT INTO auth_group (name) VALUES ('AGENT')"),
    "the limit of a role that nobody has yet": ("credits_issuelimit", "DELETE FROM credits_issuelimit"),
    "what a role was given once": ("backoffice_shippedgrant", "DELETE FROM backoffice_shippedgrant"),
    "what another role was given once": (
        "backoffice_shippedgrant", "UPDATE backoffice_shippedgrant SET permission = permission || '.'"
    ),
    "what a role was never given": (
        "backoffice_shippedgrant",
        "INSERT INTO backoffice_shippedgrant (role, group_id, permission) "
        "SELECT 'Finance', MIN(group_id), 'ledger.nothing' FROM backoffice_shippedgrant",
    ),
    "a name that is free again": ("auth_user", "UPDATE auth_user SET last_login = NULL WHERE username = 'bob'"),
    "a scope that compares with none": (
        "api_apiclient", "UPDATE api_apiclient SET scopes = '[\"customers:read\", null]'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", KEPT)
def test_nothing_takes_on_the_key_of_another(table: str, intruder):
    refusal = f"{table}_keeps_key|permission denied for table {table}"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), intruder:
        run(f"UPDATE {table} SET id = id + 1000000")


@pytest.mark.parametrize(("table", "statement"), FIRST_STEPS.values(), ids=FIRST_STEPS)
def test_the_first_of_two_steps_is_refused(table: str, statement: str, intruder):
    run("UPDATE auth_user SET last_login = '2026-01-01' WHERE username = 'bob'")
    run("DELETE FROM auth_user_groups")

    # What the application never does to a table it has no right to, either.
    refusal = f"{table}_is_held|permission denied for table {table}"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), intruder:
        run(statement)


def test_a_scope_is_held_also_where_an_earlier_one_compares_with_none(intruder):
    run("UPDATE api_apiclient SET scopes = '[\"customers:read\", null]'")

    with pytest.raises(IntegrityError, match="api_apiclient_is_held"), transaction.atomic(), intruder:
        run('UPDATE api_apiclient SET scopes = \'["customers:read", null, "cards:issue"]\'')


def test_a_deleted_role_takes_along_what_it_was_given_once_and_nothing_else(intruder):
    others = ShippedGrant.objects.exclude(role="Agent").count()

    with intruder:
        Group.objects.get(name="Agent").delete()

    assert (ShippedGrant.objects.filter(role="Agent").count(), ShippedGrant.objects.count()) == (0, others)
    assert not Permission.objects.filter(group__name="Agent").exists()


def test_the_names_of_the_shipped_roles_are_those_that_the_database_keeps():
    assert sorted(role.lower() for role in ROLES) == list(SHIPPED_ROLES)
