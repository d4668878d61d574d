"""Nobody approves beyond their limits: for one request, for one day, in each currency; their own or their roles'."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from storecredit.credits.errors import ApproverLimitExceeded, ApproverUnknown, PersonNotFound
from storecredit.credits.models import ApproverLimit
from storecredit.credits.operations import (
    approve_request,
    cancel_request,
    fail_request,
    retry_request,
    set_approver_limit,
)
from storecredit.credits.queries import Allowance, list_allowances, list_decidable, refuse_amount
from tests.callers import given_client
from tests.credits.requests import (
    given_approver,
    given_limit,
    given_person,
    given_policy,
    given_request,
    party_of,
    party_of_client,
    row_of,
)
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import GroupFactory
from tests.ledger.attacks import broken_rule
from tests.scenarios import NOW, days, money, refused

pytestmark = pytest.mark.django_db


def approve(person: User, amount: str, *, now: datetime = NOW) -> str:
    """The state of somebody's request of this amount after this person has approved it."""
    request = given_request(amount)
    approve_request(request_id=request.pk, party=party_of(person), now=now)
    return row_of(request).status


def is_refused(person: User, amount: str, *, now: datetime = NOW) -> str:
    """What the person is told who may not approve so much."""
    request = given_request(amount)
    with refused(ApproverLimitExceeded) as caught:
        approve_request(request_id=request.pk, party=party_of(person), now=now)
    assert row_of(request).status == "PENDING"
    return str(caught.value)


def test_an_amount_up_to_the_limit_is_approved_and_a_cent_more_is_not():
    bob = given_approver("bob", "100.00 USD")

    assert approve(bob, "100.00 USD") == "CONFIRMED"
    assert is_refused(bob, "100.01 USD") == (
        "$100.01 is above your limit of $100.00 a request (approver_limit_exceeded)."
    )


def test_a_limit_is_for_its_currency_alone():
    bob = given_approver("bob", "100.00 USD")
    given_limit(bob, "5000 JPY")

    assert is_refused(bob, "1.00 EUR") == "You have no limit for approving EUR (approver_limit_exceeded)."
    assert approve(bob, "5000 JPY") == "CONFIRMED"
    is_refused(bob, "5001 JPY")
    is_refused(bob, "1.000 KWD")
    assert approve(bob, "100.00 USD") == "CONFIRMED"


def test_the_day_is_used_up_by_what_was_approved_in_it():
    bob = given_approver("bob", "100.00 USD", per_day="150.00 USD")

    assert approve(bob, "100.00 USD") == "CONFIRMED"
    assert is_refused(bob, "50.01 USD") == "Of what you may approve today, $50.00 is left (approver_limit_exceeded)."
    assert approve(bob, "50.00 USD") == "CONFIRMED"
    is_refused(bob, "0.01 USD")


def test_each_currency_has_its_own_day():
    bob = given_approver("bob", "100.00 USD", per_day="100.00 USD")
    given_limit(bob, "100.00 EUR", per_day="100.00 EUR")

    assert approve(bob, "100.00 USD") == "CONFIRMED"
    assert approve(bob, "100.00 EUR") == "CONFIRMED"
    is_refused(bob, "0.01 EUR")


def test_what_was_refused_or_taken_back_does_not_use_the_day():
    bob = given_approver("bob", "100.00 USD", per_day="100.00 USD")
    given_policy(second="10.00")
    is_refused(bob, "100.01 USD")
    half_approved = given_request("60.00 USD")
    approve_request(request_id=half_approved.pk, party=party_of(bob), now=NOW)
    is_refused(bob, "40.01 USD")

    cancel_request(request_id=half_approved.pk, party=party_of(bob), now=NOW, may_decide=True)

    assert approve(bob, "100.00 USD") == "PENDING"


def test_a_request_that_is_approved_again_uses_the_day_once():
    bob = given_approver("bob", "60.00 USD", per_day="100.00 USD")
    given_policy(second="10.00")
    request = given_request("60.00 USD")
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)
    fail_request(request_id=request.pk, party=party_of(bob), now=NOW)
    retry_request(request_id=request.pk, party=party_of(bob), now=NOW)

    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    [left] = list_allowances(person_id=bob.pk, now=NOW)
    assert left == Allowance(currency="USD", per_request_minor=6000, left_today_minor=4000)


@pytest.mark.parametrize(
    ("zone", "evening", "morning"),
    [
        ("UTC", datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 5, 4, 11, 59, 59, tzinfo=UTC), datetime(2026, 5, 4, 12, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 5, 5, 6, 59, 59, tzinfo=UTC), datetime(2026, 5, 5, 7, tzinfo=UTC)),
        # The clocks go forward on 29 March and back on 25 October 2026: days of 23 and of 25 hours.
        ("Europe/London", datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)),
    ],
    ids=["UTC", "Auckland", "Los Angeles", "London, a day of 23 hours", "London, a day of 25 hours"],
)
def test_a_day_begins_at_midnight_of_the_shop(settings, zone: str, evening: datetime, morning: datetime):
    settings.TIME_ZONE = zone
    bob = given_approver("bob", "100.00 USD", per_day="100.00 USD")
    noon = datetime.combine(evening.astimezone(ZoneInfo(zone)).date(), datetime.min.time(), ZoneInfo(zone))

    assert approve(bob, "60.00 USD", now=noon.astimezone(UTC)) == "CONFIRMED"
    is_refused(bob, "40.01 USD", now=evening)
    assert approve(bob, "40.00 USD", now=evening) == "CONFIRMED"
    assert approve(bob, "100.00 USD", now=morning) == "CONFIRMED"
    is_refused(bob, "0.01 USD", now=morning)


