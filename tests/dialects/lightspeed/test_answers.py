"""What an answer names: where the thing made is, who did it, the card's number; and the same request, sent again."""

import hashlib
import json

import pytest

from giftcards.models import CardEvent
from giftcards.operations import block_card
from ledger.models import Transaction
from ledger.operations import Why
from storecredit.api.models import IdempotencyRecord
from storecredit.api.scopes import Scope
from tests.callers import ApiCaller, given_client, given_rights
from tests.credits.requests import given_limit
from tests.dialects.digital_river import shop as river
from tests.dialects.fabric import calls as fabric
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.people import UserFactory
from tests.giftcards.cards import account_of, given_card, given_redemption
from tests.scenarios import NOW, STAFF, nothing_moves

pytestmark = pytest.mark.django_db
CARD = "/gift_cards/TILL-0001"
REDEEM = {"type": "REDEEMING", "amount": "-10.00", "client_id": "sale-1"}


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def card(db):
    return given_card("100.00 GBP", code="TILL-0001")


@pytest.fixture
def owned(db):
    """A program whose key is Alice's."""
    alice = UserFactory.create(username="alice")
    rights = ("view_giftcard", "issue_card", "redeem_card", "reload_card", "void_card", "block_card")
    given_rights(alice, *(f"giftcards.{right}" for right in rights), "ledger.reverse_transaction")
    scopes = ["gift_cards:read", "gift_cards:issue", "gift_cards:redeem"]
    return ApiCaller(given_client(scopes, name="web shop", owner=alice).plain)


def test_what_was_made_is_where_its_answer_says(caller, card):
    made = caller.post("/gift_cards", {"amount": "5"}, key="k")
    moved = caller.post(f"{CARD}/transactions", REDEEM)

    for response in (made, moved):
        assert response.status_code == 201
        assert caller.get(response.headers["Location"].removeprefix("/api/v1")).status_code == 200
    assert made.headers["Location"] == f"/api/v1/gift_cards/by_id/{made.json()['data']['id']}"
    assert moved.headers["Location"] == f"/api/v1/gift_cards/transactions/{moved.json()['data']['id']}"


def test_an_answer_given_again_names_no_place(caller, card):
    for body, path in (({"amount": "5", "client_id": "k"}, "/gift_cards"), (REDEEM, f"{CARD}/transactions")):
        caller.post(path, body)

        again = caller.post(path, body)

        assert (again.status_code, again.headers.get("Location")) == (200, None)


def test_who_did_it_is_the_label_sent_else_the_person_behind_the_key(owned, card):
    labelled = owned.post(f"{CARD}/transactions", REDEEM | {"user_id": "till 7"})
    plain = owned.post(f"{CARD}/transactions", REDEEM | {"client_id": "sale-2"})
    undone = owned.send("DELETE", f"/gift_cards/transactions/{plain.json()['data']['id']}", content_type="")
    voided = owned.send("DELETE", CARD, content_type="")
    made = owned.post("/gift_cards", {"amount": "5", "currency": "GBP"})
    again = owned.post(f"{CARD}/transactions", REDEEM | {"client_id": "sale-2"})

    assert [answer.json()["data"]["user_id"] for answer in (labelled, plain, undone, again)] == [
        "till 7",
        "alice",
        "alice",
        "alice",
    ]
    assert voided.json()["gift_card_transactions"][0]["user_id"] == "alice"
    assert made.json()["data"]["gift_card_transactions"][0]["user_id"] == "alice"
    # The actor is the program all the same.
    assert set(Transaction.objects.filter(door__startswith="api").values_list("actor_label", flat=True)) == {"web shop"}


