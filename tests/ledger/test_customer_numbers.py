"""A customer's number is one, whatever its capitals: for whoever makes, finds or imports them, and in the database."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.errors import CustomerNumberTaken
from ledger.models import Customer
from ledger.operations import create_customer
from ledger.queries import get_customer, get_wallet, list_wallets
from tests.callers import ApiCaller, given_client
from tests.ledger.commands.running import run
from tests.races.together import together
from tests.scenarios import NOW, given_credit, given_customer, nothing_moves, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("test_mode", [False, True])
def test_no_number_is_given_again_in_other_letters(test_mode: bool):
    given_customer(number="CUST-000001")

    with refused(CustomerNumberTaken):
        create_customer(now=NOW, number="cust-000001", test_mode=test_mode)


def test_a_new_customer_is_numbered_after_one_in_other_letters():
    given_customer(number="cust-000001")

    assert create_customer(now=NOW).number == "CUST-000002"


def test_the_api_refuses_the_twin_and_finds_the_customer():
    caller = ApiCaller(given_client().plain)
    customer = given_customer(number="CUST-000001")

    with nothing_moves():
        twin = caller.post("/customers", {"customerNumber": "cust-000001"})

    assert (twin.status_code, twin.json()["code"]) == (409, "customer_number_taken")
    assert caller.get("/customers/cust-000001").json()["data"]["id"] == customer.document_id
    assert caller.get("/customers/cUsT-000001/store-credit").json()["data"]["customerNumber"] == "CUST-000001"
    assert caller.get("/customers?search=cust-000001").json()["data"][0]["id"] == customer.document_id


def test_a_customer_is_found_by_every_spelling_of_the_number_and_by_nothing_else():
    customer = given_customer(number="Shop-7")
    given_credit("5 GBP", customer=customer)

    for name in ("Shop-7", "shop-7", "SHOP-7", customer.document_id):
        assert get_customer(identifier=name, test_mode=False) == customer
        assert get_wallet(customer=name, currency="GBP", test_mode=False, now=NOW).balance_minor == 500
        assert [wallet.number for wallet in list_wallets(customer=name, test_mode=False, now=NOW)] == ["Shop-7"]


def test_an_import_changes_the_customer_whatever_the_file_writes(tmp_path):
    customer = given_customer(number="CUST-000001")
    file = tmp_path / "customers.csv"
    file.write_text("number,last_name\ncust-000001,Lovelace\n")

    first, again = (run("import_customers", str(file), "--json").facts for _ in range(2))

    assert [(facts["created"], facts["updated"], facts["unchanged"]) for facts in (first, again)] == [
        (0, 1, 0), (0, 0, 1),
    ]  # fmt: skip
    assert Customer.objects.values_list("pk", "number", "last_name").get() == (customer.pk, "CUST-000001", "Lovelace")


def test_two_lines_for_one_customer_are_named(tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text("number,last_name\nSHOP-1,Ada\nshop-1,Grace\n")

    done = run("import_customers", str(file))

    assert (done.code, done.err) == (1, "line 3, number: shop-1 stands in line 2 already\n")
    assert not Customer.objects.exists()


def test_an_import_of_cards_finds_their_customer(tmp_path):
    customer = given_customer(number="SHOP-1")
    file = tmp_path / "cards.csv"
    file.write_text("number,balance,currency,customer_number\nAAAA-1111,5.00,GBP,shop-1\n")
    arguments = ("import_cards", str(file), "--control-total", "GBP=5", "--json")

    first, again = (run(*arguments).facts for _ in range(2))

    assert [(facts["imported"], facts["present"]) for facts in (first, again)] == [(1, 0), (0, 1)]
    assert [account.customer_id for account in customer.accounts.all()] == [customer.pk]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE ledger_customer SET number = 'shop-1' WHERE number = 'SHOP-2'", "ledger_customer_number_is_one"),
        ("UPDATE ledger_customer SET twin = TRUE WHERE number = 'SHOP-2'", "ledger_customer_no_new_twin"),
    ],
)
def test_the_database_knows_no_twins(statement: str, rule: str):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")

    with nothing_moves(), pytest.raises(IntegrityError) as caught, transaction.atomic():
        _execute(statement)

    assert rule in str(caught.value)


@pytest.mark.parametrize("twin", [False, True])
def test_the_database_takes_no_twin(twin: bool):
    first = given_customer(number="SHOP-1")
    other = Customer.objects.values().get()
    new = Customer(**other | {"id": None, "number": "shop-1", "document_id": "k0123456789abcdef", "twin": twin})

    with nothing_moves(), pytest.raises(IntegrityError), transaction.atomic():
        new.save(force_insert=True)

    assert get_customer(identifier="shop-1", test_mode=False) == first


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_number():
    made = together(*(partial(create_customer, now=NOW, number=number) for number in ("SHOP-1", "shop-1")))

    assert (len(made.done), made.count(CustomerNumberTaken)) == (1, 1)
    assert Customer.objects.count() == 1


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
