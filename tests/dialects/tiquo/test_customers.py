"""Customers over the API."""

import pytest

from ledger.models import Customer
from tests.scenarios import NOW, days, given_credit, given_customer, given_hold, nothing_moves

NOON = 1777896000000


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_customer_is_made_under_the_next_number(caller, db):
    made = [caller.post("/customers", {}).json()["data"]["customerNumber"] for _ in range(2)]

    assert made == ["CUST-000001", "CUST-000002"]


def test_a_customer_is_made_and_read_by_either_name(caller):
    order = {
        "customerNumber": "SHOP-17",
        "email": "grace@example.com",
        "firstName": "Grace",
        "lastName": "Hopper",
        "phone": "+1 555 0100",
        "entityType": "company",
        "status": "inactive",
        "id": "ignored",
        "createdAt": 0,
    }

    response = caller.post("/customers", order)

    data = response.json()["data"]
    assert response.status_code == 201
    assert data == {
        "id": Customer.objects.get().document_id,
        "customerNumber": "SHOP-17",
        "entityType": "company",
        "firstName": "Grace",
        "lastName": "Hopper",
        "displayName": "Grace Hopper",
        "email": "grace@example.com",
        "phone": "+1 555 0100",
        "status": "inactive",
        "createdAt": NOON,
        "updatedAt": NOON,
        "storeCreditAccounts": [],
    }
    assert response.headers["Location"] == f"/api/v1/customers/{data['id']}"
    assert caller.get("/customers/SHOP-17").json()["data"] == data
    assert caller.get(f"/customers/{data['id']}").json()["data"] == data


def test_a_customer_comes_with_the_accounts_that_hold_their_credit(caller):
    customer = given_customer(number="CUST-1")
    pounds = given_credit("100 GBP", customer=customer)
    given_credit("40 GBP", to=pounds, expires_at=days(1))
    given_hold("60 GBP", account=pounds)
    yen = given_credit("500 JPY", customer=customer)

    accounts = caller.get("/customers/CUST-1").json()["data"]["storeCreditAccounts"]

    assert accounts == [
        {"number": pounds.number, "currency": "GBP", "balance": 80, "held": 60, "nextExpiry": NOON + 86_400_000},
        {"number": yen.number, "currency": "JPY", "balance": 500, "held": 0, "nextExpiry": None},
    ]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"customerNumber": ""}, "customerNumber must be"),
        ({"customerNumber": "a b"}, "customerNumber must be"),
        ({"customerNumber": "a/b"}, "customerNumber must be"),
        ({"customerNumber": "ä"}, "customerNumber must be"),
        ({"customerNumber": "k1234567890abcdef"}, "must not look like a document id"),
        ({"customerNumber": "x" * 65}, "at most 64 characters"),
        ({"customerNumber": 17}, "customerNumber must be a string, not a number."),
        ({"email": "nobody"}, "email must be an e-mail address or empty."),
        ({"email": "a@b@c"}, "email must be an e-mail address or empty."),
        ({"email": "x" * 251 + "@b.c"}, "email must have at most 254 characters."),
        ({"firstName": "x" * 201}, "firstName must have at most 200 characters."),
        ({"phone": 17}, "phone must be a string, not a number."),
        ({"entityType": "person"}, "entityType must be one of: customer, company."),
        ({"status": None}, "status must be a string, not null."),
        ({"status": "ACTIVE"}, "status must be one of: active, inactive, banned, archived."),
    ],
)
def test_a_customer_that_is_not_what_is_documented_is_refused_by_name(caller, order, words):
    with nothing_moves():
        response = caller.post("/customers", order)

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
    assert words in response.json()["error"]


def test_a_number_that_is_taken_is_409(caller):
    given_customer(number="SHOP-17", test_mode=True)

    with nothing_moves():
        response = caller.post("/customers", {"customerNumber": "SHOP-17"})

    assert (response.status_code, response.json()["code"]) == (409, "customer_number_taken")


def test_a_change_leaves_alone_what_it_does_not_name(caller, time_machine):
    customer = given_customer(number="CUST-1", first_name="Ada", last_name="Byron", phone="1")
    time_machine.move_to(days(1), tick=False)

    response = caller.patch("/customers/CUST-1", {"lastName": "Lovelace", "phone": None, "id": "X", "unknown": 1})

    data = response.json()["data"]
    assert response.status_code == 200
    assert (data["customerNumber"], data["id"]) == ("CUST-1", customer.document_id)
    assert (data["displayName"], data["phone"], data["email"]) == ("Ada Lovelace", None, customer.email)
    assert (data["createdAt"], data["updatedAt"]) == (NOON - 3 * 3_600_000, NOON + 86_400_000)


def test_a_change_of_nothing_changes_nothing(caller):
    given_customer(number="CUST-1")

    with nothing_moves():
        assert caller.patch("/customers/CUST-1", {}).status_code == 200


def test_a_wrong_change_is_refused_whole(caller):
    given_customer(number="CUST-1")

    with nothing_moves():
        response = caller.patch("/customers/CUST-1", {"firstName": "Grace", "status": "gone"})

    assert response.status_code == 400


def test_a_number_that_never_changes_is_refused_and_not_ignored(caller):
    given_customer(number="CUST-1")

    with nothing_moves():
        response = caller.patch("/customers/CUST-1", {"firstName": "Grace", "customerNumber": "X"})

    assert response.status_code == 400
    assert response.json()["error"] == "customerNumber never changes: leave it out."


def test_a_change_of_nobody_is_404_before_it_is_400(caller):
    assert caller.patch("/customers/NOBODY", {"status": 1}).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["CUST-3", "CUST-2", "CUST-1"]),
        ("?search=ada", ["CUST-1"]),
        ("?search=Byron%20ada", ["CUST-1"]),
        ("?search=cust-2", ["CUST-2"]),
        ("?search=hopper@", ["CUST-2"]),
        ("?search=%25", []),
        ("?search=_", []),
        ("?status=banned", ["CUST-3"]),
        ("?status=active&search=nobody", []),
    ],
)
def test_customers_are_searched_and_filtered_newest_first(caller, query, found):
    given_customer(number="CUST-1", first_name="Ada", last_name="Byron", email="")
    given_customer(number="CUST-2", first_name="Grace", last_name="Hopper", email="hopper@example.com")
    given_customer(number="CUST-3", first_name="", last_name="Acme", email="", status="banned")

    assert [row["customerNumber"] for row in caller.get(f"/customers{query}").json()["data"]] == found


@pytest.mark.parametrize(
    "query", ["?status=gone", "?search=%00", "?search=", "?limit=0", "?cursor=dHJhbnNhY3Rpb25zOjE"]
)
def test_a_search_that_is_not_what_is_documented_is_400(caller, query):
    assert caller.get(f"/customers{query}").status_code == 400


def test_customers_come_in_pages(caller):
    for number in range(5):
        given_customer(number=f"CUST-{number}")

    pages, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/customers?limit=2&cursor={cursor}" if cursor else "/customers?limit=2").json()
        pages.append([row["customerNumber"] for row in page["data"]])
        cursor = page["pagination"]["nextCursor"]

    assert pages == [["CUST-4", "CUST-3"], ["CUST-2", "CUST-1"], ["CUST-0"]]
