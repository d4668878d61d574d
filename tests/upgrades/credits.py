"""What requests and limits of former days did not know."""

from collections.abc import Generator

from django.db import connection

from storecredit.credits.models import (
    ApproverLimit,
    CreditRequest,
    CreditRequestWord,
    GivenDay,
    IssueCeiling,
    IssueLimit,
)
from storecredit.credits.operations import Order, OrderKind
from tests.credits.requests import given_issue_limit, given_limit, given_person, given_request
from tests.factories.credits import GivenDayFactory, IssueLimitFactory
from tests.factories.people import GroupFactory
from tests.scenarios import money
from tests.upgrades.stories import before

#: As much as an account holds: a digit more than a float keeps.
LARGEST = 2**53 - 1


@before("credits", "0003")
def limits_of_minor_units_become_the_same_amounts() -> Generator[None, None, None]:
    role = GroupFactory.create()
    for most in ("500 JPY", "12.345 KWD", "0.10 USD"):
        given_issue_limit(role, most)
    given_limit(given_person("bob"), "100.50 USD", "9999999999999.99 USD")
    given_limit(role, "0.001 KWD")

    yield

    issuing = _rows("SELECT currency, amount_minor FROM credits_issuelimit WHERE group_id = %s ORDER BY 1", role.pk)
    approving = _rows(
        "SELECT per_request_minor, per_day_minor FROM credits_approverlimit WHERE currency <> %s ORDER BY id", "EUR"
    )
    assert (issuing, approving) == (
        [("JPY", 500), ("KWD", 12345), ("USD", 10)],
        [(10050, 999_999_999_999_999), (1, None)],
    )

    yield

    assert [limit.amount for limit in IssueLimit.objects.filter(group=role).order_by("currency")] == [
        money("500 JPY"),
        money("12.345 KWD"),
        money("0.10 USD"),
    ]
    others = ApproverLimit.objects.exclude(currency="EUR").order_by("pk")
    assert [(limit.per_request, limit.per_day) for limit in others] == [
        (money("100.50 USD"), money("9999999999999.99 USD")),
        (money("0.001 KWD"), None),
    ]


@before("credits", "0003")
def a_limit_of_more_digits_than_a_float_keeps_lets_no_more_through_than_before() -> Generator[None, None, None]:
    given_limit(given_person("carol"), "1.00 EUR", "1.00 EUR")

    yield

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE credits_approverlimit SET per_request_minor = %s, per_day_minor = %s WHERE currency = 'EUR'",
            [LARGEST, LARGEST],
        )

    yield

    kept = "90071992547409.9" if connection.vendor == "sqlite" else "90071992547409.91"
    limit = ApproverLimit.objects.get(currency="EUR")
    assert (limit.per_request, limit.per_day) == (money(f"{kept} EUR"), money(f"{kept} EUR"))


@before("credits", "0004", passed_by=True)
def requests_are_found_by_their_words() -> Generator[None, None, None]:
    order = Order(kind=OrderKind.NUMBER, value='EU-1138/"7"', tenant="5f328bf0b5f328bf0b5f328b", channel="12")
    made = given_request(by=given_person("ada"), order=order, employee="Jörg Müller")

    yield
    yield

    request = CreditRequest.objects.get(pk=made.pk)
    assert list(CreditRequest.objects.all().matching("muller")) == [request]
    assert CreditRequestWord.objects.filter(request=request).count() == len(request.folded.split())


@before("credits", "0006")
def a_shop_whose_roles_issue_more_than_the_shipped_ceiling_keeps_what_they_may() -> Generator[None, None, None]:
    role, other = GroupFactory.create(), GroupFactory.create()

    yield

    for group, most in ((role, "5000.00 USD"), (other, "7500.00 USD"), (role, "1000.00 GBP"), (role, "100001 JPY")):
        amount, currency = most.split()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO credits_issuelimit (group_id, currency, amount) VALUES (%s, %s, %s)",
                [group.pk, currency, amount],
            )

    yield

    assert {ceiling.currency: ceiling.amount for ceiling in IssueCeiling.objects.all()} == {
        "USD": money("7500.00 USD"),
        "JPY": money("100001 JPY"),
    }


@before("credits", "0014", passed_by=True)
def limits_of_a_day_and_what_was_given_are_not_known_to_the_release_before() -> Generator[None, None, None]:
    role = GroupFactory.create()
    IssueLimitFactory.create(group=role, amount=money("50.00 CHF"), per_day=money("100.00 CHF"))
    GivenDayFactory.create(currency="CHF", given_minor=9000)

    yield
    yield

    limit = IssueLimit.objects.get(group=role)
    assert (limit.amount, limit.per_day) == (money("50.00 CHF"), None)
    assert not GivenDay.objects.filter(currency="CHF").exists()


def _rows(sql: str, *values: str | int) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
