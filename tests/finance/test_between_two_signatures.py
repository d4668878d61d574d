"""What happens to a month between the one who asks to close it and the one who approves."""

from datetime import date

import pytest
from django.contrib.auth.models import Group

from ledger.models import Transaction
from ledger.operations import TransactionType, Why, reverse_transaction
from storecredit.credits.operations import Party
from storecredit.finance.models import Period
from storecredit.finance.operations import approve_period, ask_period, open_period
from storecredit.finance.queries import list_kept_lines, roll_forward
from storecredit.finance.queries.journal import list_rows
from tests.factories.finance import GeneralLedgerRuleFactory
from tests.factories.people import UserFactory
from tests.factories.periods import party_of
from tests.finance.month import at, close
from tests.scenarios import STAFF, given_account, given_credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Party]:
    finance = Group.objects.get(name="Finance")
    return [party_of(UserFactory.create(username=name, groups=[finance])) for name in ("fay", "max")]


def given_may(time_machine, *amounts: str) -> Period:
    """Each amount is paid in on a day of its own, the 10th, 20th …, which a cut ends."""
    time_machine.move_to(at(2, 6), tick=False)
    for place, amount in enumerate(amounts, start=1):
        account = given_account(amount.split()[1])
        given_credit(amount, to=account, now=at(10 * place), type=TransactionType.LOAD, funding="PAID")
        close(10 * place + 1, 5)
    close(1, 6)
    return open_period(first_day=date(2026, 5, 1), actor=STAFF, now=at(2, 6))


def rows_of(period: Period) -> list[tuple[str, ...]]:
    """Day, debit, credit, currency and amount of each line of the journal that left with a month."""
    assert period.journal is not None
    return [tuple(row[1:6]) for row in list(list_rows(period.journal.lines.order_by("place")))[1:]]


def test_an_entry_that_is_reversed_meanwhile_is_the_next_months(time_machine, people):
    fay, max_ = people
    may = given_may(time_machine, "20.00 GBP")
    asked = ask_period(number=may.number, party=fay, now=at(2, 6))
    assert asked.end_cut is not None
    lines = roll_forward(begin=None, end=asked.end_cut)

    entry = Transaction.objects.get()
    undone = reverse_transaction(transaction_id=entry.pk, actor=STAFF, now=at(3, 5), why=Why(note="typed twice"))
    closed = approve_period(number=may.number, party=max_, now=at(3, 6))

    assert undone.created_at >= asked.end_cut.boundary
    assert list_kept_lines(period=closed) == lines
    assert [line.closing_minor for line in lines] == [2000]
    assert rows_of(closed) == [("2026-05-10", "1210", "2310", "GBP", "20.00")]


def test_the_rule_of_each_day_maps_it_and_one_that_ends_amid_the_month_maps_no_day_after(time_machine, people):
    fay, max_ = people
    may = given_may(time_machine, "20.00 GBP", "5.00 GBP")
    ask_period(number=may.number, party=fay, now=at(2, 6))

    GeneralLedgerRuleFactory.create(
        counter_account="CASH", type="LOAD", valid_from=date(2026, 5, 1), valid_until=date(2026, 5, 19)
    )
    closed = approve_period(number=may.number, party=max_, now=at(3, 6))

    assert [row[0] for row in rows_of(closed)] == ["2026-05-10", "2026-05-20"]
    assert [row[3:] for row in rows_of(closed)] == [("GBP", "20.00"), ("GBP", "5.00")]
    assert rows_of(closed)[0][1:3] != rows_of(closed)[1][1:3] == ("1210", "2310")


@pytest.mark.parametrize("amount", ["1001 JPY", "1.001 KWD", "0.001 BHD"])
def test_a_month_is_kept_and_leaves_in_whatever_decimals_its_currency_has(time_machine, people, amount):
    fay, max_ = people
    may = given_may(time_machine, amount)

    ask_period(number=may.number, party=fay, now=at(2, 6))
    closed = approve_period(number=may.number, party=max_, now=at(3, 6))

    number, currency = amount.split()
    assert rows_of(closed) == [("2026-05-10", "1210", "2310", currency, number)]
    assert [line.kept.currency for line in list_kept_lines(period=closed)] == [currency]
