"""Nobody is let do more than before without an approved change of access: by whatever statement, whoever makes it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from moneyed import Money

from ledger.operations import Actor
from storecredit.api.models import ApiClient
from storecredit.audit.operations import acting
from storecredit.backoffice.access.rights import FILE
from storecredit.backoffice.changes.deciding import approve_change, ask_change
from storecredit.backoffice.changes.subjects import RIGHTS, state_of
from storecredit.backoffice.findings import list_findings
from storecredit.backoffice.models import AccessChange, ChangeKind, Notice, NoticeKind
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, IssueCeiling, IssueLimit
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import PersonCustomerFactory
from tests.factories.defaults import NOW, STAFF, SYSTEM
from tests.factories.people import UserFactory
from tests.factories.vendor import WebhookSecretFactory
from tests.ledger.attacks import run
from tests.ledger.test_application_role import as_application

pytestmark = pytest.mark.django_db


@contextmanager
def as_nobody() -> Iterator[None]:
    """SQLite has no roles: whoever comes by the program's connection and says nothing of what is shipped."""
    program: Any = connection
    before, program.access_unheld = program.access_unheld, ""
    try:
        yield
    finally:
        program.access_unheld = before


@pytest.fixture
def intruder() -> AbstractContextManager[None]:
    """What raw SQL is run as: on PostgreSQL the role of the application, which owns nothing."""
    if connection.vendor == "sqlite":
        return as_nobody()
    with connection.cursor() as cursor:
        cursor.execute(FILE.read_text(encoding="utf-8"))
    return as_application()


def usd(amount: str) -> Money:
    return Money(amount, "USD")


@pytest.fixture(autouse=True)
def shop() -> None:
    """A shop where everything has a limit."""
    desk, night = Group.objects.create(name="Desk"), Group.objects.create(name="Night")
    UserFactory.create(username="gone", is_active=False)
    bob = UserFactory.create(username="bob", email="bob@example.com", is_staff=False)
    PersonCustomerFactory.create(person=UserFactory.create(username="dora", groups=[desk]))
    IssueLimit.objects.create(group=desk, currency="USD", amount=usd("50.00"), per_day=usd("200.00"))
    IssueCeiling.objects.all().delete()
    IssueCeiling.objects.create(currency="USD", amount=usd("500.00"))
    ApproverLimit.objects.create(user=bob, currency="USD", per_request=usd("10.00"), per_day=usd("20.00"))
    ApproverLimit.objects.create(group=night, currency="USD", per_request=usd("90.00"))
    ApprovalPolicy.objects.create(currency="USD", auto_approve_up_to_minor=100, second_approval_above_minor=5000)
    ApiClient.objects.create(
        name="till",
        scopes=["customers:read"],
        issue_limits={"USD": 5000},
        networks=["192.0.2.0/24"],
        tenant="one",
        test_mode=True,
        created_at=NOW,
    )
    WebhookSecretFactory.create(waits=True)


