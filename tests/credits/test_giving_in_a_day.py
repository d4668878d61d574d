"""One person gives alone no more in a day than their limit, whatever they do and by whichever door."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from giftcards.operations import create_card, make_portion, plan_batch, undo_transaction
from ledger.operations import Actor, ActorKind, Why, adjust_credit, issue_credit, refund_spend
from storecredit.credits.errors import DayIssueLimitExceeded, IssueLimitExceeded
from storecredit.credits.models import GivenDay, IssueLimit
from storecredit.credits.operations import approve_request
from storecredit.credits.queries import get_giving_day
from tests.credits.requests import given_approver, given_ceiling, given_person, given_request, party_of
from tests.factories.people import GroupFactory
from tests.ledger.attacks import run
from tests.scenarios import NOW, given_credit, given_customer, given_spend, money, nothing_moves, wallet_of

pytestmark = pytest.mark.django_db

WHY = Why(note="Late again")


def staff(person: User, **more: Any) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=str(person.pk), label=person.username, door="admin", **more)


def given_day_limit(person: User, at_once: str, per_day: str | None) -> IssueLimit:
    """What a role of theirs lets a person give at once and in a day."""
    role = GroupFactory.create()
    person.groups.add(role)
    most = money(at_once)
    return IssueLimit.objects.create(
        group=role, currency=most.currency.code, amount=most, per_day=money(per_day) if per_day else None
    )


def issue(amount: str, actor: Actor, now: datetime = NOW, customer: Any = None) -> Any:
    wallet = wallet_of(customer or given_customer(), amount.split()[1])
    return issue_credit(wallet=wallet, amount=money(amount), actor=actor, now=now)


def given() -> list[tuple[str, bool, int]]:
    """What stands in everybody's days, by currency and mode."""
    return list(GivenDay.objects.order_by("pk").values_list("currency", "test_mode", "given_minor"))


@pytest.fixture
def alice(db) -> User:
    """She gives 100 USD at once, and 250 in a day."""
    person = given_person("alice")
    given_day_limit(person, "100.00 USD", "250.00 USD")
    return person


def test_a_hundred_times_the_largest_amount_ends_with_the_day(alice):
    for _ in range(2):
        issue("100.00 USD", staff(alice))

    customer = given_credit("1.00 USD").customer
    with nothing_moves(), pytest.raises(DayIssueLimitExceeded) as refused:
        issue("50.01 USD", staff(alice), customer=customer)
    issue("50.00 USD", staff(alice))

    assert refused.value.limit == money("250.00 USD")
    assert given() == [("USD", False, 25000)]


def test_every_way_to_give_uses_up_one_day(alice):
    actor, customer = staff(alice), given_customer()
    spend = given_spend("30.00 USD", account=given_credit("30.00 USD", customer=customer))

    issue("20.00 USD", actor, customer=customer)
    adjust_credit(account_id=spend.account_id, amount=money("40.00 USD"), actor=actor, now=NOW, why=WHY)
    create_card(amount=money("50.00 USD"), actor=actor, now=NOW)
    refund_spend(transaction_id=spend.pk, amount=money("30.00 USD"), actor=actor, now=NOW)
    plan_batch(name="Christmas", amount=money("10.00 USD"), size=11, actor=actor, now=NOW, planned_by_id=alice.pk)

    assert given() == [("USD", False, 25000)]
    with pytest.raises(DayIssueLimitExceeded):
        create_card(amount=money("0.01 USD"), actor=actor, now=NOW)


def test_what_is_taken_back_makes_no_room(alice):
    entries = [issue(amount, staff(alice)) for amount in ("100.00 USD", "100.00 USD", "50.00 USD")]
    for entry in entries:
        undo_transaction(transaction_id=entry.id, actor=staff(alice), now=NOW, why=WHY)

    with pytest.raises(DayIssueLimitExceeded):
        issue("0.01 USD", staff(alice))


def test_a_key_and_two_hands_are_one_person(alice):
    till = Actor(kind=ActorKind.API, id="5", label="till", door="api:tiquo", owner="alice", owner_id=str(alice.pk))

    issue("100.00 USD", till)
    issue("100.00 USD", staff(alice))

    with pytest.raises(DayIssueLimitExceeded):
        issue("50.01 USD", till)


def test_a_program_of_nobody_s_has_no_day(db):
    issue("20000.00 USD", Actor(kind=ActorKind.API, id="5", label="till", door="api:tiquo"))

    assert given() == []


def test_what_another_approves_is_not_given_alone(alice):
    request = given_request("400.00 USD", by=party_of(given_person("agent")))
    bob = given_approver("bob")

    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert given() == []


def test_a_batch_counts_when_it_is_planned_and_one_that_waits_does_not(alice):
    actor = staff(alice)
    wanted = {"amount": money("10.00 USD"), "actor": actor, "now": NOW, "planned_by_id": alice.pk}
    planned = plan_batch(name="one", size=25, **wanted)
    plan_batch(name="two", size=100, waits=True, **wanted)

    with pytest.raises(DayIssueLimitExceeded):
        plan_batch(name="three", size=1, **wanted)
    made = make_portion(batch_id=planned.pk, actor=actor, now=NOW)

    assert (made.made, given()) == (25, [("USD", False, 25000)])


