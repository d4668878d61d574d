"""Whoever begins a checkout says as much of it as the API asks for: the admin, a command or the demo no less."""

from collections.abc import Callable
from typing import Any

import pytest

from storecredit.checkouts.errors import MemberMalformed
from storecredit.checkouts.models import Checkout, CheckoutItem, Source
from storecredit.checkouts.operations import change_checkout
from tests.checkouts.stage import ACT, BILL_TO, given_checkout, given_tender, item
from tests.scenarios import refused

pytestmark = pytest.mark.django_db

ADDRESS: dict[str, Any] = BILL_TO["address"]  # type: ignore[assignment]  # a mapping beside texts
OWNER = {"first_name": "Chase", "last_name": "Marshall", "address": ADDRESS}
WITHOUT_ADDRESS = {"name": "Chase Marshall"}


def billed(**changed: Any) -> dict[str, Any]:
    return {"bill_to": BILL_TO | changed}


def living_at(**changed: Any) -> dict[str, Any]:
    return {"bill_to": BILL_TO | {"address": ADDRESS | changed}}


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"bill_to": WITHOUT_ADDRESS}, "bill_to.address", "is missing"),
    (billed(address="4321 Any Road W"), "bill_to.address", "is missing"),
    ({"bill_to": {"address": ADDRESS}}, "bill_to.name", "is missing"),
    (billed(name="x" * 201), "bill_to.name", "has more than 200 characters as it is kept"),
    (billed(email="nobody"), "bill_to.email", "is not an e-mail address"),
    (billed(phone="020\n7946"), "bill_to.phone", "holds a line break or another control character"),
    (billed(nickname="Chas"), "bill_to.nickname", "is not known"),
    (living_at(line1=""), "bill_to.address.line1", "is missing"),
    (living_at(city=None), "bill_to.address.city", "is no text"),
    (living_at(postal_code=55401), "bill_to.address.postal_code", "is no text"),
    (living_at(country="us"), "bill_to.address.country", "is not of its form"),
    (living_at(planet="Earth"), "bill_to.address.planet", "is not known"),
    ({"email": "nobody"}, "email", "is not an e-mail address"),
    ({"upstream_id": "x" * 129}, "upstream_id", "has more than 128 characters as it is kept"),
]
each_bad = pytest.mark.parametrize(("said", "member", "wrong"), BAD, ids=lambda value: str(value)[:40])


@each_bad
def test_a_checkout_is_not_begun_without_what_the_api_asks_for(said: dict[str, Any], member: str, wrong: str):
    with refused(MemberMalformed) as caught:
        given_checkout(**said)

    assert (caught.value.member, caught.value.wrong) == (member, wrong)
    assert not Checkout.objects.exists()


@each_bad
def test_a_checkout_is_not_changed_into_one_that_the_api_would_refuse(said: dict[str, Any], member: str, wrong: str):
    checkout = given_checkout().checkout

    with refused(MemberMalformed) as caught:
        change_checkout(checkout_id=checkout.pk, changes=said, **ACT)

    assert (caught.value.member, caught.value.wrong) == (member, wrong)
    kept = Checkout.objects.get()
    assert (kept.bill_to, kept.email, kept.upstream_id) == (checkout.bill_to, checkout.email, checkout.upstream_id)


@pytest.mark.parametrize(
    ("begin", "member", "wrong"),
    [
        (lambda: given_checkout(item("1.00 GBP"), item("1.00 GBP", sku="")), "items[1].sku_id", "is missing"),
        (
            lambda: given_checkout(item("1.00 GBP", sku="x" * 129)),
            "items[0].sku_id",
            "has more than 128 characters as it is kept",
        ),
        (lambda: given_checkout(*[item("1.00 GBP")] * 1001), "items", "are more than 1000"),
    ],
    ids=["without an id", "with too long an id", "too many"],
)
def test_items_are_refused_as_the_api_refuses_them(begin: Callable[[], Any], member: str, wrong: str):
    with refused(MemberMalformed) as caught:
        begin()

    assert (caught.value.member, caught.value.wrong) == (member, wrong)
    assert not CheckoutItem.objects.exists()


@pytest.mark.parametrize(
    ("owner", "member"),
    [
        ({"first_name": "Chase", "last_name": "Marshall"}, "owner.address"),
        (OWNER | {"first_name": "", "last_name": ""}, "owner.first_name"),
        (OWNER | {"address": ADDRESS | {"country": "USA"}}, "owner.address.country"),
    ],
    ids=["without an address", "without a name", "of no country"],
)
def test_an_owner_of_a_source_is_named_and_lives_somewhere(owner: dict[str, Any], member: str):
    with refused(MemberMalformed) as caught:
        given_tender("10.00 GBP", owner=owner)

    assert caught.value.member == member
    assert not Source.objects.exists()


def test_what_need_not_be_said_may_be_left_out_or_empty():
    bare = given_checkout(email="", bill_to=None, upstream_id="").checkout
    said = given_checkout(**billed(email="", organization="")).checkout

    assert (bare.bill_to, bare.email) == (None, "")
    assert said.bill_to == BILL_TO | {"email": "", "organization": ""}
