"""The shipped roles: made by migrate, and never against what an administrator decided."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES, grant_shipped_roles
from storecredit.backoffice.models import ShippedGrant
from tests.backoffice.staff import Staff, page_url, text_of
from tests.credits.requests import given_issue_limit
from tests.factories.people import PreferencesFactory

pytestmark = pytest.mark.django_db

_LIMITS = ("approvalpolicy", "issuelimit", "issueceiling", "approverlimit")


def migrate_again() -> None:
    """What every migrate sends at its end, app by app."""
    for app in apps.get_app_configs():
        post_migrate.send(sender=app, app_config=app, verbosity=0, interactive=False, using="default", apps=apps)


def permissions_of(role: str) -> set[str]:
    found = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


@pytest.mark.parametrize("role", ROLES)
def test_a_fresh_database_has_every_role_with_what_it_is_shipped_with(role):
    assert permissions_of(role) == ROLES[role]


def test_only_those_move_money_whose_job_it_is():
    moving = {
        "ledger.issue_credit",
        "ledger.debit_credit",
        "ledger.adjust_credit",
        "ledger.reverse_transaction",
        "ledger.freeze_account",
        "ledger.release_hold",
    }

    assert {role: sorted(names & moving) for role, names in ROLES.items() if names & moving} == {
        "Agent": ["ledger.debit_credit", "ledger.issue_credit"],
        "Finance": [
            "ledger.adjust_credit",
            "ledger.freeze_account",
            "ledger.release_hold",
            "ledger.reverse_transaction",
        ],
    }


def test_nobody_is_shipped_with_the_right_to_delete_what_has_a_history_or_to_edit_the_books():
    limits = {f"credits.delete_{model}" for model in _LIMITS}
    for names in ROLES.values():
        assert {name for name in names if ".delete_" in name} <= {"auth.delete_group", *limits}
        assert not names & {
            f"ledger.{verb}_{model}"
            for verb in ("add", "change")
            for model in ("account", "transaction", "lot", "hold")
        }


def test_what_an_older_version_shipped_is_taken_back_once_and_what_the_shop_gave_itself_stays():
    # given an administrator of a version that let them adjust, and a shop that lets them issue
    role = Group.objects.get(name="Administrator")
    role.permissions.add(permission("ledger.adjust_credit"), permission("ledger.issue_credit"))
    ShippedGrant.objects.create(role="Administrator", group=role, permission="ledger.adjust_credit")

    migrate_again()

    assert permissions_of("Administrator") == ROLES["Administrator"] | {"ledger.issue_credit"}
    assert ShippedGrant.objects.get(role="Administrator", permission="ledger.adjust_credit").taken_back_at is not None

    # and if the shop gives it again by itself, that is the shop's
    role.permissions.add(permission("ledger.adjust_credit"))
    migrate_again()
    assert "ledger.adjust_credit" in permissions_of("Administrator")


def test_an_administrator_neither_moves_money_nor_decides_nor_sees_a_code():
    rights = {name for name in ROLES["Administrator"] if not name.partition(".")[2].startswith("view_")}

    assert sorted(rights) == [
        "api.add_apiclient",
        "api.change_apiclient",
        "auth.add_group",
        "auth.add_user",
        "auth.change_group",
        "auth.change_user",
        "auth.delete_group",
        "backoffice.add_comment",
        "backoffice.drop_import",
        "backoffice.withdraw_comment",
        "checkouts.change_checkoutrules",
        "checkouts.manage_webhook_secrets",
        *sorted(f"credits.{verb}_{model}" for verb in ("add", "change", "delete") for model in _LIMITS),
        *sorted(f"ledger.{verb}_{model}" for verb in ("add", "change") for model in ("bookrules", "reason")),
    ]


def test_migrating_again_changes_nothing():
    before = {role: permissions_of(role) for role in ROLES}, ShippedGrant.objects.count()

    migrate_again()
    migrate_again()

    assert ({role: permissions_of(role) for role in ROLES}, ShippedGrant.objects.count()) == before


def test_what_an_administrator_took_away_or_added_stays_so():
    agent = Group.objects.get(name="Agent")
    agent.permissions.remove(permission("ledger.debit_credit"))
    agent.permissions.add(permission("ledger.adjust_credit"))

    migrate_again()

    assert permissions_of("Agent") == ROLES["Agent"] - {"ledger.debit_credit"} | {"ledger.adjust_credit"}


def test_a_deleted_role_comes_back_whole():
    Group.objects.get(name="Agent").delete()

    migrate_again()

    assert permissions_of("Agent") == ROLES["Agent"]


def test_a_role_of_the_shop_s_own_is_given_nothing_because_of_its_name():
    Group.objects.get(name="Agent").delete()
    Group.objects.create(name="Agent")

    migrate_again()

    assert permissions_of("Agent") == set()


def test_a_renamed_role_keeps_its_name_and_is_not_made_twice():
    Group.objects.filter(name="Agent").update(name="Front desk")

    migrate_again()

    assert not Group.objects.filter(name="Agent").exists()
    assert permissions_of("Front desk") == ROLES["Agent"]


def test_a_permission_of_a_later_version_is_given_once_to_roles_that_exist(monkeypatch):
    content_type = ContentType.objects.get(app_label="ledger", model="account")
    Permission.objects.create(codename="print_statement", name="Can print statements", content_type=content_type)
    monkeypatch.setitem(ROLES, "Viewer", ROLES["Viewer"] | {"ledger.print_statement"})

    migrate_again()
    assert "ledger.print_statement" in permissions_of("Viewer")
    Group.objects.get(name="Viewer").permissions.remove(permission("ledger.print_statement"))
    migrate_again()

    assert "ledger.print_statement" not in permissions_of("Viewer")


def test_a_role_waits_for_the_permissions_of_apps_that_are_not_there_yet(monkeypatch):
    monkeypatch.setitem(ROLES, "Card manager", ROLES["Card manager"] | {"giftcards.block_giftcard"})

    migrate_again()
    grant_shipped_roles(using="default", app_label="giftcards")

    assert permissions_of("Card manager") == ROLES["Card manager"] - {"giftcards.block_giftcard"}


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_gets_its_roles_back():
    call_command("flush", interactive=False, verbosity=0)

    assert {role: permissions_of(role) for role in ROLES} == ROLES


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_other_role_is_called_like_one_that_is_shipped(language):
    name = {"en": "finance ", "de": "Einsicht"}[language]
    desk, administrator = Group.objects.create(name="Desk"), Staff("Administrator", username="alice")
    PreferencesFactory(person=administrator.user, language=language)

    renamed = administrator.send(page_url(desk), name=name)
    added = administrator.send(reverse("admin:auth_group_add"), name=name)

    words = {"en": "is what a role that comes with the program is called", "de": "Wählen Sie einen anderen Namen"}
    assert [words[language] in text_of(answer) for answer in (renamed, added)] == [True, True]
    assert set(Group.objects.values_list("name", flat=True)) == {*ROLES, "Desk"}


def test_a_role_is_deleted_once_it_has_no_limit():
    desk, administrator = Group.objects.create(name="Desk"), Staff("Administrator", username="alice")
    limit = given_issue_limit(desk, "50.00 USD")
    gone = reverse("admin:auth_group_delete", args=[desk.pk])

    assert administrator.send(gone, post="yes").status_code == 403
    limit.delete()
    administrator.send(gone, post="yes")

    assert not Group.objects.filter(pk=desk.pk).exists()
