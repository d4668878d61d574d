"""An API client issues no more than its limits, at once and in a day, whichever language it speaks."""

import pytest

from storecredit.api.callers import find_caller
from storecredit.api.issuing import require_issue
from storecredit.api.models import IssuedDay
from storecredit.credits.errors import IssueLimitExceeded
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, money, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

LIMITS = {"GBP": 2500, "JPY": 500}
CREDIT = "/customers/CUST-000001/store-credit"
CARDS = "/gift_cards"
TILL = "/gift_cards/TILL-0001/transactions"


def given_caller(**details) -> ApiCaller:
    return ApiCaller(given_client(**details).plain)


@pytest.fixture
def limited(db) -> ApiCaller:
    """A program that issues at most 25 GBP and 500 JPY at once."""
    given_customer(number="CUST-000001")
    given_card("10.00 GBP", code="TILL-0001")
    return given_caller(issue_limits=LIMITS)


def issuing(amount, currency="GBP"):
    return CREDIT, {"amount": amount, "currency": currency}


def creating(amount, currency="GBP"):
    return CARDS, {"amount": amount, "currency": currency}


def reloading(amount):
    return TILL, {"type": "RELOADING", "amount": amount, "client_id": "sale 1"}


@pytest.mark.parametrize(
    "sent", [issuing(25.01), issuing(501, "JPY"), creating("25.01"), creating("501", "JPY"), reloading("25.01")]
)
def test_above_the_limit_nothing_is_issued(limited, sent):
    path, body = sent

    with nothing_moves():
        response = limited.post(path, body, key=None if path == TILL else "k1")

    assert (response.status_code, response.json()["code"]) == (403, "issue_limit_exceeded")


@pytest.mark.parametrize(
    "sent", [issuing(25), issuing(500, "JPY"), creating("25.00"), creating("500", "JPY"), reloading("25.00")]
)
def test_up_to_the_limit_it_is(limited, sent):
    path, body = sent

    assert limited.post(path, body, key=None if path == TILL else "k1").status_code == 201


@pytest.mark.parametrize("sent", [issuing(0.01, "USD"), creating("0.01", "USD"), issuing(1000000, "EUR")])
def test_with_any_limit_nothing_is_issued_in_a_currency_that_is_not_named(limited, sent):
    path, body = sent

    with nothing_moves():
        response = limited.post(path, body, key="k1")

    assert (response.status_code, response.json()["code"]) == (403, "issue_limit_exceeded")


def test_without_any_limit_every_amount_is_issued(db):
    given_customer(number="CUST-000001")

    assert ApiCaller(given_client().plain).post(*issuing(999999, "EUR"), key="k1").status_code == 201


def test_a_hundred_times_the_largest_single_issue_ends_with_the_day(db, time_machine):
    given_customer(number="CUST-000001")
    caller = given_caller(issue_limits={"USD": 10000}, issue_limits_per_day={"USD": 100000})
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)

    statuses = [caller.post(*issuing(100, "USD"), key=f"k{number}").status_code for number in range(12)]
    refused = caller.post(*issuing(0.01, "USD"), key="one cent")

    assert statuses == [201] * 10 + [403] * 2
    assert (refused.status_code, refused.json()["code"]) == (403, "day_issue_limit_exceeded")
    assert [row.issued_minor for row in IssuedDay.objects.all()] == [100000]
    time_machine.move_to("2026-05-05T00:00:00Z", tick=False)
    assert caller.post(*issuing(100, "USD"), key="next day").status_code == 201


def test_all_ways_to_issue_use_up_one_day(db):
    given_customer(number="CUST-000001")
    given_card("10.00 GBP", code="TILL-0001")
    caller = given_caller(issue_limits_per_day={"GBP": 6000})

    statuses = [
        caller.post(*issuing(25), key="k1").status_code,
        caller.post(*creating("25.00"), key="k2").status_code,
        caller.post(*reloading("10.01")).status_code,
        caller.post(*reloading("10.00")).status_code,
        caller.post(*creating("0.01"), key="k3").status_code,
    ]

    assert statuses == [201, 201, 403, 201, 403]


def test_what_is_answered_again_or_refused_does_not_use_up_the_day(db):
    given_customer(number="CUST-000001")
    caller = given_caller(issue_limits_per_day={"GBP": 5000})
    last_month = issuing(25)[1] | {"expiresAt": "2020-01-01"}

    refused = caller.post(CREDIT, last_month, key="k0").status_code
    statuses = [caller.post(*issuing(25), key="k1").status_code for _ in range(4)]

    assert refused == 400
    assert statuses == [201, 200, 200, 200]
    assert caller.post(*issuing(25), key="k2").status_code == 201


def test_more_than_a_whole_day_is_refused_at_once(db):
    given_customer(number="CUST-000001")
    caller = given_caller(issue_limits_per_day={"JPY": 500})

    with nothing_moves():
        response = caller.post(*issuing(501, "JPY"), key="k1")

    assert (response.status_code, response.json()["code"]) == (403, "day_issue_limit_exceeded")
    assert not IssuedDay.objects.exists()


def test_a_limit_by_day_alone_also_leaves_nothing_in_other_currencies(db):
    given_customer(number="CUST-000001")
    caller = given_caller(issue_limits_per_day={"JPY": 500})

    assert caller.post(*issuing(1), key="k1").json()["code"] == "issue_limit_exceeded"


@pytest.mark.parametrize(
    ("evening", "morning"),
    [("2026-05-04T14:59:59Z", "2026-05-04T15:00:00Z")],
)
def test_the_day_begins_at_midnight_of_the_shop(db, settings, time_machine, evening, morning):
    settings.TIME_ZONE = "Asia/Tokyo"
    given_customer(number="CUST-000001")
    caller = given_caller(issue_limits_per_day={"JPY": 500})
    time_machine.move_to(evening, tick=False)

    first = caller.post(*issuing(500, "JPY"), key="k1").status_code
    second = caller.post(*issuing(1, "JPY"), key="k2").status_code
    time_machine.move_to(morning, tick=False)
    third = caller.post(*issuing(500, "JPY"), key="k3").status_code

    assert (first, second, third) == (201, 403, 201)


def test_each_client_has_a_day_of_its_own(db):
    given_customer(number="CUST-000001")
    callers = [given_caller(issue_limits_per_day={"GBP": 2500}) for _ in range(2)]

    assert [caller.post(*issuing(25), key="k1").status_code for caller in callers] == [201, 201]


def test_spending_has_no_limit_of_this_kind(limited):
    given_card("100.00 GBP", code="TILL-0002")

    response = limited.post(
        "/gift_cards/TILL-0002/transactions", {"type": "REDEEMING", "amount": "-90.00", "client_id": "sale 2"}
    )

    assert response.status_code == 201


def test_what_was_issued_before_the_limit_is_told_again(limited):
    program = given_client()
    caller = ApiCaller(program.plain)
    first = caller.post(*issuing(100), key="k1")
    program.client.issue_limits = LIMITS
    program.client.save()

    again = caller.post(*issuing(100), key="k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert caller.post(*issuing(100), key="k2").status_code == 403


def test_the_limit_comes_with_the_caller(db):
    program = given_client(issue_limits={"KWD": 1250})

    caller = find_caller(key=program.plain, idempotency_key=None, now=NOW)

    assert caller is not None
    require_issue(caller=caller, amount=money("1.250 KWD"), now=NOW)
    with pytest.raises(IssueLimitExceeded):
        require_issue(caller=caller, amount=money("1.251 KWD"), now=NOW)
