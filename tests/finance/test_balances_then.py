"""What an account held at a moment; to whom most is owed, and who has not been seen for long."""

from datetime import timedelta

import pytest

from ledger.operations import Ending, capture_hold, end_credit_at, expire_credit
from storecredit.audit.models import Activity
from storecredit.finance.queries import get_balance_then
from tests.backoffice.exporting import lines_of
from tests.backoffice.staff import Staff, page_url
from tests.finance.month import at, close
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, SYSTEM, given_account, given_credit, given_hold, given_spend

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(time_machine):
    """40.00 for ever and 60.00 until the 10th; a hold of 50.00 from the 5th to the 20th; a sweep; an extension."""
    time_machine.move_to(at(2, 7), tick=False)
    account = given_credit("60.00 GBP", now=at(1), expires_at=at(10))
    given_credit("40.00 GBP", to=account, now=at(2))
    hold = given_hold("50.00 GBP", account=account, now=at(5), expires_at=at(25))
    given_spend("5.00 GBP", account=account, now=at(6))
    capture_hold(hold_id=hold.pk, actor=STAFF, now=at(20))
    expire_credit(actor=SYSTEM, now=at(21))
    end_credit_at(account_id=account.pk, ending=Ending(at(1, 9)), actor=STAFF, now=at(22), note="asked for it")
    close(1, 7)
    return account


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(1), (0, 0, 0, 0)),
        (at(1) + timedelta(microseconds=1), (6000, 0, 0, 6000)),
        (at(3), (10000, 0, 0, 10000)),
        (at(5) + timedelta(seconds=1), (10000, 5000, 0, 5000)),
        (at(7), (9500, 5000, 0, 4500)),
        # Of the 60.00 that end on the 10th, 5.00 were spent and 50.00 are held.
        (at(10), (9500, 5000, 500, 4000)),
        (at(20) + timedelta(seconds=1), (4500, 0, 500, 4000)),
        (at(21) + timedelta(seconds=1), (4000, 0, 0, 4000)),
        (at(2, 7), (4000, 0, 0, 4000)),
    ],
)
def test_a_balance_is_told_as_of_any_moment(account, moment, expected):
    then = get_balance_then(account=account, at=moment)

    assert (then.balance_minor, then.held_minor, then.expired_minor, then.spendable_minor) == expected


def test_an_extension_that_came_later_changes_no_balance_of_before(time_machine):
    time_machine.move_to(at(2, 7), tick=False)
    account = given_credit("60.00 GBP", now=at(1), expires_at=at(10))
    end_credit_at(account_id=account.pk, ending=Ending(at(1, 9)), actor=STAFF, now=at(12), note="asked for it")

    assert get_balance_then(account=account, at=at(11)).spendable_minor == 0
    assert get_balance_then(account=account, at=at(13)).spendable_minor == 6000


def test_the_command_and_the_accounts_page_tell_the_same(account):
    told = run("report_balance", account.number, "--now", "2026-05-10T12:00:00Z", "--json").facts
    finance = Staff("Finance")
    page = finance.open(page_url(account), at="2026-05-10T12:00")
    future = finance.open(page_url(account), at="2027-05-10T12:00")

    assert told == {
        "account": account.number,
        "currency": "GBP",
        "as_of": "2026-05-10T12:00:00+00:00",
        "balance": "95.00",
        "held": "50.00",
        "expired": "5.00",
        "spendable": "40.00",
    }
    assert [amount for _, amount in page.context["past"].told] == ["£95.00", "£50.00", "£5.00", "£40.00"]
    assert future.context["past_form"].errors["at"] == ["This is in the future."]
    assert run("report_balance", "nobody").code == 2


def test_the_largest_and_the_sleeping_accounts_are_named_as_of_a_cut(time_machine):
    time_machine.move_to(at(2, 9), tick=False)
    early = given_credit("30.00 GBP", now=at(1))
    late = given_credit("20.00 GBP", now=at(1))
    given_credit("99.00 EUR", now=at(1))
    given_credit("500.00 GBP", to=given_account(test_mode=True), now=at(1))
    given_spend("1.00 GBP", account=late, now=at(20, 6))
    close(1, 7)
    given_spend("30.00 GBP", account=early, now=at(3, 7))
    close(1, 8)

    def told(*arguments: str) -> list[str]:
        lines = run("report_holders", "--json", *arguments).facts["lines"]
        return [f"{line['currency']} {line['owed']}" for line in lines]

    assert told("--day", "2026-06-30") == ["EUR 99.00", "GBP 30.00", "GBP 19.00"]
    assert told("--day", "2026-06-30", "--top", "1") == ["EUR 99.00", "GBP 30.00"]
    assert told() == ["EUR 99.00", "GBP 19.00"]
    assert told("--day", "2026-06-30", "--dormant", "30") == ["EUR 99.00", "GBP 30.00"]
    assert told("--dormant", "30") == ["EUR 99.00", "GBP 19.00"]
    assert told("--dormant", "60") == ["EUR 99.00"]
    assert told("--dormant", "60", "--top", "1") == ["EUR 99.00"]

    finance = Staff("Finance")
    page = finance.open("/admin/owed/accounts/", day="2026-06-30")
    (table,) = [table for table in page.context["tables"] if table.title == "To whom most is owed in GBP"]
    file = finance.client.get(page.context["head"].ways[0].url.replace("?", "/admin/owed/accounts/?"))
    assert [row[0].label for row in table.rows] == [early.number, late.number]
    assert lines_of(file)[2][:3] == ["GBP", early.number, "STORE_CREDIT"]
    assert [way.label for way in page.context["head"].ways] == ["CSV", "XLSX"]
    # Told once, as what it is.
    assert list(Activity.objects.filter(kind__in=["EXPORTED", "FILE_TAKEN"]).values_list("kind", flat=True)) == [
        "EXPORTED"
    ]
    assert Staff("Agent").client.get("/admin/owed/accounts/").status_code == 403


def test_who_sleeps_is_found_below_however_many_that_are_awake(time_machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storecredit.finance.queries.holders._TIMES_AS_MANY", 2)
    time_machine.move_to(at(2, 9), tick=False)
    awake = [given_credit(f"{pounds}.00 GBP", now=at(1)) for pounds in (90, 80, 70)]
    given_credit("60.00 GBP", now=at(1))
    given_credit("50.00 GBP", now=at(1))
    given_credit("10.00 EUR", now=at(1))
    for account in awake:
        given_spend("1.00 GBP", account=account, now=at(20, 6))
    close(1, 7)

    def told(*arguments: str) -> list[str]:
        lines = run("report_holders", "--json", "--day", "2026-06-30", "--dormant", "30", *arguments).facts["lines"]
        return [f"{line['currency']} {line['owed']}" for line in lines]

    assert told("--top", "1") == ["EUR 10.00", "GBP 60.00"]
    assert told("--top", "2") == ["EUR 10.00", "GBP 60.00", "GBP 50.00"]
    assert told("--top", "3") == ["EUR 10.00", "GBP 60.00", "GBP 50.00"]
