"""Reconciling finds what is wrong with checkouts even where no trigger saw it happen."""

from typing import Any

import pytest

from storecredit.checkouts.queries import list_checks, list_findings
from tests.checkouts.events import accepted, credit, deliver, given_secret, refunded
from tests.checkouts.stage import attach, given_checkout, given_credit_source, item, order, send
from tests.ledger.attacks import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import given_credit, money

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [finding.check for finding in list_findings()]


@pytest.fixture
def _a_day(db: None) -> None:
    """An order of two units paid by credit, one of them sent; a vendor's order, part of it refunded; a checkout."""
    account = given_credit("90.00 GBP")
    checkout = given_checkout(item("10.00 GBP", 2))
    attach(checkout, given_credit_source("20.00 GBP", account=account))
    send(order(checkout), quantity=1, cancel=1)
    attach(given_checkout(total="5.00 GBP"), given_credit_source("5.00 GBP", account=account))
    given_secret()
    deliver(accepted(credit(account, "10.00")))
    deliver(refunded(("r1", "4.00")))


@pytest.mark.usefixtures("_a_day")
def test_finds_nothing_where_nothing_is_wrong():
    assert found() == []
    assert len(list_checks()) == 13


@pytest.mark.usefixtures("_a_day")
@pytest.mark.parametrize(
    ("damage", "checks"),
    [
        ("UPDATE checkouts_charge SET cancelled_minor = 900", {"order_credit", "charge_sums"}),
        ("UPDATE checkouts_charge SET captured_minor = 900", {"charge_sums"}),
        ("UPDATE checkouts_order SET total_minor = 1", {"order_charges"}),
        ("UPDATE checkouts_charge SET transaction_id = NULL", {"order_credit", "consumed_source", "order_entry"}),
        ("UPDATE checkouts_checkout SET status = 'DELETED' WHERE status = 'OPEN'", {"ended_checkout_hold"}),
        (
            "UPDATE checkouts_source SET state = 'CONSUMED' WHERE state = 'CHARGEABLE'",
            {"consumed_source", "ended_checkout_hold"},
        ),
        ("UPDATE checkouts_creditdeduction SET taken_minor = 900", {"deduction_entries", "deduction_shortfall"}),
        ("UPDATE checkouts_creditdeduction SET given_back_minor = 0", {"deduction_entries"}),
        ("UPDATE checkouts_webhooksecret SET cipher = SUBSTR(cipher, 1, 59)", {"short_secret"}),
        ("DELETE FROM checkouts_chargemovement WHERE kind = 'CANCEL'", {"order_credit", "charge_sums"}),
    ],
)
def test_finds_what_was_done_behind_the_guards(damage: str, checks: set[str]):
    with triggers_off("checkouts"):
        run(damage)

    assert set(found()) == checks


@pytest.mark.usefixtures("_a_day")
def test_names_the_order_and_both_amounts():
    with triggers_off("checkouts"):
        run("UPDATE checkouts_charge SET cancelled_minor = 900")

    finding: Any = next(each for each in list_findings() if each.check == "order_credit")
    assert finding.message == f"kept {money('10.00 GBP')} of credit; its charges say {money('11.00 GBP')}"
