"""Statements that look up row by row give what the ORM's own give, and leave the planner no other way."""

import pytest
from django.db import connection
from django.db.models import F, Prefetch
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from ledger.models import Account, Lot, LotUse, Transaction
from ledger.queries import liability, sum_liabilities
from ledger.rowwise import Among, row_by_row
from tests.scenarios import NOW, days, given_account, given_credit, given_customer, given_spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[Account]:
    """Three, of two customers with credit that was spent in part, and of one whose e-mail nobody else has."""
    made = [given_credit("10.00 GBP", customer=given_customer(email=f"{name}@example.com")) for name in "aab"]
    for account in made[:2]:
        given_spend("4.00 GBP", account=account)
    return made


def test_rows_that_are_named_come_with_what_belongs_to_them(accounts: list[Account]):
    keys = [account.pk for account in accounts[:2]]
    named = Account.objects.filter(Among(F("pk"), RawSQL("SELECT id FROM ledger_account WHERE id IN (%s, %s)", keys)))
    entries = Prefetch("transactions", Transaction.objects.select_related("reverses").order_by("sequence"))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = list(
            row_by_row(named.select_related("customer").prefetch_related(entries, "lots__uses")).order_by("pk")
        )
        shown = [
            (
                row.pk,
                row.customer and row.customer.email,
                [entry.type for entry in row.transactions.all()],
                len(row.lots.all()[0].uses.all()),
            )
            for row in found
        ]

    assert shown == [(key, "a@example.com", ["ISSUE", "REDEEM"], 1) for key in keys]
    assert len(asked) == 4
    if connection.vendor == "postgresql":
        assert all("CROSS JOIN LATERAL" in query["sql"] for query in asked)


def test_rows_that_are_known_by_what_belongs_to_them_are_come_to_from_there(accounts: list[Account]):
    uses = LotUse.objects.filter(lot__account__customer__email="a@example.com").select_related("lot")

    found = row_by_row(uses).order_by("pk")

    assert [use.lot.account_id for use in found] == [account.pk for account in accounts[:2]]
    assert list(found) == list(uses.order_by("pk"))
    if connection.vendor == "postgresql":
        assert 'FROM "ledger_customer" CROSS JOIN LATERAL' in str(found.query)


def test_nothing_named_is_nothing_found(accounts: list[Account]):
    assert list(row_by_row(Lot.objects.filter(account__in=[]))) == []
    assert list(row_by_row(Lot.objects.filter(account__in=accounts[2:])).values_list("account", flat=True)) == [
        accounts[2].pk
    ]


@pytest.mark.parametrize("many", [5000, 0])
def test_what_expires_soon_is_the_same_however_many_lots_there_are(many: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(liability, "MANY_LOTS", many)
    for amount, ends in (("1.00 GBP", -1), ("2.00 GBP", 20), ("4.00 GBP", 50), ("8.00 GBP", 200)):
        given_credit(amount, expires_at=days(ends), now=days(-9))
        given_credit(amount, to=given_account(test_mode=True), expires_at=days(ends), now=days(-9))

    (owed,) = sum_liabilities(now=NOW)

    assert (owed.owed_minor, owed.overdue_minor, owed.expiring_minor) == (1500, 100, (200, 600, 600))
