"""What a client keeps with credits, cards and transactions of its own: given back, and found by one member."""

import json
from urllib.parse import quote
from uuid import UUID

import pytest

from giftcards.operations import replace_card
from ledger import querysets
from ledger.operations import Why
from storecredit.api.fields.metadata import MAX_METADATA_BYTES
from storecredit.api.scopes import Scope
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, given_person
from tests.dialects.fabric import calls as fabric
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, STAFF, balance_of, given_credit, given_customer

pytestmark = pytest.mark.django_db

CREDIT = "/customers/CUST-1/store-credit"
TICKET = {"ticket": "T-17", "agent": {"name": "Zoë", "desk": 4}, "tags": ["vip", None], "score": 9.5, "closed": True}
FIVE = {"amount": 5, "currency": "GBP"}


@pytest.fixture
def account(db):
    return given_credit("100 GBP", customer=given_customer(number="CUST-1"))


@pytest.fixture
def card(db):
    return given_card("100 GBP", code="TILL-0001")


@pytest.fixture
def shop(db):
    """The program that asks for credits, with the person behind it."""
    return fabric.given_caller(fabric.REQUESTER, given_person("alice"))


def moving(client_id, **members):
    return {"type": "REDEEMING", "amount": "-5.00", "client_id": client_id} | members


# What is kept is given back


@pytest.mark.parametrize("path", [CREDIT, f"{CREDIT}/debits"])
def test_store_credit_gives_back_what_came_with_its_transaction(caller, account, path):
    made = caller.post(path, FIVE | {"metadata": TICKET}, key="k1")

    assert (made.status_code, made.json()["data"]["metadata"]) == (201, TICKET)
    again = caller.post(path, FIVE | {"metadata": TICKET}, key="k1")
    assert (again.status_code, again.json()["data"]["metadata"]) == (200, TICKET)
    one = caller.get(f"{CREDIT}/transactions/{made.json()['data']['id']}").json()["data"]
    assert one["metadata"] == TICKET
    newest = caller.get(f"{CREDIT}/transactions").json()["data"][0]
    assert newest == one


def test_a_card_and_each_of_its_transactions_have_metadata_of_their_own(caller):
    made = caller.post("/gift_cards", {"amount": "25", "currency": "GBP", "metadata": {"shelf": "B2"}}).json()["data"]
    spent = caller.post(f"/gift_cards/{made['number']}/transactions", moving("s1", metadata={"till": 3})).json()["data"]

    shown = caller.get(f"/gift_cards/{made['number']}").json()
    assert (made["metadata"], shown["metadata"]) == ({"shelf": "B2"}, {"shelf": "B2"})
    assert spent["metadata"] == {"till": 3}
    assert [row.get("metadata") for row in shown["gift_card_transactions"]] == [{"till": 3}, None]


def test_a_replacement_keeps_what_the_client_kept_with_the_card(caller):
    made = caller.post("/gift_cards", {"amount": "25", "metadata": {"shelf": "B2"}}).json()["data"]
    replace_card(card_id=UUID(made["id"]), actor=STAFF, now=NOW, why=Why(note="lost"))

    found = caller.get("/gift_cards?metadata[shelf]=B2").json()["data"]
    assert [(each["status"], each["metadata"]) for each in found] == [
        ("ACTIVE", {"shelf": "B2"}),
        ("VOIDED", {"shelf": "B2"}),
    ]


@pytest.mark.parametrize("path", ["/gift_cards/TILL-0001/redeem", "/credit_accounts/TILL-0001/redeem"])
def test_a_redeemed_account_gives_it_back_with_its_balance_event(caller, card, path):
    redeemed = caller.post(path, {"amount": 500, "metadata": TICKET}, key="k1")

    assert redeemed.status_code == 201
    events = caller.get("/gift_cards/TILL-0001/balances").json()["balances"]
    assert [event.get("metadata") for event in events] == [None, TICKET]


def test_a_transaction_shows_the_same_in_every_dialect(caller, card):
    spent = caller.post("/gift_cards/TILL-0001/transactions", moving("s1", metadata=TICKET)).json()["data"]

    event = caller.get("/balances?metadata[ticket]=T-17").json()["balances"]
    assert [(each["amount"], each["metadata"]) for each in event] == [(-500, spent["metadata"])] == [(-500, TICKET)]