_BOB = "(SELECT id FROM auth_user WHERE username = 'bob')"
_NIGHT = "(SELECT id FROM auth_group WHERE name = 'Night')"
_DESK = "(SELECT id FROM auth_group WHERE name = 'Desk')"
_RIGHT = "(SELECT MIN(id) FROM auth_permission)"
RAISES = {
    "a superuser": ("auth_user", "UPDATE auth_user SET is_superuser = TRUE WHERE username = 'bob'"),
    "staff": ("auth_user", "UPDATE auth_user SET is_staff = TRUE WHERE username = 'bob'"),
    "a superuser anew": (
        "auth_user",
        "INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, "
        "date_joined) VALUES ('eve', '', '', '', '', TRUE, FALSE, TRUE, '2026-01-01')",
    ),
    "a way back in": ("auth_user", "UPDATE auth_user SET is_active = TRUE WHERE username = 'gone'"),
    "another address": ("auth_user", "UPDATE auth_user SET email = 'eve@example.com' WHERE username = 'bob'"),
    "a role": ("auth_user_groups", f"INSERT INTO auth_user_groups (user_id, group_id) VALUES ({_BOB}, {_NIGHT})"),
    "another role": ("auth_user_groups", f"UPDATE auth_user_groups SET group_id = {_NIGHT}"),
    "another's role": ("auth_user_groups", f"UPDATE auth_user_groups SET user_id = {_BOB}"),
    "a permission": (
        "auth_user_user_permissions",
        f"INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES ({_BOB}, {_RIGHT})",
    ),
    "a role's permission": (
        "auth_group_permissions",
        f"INSERT INTO auth_group_permissions (group_id, permission_id) VALUES ({_DESK}, {_RIGHT})",
    ),
    "an issue limit": ("credits_issuelimit", "UPDATE credits_issuelimit SET amount = 50.01"),
    "an issue limit of another role": ("credits_issuelimit", f"UPDATE credits_issuelimit SET group_id = {_NIGHT}"),
    "an issue limit in another currency": (
        "credits_issuelimit",
        f"INSERT INTO credits_issuelimit (group_id, currency, amount) VALUES ({_DESK}, 'EUR', 1)",
    ),
    "an issue limit of a day": ("credits_issuelimit", "UPDATE credits_issuelimit SET per_day = 200.01"),
    "no issue limit of a day": ("credits_issuelimit", "UPDATE credits_issuelimit SET per_day = NULL"),
    "no issue limit": ("credits_issuelimit", "DELETE FROM credits_issuelimit"),
    "a ceiling": ("credits_issueceiling", "UPDATE credits_issueceiling SET amount = 500.01"),
    "a ceiling of a day": ("credits_issueceiling", "UPDATE credits_issueceiling SET per_day = 5000.01"),
    "no ceiling": ("credits_issueceiling", "DELETE FROM credits_issueceiling"),
    "a high ceiling of a day": (
        "credits_issueceiling", "INSERT INTO credits_issueceiling (currency, amount, per_day) VALUES ('JPY', 1, 1e7)"
    ),
    "a high ceiling": (
        "credits_issueceiling", "INSERT INTO credits_issueceiling (currency, amount) VALUES ('JPY', 100001)"
    ),
    "a limit by request": (
        "credits_approverlimit", "UPDATE credits_approverlimit SET per_request = 10.01 WHERE per_day = 20"
    ),
    "a limit by day": ("credits_approverlimit", "UPDATE credits_approverlimit SET per_day = NULL WHERE per_day = 20"),
    "an approver": (
        "credits_approverlimit",
        f"INSERT INTO credits_approverlimit (user_id, currency, per_request) VALUES ({_BOB}, 'EUR', 1)",
    ),
    "a policy for more": (
        "credits_approvalpolicy", "UPDATE credits_approvalpolicy SET auto_approve_up_to_minor = 101"
    ),
    "no second approval": (
        "credits_approvalpolicy", "UPDATE credits_approvalpolicy SET second_approval_above_minor = NULL"
    ),
    "no policy": ("credits_approvalpolicy", "DELETE FROM credits_approvalpolicy"),
    "a policy besides": (
        "credits_approvalpolicy",
        "INSERT INTO credits_approvalpolicy (code, currency, kind, auto_approve_up_to_minor) "
        "VALUES ('vip', 'USD', '', 1)",
    ),
    "another customer": ("credits_personcustomer", f"UPDATE credits_personcustomer SET person_id = {_BOB}"),
    "no customer": ("credits_personcustomer", "DELETE FROM credits_personcustomer"),
    "scopes": ("api_apiclient", "UPDATE api_apiclient SET scopes = '[\"customers:read\", \"cards:issue\"]'"),
    "a client's limit": ("api_apiclient", "UPDATE api_apiclient SET issue_limits = '{\"USD\": 5001}'"),
    "no limit of a client": ("api_apiclient", "UPDATE api_apiclient SET issue_limits = '{ }'"),
    "a client's further currency": (
        "api_apiclient", "UPDATE api_apiclient SET issue_limits = '{\"USD\": 5000, \"EUR\": 1}'"
    ),
    "a wider network": ("api_apiclient", "UPDATE api_apiclient SET networks = '[\"192.0.0.0/16\"]'"),
    "no network": ("api_apiclient", "UPDATE api_apiclient SET networks = '[]'"),
    "a higher rate": ("api_apiclient", "UPDATE api_apiclient SET rate = '11/s'"),
    "more guesses": ("api_apiclient", "UPDATE api_apiclient SET miss_limit = '2/min'"),
    "another tenant": ("api_apiclient", "UPDATE api_apiclient SET tenant = ''"),
    "real money": ("api_apiclient", "UPDATE api_apiclient SET test_mode = FALSE"),
    "a webhook secret that waits": ("checkouts_webhooksecret", "UPDATE checkouts_webhooksecret SET waits = FALSE"),
    "another webhook secret": (
        "checkouts_webhooksecret",
        "INSERT INTO checkouts_webhooksecret (id, label, cipher, cipher_key, test_mode, waits, retired_by, actor_kind, "
        "actor_id, actor_label, door, request_id, created_at) SELECT '00000000000000000000000000000001', label, "
        "cipher, cipher_key, FALSE, FALSE, '', actor_kind, actor_id, actor_label, door, request_id, created_at "
        "FROM checkouts_webhooksecret",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "statement"), RAISES.values(), ids=RAISES)
