"""A database with data goes back over the newest migrations of the books and comes again: nothing of it is lost."""

import pytest

from ledger.models import Account, Lot, Reason
from ledger.operations import Why, refund_spend
from ledger.queries import list_findings
from tests.scenarios import STAFF, days, given_account, given_credit, given_spend, given_transfer, money
from tests.upgrading import taken_back_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moved() -> Account:
    """Credit of three givers that was moved, spent and refunded after its expiry."""
    source = given_credit("10.00 GBP", expires_at=days(1), why=Why(reason="EC"))
    given_credit("5.00 GBP", to=source, expires_at=days(1), funding="PAID")
    given_credit("3.00 GBP", to=source, expires_at=days(1), why=Why(reason="GW"))
    moved = given_account()
    given_transfer("18.00 GBP", source=source, target=moved)
    spend = given_spend("18.00 GBP", account=moved)
    refund_spend(transaction_id=spend.pk, amount=money("18.00 GBP"), actor=STAFF, now=days(2))
    return moved


def test_lots_of_a_database_that_did_not_know_are_told_who_gave_them(moved: Account):
    with taken_back_to("ledger", "0002"):
        pass

    given = Lot.objects.filter(account=moved).order_by("id").values_list("amount_minor", "funding", "given_by")
    assert list(given) == [
        (1000, "GOODWILL", "ADJUSTMENTS"),
        (500, "PAID", "CASH"),
        (300, "GOODWILL", "GOODWILL"),
        (300, "GOODWILL", "ADJUSTMENTS"),  # the last of what one refund gave back cannot be told apart
        (500, "PAID", "CASH"),
        (1000, "GOODWILL", "ADJUSTMENTS"),
    ]
    assert list(list_findings()) == []


def test_reasons_of_a_database_that_did_not_know_are_told_apart_by_their_use():
    Reason.objects.create(code="OWN", label="Our own", funding="GOODWILL", counter_account="GOODWILL")

    with taken_back_to("ledger", "0015"):
        pass

    uses = Reason.objects.values_list("code", "for_giving", "for_taking", "for_reversing")
    assert list(uses.filter(code__in=["DL", "EC", "EM", "OWN"])) == [
        ("DL", True, False, False),
        ("EC", True, True, True),
        ("EM", False, False, True),
        ("OWN", True, True, True),
    ]