def test_a_person_s_key_writes_their_name_whatever_dialect_it_speaks(card):
    root = UserFactory.create(username="carol", is_superuser=True)
    given_limit(root, "50.00 GBP")
    program = ApiCaller(given_client(Scope.values, name="web shop", owner=root).plain)
    asked = fabric.CREDIT | {"currency": "GBP", "attributes": {"giftCardNumber": "TILL-0001"}}

    program.post("/gift_cards/TILL-0001/redeem", {"amount": 100})
    river.given_order(program, river.credit_of(account_of(card), 1), currency="GBP", items=[river.ITEM | {"price": 1}])
    credit = fabric.given_credit(fabric.given_caller(owner=UserFactory.create(username="bob")), **asked)
    confirmed = fabric.update(program, credit["creditId"], "CONFIRMED")
    shown = program.get(CARD).json()["gift_card_transactions"]

    assert confirmed.status_code == 200
    assert [(line["type"], line["amount"], line["user_id"]) for line in shown] == [
        ("RELOADING", "21.50", "carol"),
        ("REDEEMING", "-1.00", "carol"),
        ("REDEEMING", "-1.00", "carol"),
        ("ACTIVATION", "100.00", STAFF.label),
    ]
    assert set(Transaction.objects.filter(door__startswith="api").values_list("actor_label", flat=True)) == {"web shop"}


def test_who_did_it_with_a_key_of_nobody_is_the_program(card):
    program = ApiCaller(given_client(name="web shop").plain)

    moved = program.post(f"{CARD}/transactions", REDEEM)

    assert moved.json()["data"]["user_id"] == "web shop"


@pytest.mark.parametrize("spelled", ["till0001", "TILL0001", "T-I-L-L-0001"])
def test_a_number_is_printed_as_it_was_made_however_it_was_asked_for(caller, card, spelled):
    shown = [
        caller.get(f"/gift_cards/{spelled}").json(),
        caller.get(f"/gift_cards/by_number/{spelled}").json()["data"],
        caller.post(f"/gift_cards/{spelled}/block", {"reason": "lost"}, key="b").json()["data"],
        caller.post("/gift_cards/TILL-0001/block", {"reason": "lost"}, key="b").json()["data"],
        caller.post(f"/gift_cards/{spelled}/unblock", {}).json()["data"],
        caller.get(f"/gift_cards/by_id/{card.id}").json()["data"],
        caller.get(f"/gift_cards?card_number={spelled}").json()["data"][0],
        caller.send("DELETE", f"/gift_cards/{spelled}", content_type="").json(),
    ]

    assert [answer["number"] for answer in shown] == ["TILL-0001"] * 8


def test_ids_in_capitals_find_what_they_name(caller, card):
    spent = str(given_redemption("5 GBP", card=card).pk)

    by_id = caller.get(f"/gift_cards/by_id/{str(card.id).upper()}")
    of_it = caller.get(f"/gift_cards/transactions/{spent.upper()}")
    undone = caller.send("DELETE", f"/gift_cards/transactions/{spent.upper()}", content_type="")

    assert [answer.status_code for answer in (by_id, of_it, undone)] == [200, 200, 200]
    assert by_id.json()["data"]["id"] == of_it.json()["data"]["id"] == str(card.id)


@pytest.mark.parametrize("member", ["user_id", "sale_id", "customerId"])
@pytest.mark.parametrize("nothing", ["", " ", None])
def test_an_empty_text_and_none_are_the_same_request(caller, member, nothing):
    first = caller.post("/gift_cards", {"amount": "5", "client_id": "k"})

    with nothing_moves():
        again = caller.post("/gift_cards", {"amount": "5", "client_id": "k", member: nothing})

    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize("reason", ["", " ", None])
def test_an_empty_reason_and_none_are_the_same_request(caller, card, reason):
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    caller.post(f"{CARD}/unblock", {}, key="k")

    again = caller.post(f"{CARD}/unblock", {"reason": reason}, key="k")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert CardEvent.objects.filter(kind="UNBLOCKED").count() == 1


#: Taken by the program before fingerprints had versions: of POST /gift_cards with `MAKING`.
MAKING_TAKEN = "a4ed3501490f48554a97d0431c40b3e10c26b6958615f333b85c22874547b467"
MAKING = {
    "amount": "20.0",
    "number": "OLD-0001",
    "currency": "GBP",
    "user_id": "",
    "sale_id": "S-1",
    "time_zone": "Europe/London",
    "expires_at": "2031-12-31",
    "customerId": None,
    "valid_from": "2026-01-02",
    "client_id": "c1",
}