def test_raw_sql_lets_nobody_do_more_without_an_approved_change(table: str, statement: str, intruder):
    # What the application never deletes it has no right to, either.
    refusal = f"{table}_is_held|permission denied for table {table}"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), intruder:
        run(statement)


def test_what_lowers_asks_for_nobody(intruder):
    with intruder:
        for statement in (
            "UPDATE credits_issuelimit SET amount = 49",
            "UPDATE credits_issuelimit SET per_day = 199",
            "UPDATE credits_issueceiling SET amount = 499",
            "UPDATE credits_issueceiling SET per_day = 4990",
            "INSERT INTO credits_issueceiling (currency, amount) VALUES ('JPY', 100000)",
            "UPDATE credits_approverlimit SET per_request = 9, per_day = 19 WHERE per_day = 20",
            f"DELETE FROM credits_approverlimit WHERE group_id = {_NIGHT}",
            "UPDATE credits_approvalpolicy SET auto_approve_up_to_minor = NULL, second_approval_above_minor = 4999",
            "UPDATE api_apiclient SET scopes = '[]', issue_limits = '{\"USD\": 4999}', rate = '10/s', "
            "miss_limit = '1/min', networks = '[\"192.0.2.8/29\"]'",
            "UPDATE auth_user SET email = '', is_active = FALSE",
            "DELETE FROM auth_user_groups",
        ):
            run(statement)

    assert list(ApiClient.objects.values_list("networks", "issue_limits")) == [(["192.0.2.8/29"], {"USD": 4999})]
    assert not User.objects.filter(is_active=True).exists()


def test_an_approved_change_is_carried_out_and_lets_through_nothing_else(intruder):
    limit = IssueLimit.objects.get()
    before = state_of(ChangeKind.ISSUE_LIMIT, limit)
    carol = UserFactory.create(username="carol", is_superuser=True)
    change = ask_change(
        kind=ChangeKind.ISSUE_LIMIT,
        subject_id=str(limit.pk),
        label=str(limit),
        before=before,
        after=before | {"amount": "75"},
        person=UserFactory.create(),
        actor=SYSTEM,
        now=NOW,
    )
    # what waits lets nothing through
    raised = f"UPDATE credits_issuelimit SET amount = 75 WHERE id = {limit.pk}"
    with pytest.raises(IntegrityError, match="credits_issuelimit_is_held"), transaction.atomic(), intruder_again():
        run(raised)

    with intruder, acting(actor=STAFF, now=NOW):
        approve_change(change_id=change.pk, person=carol, actor=STAFF, now=NOW)

    limit.refresh_from_db()
    assert limit.amount == usd("75.00")
    # nor does what was done once
    IssueLimit.objects.update(amount=usd("50.00"))
    with pytest.raises(IntegrityError, match="credits_issuelimit_is_held"), transaction.atomic(), intruder_again():
        run(raised)


def intruder_again() -> AbstractContextManager[None]:
    return as_nobody() if connection.vendor == "sqlite" else as_application()


def test_ones_own_address_is_ones_own_to_change(intruder):
    bob = User.objects.get(username="bob")
    with intruder, acting(actor=STAFF, now=NOW), pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(email="new@example.com")

    with intruder_again(), acting(actor=own(bob), now=NOW):
        User.objects.filter(pk=bob.pk).update(email="new@example.com")

    bob.refresh_from_db()
    assert bob.email == "new@example.com"


def own(person: User) -> Actor:
    return replace(STAFF, id=str(person.pk), label=person.username)


def test_what_the_command_line_does_alone_is_told_to_whoever_could_have_decided(intruder):
    carol = UserFactory.create(
        username="carol",
        permissions=["auth.change_user", "backoffice.view_accesschange", "credits.change_approverlimit"],
    )

    with intruder:
        call_command("createsuperuser", "--noinput", "--username=root", "--email=root@example.com", verbosity=0)
        call_command("set_approver_limit", "bob", "EUR", "25.00", stdout=StringIO())

    root = User.objects.get(username="root")
    assert (root.is_superuser, root.is_staff) == (True, True)
    alone = AccessChange.objects.order_by("pk")
    assert [(each.kind, each.state, each.asked_by, each.decided_by, each.decided_door) for each in alone] == [
        ("PERSON", "APPLIED", None, None, "command:createsuperuser"),
        ("APPROVER_LIMIT", "APPLIED", None, None, "command:set_approver_limit"),
    ]
    told = Notice.objects.filter(kind=NoticeKind.CHANGED, person=carol)
    assert list(told.order_by("pk").values_list("change_id", flat=True)) == [each.pk for each in alone]


