"""How much somebody gives at once by themself is the same at every door: on pages, by their key, for what goes back."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import RequestFactory

from ledger.money import from_minor, to_minor
from storecredit.api.callers import find_caller
from storecredit.api.issuing import find_limit_of_owner
from storecredit.backoffice.approvals.limited_steps import LimitedStep
from storecredit.credits.errors import IssueLimitExceeded
from storecredit.credits.operations.giving import judge_return
from storecredit.credits.queries import get_limit_at_once
from tests.callers import given_client
from tests.credits.requests import given_ceiling, given_issue_limit
from tests.factories.people import GroupFactory, UserFactory
from tests.scenarios import NOW, money

pytestmark = pytest.mark.django_db


@dataclass
class Standing:
    """
    Somebody, and what the shop has set.

    :param roles: the limits of each role that they have.
    :param most: how much they give at once, as `GBP 100.00`.
    """

    most: str
    roles: tuple[tuple[str, ...], ...] = ()
    ceilings: tuple[str, ...] = ()
    person: dict[str, Any] = field(default_factory=dict)


TABLE = {
    "no role with a limit": Standing("1000.00 GBP"),
    "no role with a limit, in yen": Standing("100000 JPY"),
    "no role with a limit, under a ceiling": Standing("300.00 GBP", ceilings=("300.00 GBP",)),
    "no role with a limit, under a ceiling that is higher": Standing("5000.00 GBP", ceilings=("5000.00 GBP",)),
    "a ceiling of another currency": Standing("1000.00 GBP", ceilings=("300.00 USD",)),
    "a role with a limit": Standing("50.00 GBP", (("50.00 GBP",),)),
    "of two roles the larger": Standing("80.00 GBP", (("50.00 GBP",), ("80.00 GBP",))),
    "a limit in another currency": Standing("0.00 GBP", (("50.00 USD",),)),
    "a limit in this currency and another": Standing("50.00 GBP", (("50.00 GBP", "70.00 USD"),)),
    "a limit above the shipped ceiling": Standing("1000.00 GBP", (("2000.00 GBP",),)),
    "a limit above a ceiling that is lower": Standing("20.00 GBP", (("50.00 GBP",),), ("20.00 GBP",)),
    "a limit below a ceiling that is higher": Standing("50.00 GBP", (("50.00 GBP",),), ("5000.00 GBP",)),
    "a limit above the shipped one under a ceiling that is higher still": Standing(
        "2000.00 GBP", (("2000.00 GBP",),), ("5000.00 GBP",)
    ),
    "of three decimals": Standing("7.125 KWD", (("7.125 KWD",),)),
    "a superuser": Standing("1000.00 GBP", person={"is_superuser": True}),
    "a superuser with a role": Standing("50.00 GBP", (("50.00 GBP",),), person={"is_superuser": True}),
}


def given(standing: Standing) -> User:
    person = UserFactory.create(**standing.person)
    for limits in standing.roles:
        role: Group = GroupFactory.create()
        person.groups.add(role)
        for limit in limits:
            given_issue_limit(role, limit)
    for ceiling in standing.ceilings:
        given_ceiling(ceiling)
    return person


def refuses_back(person: User, amount: Any) -> bool:
    try:
        judge_return(person.pk, amount)
    except IssueLimitExceeded:
        return True
    return False


@pytest.mark.parametrize("standing", TABLE.values(), ids=TABLE)
def test_every_door_has_the_same_limit(standing):
    most = money(standing.most)
    person = given(standing)
    step = LimitedStep.__new__(LimitedStep)
    step.request = RequestFactory().get("/")
    step.request.user = person
    caller = find_caller(key=given_client(owner=person).plain, idempotency_key=None, now=NOW)
    assert caller is not None
    more = from_minor(to_minor(most) + 1, most.currency.code)

    assert get_limit_at_once(person_id=person.pk, currency=most.currency.code) == most
    assert step.limit_in(most.currency.code) == most
    assert [step.exceeded(each) for each in (most, more)] == [None, most]
    assert [find_limit_of_owner(caller=caller, amount=each) for each in (most, more)] == [None, most]
    assert [refuses_back(person, each) for each in (most, more)] == [False, True]


def test_behind_a_login_that_is_off_no_key_works_and_a_key_of_nobody_has_its_own_limits_alone():
    off = UserFactory.create(is_active=False)
    of_nobody = find_caller(key=given_client().plain, idempotency_key=None, now=NOW)

    assert find_caller(key=given_client(owner=off).plain, idempotency_key=None, now=NOW) is None
    assert of_nobody is not None
    assert find_limit_of_owner(caller=of_nobody, amount=money("1000000.00 GBP")) is None
