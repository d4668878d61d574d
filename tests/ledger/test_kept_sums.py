"""What all accounts hold together is kept, and is at any moment what adding them up would give."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from ledger.models import AccountSum, AccountSumChange
from ledger.operations import sums
from ledger.queries import AccountSums, list_account_sums
from tests.giftcards.cards import given_card
from tests.races.together import together
from tests.scenarios import given_account, given_credit, given_customer, given_hold, given_spend, given_transfer

pytestmark = pytest.mark.django_db(transaction=True)


def given_shop() -> None:
    pounds = given_credit("40.00 GBP")
    given_hold("7.00 GBP", account=pounds)
    given_spend("5.00 GBP", account=given_credit("5.00 GBP"))
    given_transfer("10.00 GBP", source=pounds, target=given_account("GBP"))
    given_credit("9.00 USD", customer=given_customer(test_mode=True))
    given_card("25.00 GBP")
    given_account("EUR").delete()


def test_they_follow_whatever_moves():
    given_shop()

    assert list_account_sums() == [
        AccountSums("STORE_CREDIT", "EUR", False, 0, 0, 0, 0),
        AccountSums("GIFT_CARD", "GBP", False, 1, 1, 2500, 0),
        AccountSums("STORE_CREDIT", "GBP", False, 3, 2, 4000, 700),
        AccountSums("STORE_CREDIT", "USD", True, 1, 1, 900, 0),
    ]


def test_changes_that_are_folded_are_told_as_those_that_wait(monkeypatch):
    given_shop()
    told = list_account_sums()
    monkeypatch.setattr(sums, "MOST_WAITING", 3)

    sums.fold_many_sums()
    folded = (AccountSumChange.objects.count(), list_account_sums())
    given_credit("1 JPY")

    assert folded == (0, told)
    assert list_account_sums()[-2] == AccountSums("STORE_CREDIT", "JPY", False, 1, 1, 1, 0)


def test_few_changes_are_left_waiting():
    given_credit("40.00 GBP")

    sums.fold_many_sums()

    assert (AccountSum.objects.count(), AccountSumChange.objects.count()) == (0, 2)


def test_reconcile_finds_a_sum_that_is_none_and_migrate_adds_up_anew():
    given_credit("40.00 GBP")
    sums.fold_sums()
    AccountSum.objects.update(balance_minor=3900)

    found = reconcile()
    call_command("migrate", verbosity=0)

    assert found == [
        (
            "kept_sums",
            "accounts of kind STORE_CREDIT",
            "GBP: 1 with £\xa039.00 are kept, 1 with £\xa040.00 are there: run migrate",
        )
    ]
    assert list_account_sums() == [AccountSums("STORE_CREDIT", "GBP", False, 1, 1, 4000, 0)]
    assert reconcile() == []


def test_postings_lose_nothing_to_those_who_fold_and_add_up():
    accounts = [given_credit("100.00 GBP") for _ in range(4)]

    def again(job: Callable[[], Any], times: int) -> None:
        for _ in range(times):
            job()

    together(
        *(partial(again, partial(given_spend, "1.00 GBP", account=account), 10) for account in accounts),
        *(partial(again, sums.fold_sums, 10) for _ in range(2)),
        partial(again, sums.sum_accounts_anew, 5),
    )

    assert list_account_sums() == [AccountSums("STORE_CREDIT", "GBP", False, 4, 4, 36000, 0)]


@pytest.mark.postgresql
def test_a_batch_of_cards_is_counted_by_one_change():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (number, kind, currency, status, balance_minor, held_minor, sequence, "
            "test_mode, created_at) SELECT 'GC' || n, 'GIFT_CARD', 'GBP', 'OPEN', 0, 0, 0, FALSE, now() "
            "FROM generate_series(1, 100) n"
        )

    assert AccountSumChange.objects.values_list("accounts", "balance_minor").get() == (100, 0)


def reconcile() -> list[tuple[str, str, str]]:
    out = StringIO()
    with suppress(SystemExit):
        call_command("reconcile", "--json", stdout=out)
    return [(found["check"], found["row"], found["message"]) for found in json.loads(out.getvalue())["findings"]]
