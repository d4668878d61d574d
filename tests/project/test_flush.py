"""The tests' flush empties the books between tests, and leaves the guards up. `tests.flush` says how."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError, connection

from ledger import triggers
from storecredit.audit.models import Activity
from tests import flush
from tests.scenarios import given_credit


def count_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transaction")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_flush_empties_the_books_and_leaves_every_trigger_up():
    given_credit("25.00 USD")
    assert count_transactions() == 1

    call_command("flush", interactive=False, verbosity=0)

    assert (count_transactions(), triggers.missing(connection)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_nothing_else_empties_them():
    given_credit("25.00 USD")

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_transaction")

    assert count_transactions() == 1


@pytest.mark.django_db(transaction=True)
def test_what_migrations_had_written_is_given_back_and_nobody_told_of_it():
    roles = list(Group.objects.order_by("name").values_list("name", "permissions__codename"))
    Group.objects.get(name="Finance").delete()
    assert Activity.objects.exists()

    flush.put_back(connection)

    assert list(Group.objects.order_by("name").values_list("name", "permissions__codename")) == roles
    assert not Activity.objects.exists()
    assert triggers.missing(connection) == []
