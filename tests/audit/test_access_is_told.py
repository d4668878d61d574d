"""No change of what anybody may do goes untold: by whatever statement, whoever makes it."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.db import DatabaseError, connection, transaction

from ledger.models import BookRules
from storecredit.api.models import ApiClient
from storecredit.audit.models import Activity
from storecredit.audit.operations import acting
from storecredit.backoffice.access.rights import FILE
from storecredit.checkouts.models import CheckoutRules
from storecredit.credits.models import ApproverLimit, IssueCeiling
from tests.checkouts.events import given_secret
from tests.factories.credits import (
    ApprovalPolicyFactory,
    ApproverLimitFactory,
    IssueCeilingFactory,
    IssueLimitFactory,
)
from tests.factories.defaults import NOW, STAFF
from tests.factories.finance import GeneralLedgerRuleFactory
from tests.factories.ledger import ReasonFactory
from tests.factories.people import UserFactory
from tests.ledger.attacks import run
from tests.ledger.test_application_role import as_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def intruder():
    """What raw SQL is run as: on PostgreSQL the role of the application, which owns nothing."""
    if connection.vendor == "sqlite":
        return nullcontext()
    with connection.cursor() as cursor:
        cursor.execute(FILE.read_text(encoding="utf-8"))
    return as_application()


def told() -> list[tuple[str, str, str, dict[str, Any], dict[str, Any]]]:
    """What was written down since the last look."""
    rows = Activity.objects.filter(door="database").order_by("pk")
    return [(row.kind, row.actor_kind, row.subject_label, row.before, row.after) for row in rows]


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before.get(name), after.get(name)) for name in {**before, **after} if before.get(name) != after.get(name)
    }


def test_raw_sql_makes_nobody_a_superuser_without_a_row_that_says_so():
    person = UserFactory.create(username="mallory", is_superuser=False)
    count = len(told())

    run("UPDATE auth_user SET is_superuser = %s WHERE id = %s", True, person.pk)

    [(kind, who, label, before, after)] = told()[count:]
    assert (kind, who, label) == ("PERSON_CHANGED", "NOBODY", "mallory")
    assert changed(before, after) == {"superuser": ("no", "yes")}


def test_raw_sql_gives_no_role_and_no_permission_without_a_row_that_says_so(intruder):
    person = UserFactory.create(username="mallory")
    group = Group.objects.create(name="Tellers")
    right = Permission.objects.get(codename="issue_credit")
    count = len(told())

    run("INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, %s)", person.pk, group.pk)
    run("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (%s, %s)", group.pk, right.pk)
    run("INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES (%s, %s)", person.pk, right.pk)
    with intruder:
        run("DELETE FROM auth_user_groups WHERE user_id = %s", person.pk)

    right_name = "ledger.issue_credit"
    assert told()[count:] == [
        ("ROLE_CHANGED", "NOBODY", "mallory", {}, {"person": "mallory", "role": "Tellers"}),
        ("PERMISSION_CHANGED", "NOBODY", "Tellers", {}, {"role": "Tellers", "permission": right_name}),
        ("PERMISSION_CHANGED", "NOBODY", "mallory", {}, {"person": "mallory", "permission": right_name}),
        ("ROLE_CHANGED", "NOBODY", "mallory", {"person": "mallory", "role": "Tellers"}, {}),
    ]


@pytest.mark.parametrize(
    ("factory", "statement", "member"),
    [
        (IssueLimitFactory, "UPDATE credits_issuelimit SET amount = 999999", "amount"),
        (IssueCeilingFactory, "UPDATE credits_issueceiling SET amount = 999999", "amount"),
        (ApproverLimitFactory, "UPDATE credits_approverlimit SET per_request = 999999", "per_request"),
        (
            ApprovalPolicyFactory,
            "UPDATE credits_approvalpolicy SET second_approval_above_minor = 999999",
            "second_approval_above_minor",
        ),
    ],
    ids=["issue limit", "ceiling", "approver limit", "policy"],
)
def test_raw_sql_raises_no_limit_without_a_row_that_says_so(factory: Any, statement: str, member: str):
    factory.create()
    count = len(told())

    run(statement)

    [(kind, who, _label, before, after)] = told()[count:]
    assert (kind, who) == ("POLICY_CHANGED" if factory is ApprovalPolicyFactory else "LIMIT_CHANGED", "NOBODY")
    assert list(changed(before, after)) == [member]
    assert after[member].partition(".")[0] == "999999"


def test_a_limit_that_is_taken_away_or_put_up_is_told(intruder):
    IssueCeiling.objects.all().delete()
    limit = ApproverLimitFactory.create()
    person = UserFactory.create(username="carol")
    ApproverLimit.objects.filter(pk=limit.pk).update(user=person)
    count = len(told())

    with intruder:
        run("DELETE FROM credits_approverlimit WHERE id = %s", limit.pk)
        run("INSERT INTO credits_issueceiling (currency, amount) VALUES ('EUR', 5)")

    gone, came = told()[count:]
    assert (gone[0], gone[3]["person"], gone[4]) == ("LIMIT_CHANGED", person.username, {})
    assert (came[0], came[3], came[4]["currency"]) == ("LIMIT_CHANGED", {}, "EUR")
    assert not ApproverLimit.objects.exists()


def test_raw_sql_gives_a_program_neither_scopes_nor_a_key_without_a_row_that_says_so(intruder):
    client = ApiClient.objects.create(name="till", created_at=NOW)
    count = len(told())

    # One that does more than look is read by nobody alone.
    with intruder:
        run(
            "INSERT INTO api_apikey (client_id, prefix, hash, created_at, door) VALUES (%s, 'mallory1', 'x', %s, '')",
            client.pk,
            NOW,
        )
    run("UPDATE api_apiclient SET scopes = '[\"cards:issue\"]' WHERE id = %s", client.pk)

    key, scopes = told()[count:]
    assert (scopes[0], scopes[2], changed(*scopes[3:])) == (
        "CLIENT_CHANGED", "till", {"scopes": ("[]", '["cards:issue"]')}
    )  # fmt: skip
    assert (key[0], key[2], key[4]["prefix"]) == ("KEY_CHANGED", "till", "mallory1")


def test_raw_sql_switches_no_program_on_again_without_a_row_that_says_so(intruder):
    """One administrator does so in the admin; whoever may use it was agreed to before."""
    ApiClient.objects.create(name="till", created_at=NOW, active=False)
    count = len(told())

    with intruder:
        run("UPDATE api_apiclient SET active = TRUE")

    [(kind, who, label, before, after)] = told()[count:]
    assert (kind, who, label, changed(before, after)) == ("CLIENT_CHANGED", "NOBODY", "till", {"active": ("no", "yes")})


def test_raw_sql_changes_what_webhooks_are_believed_by_with_rows_that_say_so():
    secret = given_secret()
    rules = CheckoutRules.objects.get()
    count = len(told())

    run("UPDATE checkouts_checkoutrules SET webhook_tolerance_seconds = 3600")
    run("UPDATE checkouts_webhooksecret SET label = 'Mine'")
    run("DELETE FROM checkouts_webhooksecret")

    (tolerance, renamed, gone) = told()[count:]
    assert (tolerance[0], changed(*tolerance[3:])) == ("SETTING_CHANGED", {"webhook_tolerance_seconds": (300, 3600)})
    assert (renamed[0], changed(*renamed[3:])) == ("SECRET_CHANGED", {"label": (secret.label, "Mine")})
    assert (gone[0], gone[2], gone[4]) == ("SECRET_CHANGED", "Mine", {})
    assert set(gone[3]) == {"label", "test_mode", "waits", "sealed_with", "retired_at", "retired_by"}
    subjects = Activity.objects.filter(kind__in=["SECRET_CHANGED", "SETTING_CHANGED"]).values_list(
        "subject_id", flat=True
    )
    assert set(subjects) == {str(secret.pk), str(rules.pk)}


def test_raw_sql_books_nothing_elsewhere_without_a_row_that_says_so(intruder):
    """What entries are booked to, in the books and in the general ledger, and the rules of the books."""
    ReasonFactory.create(code="LP", label="Lost parcel")
    rules = BookRules.objects.create()
    rule = GeneralLedgerRuleFactory.create(valid_from=date(2027, 1, 1))
    debit = rule.debit
    count = len(told())

    with intruder:
        run("UPDATE ledger_reason SET funding = 'PAID', expires_in_days = 5, needs_note = %s WHERE code = 'LP'", True)
        run("UPDATE ledger_bookrules SET refund_life_days = 3650")
        run("UPDATE finance_generalledgerrule SET valid_until = '2027-06-30' WHERE id = %s", rule.pk)
        run("UPDATE finance_generalledgeraccount SET datev_code = '99' WHERE code = %s", debit.pk)
    run("DELETE FROM finance_generalledgerrule WHERE id = %s", rule.pk)
    run("DELETE FROM ledger_reason WHERE code = 'LP'")

    rows = told()[count:]
    assert [(kind, who, label) for kind, who, label, _before, _after in rows] == [
        ("SETTING_CHANGED", "NOBODY", "LP Lost parcel"),
        ("SETTING_CHANGED", "NOBODY", "Rules of the books"),
        ("SETTING_CHANGED", "NOBODY", f"{rule.counter_account} 2027-01-01"),
        ("SETTING_CHANGED", "NOBODY", str(debit)),
        ("SETTING_CHANGED", "NOBODY", f"{rule.counter_account} 2027-01-01"),
        ("SETTING_CHANGED", "NOBODY", "LP Lost parcel"),
    ]
    assert [changed(before, after) for _kind, _who, _label, before, after in rows[:4]] == [
        {"funding": ("GOODWILL", "PAID"), "expires_in_days": (None, "5"), "needs_note": ("no", "yes")},
        {"refund_life_days": (rules.refund_life_days, 3650)},
        {"valid_until": (None, "2027-06-30")},
        {"datev_code": ("", "99")},
    ]
    assert [(before["debit"], after) for _kind, _who, _label, before, after in rows[4:5]] == [(str(debit), {})]
    assert (rows[5][3]["funding"], rows[5][4]) == ("PAID", {})


def test_what_was_told_can_be_neither_changed_nor_removed(intruder):
    UserFactory.create()
    before = list(Activity.objects.values())

    with intruder:
        for statement in ("UPDATE audit_activity SET actor_label = 'x'", "DELETE FROM audit_activity"):
            with pytest.raises(DatabaseError, match=r"audit_activity"), transaction.atomic():
                run(statement)

    assert list(Activity.objects.values()) == before


def test_who_acts_is_named_and_only_as_long_as_they_act():
    person = UserFactory.create(username="bob")
    UserFactory.create()
    last_id = Activity.objects.latest("pk").pk

    with acting(actor=STAFF, now=NOW, address="203.0.113.7"):
        User.objects.filter(pk=person.pk).update(is_active=False)
    User.objects.filter(pk=person.pk).update(is_active=True)

    off, on = Activity.objects.filter(pk__gt=last_id).order_by("pk")
    assert (off.actor_kind, off.actor_id, off.actor_label, off.door) == ("STAFF", "7", "alice", "admin")
    assert (off.address, off.created_at, off.subject_id) == ("203.0.113.7", NOW, str(person.pk))
    assert (on.actor_kind, on.door) == ("NOBODY", "database")


def test_nothing_is_told_of_what_does_not_change():
    person = UserFactory.create()
    count = Activity.objects.count()

    person.first_name = "Robert"
    person.save()

    assert Activity.objects.count() == count


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE auth_user SET password = 'known' WHERE username = 'mallory'", {"password": ("as before", "another")}),
        (
            'UPDATE mfa_authenticator SET data = \'{"secret": "known"}\'',
            {"factor_renewed": ("as before", "another")},
        ),
        ("DELETE FROM mfa_authenticator", {"person": ("mallory", None), "factor": ("totp", None)}),
        (
            "INSERT INTO socialaccount_socialaccount (provider, uid, last_login, date_joined, extra_data, user_id) "
            "SELECT 'corp', 'eve', '2026-01-01', '2026-01-01', '{}', id FROM auth_user",
            {"person": (None, "mallory"), "company_account": (None, "corp eve")},
        ),
    ],
)
def test_raw_sql_changes_nothing_that_somebody_signs_in_with_untold(statement, expected):
    person = UserFactory.create(username="mallory")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed"})
    count = len(told())

    run(statement)

    [(kind, who, label, before, after)] = told()[count:]
    assert (kind, who, label, changed(before, after)) == ("PERSON_CHANGED", "NOBODY", "mallory", expected)
    assert "known" not in str((before, after))


def test_a_code_that_is_used_up_is_no_change_of_the_factor():
    person = UserFactory.create()
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed"})
    count = len(told())

    run('UPDATE mfa_authenticator SET data = \'{"secret": "sealed", "used": {"123456": 1}}\'')

    assert len(told()) == count
