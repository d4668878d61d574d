"""An intent that was spent stays spent: only where it led is told, once, or forgotten for good."""

import pytest
from django.db import transaction

from ledger.models import StaffIntent
from storecredit.backoffice.kit import AlreadyDone, Intent
from tests.factories.ledger import StaffIntentFactory
from tests.ledger.attacks import refused_by, run
from tests.scenarios import NOW, days

pytestmark = pytest.mark.django_db

INTENT = Intent("t" * 32, "7", "IssueToCustomer 1")
RULE = "ledger_staffintent_spent_for_ever"


def rows():
    return list(StaffIntent.objects.values_list("person", "purpose", "data", "spent_at", "result"))


@pytest.fixture
def spent():
    INTENT.keep("amount=1.11", NOW)
    INTENT.spend(NOW)
    INTENT.tell(url="/there/")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_staffintent SET spent_at = NULL",
        "UPDATE ledger_staffintent SET spent_at = kept_at, data = '', person = '8'",
        "UPDATE ledger_staffintent SET purpose = 'IssueToCustomer 2'",
        "UPDATE ledger_staffintent SET token = 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu'",
        'UPDATE ledger_staffintent SET result = \'{"url": "/elsewhere/"}\'',
        "DELETE FROM ledger_staffintent",
    ],
)
def test_what_is_spent_is_neither_changed_nor_deleted(spent, attack):
    with refused_by(RULE):
        run(attack)

    assert rows() == [("7", "IssueToCustomer 1", "", NOW, {"url": "/there/"})]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_staffintent SET spent_at = NULL",
        'UPDATE ledger_staffintent SET spent_at = NULL, result = \'{"url": "/there/"}\'',
        "DELETE FROM ledger_staffintent",
    ],
)
def test_not_even_before_it_is_told_where_it_led(attack):
    INTENT.spend(NOW)

    with refused_by(RULE):
        run(attack)
    INTENT.tell(url="/there/")

    assert rows() == [("7", "IssueToCustomer 1", "", NOW, {"url": "/there/"})]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_staffintent SET result = '{}'",
        'UPDATE ledger_staffintent SET result = \'{"url": "/elsewhere/"}\'',
        "DELETE FROM ledger_staffintent",
    ],
)
def test_where_it_led_is_forgotten_for_good(spent, attack):
    run("UPDATE ledger_staffintent SET result = '{\"erased\": true}'")

    with refused_by(RULE):
        run(attack)

    assert rows() == [("7", "IssueToCustomer 1", "", NOW, {"erased": True})]


def test_what_was_typed_does_not_outlive_the_doing():
    with refused_by("ledger_staffintent_keeps_nothing_once_spent"):
        StaffIntentFactory.create(spent_at=NOW)


def test_what_is_not_spent_is_changed_and_forgotten():
    INTENT.keep("amount=1.11", NOW)
    INTENT.keep("amount=2.22", NOW)
    assert rows() == [("7", "IssueToCustomer 1", "amount=2.22", None, {})]

    Intent("u" * 32, "8", "x").keep("", days(2))

    assert [row[0] for row in rows()] == ["8"]


@pytest.mark.parametrize("other", [Intent("t" * 32, "8", "IssueToCustomer 1"), Intent("t" * 32, "7", "x"), INTENT])
def test_neither_twins_nor_others_spend_it_again(spent, other):
    with pytest.raises(AlreadyDone), transaction.atomic():
        other.spend(NOW)
    with pytest.raises(AlreadyDone), transaction.atomic():
        other.keep("amount=1.11", NOW)
