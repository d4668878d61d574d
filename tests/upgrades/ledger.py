"""What the books of former days did not know."""

from collections.abc import Generator

import pytest
from django.db import connection

from ledger.errors import CustomerNumberTaken
from ledger.metadata import Member
from ledger.models import Customer, CustomerWord, Lot, Reason
from ledger.operations import Why, create_customer, refund_spend
from ledger.queries import get_customer, get_wallet, has_metadata, list_customers, list_entries
from tests.scenarios import NOW, STAFF, days, given_account, given_credit, given_spend, given_transfer, money
from tests.upgrades.stories import before

TWINS = ("TILL-1", "till-1", "Till-1")


@before("ledger", "0002", passed_by=True)
def lots_are_told_who_gave_them() -> Generator[None, None, None]:
    """Credit of three givers was moved, spent and refunded after its expiry."""
    source = given_credit("10.00 GBP", expires_at=days(1), why=Why(reason="EC"))
    given_credit("5.00 GBP", to=source, expires_at=days(1), funding="PAID")
    given_credit("3.00 GBP", to=source, expires_at=days(1), why=Why(reason="GW"))
    moved = given_account()
    given_transfer("18.00 GBP", source=source, target=moved)
    spend = given_spend("18.00 GBP", account=moved)
    refund_spend(transaction_id=spend.pk, amount=money("18.00 GBP"), actor=STAFF, now=days(2))

    yield
    yield

    born = Lot.objects.filter(account__in=[source, moved]).order_by("id").values_list("born_at", flat=True)
    assert list(born) == [*[NOW] * 6, *[days(2)] * 3]
    assert {*Lot.objects.filter(account__in=[source, moved]).values_list("currency", flat=True)} == {"GBP"}
    given = Lot.objects.filter(account=moved).order_by("id").values_list("amount_minor", "funding", "given_by")
    assert list(given) == [
        (1000, "GOODWILL", "ADJUSTMENTS"),
        (500, "PAID", "CASH"),
        (300, "GOODWILL", "GOODWILL"),
        (300, "GOODWILL", "ADJUSTMENTS"),  # the last of what one refund gave back cannot be told apart
        (500, "PAID", "CASH"),
        (1000, "GOODWILL", "ADJUSTMENTS"),
    ]


@before("ledger", "0006")
def twins_stay_and_are_found_and_named() -> Generator[None, None, None]:
    yield

    first, second, third = (_insert(number) for number in TWINS)

    yield

    twins = Customer.objects.filter(number__in=TWINS).order_by("pk")
    assert list(twins.values_list("number", "twin")) == [("TILL-1", False), ("till-1", True), ("Till-1", True)]
    assert [get_customer(identifier=name, test_mode=False).pk for name in TWINS[:2]] == [first, second]
    assert get_customer(identifier="tILL-1", test_mode=False).pk == first
    assert get_wallet(customer="Till-1", currency="GBP", test_mode=False, now=NOW).customer_id == third
    with pytest.raises(CustomerNumberTaken):
        create_customer(now=NOW, number="TiLL-1")


@before("ledger", "0009", passed_by=True)
def customers_are_found_by_their_words() -> Generator[None, None, None]:
    made = create_customer(now=NOW, number="Z-1", first_name="Zoë", last_name="Brontë")

    yield
    yield

    customer = Customer.objects.get(pk=made.pk)
    assert [found.number for found in list_customers(test_mode=False, search="bronte")] == ["Z-1"]
    assert customer.folded == customer.fold_words()
    assert CustomerWord.objects.filter(customer=customer).count() == len(customer.folded.split())


@before("ledger", "0013", passed_by=True)
def entries_are_found_by_the_members_of_their_metadata() -> Generator[None, None, None]:
    account = given_credit("10 GBP", why=Why(metadata={"ticket": "T-17", "desk": 4}))
    given_credit("1 GBP", to=account)

    yield
    yield

    found = list_entries(account_id=account.pk).filter(has_metadata(Member("desk", "4")))
    assert [entry.amount_minor for entry in found] == [1000]


@before("ledger", "0015", passed_by=True)
def reasons_are_told_apart_by_their_use() -> Generator[None, None, None]:
    Reason.objects.create(code="OWN", label="Our own", funding="GOODWILL", counter_account="GOODWILL")

    yield
    yield

    uses = Reason.objects.values_list("code", "for_giving", "for_taking", "for_reversing")
    assert list(uses.filter(code__in=["DL", "EC", "EM", "OWN"])) == [
        ("DL", True, False, False),
        ("EC", True, True, True),
        ("EM", False, False, True),
        ("OWN", True, True, True),
    ]


def _insert(number: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_customer (document_id, number, entity_type, first_name, last_name, email, phone, "
            "status, test_mode, created_at, updated_at) "
            "VALUES (%s, %s, 'customer', '', '', '', '', 'active', %s, %s, %s) "
            "RETURNING id",
            [f"k{abs(hash(number)) % 10**16:016d}", number, False, "2026-01-01 00:00:00Z", "2026-01-01 00:00:00Z"],
        )
        return int(cursor.fetchone()[0])