def test_a_credit_on_an_order_has_it_from_its_making_to_its_end(shop):
    bob = fabric.given_caller(fabric.APPROVER, given_approver("bob"))
    credit = fabric.given_credit(shop, metadata=TICKET)

    confirmed = fabric.update(bob, credit["creditId"], "CONFIRMED", note="fine").json()

    assert (credit["metadata"], confirmed["metadata"]) == (TICKET, TICKET)
    assert confirmed["statusCode"] == "CONFIRMED"
    assert fabric.act(shop, "list-credits").json()["credits"][0]["metadata"] == TICKET


@pytest.mark.parametrize("nothing", [{}, {"metadata": None}, {"metadata": {}}])
def test_none_and_an_empty_one_are_the_same_and_are_not_shown(caller, account, nothing):
    made = caller.post(CREDIT, FIVE, key="k1").json()["data"]

    again = caller.post(CREDIT, FIVE | nothing, key="k1")

    assert "metadata" not in made
    assert (again.status_code, again.json()["data"]) == (200, made | {"idempotentReplay": True})


def test_other_metadata_is_another_request(caller, account):
    caller.post(CREDIT, FIVE | {"metadata": {"ticket": "T-17", "desk": 4}}, key="k1")

    reordered = caller.post(CREDIT, FIVE | {"metadata": {"desk": 4, "ticket": "T-17"}}, key="k1")
    other = caller.post(CREDIT, FIVE | {"metadata": {"ticket": "T-18", "desk": 4}}, key="k1")

    assert (reordered.status_code, other.status_code) == (200, 409)
    assert balance_of(account) == "105.00"


def test_whoever_may_read_the_transaction_sees_it(caller, account):
    caller.post(CREDIT, FIVE | {"metadata": TICKET}, key="k1")
    other = ApiCaller(given_client([Scope.STORE_CREDIT_READ]).plain)

    assert other.get(f"{CREDIT}/transactions").json()["data"][0]["metadata"] == TICKET


# What is refused


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ("ticket", "metadata must be an object, not a string."),
        ([], "metadata must be an object, not an array."),
        ({"a": "x" * (MAX_METADATA_BYTES - 7)}, "metadata must have at most 16384 bytes as JSON."),
        ({"a": "é" * (MAX_METADATA_BYTES // 2 - 3)}, "metadata must have at most 16384 bytes as JSON."),
        ({"a": [0.1234567890123456789]}, None),
    ],
    ids=["text", "array", "a byte too long", "counted in bytes", "as Python writes it"],
)
def test_it_is_an_object_of_at_most_16_kib(caller, account, metadata, complaint):
    answer = caller.post(CREDIT, FIVE | {"metadata": metadata}, key="k1")

    if complaint is None:
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["error"]) == (400, complaint)
    assert balance_of(account) == "100.00"


def test_one_of_exactly_16_kib_is_taken(caller, account):
    whole = {"a": "x" * (MAX_METADATA_BYTES - 8)}

    made = caller.post(CREDIT, FIVE | {"metadata": whole}, key="k1")

    assert len(json.dumps(whole, separators=(",", ":"))) == MAX_METADATA_BYTES
    assert (made.status_code, made.json()["data"]["metadata"]) == (201, whole)


@pytest.mark.parametrize("number", ["12345678901234567890123", "0.12345678901234567890123", "1e-400"])
def test_a_number_that_would_come_back_rounded_is_refused(caller, account, number):
    body = f'{{"amount": 5, "currency": "GBP", "metadata": {{"a": [{{"b": {number}}}]}}}}'

    answer = caller.post(CREDIT, body, key="k1")

    complaint = "metadata holds a number with more digits than are kept: send it as a string."
    assert (answer.status_code, answer.json()["error"]) == (400, complaint)
    assert balance_of(account) == "100.00"


def test_one_wrong_credit_of_several_is_named(shop):
    refused = fabric.ask(shop, fabric.CREDIT, fabric.CREDIT | {"metadata": 7})

    assert (refused.status_code, refused.json()["message"]) == (
        400,
        "credits[1].metadata must be an object, not a number.",
    )
    assert fabric.act(shop, "list-credits").json()["query"]["count"] == 0


