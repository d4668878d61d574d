"""A statement adds up: whatever happened, what there was and what moved come to what there is."""

from itertools import combinations

import pytest
from django.db.models import Sum

from ledger.errors import StatementTooLong
from ledger.models import Transaction
from ledger.operations import (
    Why,
    adjust_credit,
    capture_hold,
    expire_credit,
    refund_spend,
    release_hold,
    reverse_transaction,
)
from ledger.queries import Statement, list_statements
from tests.scenarios import (
    STAFF,
    SYSTEM,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    given_transfer,
    money,
    refused,
)

pytestmark = pytest.mark.django_db

WHY = Why(note="counted again")


def statement_of(account, since, until) -> Statement:
    (statement,) = list_statements(account_ids=[account.pk], since=since, until=until, at_most=100)
    return statement


def given_a_lively_year():
    """An account that met all that can happen to one, a day apart; and when the last of it was over."""
    account = given_credit("60.00 GBP", now=days(0), expires_at=days(5))
    given_credit("40.00 GBP", to=account, now=days(1))
    spend = given_spend("12.34 GBP", account=account, now=days(2))
    captured = given_hold("7.00 GBP", account=account, now=days(3))
    released = given_hold("3.00 GBP", account=account, now=days(3))
    capture_hold(hold_id=captured.pk, amount=money("6.50 GBP"), actor=STAFF, now=days(4))
    expire_credit(actor=SYSTEM, now=days(6))
    release_hold(hold_id=released.pk, actor=STAFF, now=days(7))
    refund_spend(transaction_id=spend.pk, amount=money("2.34 GBP"), actor=STAFF, now=days(8))
    adjust_credit(account_id=account.pk, amount=money("-1.00 GBP"), actor=STAFF, now=days(9), why=WHY)
    reverse_transaction(transaction_id=entries_of(account)[-1].pk, actor=STAFF, now=days(10), why=WHY)
    given_transfer("5.00 GBP", source=account, target=given_account(), now=days(11))
    expire_credit(actor=SYSTEM, now=days(60))
    return account, 61


def test_between_any_two_days_opening_and_movements_come_to_the_closing_balance():
    account, last = given_a_lively_year()
    moments = [days(count + 0.5) for count in range(-1, 13)] + [days(last)]
    all_entries = Transaction.objects.filter(account=account)

    for since, until in combinations(moments, 2):
        statement = statement_of(account, since, until)

        summed = [
            all_entries.filter(created_at__lt=moment).aggregate(sum=Sum("amount_minor"))["sum"] or 0
            for moment in (since, until)
        ]
        assert [statement.opening_minor, statement.closing_minor] == summed
        running = statement.opening_minor
        for entry in statement.entries:
            running += entry.amount_minor
            assert entry.balance_after_minor == running
        assert running == statement.closing_minor

    account.refresh_from_db()
    assert statement_of(account, moments[0], moments[-1]).closing_minor == account.balance_minor


def test_what_happens_at_a_periods_first_moment_is_in_it_and_at_its_last_is_in_the_next():
    account = given_credit("10.00 GBP", now=days(0))
    given_spend("1.00 GBP", account=account, now=days(1))

    first, second = statement_of(account, days(0), days(1)), statement_of(account, days(1), days(2))

    assert (first.opening_minor, first.closing_minor) == (0, 1000)
    assert (second.opening_minor, second.closing_minor) == (1000, 900)


def test_more_movements_than_go_onto_a_page_are_refused():
    account = given_credit("10.00 GBP", now=days(0))
    given_spend("1.00 GBP", account=account, now=days(1))

    with refused(StatementTooLong):
        list_statements(account_ids=[account.pk], since=days(0), until=days(2), at_most=1)
