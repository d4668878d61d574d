"""A person gives no more in a day by all their keys and by hand together than they may alone."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from storecredit.api.models import ApiClient
from storecredit.api.operations import change_api_client, rotate_api_key
from storecredit.api.scopes import Scope
from storecredit.credits.models import GivenDay, IssueLimit
from tests.callers import ApiCaller, given_client, given_rights
from tests.credits.requests import given_issue_limit
from tests.dialects.digital_river import shop as river
from tests.factories.people import GroupFactory, UserFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, given_customer, money, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

WALLET = "/customers/CUST-1/store-credit"
TILL = "/gift_cards/TILL-0001"
RELOADING = {"type": "RELOADING", "client_id": "sale 1"}


@pytest.fixture(autouse=True)
def shop(db):
    given_card("50.00 GBP", code="TILL-0001")
    given_credit("50.00 GBP", customer=given_customer(number="CUST-1"))


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(username="alice")


@pytest.fixture
def role(alice: User) -> Group:
    """Alice's role, which issues up to 50 GBP at once."""
    role = GroupFactory.create()
    given_issue_limit(role, "50.00 GBP")
    alice.groups.add(role)
    given_rights(alice, "ledger.issue_credit", "giftcards.issue_card", "giftcards.reload_card")
    return role


def key_of(owner: User) -> ApiCaller:
    """A key with every scope, and that person behind it."""
    return ApiCaller(given_client(Scope.values, owner=owner).plain)


def refusals_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def test_the_day_is_one_with_all_their_keys_and_what_they_do_by_hand(alice, role):
    IssueLimit.objects.update(per_day=money("100.00 GBP"))
    first, second = key_of(alice), key_of(alice)

    statuses = [
        first.post(WALLET, {"amount": 50, "currency": "GBP"}, key="k1").status_code,
        second.post("/gift_cards", {"amount": "40.00", "currency": "GBP"}, key="k2").status_code,
    ]
    with nothing_moves():
        refused = first.post(WALLET, {"amount": 10.01, "currency": "GBP"}, key="k3")
    statuses.append(second.post(f"{TILL}/transactions", RELOADING | {"amount": "10.00"}).status_code)

    assert (statuses, refusals_of(refused)) == ([201, 201, 201], (403, "day_issue_limit_exceeded"))


def test_what_was_answered_is_answered_again_though_the_day_is_full_and_counts_once(alice, role):
    IssueLimit.objects.update(per_day=money("50.00 GBP"))
    caller = key_of(alice)

    made = [caller.post(WALLET, {"amount": 25, "currency": "GBP"}, key=key) for key in ("k1", "k2", "k1", "k2")]
    reloaded = caller.post(f"{TILL}/transactions", RELOADING | {"amount": "0.01"})

    assert [response.status_code for response in made] == [201, 201, 200, 200]
    assert refusals_of(reloaded) == (403, "day_issue_limit_exceeded")
    assert [row.given_minor for row in GivenDay.objects.filter(person=alice)] == [5000]


def test_another_owner_begins_a_day_of_their_own(alice, role):
    IssueLimit.objects.update(per_day=money("50.00 GBP"))
    assert key_of(alice).post(WALLET, {"amount": 50, "currency": "GBP"}, key="k1").status_code == 201
    bob = given_rights(UserFactory.create(username="bob", groups=[role]), "ledger.issue_credit")
    client = ApiClient.objects.get(owner=alice)
    change_api_client(client_id=client.pk, changes={"owner": bob}, now=timezone.now())
    plain = rotate_api_key(name=client.name, now=timezone.now()).plain

    issued = ApiCaller(plain).post(WALLET, {"amount": 50, "currency": "GBP"}, key="k2")
    refused = key_of(alice).post(WALLET, {"amount": 0.01, "currency": "GBP"}, key="k3")

    assert (issued.status_code, refusals_of(refused)) == (201, (403, "day_issue_limit_exceeded"))
    assert {row.person_id: row.given_minor for row in GivenDay.objects.all()} == {alice.pk: 5000, bob.pk: 5000}


def test_no_more_of_a_payment_at_a_checkout_goes_back_than_its_owner_gives(alice, role):
    given_rights(alice, "ledger.debit_credit", "ledger.reverse_transaction")
    given_issue_limit(role, "50.00 USD")
    shop, line = ApiCaller(given_client().plain), given_credit("100.00 USD")
    order = river.given_order(shop, river.credit_of(line, 60), items=[river.ITEM | {"price": 60}])
    shop.post("/fulfillments", river.fulfilling(order, quantity=1))
    caller = key_of(alice)

    first = caller.post("/refunds", river.refunding(order, amount=30))
    with nothing_moves():
        above = caller.post("/refunds", river.refunding(order, amount=20.01))
    rest = caller.post("/refunds", river.refunding(order, amount=20))

    assert river.errors_of(above) == (403, "forbidden", [("issue_limit_exceeded", "")])
    assert [first.status_code, rest.status_code] == [201, 201]
    assert [row.given_minor for row in GivenDay.objects.filter(person=alice)] == [5000]
    assert shop.post("/refunds", river.refunding(order, amount=10)).status_code == 201
