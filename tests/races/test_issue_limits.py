"""However many issue at once in one client's name, a day's limit lets no more through than it says."""

from functools import partial

import pytest
from django.utils import timezone

from ledger.models import Transaction
from ledger.operations import Actor, ActorKind, issue_credit, refund_spend
from storecredit.api.models import IssuedDay
from storecredit.credits.errors import DayIssueLimitExceeded
from storecredit.credits.models import GivenDay
from tests.callers import ApiCaller, given_client, given_rights
from tests.credits.requests import given_ceiling, given_person, given_policy
from tests.dialects.fabric.calls import CREDIT, ask
from tests.races.together import together
from tests.scenarios import given_credit, given_customer, given_spend, money, wallet_of

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


def test_two_doors_at_once_give_one_person_no_more_than_their_day(time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    alice = given_rights(given_person("alice"), "ledger.issue_credit")
    given_ceiling("100.00 USD")
    customers = [given_customer() for _ in range(2 * AT_ONCE)]
    keys = [given_client(["store_credit:issue"], owner=alice, name=name).plain for name in ("till", "desk")]
    hand = Actor(kind=ActorKind.STAFF, id=str(alice.pk), label="alice", door="admin")

    def by_key(number: int) -> int:
        path = f"/customers/{customers[number].number}/store-credit"
        return ApiCaller(keys[number % 2]).post(path, {"amount": 100, "currency": "USD"}, key=f"k{number}").status_code

    def by_hand(number: int) -> int:
        wallet = wallet_of(customers[number], "USD")
        issue_credit(wallet=wallet, amount=money("100.00 USD"), actor=hand, now=timezone.now())
        return 201

    jobs = [partial(by_hand if number % 3 else by_key, number) for number in range(2 * AT_ONCE)]
    outcomes = together(*jobs)

    given = outcomes.done.count(201)
    refused = outcomes.done.count(403) + outcomes.count(DayIssueLimitExceeded)
    assert (given, refused) == (10, 2 * AT_ONCE - 10)
    assert [row.given_minor for row in GivenDay.objects.all()] == [100000]
    assert Transaction.objects.count() == 10


def test_of_one_account_one_person_issues_and_gives_back_at_once(time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    alice = given_person("alice")
    customer = given_customer()
    account = given_credit("500.00 USD", customer=customer)
    spends = [given_spend("10.00 USD", account=account) for _ in range(4)]
    hand = Actor(kind=ActorKind.STAFF, id=str(alice.pk), label="alice", door="admin")

    def issue() -> None:
        issue_credit(wallet=wallet_of(customer, "USD"), amount=money("5.00 USD"), actor=hand, now=timezone.now())

    def back(spend: Transaction) -> None:
        refund_spend(transaction_id=spend.pk, amount=money("10.00 USD"), actor=hand, now=timezone.now())

    outcomes = together(*(issue for _ in range(4)), *(partial(back, spend) for spend in spends))

    assert outcomes.refused == []
    assert [row.given_minor for row in GivenDay.objects.filter(person=alice)] == [6000]