# What is found by one member


MEMBERS = {"ticket": "T-17", "desk": 4, "score": 9.5, "whole": 25.0, "huge": 1e22, "closed": True, "left": None}


@pytest.fixture(params=["looked up", "row by row"])
def search(request, monkeypatch):
    """Both ways in which a member is found: of few, and of very many."""
    if request.param == "row by row":
        monkeypatch.setattr(querysets, "_FREQUENT", 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ticket", "T-17"),
        ("desk", "4"),
        ("score", "9.5"),
        ("whole", "25"),
        ("huge", "10000000000000000000000"),
        ("closed", "true"),
        ("left", "null"),
    ],
)
def test_a_member_is_found_by_its_name_and_the_text_that_is_shown(caller, account, search, name, text):
    caller.post(CREDIT, FIVE | {"metadata": MEMBERS}, key="k1")
    caller.post(CREDIT, FIVE | {"metadata": {"ticket": "T-18"}}, key="k2")

    found = caller.get(f"{CREDIT}/transactions?metadata[{name}]={text}").json()["data"]

    assert [row["metadata"] for row in found] == [MEMBERS]


@pytest.mark.parametrize(
    "query",
    [
        "[ticket]=t-17",
        "[ticket]=T-1",
        "[Ticket]=T-17",
        "[desk]=4.0",
        "[agent]=Zo%C3%AB",
        "[agent.name]=Zo%C3%AB",
        "[x]=y",
    ],
)
def test_nothing_but_the_whole_text_of_a_plain_member_finds(caller, account, query):
    caller.post(CREDIT, FIVE | {"metadata": TICKET | {"desk": 4}}, key="k1")

    assert caller.get(f"{CREDIT}/transactions?metadata{query}").json()["data"] == []


@pytest.mark.parametrize("name", ["a b", "]", "[x]", "é", "a.b", "x" * 3000, "&=+%"])
def test_whatever_the_member_is_called(caller, account, name):
    caller.post(CREDIT, FIVE | {"metadata": {name: "y" * 3000}}, key="k1")

    found = caller.get(f"{CREDIT}/transactions?metadata[{quote(name, safe='')}]={'y' * 3000}").json()["data"]

    assert [row["metadata"] for row in found] == [{name: "y" * 3000}]


def test_cards_are_found_by_theirs_among_other_conditions(caller, search):
    made = [
        caller.post("/gift_cards", {"amount": "25", "sale_id": sale, "metadata": {"shelf": shelf}}).json()["data"]["id"]
        for sale, shelf in (("1", "B2"), ("2", "B2"), ("2", "C3"))
    ]

    def found(query):
        return [card["id"] for card in caller.get(f"/gift_cards?{query}").json()["data"]]

    assert found("metadata[shelf]=B2") == [made[1], made[0]]
    assert found("metadata[shelf]=B2&sale_id=2") == [made[1]]
    assert found(f"metadata[shelf]=B2&before={made[1]}&page_size=1") == [made[0]]
    assert found("metadata[shelf]=D4") == []


def test_balances_are_found_of_those_accounts_alone_that_the_key_may_see(caller, account, card, search):
    caller.post(f"{CREDIT}/debits", FIVE | {"metadata": {"order": "4711"}}, key="k1")
    caller.post("/gift_cards/TILL-0001/redeem", {"amount": 300, "metadata": {"order": "4711"}})
    caller.post("/gift_cards/TILL-0001/redeem", {"amount": 100, "metadata": {"order": "4712"}})
    cards_alone = ApiCaller(given_client([Scope.GIFT_CARDS_READ]).plain)
    in_test_mode = ApiCaller(given_client(test_mode=True).plain)

    def found(program, more=""):
        events = program.get(f"/balances?metadata[order]=4711{more}").json()["balances"]
        return [event["amount"] for event in events]

    assert found(caller) == [-300, -500]
    assert found(caller, "&order[happenedAt]=asc") == [-500, -300]
    assert found(caller, "&amount[gt]=-400") == [-300]
    assert found(cards_alone) == [-300]
    assert found(in_test_mode) == []


