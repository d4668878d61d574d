"""The role that `docs/application-role.sql` makes can do the work and cannot undo it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from moneyed import Money

from ledger.operations import Actor, ActorKind, create_customer, issue_credit, spend_credit
from ledger.queries import get_wallet
from storecredit.checkouts.operations import refund_order
from storecredit.credits.operations import approve_request
from tests.checkouts.events import accepted, credit, deliver, given_secret, refunded
from tests.checkouts.stage import ACT, attach, given_checkout, given_credit_source, order, send
from tests.credits.requests import given_approver, given_request, party_of, row_of
from tests.scenarios import balance_of, given_credit

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTOR = Actor(kind=ActorKind.SYSTEM, id="1", label="tests", door="command:tests")
ROLE = Path(settings.BASE_DIR) / "docs" / "application-role.sql"


@contextmanager
def as_application() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE storecredit_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.fixture(autouse=True)
def _role(db):
    with connection.cursor() as cursor:
        cursor.execute(ROLE.read_text(encoding="utf-8"))


def test_the_application_issues_and_spends_as_a_role_that_owns_no_tables():
    customer = create_customer(now=NOW)

    with as_application():
        wallet = get_wallet(customer=customer.number, currency="GBP", test_mode=False, now=NOW)
        issue_credit(wallet=wallet, amount=Money(25, "GBP"), actor=ACTOR, now=NOW)
        wallet = get_wallet(customer=customer.number, currency="GBP", test_mode=False, now=NOW)
        spent = spend_credit(account_id=wallet.account_id or 0, amount=Money(10, "GBP"), actor=ACTOR, now=NOW)

    assert spent.balance_after_minor == 1500


@pytest.mark.parametrize(
    "attack",
    [
        "ALTER TABLE ledger_transaction DISABLE TRIGGER ledger_transaction_immutable",
        "DROP TRIGGER ledger_transaction_chain ON ledger_transaction",
        "UPDATE ledger_transaction SET amount_minor = 1",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "DELETE FROM ledger_account",
        "DELETE FROM credits_creditrequest",
        "UPDATE credits_creditrequestvote SET version = 1",
        "DELETE FROM credits_creditrequestevent",
        "DELETE FROM checkouts_order",
        "UPDATE checkouts_chargemovement SET amount_minor = 1",
        "DELETE FROM checkouts_webhookevent",
        "SET session_replication_role = replica",
    ],
)
def test_the_role_may_not_switch_off_or_empty_the_books(attack):
    with pytest.raises(ProgrammingError), transaction.atomic(), as_application(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_the_application_asks_for_and_approves_credit_as_that_role():
    bob, request = given_approver("bob"), given_request("5.00 USD")

    with as_application():
        approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert row_of(request).status == "CONFIRMED"


def test_the_application_runs_an_order_and_the_vendors_events_as_that_role():
    account = given_credit("50.00 GBP")

    with as_application():
        placed = order(attach(given_checkout(total="10.00 GBP"), given_credit_source("10.00 GBP", account=account)))
        send(placed, quantity=1)
        refund_order(order_id=placed.order.pk, currency="GBP", amount=Money(10, "GBP"), **ACT)
        given_secret()
        deliver(accepted(credit(account, "5.00")))
        deliver(refunded(("r1", "2.00")))

    assert balance_of(account) == "47.00"
