"""Who may still approve a request, and that a request which nobody can approve is known for one."""

import pytest
from django.contrib.auth.models import User

from storecredit.credits.models import ApproverLimit, CreditRequest
from storecredit.credits.operations import approve_request
from storecredit.credits.queries import (
    Chance,
    approval_warnings,
    find_hopeless_pending,
    get_chances,
    list_approvers,
)
from tests.callers import given_client
from tests.credits.requests import (
    change_request,
    given_approver,
    given_limit,
    given_person,
    given_policy,
    given_request,
    party_of,
    party_of_client,
    row_of,
)
from tests.factories.people import GroupFactory
from tests.ledger.commands.running import run
from tests.scenarios import NOW, money

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db) -> User:
    return given_approver("bob", "100.00 USD")


def chance_of(request: CreditRequest) -> Chance:
    return get_chances(requests=[row_of(request)])[request.pk]


def missing_and_names(request: CreditRequest) -> tuple[int, tuple[str, ...]]:
    chance = chance_of(request)
    return chance.missing, chance.names


def test_it_takes_a_limit_that_reaches_the_right_to_decide_and_a_login_that_is_on(bob: User):
    role = GroupFactory.create(permissions=["credits.decide_request"])
    given_limit(role, "50.00 USD")
    given_person("rosa", groups=[role])
    given_limit(given_person("without right"), "500.00 USD")
    given_approver("euros", "500.00 EUR")
    given_approver("switched off")
    User.objects.filter(username="switched off").update(is_active=False)
    root = given_person("root", is_superuser=True)
    given_limit(root, "80.00 USD", per_day="70.00 USD")

    found = {person.name: person.most_minor for person in list_approvers(currency="USD")}

    assert found == {"bob": 10000, "rosa": 5000, "root": 7000}


def test_ones_own_limit_takes_the_place_of_those_of_the_roles(bob: User):
    small, large = GroupFactory.create_batch(2, permissions=["credits.decide_request"])
    given_limit(small, "10.00 USD")
    given_limit(large, "900.00 USD")
    both = given_person("both")
    for person in (bob, both):
        person.groups.set([small, large])

    assert {person.name: person.most_minor for person in list_approvers(currency="USD")} == {
        "bob": 10000,
        "both": 90000,
    }


def test_who_asked_who_changed_the_payee_and_who_has_approved_cannot_approve_any_more(bob: User):
    given_policy(second="10.00")
    carol, dave = given_approver("carol"), given_approver("dave")
    request = given_request("21.50 USD", by=given_approver("asker"))
    assert missing_and_names(request) == (2, ("bob", "carol", "dave"))

    change_request(request_id=request.pk, party=party_of(bob), now=NOW, attributes={"giftCardNumber": "SUMMER-2026-1"})
    assert missing_and_names(request) == (2, ("carol", "dave"))
    approve_request(request_id=request.pk, party=party_of(carol), now=NOW)
    assert missing_and_names(request) == (1, ("dave",))
    approve_request(request_id=request.pk, party=party_of(dave), now=NOW)
    assert get_chances(requests=[row_of(request)]) == {}


def test_two_approvals_and_one_person_with_the_limit_are_no_chance(bob: User):
    given_policy(second="10.00")
    given_approver("carol", "21.49 USD")
    request, small = given_request("21.50 USD"), given_request("10.00 USD")

    assert chance_of(request).is_none
    assert chance_of(request).words == (
        "2 more approvals are needed, and bob can give them: it waits until a limit, a role or a policy is changed."
    )
    assert chance_of(small).words == "One more approval is needed, and bob and carol can give one."
    assert find_hopeless_pending(currency="USD") == [request]


def test_the_policy_of_the_very_client_and_code_counts(bob: User):
    client = given_client(["credits:request"]).client
    given_policy(second="10.00", client=client)
    given_policy(second="10.00", code="RC1")
    theirs = given_request(by=party_of_client(client.pk))
    coded, other = given_request(policy_code="RC1"), given_request()

    assert [chance_of(request).missing for request in (theirs, coded, other)] == [2, 2, 1]
    assert [chance_of(request).is_none for request in (theirs, coded, other)] == [True, True, False]


def test_whoever_sets_a_limit_is_told_what_nobody_can_approve(bob: User):
    given_policy(second="10.00")
    request = given_request("21.50 USD")

    assert approval_warnings(currency="USD") == [
        "Policy default USD asks for two approvals above $10.00, and 1 person with the right to decide has a limit "
        "above that: such requests wait for ever.",
        f"Nobody can approve 1 pending request in USD as things stand, {request} among them.",
    ]
    assert approval_warnings(currency="EUR") == []

    carol = given_approver("carol", "10.00 USD")
    told = run("set_approver_limit", "carol", "USD", "21.49")
    assert told.code == 0
    assert told.err == f"Nobody can approve 1 pending request in USD as things stand, {request} among them.\n"
    assert run("set_approver_limit", "carol", "USD", "21.50").err == ""
    assert ApproverLimit.objects.get(user=carol).per_request == money("21.50 USD")


def test_many_requests_are_looked_at_with_as_few_statements_as_one(bob: User, django_assert_num_queries):
    given_policy(second="10.00")
    one = [given_request()]
    many = [given_request() for _ in range(20)]

    for requests in (one, many):
        with django_assert_num_queries(4):
            assert len(get_chances(requests=requests)) == len(requests)