def test_test_money_has_a_day_of_its_own(alice):
    issue("100.00 USD", staff(alice), customer=given_customer(test_mode=True))
    issue("100.00 USD", staff(alice))

    assert sorted(given()) == [("USD", False, 10000), ("USD", True, 10000)]


@pytest.mark.parametrize(
    ("zone", "last", "next_day"),
    [
        ("UTC", "2026-05-04T23:59:59+00:00", "2026-05-05T00:00:00+00:00"),
        ("Asia/Tokyo", "2026-05-04T14:59:59+00:00", "2026-05-04T15:00:00+00:00"),
        # The night in which clocks go forward.
        ("America/New_York", "2026-03-09T03:59:59+00:00", "2026-03-09T04:00:00+00:00"),
    ],
)
def test_the_day_is_the_shop_s(alice, settings, zone, last, next_day):
    settings.TIME_ZONE = zone
    before, after = datetime.fromisoformat(last).astimezone(UTC), datetime.fromisoformat(next_day).astimezone(UTC)
    for amount in ("100.00 USD", "100.00 USD", "50.00 USD"):
        issue(amount, staff(alice), before)

    with pytest.raises(DayIssueLimitExceeded):
        issue("0.01 USD", staff(alice), before)
    issue("100.00 USD", staff(alice), after)
    # A clock that goes back over midnight finds the day of before as it was left.
    with pytest.raises(DayIssueLimitExceeded):
        issue("0.01 USD", staff(alice), before)


@pytest.mark.parametrize(
    ("at_once", "fits", "beyond"), [("100 JPY", "1000 JPY", "1 JPY"), ("1.234 KWD", "12.340 KWD", "0.001 KWD")]
)
def test_a_ceiling_of_no_day_is_ten_times_what_is_given_at_once(db, at_once, fits, beyond):
    bob = given_person("bob")
    given_ceiling(at_once)
    issue(fits, staff(bob))

    with pytest.raises(DayIssueLimitExceeded) as refused:
        issue(beyond, staff(bob))

    assert refused.value.limit == money(fits)


def test_the_shop_ships_ten_times_its_ceiling(db):
    bob = given_person("bob")
    days = [get_giving_day(person_id=bob.pk, currency=each, test_mode=False, now=NOW).limit for each in ("USD", "JPY")]

    assert days == [money("10000.00 USD"), money("1000000 JPY")]


def test_of_several_roles_the_largest_day_counts_and_one_that_says_none_has_the_ceiling_s(alice):
    def limit() -> Any:
        return get_giving_day(person_id=alice.pk, currency="USD", test_mode=False, now=NOW).limit

    given_day_limit(alice, "10.00 USD", "300.00 USD")
    assert limit() == money("300.00 USD")
    given_day_limit(alice, "10.00 USD", None)
    assert limit() == money("10000.00 USD")
    given_ceiling("20.00 USD")
    assert limit() == money("200.00 USD")


def test_with_a_limit_nothing_is_given_in_a_currency_that_has_none(alice):
    with pytest.raises(DayIssueLimitExceeded):
        issue("0.01 EUR", staff(alice))


def test_a_limit_that_is_lowered_in_mid_day_leaves_nothing(alice):
    issue("100.00 USD", staff(alice))
    IssueLimit.objects.update(per_day=money("50.00 USD"))

    day = get_giving_day(person_id=alice.pk, currency="USD", test_mode=False, now=NOW)

    assert (day.given, day.left) == (money("100.00 USD"), money("0.00 USD"))
    with pytest.raises(DayIssueLimitExceeded):
        issue("0.01 USD", staff(alice))


def test_of_one_purchase_no_more_comes_back_than_is_given_at_once_in_parts_either(alice):
    spend = given_spend("150.00 USD", account=given_credit("200.00 USD"))
    refund_spend(transaction_id=spend.pk, amount=money("60.00 USD"), actor=staff(alice), now=NOW)

    with nothing_moves(), pytest.raises(IssueLimitExceeded):
        refund_spend(transaction_id=spend.pk, amount=money("40.01 USD"), actor=staff(alice), now=NOW)
    refund_spend(transaction_id=spend.pk, amount=money("40.00 USD"), actor=staff(alice), now=NOW)

    assert given() == [("USD", False, 10000)]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE credits_givenday SET given_minor = 9999", "never_less"),
        ("UPDATE credits_givenday SET day = '2026-01-01'", "never_less"),
        ("UPDATE credits_givenday SET person_id = person_id + 1", "never_less"),
        ("DELETE FROM credits_givenday", "no_delete"),
    ],
)
def test_a_day_is_never_less(alice, statement, rule):
    issue("100.00 USD", staff(alice))

    with pytest.raises(IntegrityError, match=f"credits_givenday_{rule}"), transaction.atomic():
        run(statement)

    assert given() == [("USD", False, 10000)]
