"""
Whatever comes by whichever door, in any order, over weeks: nothing fails, what is refused writes nothing, what is asked
again is answered again, every dialect tells the same balance, and the books agree with themselves.
"""

import os
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from moneyed import Money

from ledger.models import Account, Lot
from ledger.money import to_minor
from tests.dialects.chance import NothingThere
from tests.dialects.doors import DOORS, JOBS, AnyDoor, run_job

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = [int(seed) for seed in os.environ.get("DOORS", "1 2").split()]
STEPS = 120


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_comes_by_any_door_the_books_stay_true(seed: int, time_machine: Any):
    def move_to(moment: datetime) -> None:
        time_machine.move_to(moment, tick=False)

    shop = AnyDoor(seed, move_to)
    try:
        for step in range(STEPS):
            take(shop)
            if step % 10 == 9:
                ask_again(shop)
                compare_balances(shop)
        for job in JOBS:
            run_job(job)
        compare_balances(shop)
        reconcile()
    except BaseException:
        print(*shop.log[-8:], sep="\n")
        raise


def take(shop: AnyDoor) -> None:
    try:
        shop.chance.choice(DOORS)(shop)
    except NothingThere:
        shop.issue()


def ask_again(shop: AnyDoor) -> None:
    """What was granted, again: nothing is done, and all is as it was told, but for what says that it is told again."""
    sent = shop.one(*shop.granted)
    before = shop.count()

    again = shop.send("POST", sent.path, sent.body, key=sent.key, by=sent.by, headers=sent.headers)

    assert shop.count() == before
    if again.status_code == 404:
        assert sent.path.startswith("/checkouts/"), shop.log[-1]  # it was deleted since
        return
    assert again.status_code < 300, (sent, shop.log[-1])
    told, told_again = plain(sent.answer.json()), plain(again.json())
    assert told_again == told


def plain(answer: Any) -> Any:
    data = answer.get("data")
    marked = {"data": {**data, "idempotentReplay": None}} if isinstance(data, dict) else {}
    return {name: value for name, value in answer.items() if name != "timestamp"} | marked


def compare_balances(shop: AnyDoor) -> None:
    for account in Account.objects.filter(customer__merged_into=None).select_related("customer").order_by("pk"):
        lots = Lot.objects.filter(account=account)
        alive = [lot for lot in lots if lot.expires_at is None or lot.expires_at > shop.now]
        spendable = sum(lot.remaining_minor - lot.reserved_minor for lot in alive)
        if account.customer is not None and account.kind == "STORE_CREDIT":
            stored = shop.api.get(f"/stored_credit_accounts/{account.number}").json()
            customer = f"/customers/{account.customer.number}/store-credit?currency={account.currency}"
            [wallet] = shop.api.get(customer).json()["data"]["balances"]
            told = to_minor(Money(Decimal(str(wallet["balance"])), account.currency))
            assert {stored["currentBalance"], told} == {spendable}, (account.number, account.status)


def reconcile() -> None:
    said = StringIO()
    try:
        call_command("reconcile", stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(said.getvalue()[-3000:])
