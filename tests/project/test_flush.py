"""The tests' flush empties the books between tests, and leaves the guards up. `tests.flush` says how."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.utils import timezone
from moneyed import Money

from ledger import operations, queries, triggers
from ledger.operations import Actor, ActorKind

ACTOR = Actor(kind=ActorKind.SYSTEM, id="tests", label="Tests", door="tests")


def count_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transaction")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_flush_empties_the_books_and_leaves_every_trigger_up():
    now = timezone.now()
    customer = operations.create_customer(now=now)
    wallet = queries.get_wallet(customer=customer.number, currency="USD", test_mode=False, now=now)
    operations.issue_credit(wallet=wallet, amount=Money("25.00", "USD"), actor=ACTOR, now=now)
    assert count_transactions() == 1

    call_command("flush", interactive=False, verbosity=0)

    assert (count_transactions(), triggers.missing(connection)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_nothing_else_empties_them():
    now = timezone.now()
    customer = operations.create_customer(now=now)
    wallet = queries.get_wallet(customer=customer.number, currency="USD", test_mode=False, now=now)
    operations.issue_credit(wallet=wallet, amount=Money("25.00", "USD"), actor=ACTOR, now=now)

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_transaction")

    assert count_transactions() == 1
