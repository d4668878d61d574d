import pytest

from ledger.errors import CustomerNotFound, CustomerNumberTaken
from ledger.models import Customer
from ledger.operations import create_customer, update_customer
from ledger.queries import get_customer, list_customers
from tests.scenarios import NOW, days, given_customer, nothing_moves, refused

pytestmark = pytest.mark.django_db


def test_numbers_count_on_from_one():
    numbers = [create_customer(now=NOW).number for _ in range(3)]

    assert numbers == ["CUST-000001", "CUST-000002", "CUST-000003"]


def test_a_number_given_by_hand_is_passed_over():
    create_customer(now=NOW, number="CUST-000001")
    create_customer(now=NOW, number="CUST-000003")

    assert [create_customer(now=NOW).number for _ in range(3)] == ["CUST-000002", "CUST-000004", "CUST-000005"]


def test_a_customer_is_what_was_said():
    made = create_customer(
        now=NOW,
        number="SHOP 7",
        email="ada@example.com",
        first_name="Ada",
        last_name="Byron",
        phone="+44 20 7946 0000",
        entity_type="company",
        status="inactive",
        test_mode=True,
    )

    stored = Customer.objects.get(pk=made.pk)
    for field in Customer._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(made, field.attname), field.name
    assert (stored.number, stored.entity_type, stored.status, stored.test_mode) == (
        "SHOP 7",
        "company",
        "inactive",
        True,
    )
    assert (stored.created_at, stored.updated_at) == (NOW, NOW)
    assert len(stored.document_id) == 17
    assert stored.document_id.startswith("k")


@pytest.mark.parametrize("test_mode", [False, True])
def test_refuses_a_number_that_is_taken_in_either_mode(test_mode: bool):
    given_customer(number="SHOP-7")

    with refused(CustomerNumberTaken) as caught:
        create_customer(now=NOW, number="SHOP-7", test_mode=test_mode)

    assert caught.value.number == "SHOP-7"


def test_refuses_a_number_that_looks_like_a_document_id():
    other = given_customer()

    for number in (other.document_id, "k" + "a1" * 8):
        with refused(CustomerNumberTaken):
            create_customer(now=NOW, number=number)
    for number in ("K" + "a1" * 8, "k" + "a1" * 8 + "b", "k" + "a1" * 7 + "b"):
        create_customer(now=NOW, number=number)


def test_what_may_change_changes_and_the_number_stays():
    customer = given_customer(number="SHOP-7")

    changed = update_customer(
        customer_id=customer.pk,
        changes={"email": "new@example.com", "status": "banned", "last_name": "Lovelace", "entity_type": "company"},
        now=days(1),
    )

    assert (changed.email, changed.status, changed.last_name) == ("new@example.com", "banned", "Lovelace")
    assert (changed.entity_type, changed.number, changed.first_name) == ("company", "SHOP-7", "Ada")
    assert (changed.created_at, changed.updated_at) == (customer.created_at, days(1))


@pytest.mark.parametrize("field", ["number", "document_id", "test_mode", "created_at", "id"])
def test_what_may_not_change_is_a_mistake_of_the_caller(field: str):
    customer = given_customer()

    with nothing_moves(), pytest.raises(ValueError, match=f"Not changeable: {field}"):
        update_customer(customer_id=customer.pk, changes={field: "x"}, now=days(1))


def test_refuses_to_change_nobody():
    with refused(CustomerNotFound):
        update_customer(customer_id=404, changes={"email": "x@example.com"}, now=NOW)


def test_a_customer_is_found_by_number_and_by_document_id():
    customer = given_customer(number="SHOP-7")

    assert get_customer(identifier="SHOP-7", test_mode=False) == customer
    assert get_customer(identifier=customer.document_id, test_mode=False) == customer


@pytest.mark.parametrize("identifier", ["", "shop7", "SHOP-7 ", "SHOP-7\x00", "\ud800", "x" * 65, "%", "SHOP-8"])
def test_nobody_else_is_found(identifier: str):
    given_customer(number="SHOP-7")

    with pytest.raises(CustomerNotFound):
        get_customer(identifier=identifier, test_mode=False)
    with pytest.raises(CustomerNotFound):
        get_customer(identifier="SHOP-7", test_mode=True)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["B-2", "A-1"]),
        ("ada", ["A-1"]),
        ("byron ada", ["A-1"]),
        ("ada hopper", []),
        ("example.com", ["B-2", "A-1"]),
        ("b-2", ["B-2"]),
        ("7946", ["B-2"]),
    ],
)
def test_a_search_matches_every_word(search: str, found: list[str]):
    given_customer(number="A-1", first_name="Ada", last_name="Byron", email="ada@example.com")
    given_customer(number="B-2", first_name="Grace", last_name="Hopper", email="g@example.com", phone="020 7946 0000")
    given_customer(number="C-3", first_name="Ada", last_name="Byron", test_mode=True)

    assert [customer.number for customer in list_customers(test_mode=False, search=search)] == found


def test_customers_are_listed_by_status():
    given_customer(number="A-1")
    given_customer(number="B-2", status="banned")

    assert [customer.number for customer in list_customers(test_mode=False, status="banned")] == ["B-2"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"first_name": "Ada", "last_name": "Byron"}, "Ada Byron"),
        ({"first_name": "", "last_name": "ACME"}, "ACME"),
        ({"first_name": "", "last_name": "", "email": "a@example.com"}, "a@example.com"),
        ({"first_name": "", "last_name": "", "email": "", "number": "SHOP-7"}, "SHOP-7"),
    ],
)
def test_a_customer_always_has_a_name_for_the_screen(fields: dict[str, str], name: str):
    assert given_customer(**fields).display_name == name