def test_members_of_a_role_may_what_their_role_may():
    role = GroupFactory.create()
    given_limit(role, "50.00 USD")
    bob = given_person("bob")
    is_refused(bob, "1.00 USD")

    bob.groups.add(role)

    assert approve(bob, "50.00 USD") == "CONFIRMED"
    is_refused(bob, "50.01 USD")


def test_of_several_roles_any_one_suffices():
    roles = GroupFactory.create_batch(2)
    given_limit(roles[0], "50.00 USD", "60.00 USD")
    given_limit(roles[1], "80.00 USD", "80.00 USD")
    bob = given_person("bob", groups=roles)

    assert approve(bob, "55.00 USD") == "CONFIRMED"
    assert approve(bob, "25.00 USD") == "CONFIRMED"
    is_refused(bob, "0.01 USD")


@pytest.mark.parametrize(("own", "most"), [("10.00 USD", "10.00 USD"), ("500.00 USD", "500.00 USD")])
def test_a_persons_own_limit_takes_the_place_of_their_roles(own: str, most: str):
    role = GroupFactory.create()
    given_limit(role, "50.00 USD")
    bob = given_approver("bob", own)
    bob.groups.add(role)

    assert approve(bob, most) == "CONFIRMED"
    is_refused(bob, f"{money(own).amount + 1} USD")


def test_an_own_limit_in_one_currency_leaves_the_roles_in_another():
    role = GroupFactory.create()
    given_limit(role, "50.00 EUR")
    bob = given_approver("bob", "10.00 USD")
    bob.groups.add(role)

    assert approve(bob, "50.00 EUR") == "CONFIRMED"


def test_a_login_that_is_off_approves_nothing_through_any_door():
    bob = given_approver("bob")
    bob.groups.add(GroupFactory.create())
    client = given_client(["credits:approve"], owner=bob).client
    request = given_request()
    User.objects.filter(pk=bob.pk).update(is_active=False)

    for party in (party_of(bob), party_of_client(client.pk, bob)):
        with refused(ApproverUnknown):
            approve_request(request_id=request.pk, party=party, now=NOW)
    assert list_allowances(person_id=bob.pk, now=NOW) == []
    assert list(list_decidable(person_id=bob.pk, now=NOW)) == []


def test_an_owner_approves_through_their_key_within_their_own_limit():
    bob = given_approver("bob", "20.00 USD", per_day="30.00 USD")
    client = given_client(["credits:approve"], owner=bob).client
    through_key = given_request("20.00 USD")

    approve_request(request_id=through_key.pk, party=party_of_client(client.pk, bob), now=NOW)

    assert row_of(through_key).decided_by == bob
    is_refused(bob, "10.01 USD")


def test_what_a_person_may_decide_is_listed_and_nothing_else():
    bob = given_approver("bob", "20.00 USD", per_day="50.00 USD")
    own = given_request("5.00 USD", by=bob)
    small, large, other = (given_request(amount) for amount in ("20.00 USD", "20.01 USD", "5.00 EUR"))
    canceled = given_request("5.00 USD")
    cancel_request(request_id=canceled.pk, party=party_of(bob), now=NOW, may_decide=True)

    assert list(list_decidable(person_id=bob.pk, now=NOW)) == [small]
    assert {own.status, large.status, other.status} == {"PENDING"}
    approve(bob, "20.00 USD")
    approve(bob, "20.00 USD")
    assert list(list_decidable(person_id=bob.pk, now=NOW)) == []
    assert list(list_decidable(person_id=bob.pk, now=days(1))) == [small]


def test_a_limit_is_set_in_the_place_of_the_one_before():
    bob = given_person("bob")
    set_approver_limit(username="bob", per_request=money("100.00 USD"), per_day=money("200.00 USD"))

    set_approver_limit(username="bob", per_request=money("50.00 USD"))

    limit = ApproverLimit.objects.get()
    assert (limit.user, limit.per_request, limit.per_day) == (bob, money("50.00 USD"), None)
    with refused(PersonNotFound):
        set_approver_limit(username="nobody", per_request=money("50.00 USD"))


def test_a_limit_is_for_a_person_or_for_a_role():
    bob, role = given_person("bob"), GroupFactory.create()

    for who in ({"user": None}, {"user": bob, "group": role}):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            ApproverLimitFactory.create(**who)
        assert broken_rule(caught.value) == "credits_approverlimit_user_or_role"
    for spoilt in ({"per_request": money("0 USD")}, {"per_day": money("0 USD")}):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            ApproverLimitFactory.create(user=bob, **spoilt)
        assert broken_rule(caught.value) == "credits_approverlimit_positive"
    ApproverLimitFactory.create(user=bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApproverLimitFactory.create(user=bob)


def test_a_refusal_names_the_largest_limit_that_there_is():
    allowances = [Allowance("USD", 1000), Allowance("USD", 5000, left_today_minor=200), Allowance("EUR", 9900)]

    assert refuse_amount(amount_minor=1000, currency="USD", allowances=allowances) == ""
    assert refuse_amount(amount_minor=1001, currency="USD", allowances=allowances) == (
        "Of what you may approve today, $10.00 is left."
    )
    assert refuse_amount(amount_minor=5001, currency="USD", allowances=allowances) == (
        "$50.01 is above your limit of $50.00 a request."
    )