def first_fingerprint(method, route, card, body):
    """As the program took it before fingerprints had versions."""
    of_body = hashlib.sha256(body.encode()).hexdigest()
    return hashlib.sha256(f"{method}\napi/v1/gift_cards/{route}\n{card.id}\n{of_body}".encode()).hexdigest()


def test_an_old_record_of_a_making_is_answered_again(caller):
    first = caller.post("/gift_cards", MAKING | {"client_id": "new"})
    kept = IdempotencyRecord.objects.get()
    given_old_record(kept, namespace="cards", key="c1", fingerprint=MAKING_TAKEN)

    with nothing_moves():
        again = caller.post("/gift_cards", MAKING | {"number": "old0001"})
        other = caller.post("/gift_cards", MAKING | {"sale_id": "S-2"})
        another = caller.post("/gift_cards", MAKING | {"number": "OLD-0002"})

    assert (again.status_code, again.json()["data"]["number"]) == (200, "OLD-0001")
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert [answer.status_code for answer in (other, another)] == [409, 409]


def test_old_records_of_a_card_are_answered_again(caller, card):
    caller.post(f"{CARD}/transactions", REDEEM | {"client_id": "new"})
    caller.post(f"{CARD}/block", {"reason": "lost"}, key="new")
    moved, blocked = IdempotencyRecord.objects.order_by("pk")
    said = json.dumps(REDEEM | {"amount": "-10", "user_id": ""}, sort_keys=True, separators=(",", ":"))
    given_old_record(
        moved,
        namespace=moved.namespace,
        key="sale-1",
        fingerprint=first_fingerprint("POST", "<str:number>/transactions", card, said),
    )
    given_old_record(
        blocked,
        namespace="",
        key="k1",
        fingerprint=first_fingerprint("POST", "<str:number>/block", card, '{"reason":"lost"}'),
    )

    with nothing_moves():
        again = caller.post(f"{CARD}/transactions", REDEEM | {"user_id": ""})
        still = caller.post(f"{CARD}/block", {"reason": "lost"}, key="k1")

    assert [answer.status_code for answer in (again, still)] == [200, 200]
    assert again.json()["data"]["amount"] == "-10.00"
    assert (still.json()["data"]["number"], still.json()["data"]["status"]) == ("TILL-0001", "INACTIVE")


#: An accent beside its letter: as they were sent, so such texts were kept before everything was kept in NFC.
CAFE, CAFE_IN_NFC = "cafe\u0301", "caf\u00e9"


def test_an_old_record_is_found_by_a_client_id_as_it_was_sent(caller, card):
    caller.post(f"{CARD}/transactions", REDEEM | {"client_id": "new"})
    kept = IdempotencyRecord.objects.get()
    body = REDEEM | {"client_id": CAFE, "user_id": CAFE}
    said = json.dumps(body | {"amount": "-10"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    fingerprint = first_fingerprint("POST", "<str:number>/transactions", card, said)
    given_old_record(kept, namespace=kept.namespace, key=CAFE, fingerprint=fingerprint)

    with nothing_moves():
        again = caller.post(f"{CARD}/transactions", body)
        other = caller.post(f"{CARD}/transactions", body | {"amount": "-11.00"})

    assert (again.status_code, other.status_code) == (200, 409)
    assert again.json()["data"]["amount"] == "-10.00"


def test_a_client_id_is_the_same_however_its_accents_are_typed(caller, card):
    first = caller.post(f"{CARD}/transactions", REDEEM | {"client_id": CAFE})

    with nothing_moves():
        again = caller.post(f"{CARD}/transactions", REDEEM | {"client_id": CAFE_IN_NFC})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def given_old_record(kept, *, namespace, key, fingerprint):
    """The same answer under a fingerprint of the first version, in the place of what was kept."""
    values = {"client": kept.client, "answer": kept.answer, "status": kept.status}
    IdempotencyRecordFactory(**values, namespace=namespace, key=key, fingerprint=fingerprint, version=1)
