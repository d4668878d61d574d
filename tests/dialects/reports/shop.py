"""The shop that the reports of the tests and the description's examples are of."""

from datetime import UTC, datetime
from typing import Any

from ledger.operations import TransactionType, Why
from tests.finance.month import close
from tests.scenarios import given_account, given_credit, given_spend


def given_june(time_machine: Any) -> None:
    """Two pieces of store credit, a spend and test money in June, and cuts at both ends of it."""
    time_machine.move_to(datetime(2026, 7, 2, 12, tzinfo=UTC), tick=False)
    close(1, 6)
    ada = given_credit("40.00 GBP", now=_june(3), expires_at=datetime(2026, 8, 1, tzinfo=UTC), why=Why(reason="GW"))
    given_credit("25.00 EUR", now=_june(9), type=TransactionType.LOAD, funding="PAID")
    given_credit("500.00 GBP", to=given_account(test_mode=True), now=_june(9))
    given_spend("15.00 GBP", account=ada, now=_june(20))
    close(1, 7)


def _june(day: int) -> datetime:
    return datetime(2026, 6, day, 10, 30, tzinfo=UTC)
