"""A database with limits goes back over the migration that made them money, and comes again: none is another."""

import pytest
from django.db import connection

from storecredit.credits.models import ApproverLimit, IssueCeiling, IssueLimit
from tests.credits.requests import given_issue_limit, given_limit, given_person
from tests.factories.people import GroupFactory
from tests.scenarios import money
from tests.upgrading import taken_back_to

pytestmark = pytest.mark.django_db(transaction=True)

#: As much as an account holds: a digit more than a float keeps.
LARGEST = 2**53 - 1


def columns(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def limits():
    role = GroupFactory.create()
    for most in ("500 JPY", "12.345 KWD", "0.10 USD"):
        given_issue_limit(role, most)
    given_limit(given_person("bob"), "100.50 USD", "9999999999999.99 USD")
    given_limit(role, "0.001 KWD")


def test_limits_of_minor_units_become_the_same_amounts_and_back(limits):
    with taken_back_to("credits", "0003"):
        before = columns("SELECT currency, amount_minor FROM credits_issuelimit ORDER BY currency")
        approving = columns("SELECT per_request_minor, per_day_minor FROM credits_approverlimit ORDER BY id")

    assert (before, approving) == (
        [("JPY", 500), ("KWD", 12345), ("USD", 10)],
        [(10050, 999_999_999_999_999), (1, None)],
    )
    assert [limit.amount for limit in IssueLimit.objects.order_by("currency")] == [
        money("500 JPY"),
        money("12.345 KWD"),
        money("0.10 USD"),
    ]
    assert [(limit.per_request, limit.per_day) for limit in ApproverLimit.objects.order_by("pk")] == [
        (money("100.50 USD"), money("9999999999999.99 USD")),
        (money("0.001 KWD"), None),
    ]


def test_a_limit_of_more_digits_than_a_float_keeps_lets_no_more_through_than_before(limits):
    with taken_back_to("credits", "0003"), connection.cursor() as cursor:
        cursor.execute("UPDATE credits_approverlimit SET per_request_minor = %s, per_day_minor = %s", [LARGEST] * 2)

    kept = "90071992547409.9" if connection.vendor == "sqlite" else "90071992547409.91"
    limit = ApproverLimit.objects.get(currency="USD")
    assert (limit.per_request, limit.per_day) == (money(f"{kept} USD"), money(f"{kept} USD"))


def test_a_shop_whose_roles_issue_more_than_the_shipped_ceiling_keeps_what_they_may(db):
    role, other = GroupFactory.create(), GroupFactory.create()
    with taken_back_to("credits", "0006"):
        for group, most in ((role, "5000.00 USD"), (other, "7500.00 USD"), (role, "1000.00 GBP"), (role, "100001 JPY")):
            given_issue_limit(group, most)

    assert {ceiling.currency: ceiling.amount for ceiling in IssueCeiling.objects.all()} == {
        "USD": money("7500.00 USD"),
        "JPY": money("100001 JPY"),
    }
