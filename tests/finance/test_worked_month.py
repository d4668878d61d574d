"""
One month of a shop, from its first entry to its close and what was corrected afterwards, as finance would print it.

Anna has 20.00 of goodwill from April, which ends on 15 May. In May Ben pays 100.00 in and is given 30.00; he spends
40.00, of which 15.00 come back; 25.00 go to Anna; what she had in April expires; 2.00 are added to what Ben has, and
0.50 taken; a voucher of 10.00 is voided; a hold of 30.00 EUR stands over the month's end, and is captured in June. Then
the month is closed, and the 2.00 are undone by request in the month that is open.
"""

from datetime import date

import pytest

from ledger.errors import BooksClosed
from ledger.models import Transaction
from ledger.operations import Why, reverse_transaction, void_credit
from storecredit.finance.models import Period
from storecredit.finance.operations import (
    approve_correction,
    approve_period,
    ask_correction,
    ask_period,
    get_journal,
    open_period,
)
from storecredit.finance.queries import Movement, list_kept_lines
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import UserFactory
from tests.factories.periods import party_of
from tests.finance.month import at, close, given_month
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, SYSTEM, given_credit, money, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

ROLL_FORWARD = """
                 EUR GOODWILL  GBP GOODWILL  GBP PAID
opening                     .         20.00         .
issued                  50.00         40.00         .
loaded                      .             .    100.00
refunded                    .          5.00     10.00
transferred in              .          5.00     20.00
transferred out             .         -5.00    -20.00
spent                       .        -30.00    -17.00
expired                     .        -20.00         .
voided                      .        -10.00         .
adjusted                    .          2.00     -0.50
closing                 50.00          7.00     92.50
"""
JOURNAL = """
ISSUE    GOODWILL EUR   50.00  6310 to 2310
ADJUST   GOODWILL GBP    2.00  6390 to 2310
EXPIRE   GOODWILL GBP   20.00  2310 to 6310
ISSUE    GOODWILL GBP   40.00  6310 to 2310
REDEEM   GOODWILL GBP   30.00  2310 to 4000
REFUND   GOODWILL GBP    5.00  4000 to 2310
TRANSFER GOODWILL GBP    5.00  1290 to 2310
TRANSFER GOODWILL GBP    5.00  2310 to 1290
VOID     GOODWILL GBP   10.00  2310 to 6390
ADJUST   PAID     GBP    0.50  2310 to 6390
LOAD     PAID     GBP  100.00  1210 to 2310
REDEEM   PAID     GBP   17.00  2310 to 4000
REFUND   PAID     GBP   10.00  4000 to 2310
TRANSFER PAID     GBP   20.00  1290 to 2310
TRANSFER PAID     GBP   20.00  2310 to 1290
"""


def roll_forward_of(period: Period) -> str:
    lines = list_kept_lines(period=period)
    heads = [f"{line.kept.currency} {line.kept.funding}" for line in lines]
    rows = [("opening", [line.opening_minor for line in lines])]
    rows += [(movement.value, [line.moved_minor[movement] for line in lines]) for movement in Movement]
    rows = [row for row in rows if any(row[1])] + [("closing", [line.closing_minor for line in lines])]
    printed = [f"{'':15}" + "".join(f"{head:>14}" for head in heads)]
    printed += [f"{name:15}" + "".join(f"{_shown(minor):>14}" for minor in amounts) for name, amounts in rows]
    return "\n".join(" ".join(line.split()) for line in printed)


def journal_of(period: Period) -> str:
    assert period.journal_id is not None
    return "\n".join(
        f"{line.type} {line.funding} {line.currency} {_shown(line.amount_minor)} {line.debit} to {line.credit}"
        for line in get_journal(number=period.journal_id)[1]
    )


def _shown(minor: int) -> str:
    return f"{minor / 100:.2f}" if minor else "."


def printed(table: str) -> str:
    return "\n".join(" ".join(line.split()) for line in table.strip().splitlines())


def test_a_month_from_its_first_entry_to_its_close_and_what_was_corrected_afterwards(time_machine):
    # given: the month, with a voucher that was voided in it
    given_month(time_machine, before_end_of_may=give_and_void)
    fay, max_ = (party_of(UserFactory.create(username=name)) for name in ("fay", "max"))
    ApproverLimitFactory.create(user_id=max_.person_id, per_request=money("50.00 GBP"), per_day=None)

    # when: April and May are closed, and then somebody sees that the 2.00 were right at first
    for month in (4, 5):
        number = open_period(first_day=date(2026, month, 1), actor=SYSTEM, now=at(2, 7)).number
        ask_period(number=number, party=fay, now=at(2, 7))
        approve_period(number=number, party=max_, now=at(2, 7))
    wrong = Transaction.objects.get(type="ADJUST", amount_minor=200)
    with nothing_moves(), pytest.raises(BooksClosed):
        reverse_transaction(transaction_id=wrong.pk, actor=STAFF, now=at(2, 7), why=Why(note="Right at first"))
    asked = ask_correction(party=fay, now=at(2, 7), entry_id=wrong.pk, note="Right at first")
    approve_correction(correction_id=asked.pk, party=max_, now=at(2, 7))
    close(3, 7)

    # then: May is what it was reported as, and what was put right is an entry of the open month
    may = Period.objects.get(first_day=date(2026, 5, 1))
    assert roll_forward_of(may) == printed(ROLL_FORWARD)
    assert journal_of(may) == printed(JOURNAL)
    assert asked.period == may
    assert run("reconcile", "--json").facts["clean"] is True


def give_and_void() -> None:
    voucher = given_credit("10.00 GBP", now=at(21), why=Why(reason="GW"))
    void_credit(account_id=voucher.pk, actor=STAFF, now=at(22), why=Why(note="stolen"))
