"""However many issue at once in one client's name, a day's limit lets no more through than it says."""

from functools import partial

import pytest

from ledger.models import Transaction
from storecredit.api.models import IssuedDay
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_policy
from tests.dialects.fabric.calls import CREDIT, ask
from tests.races.together import together
from tests.scenarios import given_customer

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 12


def test_of_many_at_once_the_day_lets_through_what_it_leaves(time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    customers = [given_customer() for _ in range(AT_ONCE)]
    caller = ApiCaller(given_client(issue_limits={"USD": 10000}, issue_limits_per_day={"USD": 50000}).plain)

    def issue(number: int) -> int:
        path = f"/customers/{customers[number].number}/store-credit"
        return ApiCaller(caller.key).post(path, {"amount": 100, "currency": "USD"}, key=f"k{number}").status_code

    statuses = together(*(partial(issue, number) for number in range(AT_ONCE))).done

    assert sorted(statuses) == [201] * 5 + [403] * 7
    assert [row.issued_minor for row in IssuedDay.objects.all()] == [50000]
    assert Transaction.objects.count() == 5


def test_requests_for_several_credits_of_the_same_customers_do_not_deadlock(time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    given_policy(auto="50.00")
    one, two = given_customer(), given_customer()
    client = given_client(["credits:request"], issue_limits_per_day={"USD": 10000})
    credit = CREDIT | {"type": "STORE_CREDIT", "amount": 10}
    ways = [[credit | {"attributes": {"customerId": who.number}} for who in pair] for pair in ((one, two), (two, one))]

    def issue(number: int) -> int:
        return ask(ApiCaller(client.plain), *ways[number % 2]).status_code

    statuses = together(*(partial(issue, number) for number in range(8))).done

    assert sorted(statuses) == [200] * 5 + [403] * 3
    assert [row.issued_minor for row in IssuedDay.objects.all()] == [10000]