def test_a_permission_of_a_role_is_given_by_its_change_alone(intruder):
    desk = Group.objects.get(name="Desk")
    wanted, other = Permission.objects.order_by("pk")[:2]
    AccessChange.objects.create(
        kind=ChangeKind.ROLE,
        subject_id=str(desk.pk),
        subject_label="Desk",
        before={"permissions": []},
        after={"permissions": [wanted.pk]},
        asked_by=UserFactory.create(),
        created_at=NOW,
        expires_at=NOW,
    )
    decider = UserFactory.create(permissions=["auth.change_group"])
    AccessChange.objects.update(state="DOING", decided_by=decider, decided_door="admin", decided_at=NOW)

    with intruder:
        desk.permissions.add(wanted)
        with pytest.raises(IntegrityError, match="auth_group_permissions_is_held"), transaction.atomic():
            desk.permissions.add(other)

    assert list(desk.permissions.all()) == [wanted]
    AccessChange.objects.update(state="APPLIED")


@pytest.mark.parametrize("kind", ChangeKind.values)
def test_a_made_up_decider_is_one_who_may_decide_it(kind: str):
    change = AccessChangeFactory.create(kind=kind, subject_id="")
    app_label, _, codename = RIGHTS[ChangeKind(kind)].partition(".")
    other = "auth.change_group" if codename != "change_group" else "auth.change_user"
    for wrong in (
        UserFactory.create(is_superuser=True, is_active=False),
        UserFactory.create(is_superuser=True, is_staff=False),
        UserFactory.create(permissions=[other]),
    ):
        with pytest.raises(IntegrityError, match="backoffice_accesschange_by_who_may"), transaction.atomic():
            begin(change, wrong)

    begin(change, UserFactory.create(permissions=[f"{app_label}.{codename}"]))

    AccessChange.objects.filter(pk=change.pk).update(state="APPLIED")


def begin(change: AccessChange, person: User) -> None:
    """As raw SQL would, which asks nobody."""
    AccessChange.objects.filter(pk=change.pk).update(
        state="DOING", decided_by=person, decided_door="admin", decided_at=NOW
    )


def begin_and_end(change: AccessChange) -> None:
    begin(change, UserFactory.create(is_superuser=True))
    connection.check_constraints()


def test_a_change_that_is_left_under_way_or_approved_by_raw_sql_is_found():
    change = AccessChangeFactory.create()
    if connection.vendor == "postgresql":
        # when its transaction ends
        with pytest.raises(IntegrityError, match="backoffice_accesschange_is_done"), transaction.atomic():
            begin_and_end(change)

    begin(change, UserFactory.create(is_superuser=True))
    assert found() == [("access_under_way", f"change of access {change.pk}")]

    AccessChange.objects.filter(pk=change.pk).update(state="APPLIED")
    assert found() == [("access_untold", f"change of access {change.pk}")]


def test_what_is_approved_or_done_by_a_command_as_it_should_be_is_not_found():
    carol, bob = UserFactory.create(is_superuser=True), User.objects.get(username="bob")
    change = AccessChangeFactory.create(
        subject_id=str(bob.pk),
        before=state_of(ChangeKind.PERSON, bob),
        after=state_of(ChangeKind.PERSON, bob) | {"superuser": True},
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )

    approve_change(change_id=change.pk, person=carol, actor=own(carol), now=NOW)
    call_command("createsuperuser", "--noinput", "--username=root", "--email=root@example.com", verbosity=0)

    assert found() == []
    AccessChange.objects.create(
        kind="PERSON", subject_id="", subject_label="eve", before=None, after={}, created_at=NOW, expires_at=NOW
    )
    AccessChange.objects.filter(subject_label="eve").update(
        decided_door="command:nothing", decided_at=NOW, state="DOING"
    )
    AccessChange.objects.filter(subject_label="eve").update(state="APPLIED")
    assert [check for check, _ in found()] == ["access_untold", "access_without_command"]


def found() -> list[tuple[str, str]]:
    checks = ["access_under_way", "access_untold", "access_without_command"]
    return [(each.check, each.row) for each in list_findings(only=checks)]


def test_whoever_has_come_in_by_a_name_keeps_it_and_nobody_else_is_called_so(intruder):
    User.objects.filter(username="bob").update(last_login=NOW)

    with pytest.raises(IntegrityError, match="auth_user_is_held"), transaction.atomic(), intruder:
        run("UPDATE auth_user SET username = 'somebody' WHERE username = 'bob'")

    with intruder_again():
        run("UPDATE auth_user SET username = 'typo-mended' WHERE username = 'gone'")
    assert set(User.objects.values_list("username", flat=True)) >= {"bob", "typo-mended"}