def test_credits_of_an_order_are_found_by_a_body_with_the_member(shop, search):
    fabric.ask(
        shop,
        fabric.CREDIT | {"metadata": {"desk": 4, "ticket": "T-17"}},
        fabric.CREDIT | {"metadata": {"desk": "4"}},
        fabric.CREDIT,
    )

    def found(**metadata):
        shown = fabric.act(shop, "list-credits", {"metadata": metadata}).json()
        return [credit["metadata"] for credit in shown["credits"]], shown["query"]["count"]

    assert found(ticket="T-17") == ([{"desk": 4, "ticket": "T-17"}], 1)
    assert found(desk=4) == ([{"desk": 4, "ticket": "T-17"}, {"desk": "4"}], 2)
    assert found(desk=5) == ([], 0)


def test_only_credits_of_the_order_that_is_named(shop):
    fabric.given_credit(shop, metadata={"ticket": "T-17"})
    elsewhere = "/orders/62cc39d8a9b63c001b21d1ac"

    answer = fabric.act(shop, "list-credits", {"metadata": {"ticket": "T-17"}}, order=elsewhere).json()

    assert answer["credits"] == []


def test_credits_of_all_orders_are_found_by_it_newest_first(shop, search):
    for order in (fabric.BY_ID, "/orders/62cc39d8a9b63c001b21d1ac"):
        fabric.ask(shop, fabric.CREDIT | {"metadata": {"ticket": "T-17"}}, fabric.CREDIT, order=order)

    answer = fabric.act(shop, "list-credits", {"metadata": {"ticket": "T-17"}}, order="/orders").json()

    found = [(credit["orderNameValue"], credit["metadata"]) for credit in answer["credits"]]
    assert found == [("62cc39d8a9b63c001b21d1ac", {"ticket": "T-17"}), (fabric.ORDER_ID, {"ticket": "T-17"})]


LISTS = {
    "tiquo": (f"{CREDIT}/transactions", "type, currency, createdFrom, createdTo, metadata[name], limit, cursor"),
    "lightspeed": (
        "/gift_cards",
        "card_number, status, customerId, sale_id, source_id, metadata[name], before, page_size",
    ),
}


#: Where each dialect says what is wrong.
MESSAGES = {f"{CREDIT}/transactions": "error", "/gift_cards": "message", "/balances": "detail"}


@pytest.mark.parametrize("path", MESSAGES)
@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("metadata[a]=1&metadata[b]=2", "metadata must be given once."),
        ("metadata[a]=1&metadata[a]=1", "metadata must be given once."),
        ("metadata=a", "metadata must be sent as metadata[name]=value."),
        ("metadata=a&metadata[a]=1", "metadata must be given once."),
        ("metadata[a]=", "metadata must not be empty."),
        ("metadata[a]=%00", "metadata must not hold a NUL."),
        ("metadata[%00]=1", "metadata must not hold a NUL."),
    ],
)
def test_a_query_names_exactly_one_member(caller, account, path, query, complaint):
    answer = caller.get(f"{path}?{query}")

    assert answer.status_code == 400
    assert answer.json()[MESSAGES[path]] == complaint


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", ["metadata[]=1", "metadata[a=1", "metadat[a]=1"])
def test_what_is_no_member_is_no_parameter(caller, account, name, query):
    path, there_are = LISTS[name]

    answer = caller.get(f"{path}?{query}")

    shown = query.partition("=")[0]
    complaint = f"There is no parameter '{shown}' here; there are: {there_are}."
    assert (answer.status_code, answer.json()[MESSAGES[path]]) == (400, complaint)


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ({}, "metadata must have exactly one member."),
        ({"a": 1, "b": 2}, "metadata must have exactly one member."),
        ({"a": {"b": 1}}, "metadata must have a member that is neither an object nor an array."),
        ("a", "metadata must be an object, not a string."),
    ],
)
def test_a_body_names_exactly_one_member(shop, metadata, complaint):
    answer = fabric.act(shop, "list-credits", {"metadata": metadata})

    assert (answer.status_code, answer.json()["message"]) == (400, complaint)


def test_a_list_without_metadata_knows_no_such_parameter(caller, account):
    answer = caller.get("/customers?metadata[a]=1")

    complaint = "There is no parameter 'metadata[a]' here; there are: search, status, limit, cursor."
    assert (answer.status_code, answer.json()["error"]) == (400, complaint)
