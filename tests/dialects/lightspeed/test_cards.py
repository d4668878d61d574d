"""Gift cards: made, shown, listed, blocked and voided; and whose eyes see a whole number."""

import json

import pytest
from django.db import connection

from giftcards.models import CardState, GiftCard
from giftcards.models.codes import open_code
from storecredit.api.models import IdempotencyRecord
from storecredit.api.scopes import Scope
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card, given_card_in, timeline, totals
from tests.scenarios import NOW, days, given_account, given_customer, given_hold, nothing_moves

pytestmark = pytest.mark.django_db
rolls_back = pytest.mark.django_db(transaction=True)
READER = [Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_ISSUE, Scope.GIFT_CARDS_REDEEM]


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def reader(db):
    """A program that may do everything with cards but see the numbers of those that it has not named."""
    return ApiCaller(given_client(READER).plain)


def stored_text() -> str:
    """Every value in the database, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows)


def test_a_card_is_made_with_a_number_of_its_own(caller):
    response = caller.post("/gift_cards", {"amount": "20", "user_id": "till 7", "sale_id": "S-1"})

    card = GiftCard.objects.get()
    shown = response.json()["data"]
    assert response.status_code == 201
    assert shown["number"] == open_code(card.sealed_code)
    assert len(shown["number"]) == 16
    [activation] = shown.pop("gift_card_transactions")
    assert shown == {
        "id": str(card.pk),
        "number": shown["number"],
        "accountNumber": card.account.number,
        "balance": "20.00",
        "currency": "USD",
        "created_at": "2026-05-04T12:00:00.000Z",
        "expires_at": None,
        "status": "ACTIVE",
        "total_sold": "20.00",
        "total_redeemed": "0.00",
        "sale_id": "S-1",
        "sale_source": "api",
    }
    assert (activation["type"], activation["amount"], activation["user_id"]) == ("ACTIVATION", "20.00", "till 7")


def test_everything_about_a_card_can_be_told_when_it_is_made(caller):
    customer = given_customer()
    body = {
        "amount": "1500",
        "number": "New-Year-2027",
        "currency": "JPY",
        "expires_at": "2027-12-31",
        "valid_from": "2027-01-01",
        "time_zone": "Asia/Tokyo",
        "customerId": customer.number,
    }

    shown = caller.post("/gift_cards", body).json()["data"]

    card = GiftCard.objects.get()
    assert (shown["number"], shown["balance"], shown["status"]) == ("New-Year-2027", "1500", "INACTIVE")
    assert shown["expires_at"] == "2027-12-31T14:59:59.000Z"
    assert card.valid_from is not None
    assert card.valid_from.isoformat() == "2026-12-31T15:00:00+00:00"
    assert card.customer == customer


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "0"}, "amount must be more than 0."),
        ({"amount": "-5"}, "amount must be more than 0."),
        ({"amount": 20}, "amount must be a string, not a number."),
        ({"amount": "20.001"}, "amount must have at most 2 decimals in USD."),
        ({"currency": "JPY", "amount": "1.5"}, "amount must have at most 0 decimals in JPY."),
        ({"currency": "DEM"}, "currency must be the ISO 4217 code"),
        ({"number": "abc"}, "number must have at least 4 characters."),
        ({"number": "with blank"}, "number must be 4 to 64 printable ASCII"),
        ({"number": "with/slash"}, "number must be 4 to 64 printable ASCII"),
        ({"number": "x" * 65}, "number must have at most 64 characters."),
        ({"number": 12345}, "number must be a string, not a number."),
        ({"expires_at": 1}, "expires_at must be a string, not a number."),
        ({"valid_from": "2027-01-02", "expires_at": "2027-01-01"}, "valid_from must not be later than expires_at."),
        (
            {"amount": "1.001", "valid_from": "2027-01-02", "expires_at": "2027-01-01"},
            "amount must have at most 2 decimals in USD. valid_from must not be later than expires_at.",
        ),
        ({"time_zone": "Mars"}, "time_zone must be the name of a time zone"),
        ({"client_id": " "}, "client_id must not be empty."),
        ({"sale_id": "x" * 65}, "sale_id must have at most 64 characters."),
    ],
)
def test_a_card_that_is_not_what_is_documented_is_refused(caller, changed, words):
    with nothing_moves():
        response = caller.post("/gift_cards", {"amount": "20"} | changed)

    assert response.status_code == 400
    assert words in response.json()["message"]


@rolls_back
@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"number": "taken-0001"}, 422, "card_number_taken"),
        ({"number": "by_number"}, 400, "card_number_malformed"),
        ({"number": "Re-Deem"}, 400, "card_number_malformed"),
        ({"number": "----"}, 400, "card_number_malformed"),
        ({"expires_at": "2026-05-03"}, 400, "expiry_not_later"),
        ({"customerId": "NOBODY"}, 422, "customer_not_found"),
    ],
)
def test_what_the_books_refuse_leaves_nothing_behind(caller, changed, status, code):
    given_card(code="TAKEN-0001")

    with nothing_moves():
        response = caller.post("/gift_cards", {"amount": "20"} | changed, key="k")

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("number", [None, "Summer-2026-17"])
@pytest.mark.parametrize("by", ["header", "client_id"])
def test_making_a_card_replays_and_its_code_is_stored_nowhere(caller, by, number):
    body = {"amount": "20"} | ({"number": number} if number else {}) | ({"client_id": "k"} if by == "client_id" else {})
    key = "k" if by == "header" else None
    first = caller.post("/gift_cards", body, key=key)

    again = caller.post("/gift_cards", body, key=key)

    shown = first.json()["data"]["number"]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert GiftCard.objects.count() == 1
    stored = stored_text().upper()
    assert shown.upper() not in stored
    assert shown.upper().replace("-", "") not in stored


def test_a_replay_may_spell_the_number_otherwise_but_not_name_another(caller):
    body = {"amount": "20", "number": "Summer-2026-17", "client_id": "k"}
    caller.post("/gift_cards", body)

    again = caller.post("/gift_cards", body | {"number": "SUMMER202617"})
    other = caller.post("/gift_cards", body | {"number": "Summer-2026-18"})
    none = caller.post("/gift_cards", {"amount": "20", "client_id": "k"})

    assert (again.status_code, again.json()["data"]["number"]) == (200, "Summer-2026-17")
    assert [answer.status_code for answer in (other, none)] == [409, 409]


def test_the_two_ways_to_name_a_making_are_not_mixed(caller):
    assert caller.post("/gift_cards", {"amount": "20", "client_id": "k"}, key="k").status_code == 400
    assert caller.post("/gift_cards", {"amount": "20"}, key="k").status_code == 201
    assert caller.post("/gift_cards", {"amount": "20", "client_id": "k"}).status_code == 201


def test_a_number_is_whole_where_it_was_named_or_may_be_revealed(caller, reader):
    card = given_card("100.00 GBP", code="TILL-7QX2")
    by_id = f"/gift_cards/by_id/{card.id}"

    def numbers_of(who):
        return [
            who.get("/gift_cards/by_number/till7qx2").json()["data"]["number"],
            who.get("/gift_cards/TILL-7QX2").json()["number"],
            who.get("/gift_cards?card_number=till-7qx2").json()["data"][0]["number"],
            who.get(by_id).json()["data"]["number"],
            who.get("/gift_cards").json()["data"][0]["number"],
        ]

    assert numbers_of(caller) == ["TILL-7QX2"] * 5
    assert numbers_of(reader) == ["TILL-7QX2"] * 3 + ["****7QX2"] * 2


def test_the_older_form_is_the_same_card_without_its_envelope(caller):
    given_card(code="TILL-0001")

    bare = caller.get("/gift_cards/TILL-0001").json()

    assert caller.get("/gift_cards/by_number/TILL-0001").json() == {"data": bare}


def test_lists_come_newest_first_in_pages(caller, time_machine):
    made = []
    for number in range(5):
        time_machine.move_to(days(number), tick=False)
        made.append(given_card(code=f"PAGE-000{number}"))
    ids = [str(card.id) for card in reversed(made)]

    first = caller.get("/gift_cards?page_size=2").json()["data"]
    second = caller.get(f"/gift_cards?page_size=2&before={first[-1]['id']}").json()["data"]
    last = caller.get(f"/gift_cards?page_size=2&before={second[-1]['id']}").json()["data"]

    assert [[card["id"] for card in page] for page in (first, second, last)] == [ids[:2], ids[2:4], ids[4:]]


def test_lists_are_narrowed_by_status(caller):
    cards = {state: given_card_in(state) for state in CardState}
    empty = given_card("0 GBP")
    lapsed = given_card(now=days(-5), expires_on=days(-2).date(), time_zone="UTC")
    shown = {
        status: {card["id"] for card in caller.get(f"/gift_cards?status={status}").json()["data"]}
        for status in ("ACTIVE", "INACTIVE", "REDEEMED", "VOIDED", "EXPIRED")
    }

    assert shown == {
        "ACTIVE": {str(cards[CardState.ACTIVE].id)},
        "INACTIVE": {str(cards[CardState.PENDING].id), str(cards[CardState.BLOCKED].id)},
        "REDEEMED": {str(empty.id)},
        "VOIDED": {str(cards[CardState.VOIDED].id)},
        "EXPIRED": {str(cards[CardState.EXPIRED].id), str(lapsed.id)},
    }
    for status, found in shown.items():
        for card_id in found:
            assert caller.get(f"/gift_cards/by_id/{card_id}").json()["data"]["status"] == status


@pytest.mark.parametrize(
    "query",
    ["before=1", "page_size=0", "page_size=1001", "page_size=x", "status=active", "status=ACTIVE&status=VOIDED"],
)
def test_a_query_that_is_not_what_is_documented_is_refused(caller, query):
    assert caller.get(f"/gift_cards?{query}").status_code == 400


def test_a_card_shows_its_newest_200_movements(caller):
    given_card("10.00 GBP", code="LONG-0001")
    for number in range(205):
        body = {"type": "REDEEMING", "amount": "-0.01", "client_id": str(number)}
        caller.post("/gift_cards/LONG-0001/transactions", body)

    movements = caller.get("/gift_cards/LONG-0001").json()["gift_card_transactions"]

    assert [movement["client_id"] for movement in movements] == [str(number) for number in range(204, 4, -1)]
    assert caller.get("/gift_cards").json()["data"][0]["gift_card_transactions"] == movements


@pytest.mark.parametrize("path", ["by_number/VOID-0001", "by_id/{id}", "VOID-0001"])
def test_deleting_a_card_voids_it_once(caller, path):
    card = given_card("10.00 GBP", code="VOID-0001")
    path = f"/gift_cards/{path.format(id=card.id)}"

    answer = caller.send("DELETE", path)
    again = caller.send("DELETE", path)

    shown = answer.json().get("data", answer.json())
    assert (answer.status_code, shown["status"], shown["balance"]) == (200, "VOIDED", "0.00")
    assert [movement["type"] for movement in shown["gift_card_transactions"]] == ["VOIDING", "ACTIVATION"]
    assert (again.status_code, again.json()["code"]) == (422, "card_not_usable")
    assert timeline(card)[1:] == [("VOID", "-10.00", "0.00", "VOIDED")]


def test_an_empty_card_is_made_and_voided_with_movements_of_nothing(caller):
    card = given_card("0 GBP", code="VOID-0001")

    shown = caller.send("DELETE", "/gift_cards/VOID-0001").json()

    assert [(movement["type"], movement["amount"]) for movement in shown["gift_card_transactions"]] == [
        ("VOIDING", "0.00"),
        ("ACTIVATION", "0.00"),
    ]
    assert totals(card) == ("0.00", "0.00", "0.00", "0.00")


def test_a_voiding_replays_under_a_key(caller):
    given_card(code="VOID-0001")

    first = caller.send("DELETE", "/gift_cards/VOID-0001", headers={"idempotency-key": "k"})
    again = caller.send("DELETE", "/gift_cards/VOID-0001", "{}", headers={"idempotency-key": "k"})

    assert (again.status_code, again.json()) == (200, first.json())
    assert "VOID0001" not in stored_text().upper().replace("-", "")


@rolls_back
def test_a_card_whose_value_a_purchase_holds_is_not_voided(caller):
    card = given_card("10.00 GBP", code="HELD-0001")
    account = given_account()
    account.pk = card.account_id
    given_hold("4.00 GBP", account=account)
    assert caller.get("/gift_cards/HELD-0001").json()["balance"] == "6.00"

    with nothing_moves():
        response = caller.send("DELETE", "/gift_cards/HELD-0001")

    assert response.status_code == 422


def test_a_blocked_card_is_inactive_until_it_is_unblocked(caller):
    card = given_card("10.00 GBP", code="LOST-0001")

    blocked = caller.post("/gift_cards/LOST-0001/block", {"reason": "Reported lost."}, key="b")
    again = caller.post("/gift_cards/LOST-0001/block", {"reason": "Reported lost."}, key="b")
    twice = caller.post("/gift_cards/LOST-0001/block", {"reason": "Reported lost."})
    found = caller.post("/gift_cards/LOST-0001/unblock", {})

    assert (blocked.status_code, blocked.json()["data"]["status"]) == (200, "INACTIVE")
    assert (again.status_code, again.json()) == (200, blocked.json())
    assert (twice.status_code, twice.json()["code"]) == (422, "card_not_usable")
    assert (found.status_code, found.json()["data"]["status"]) == (200, "ACTIVE")
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "BLOCKED", "UNBLOCKED"]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": 1}, {"reason": None}])
def test_a_block_says_why(caller, body):
    given_card(code="LOST-0001")

    assert caller.post("/gift_cards/LOST-0001/block", body).status_code == 400


@pytest.mark.parametrize(
    "card", ["0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f", "1", "{0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f}"]
)
def test_an_id_that_is_none_is_not_found(caller, card):
    assert caller.get(f"/gift_cards/by_id/{card}").status_code == 404


def test_a_test_key_sees_and_makes_test_cards_alone(caller):
    tester = ApiCaller(given_client(test_mode=True).plain)
    live = given_card(code="LIVE-0001")
    tester.post("/gift_cards", {"amount": "5", "number": "TEST-0001"})

    assert tester.get("/gift_cards/LIVE-0001").status_code == 404
    assert tester.get(f"/gift_cards/by_id/{live.id}").status_code == 404
    assert caller.get("/gift_cards/TEST-0001").status_code == 404
    assert [card["number"] for card in tester.get("/gift_cards").json()["data"]] == ["TEST-0001"]
    assert [card["number"] for card in caller.get("/gift_cards").json()["data"]] == ["LIVE-0001"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/gift_cards", "gift_cards:read"),
        ("POST", "/gift_cards", "gift_cards:issue"),
        ("GET", "/gift_cards/X", "gift_cards:read"),
        ("DELETE", "/gift_cards/X", "gift_cards:issue"),
        ("DELETE", "/gift_cards/by_id/X", "gift_cards:issue"),
        ("POST", "/gift_cards/X/transactions", "gift_cards:redeem"),
        ("DELETE", "/gift_cards/transactions/X", "gift_cards:redeem"),
        ("POST", "/gift_cards/X/block", "gift_cards:issue"),
        ("POST", "/gift_cards/X/unblock", "gift_cards:issue"),
    ],
)
def test_a_key_without_the_scope_is_refused_before_anything_is_looked_up(db, method, path, scope):
    lacking = ApiCaller(given_client(set(Scope.values) - {scope, "credits:approve"}).plain)

    response = lacking.send(method, path, json.dumps({}))

    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert scope in response.json()["message"]


def test_unknown_paths_and_methods_are_told_in_the_words_of_this_api(caller):
    unknown = caller.get("/gift_cards/X/nothing")
    method = caller.send("PUT", "/gift_cards/X")

    assert (unknown.status_code, sorted(unknown.json())) == (404, ["code", "error", "message"])
    assert (method.status_code, sorted(method.json())) == (405, ["code", "error", "message"])
    assert method.headers["Allow"] == "GET, DELETE, HEAD"


def test_a_cards_answers_name_its_account_wherever_they_show_its_number_whole(caller, reader):
    card = given_card("30 USD", code="TILL-0001")
    account = GiftCard.objects.get(pk=card.id).account.number
    paths = ("/gift_cards/by_number/TILL-0001", f"/gift_cards/by_id/{card.id}")

    def told(program):
        return [program.get(path).json()["data"]["accountNumber"] for path in paths]

    assert told(caller) == [account, account]
    assert told(reader) == [account, None]
    [listed] = reader.get("/gift_cards").json()["data"]
    assert (listed["number"], listed["accountNumber"]) == ("****0001", None)
