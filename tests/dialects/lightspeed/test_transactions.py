"""Card transactions: the vendor's request, what is refused and why, and one effect for each client_id."""

from datetime import date

import pytest

from giftcards.models import CardEvent, CardState
from giftcards.operations import assign_card, block_card, redeem_card, void_card
from giftcards.queries import get_card_by_id
from ledger.operations import Why
from storecredit.api.models import IdempotencyRecord
from tests.giftcards.cards import given_card, given_card_in, given_redemption, timeline, totals
from tests.scenarios import API, NOW, STAFF, days, given_customer, money, nothing_moves

pytestmark = pytest.mark.django_db
#: A refusal inside the effect rolls back what came before it, which a test within one transaction could not show.
rolls_back = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def card(db):
    return given_card("100.00 GBP", code="TILL-0001")


def order(**changed):
    return {"type": "REDEEMING", "amount": "-10.00", "client_id": "sale-1"} | changed


def send(caller, body, number="TILL-0001", **headers):
    return caller.post(f"/gift_cards/{number}/transactions", body, **headers)


def test_the_vendors_redeeming_answers_in_the_vendors_shape(caller, card):
    response = send(caller, {"type": "REDEEMING", "amount": "-25.00", "client_id": "42", "user_id": "till 7"})

    [event, _] = CardEvent.objects.filter(card_id=card.id).order_by("-id")
    assert response.status_code == 201
    assert response.json() == {
        "data": {
            "id": str(event.public_id),
            "amount": "-25.00",
            "client_id": "42",
            "created_at": "2026-05-04T12:00:00.000Z",
            "source": "api",
            "source_id": None,
            "type": "REDEEMING",
            "user_id": "till 7",
        }
    }
    assert totals(card) == ("100.00", "25.00", "75.00", "75.00")


def test_a_reload_adds_value_and_may_move_the_last_day(caller, card):
    given_redemption("100 GBP", card=card)
    assert caller.get("/gift_cards/by_number/TILL-0001").json()["data"]["status"] == "REDEEMED"

    body = order(type="RELOADING", amount="50", expires_at="2027-01-31", time_zone="Pacific/Auckland")
    response = send(caller, body)

    shown = caller.get("/gift_cards/by_number/TILL-0001").json()["data"]
    assert (response.status_code, response.json()["data"]["amount"]) == (201, "50.00")
    assert (shown["status"], shown["balance"], shown["total_sold"]) == ("ACTIVE", "50.00", "150.00")
    assert shown["expires_at"] == "2027-01-31T10:59:59.000Z"


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("GBP", "-0.10", "-0.10"), ("JPY", "-12", "-12"), ("KWD", "-1.25", "-1.250"), ("KWD", "-0.001", "-0.001")],
)
def test_amounts_are_strings_with_all_decimals_of_the_currency(caller, currency, amount, shown):
    given_card(f"100 {currency}", code="OTHER-0001")

    response = send(caller, order(amount=amount), "OTHER-0001")

    assert (response.status_code, response.json()["data"]["amount"]) == (201, shown)


BAD = [
    (order(amount="10.00"), "amount must be negative for REDEEMING."),
    (
        order(amount="10.00", expires_at="2027-01-01"),
        "amount must be negative for REDEEMING. expires_at can be sent with RELOADING alone.",
    ),
    (order(type="RELOADING"), "amount must be positive for RELOADING."),
    (order(amount="0"), "amount must not be zero."),
    (order(amount="-0.00"), "amount must not be zero."),
    (order(amount="-10.001"), "amount must have at most 2 decimals in GBP."),
    (order(amount=-10), "amount must be a string, not a number."),
    (order(amount=None), "amount must be a string, not null."),
    (order(amount="-1e1"), "amount must be a decimal number"),
    (order(amount="+10"), "amount must be a decimal number"),
    (order(amount="10-"), "amount must be a decimal number"),
    (order(amount=" -10"), "amount must be a decimal number"),
    (order(amount="-.5"), "amount must be a decimal number"),
    (order(amount="-5."), "amount must be a decimal number"),
    (order(amount="-1,000"), "amount must be a decimal number"),
    (order(amount="-1_000"), "amount must be a decimal number"),
    (order(amount="-١٠"), "amount must be a decimal number"),
    (order(amount="NaN"), "amount must be a decimal number"),
    (order(amount="-9007199254741"), "amount must not be beyond 9007199254740."),
    (order(type="VOIDING"), "type must be one of: REDEEMING, RELOADING."),
    (order(type=1), "type must be a string, not a number."),
    (order(client_id=""), "client_id must not be empty."),
    (order(client_id="  "), "client_id must not be empty."),
    (order(client_id=7), "client_id must be a string, not a number."),
    (order(client_id="x" * 256), "client_id must have at most 255 characters."),
    (order(expires_at="2027-01-31"), "expires_at can be sent with RELOADING alone."),
    (order(type="RELOADING", amount="1", expires_at="31.01.2027"), "expires_at must be a date such as 2026-12-31."),
    (order(type="RELOADING", amount="1", expires_at="2027-02-30"), "expires_at must be a date such as 2026-12-31."),
    (order(type="RELOADING", amount="1", expires_at="1969-12-31"), "expires_at must be from 1970-01-01"),
    (order(time_zone="Middle/Earth"), "time_zone must be the name of a time zone"),
    (order(user_id="x" * 65), "user_id must have at most 64 characters."),
    ({"type": "REDEEMING", "amount": "-10"}, "client_id is required."),
    ({}, "type is required. amount is required. client_id is required."),
    (b"[]", "The body must be a JSON object."),
    (b'{"type": "REDEEMING", "type": "RELOADING"}', "stands twice"),
]


@pytest.mark.parametrize(("body", "words"), BAD)
def test_a_body_that_is_not_what_is_documented_is_refused(caller, card, body, words):
    with nothing_moves():
        response = send(caller, body)

    assert (response.status_code, response.json()["error"]) == (400, "Bad Request")
    assert words in response.json()["message"]
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "-1.5"), ("KWD", "-1.0001")])
def test_an_amount_finer_than_the_cards_currency_is_refused(caller, currency, amount):
    given_card(f"100 {currency}", code="OTHER-0001")

    assert send(caller, order(amount=amount), "OTHER-0001").status_code == 400


def test_the_header_idempotency_key_is_not_taken_here(caller, card):
    with nothing_moves():
        response = send(caller, order(), key="k")

    assert response.status_code == 400
    assert "Idempotency-Key is not taken here" in response.json()["message"]


def test_the_same_client_id_gets_the_first_answer_with_200(caller, card, time_machine):
    first = send(caller, order())
    time_machine.move_to(days(1), tick=False)

    again = send(caller, order(amount="-10"))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert timeline(card)[1:] == [("REDEEM", "-10.00", "90.00", "ACTIVE")]


@pytest.mark.parametrize(
    "changed", [{"amount": "-11.00"}, {"user_id": "another"}, {"type": "RELOADING", "amount": "1"}]
)
def test_the_same_client_id_with_other_details_is_a_conflict(caller, card, changed):
    send(caller, order())

    with nothing_moves():
        response = send(caller, order(**changed))

    assert (response.status_code, response.json()) == (
        409,
        {
            "error": "Conflict",
            "message": "This client_id was used before with different request details.",
            "code": "idempotency_key_reused",
        },
    )


def test_a_client_id_belongs_to_one_card(caller, card):
    given_card("5.00 GBP", code="TILL-0002")

    assert send(caller, order(amount="-5.00")).status_code == 201
    assert send(caller, order(amount="-5.00"), "TILL-0002").status_code == 201


def test_the_cards_other_spelling_names_the_same_card(caller, card):
    send(caller, order())

    assert send(caller, order(), "till0001").status_code == 200


def test_a_retry_of_the_spend_that_emptied_the_card_replays(caller, card):
    first = send(caller, order(amount="-100.00"))
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="collected"))

    again = send(caller, order(amount="-100.00"))

    assert (again.status_code, again.json()) == (200, first.json())


@rolls_back
def test_a_refusal_does_not_use_the_client_id_up(caller, card):
    with nothing_moves():
        short = send(caller, order(amount="-100.01"))
    assert (short.status_code, short.json()) == (
        422,
        {
            "error": "Unprocessable Entity",
            "message": "The gift card does not have enough credit.",
            "code": "insufficient_credit",
        },
    )

    assert send(caller, order(amount="-100.00")).status_code == 201


@pytest.mark.parametrize("type", ["REDEEMING", "RELOADING"])
@pytest.mark.parametrize("state", [CardState.PENDING, CardState.BLOCKED, CardState.VOIDED, CardState.EXPIRED])
def test_a_card_in_another_state_is_not_moved(caller, state, type):
    card = given_card_in(state)

    with nothing_moves():
        body = order(type=type, amount="-1" if type == "REDEEMING" else "1")
        response = send(caller, body, card.code)

    assert (response.status_code, response.json()["code"]) == (422, "card_not_usable")
    assert card.code not in response.content.decode()


def test_a_card_past_its_last_day_cannot_be_spent_before_any_sweep(caller, time_machine):
    given_card("10 GBP", code="LAST-DAY", expires_on=NOW.date(), time_zone="UTC")
    time_machine.move_to("2026-05-04T23:59:59Z", tick=False)
    assert send(caller, order(amount="-1"), "LAST-DAY").status_code == 201

    time_machine.move_to("2026-05-05T00:00:00Z", tick=False)

    assert send(caller, order(amount="-1", client_id="2"), "LAST-DAY").status_code == 422
    shown = caller.get("/gift_cards/LAST-DAY").json()
    assert (shown["status"], shown["balance"], shown["expires_at"]) == ("EXPIRED", "0.00", "2026-05-04T23:59:59.000Z")


@rolls_back
@pytest.mark.parametrize("day", ["2026-05-03", "2026-12-30"])
def test_a_reload_never_moves_the_last_day_back(caller, day):
    given_card("10 GBP", code="ENDS-0001", expires_on=date(2026, 12, 31), time_zone="UTC")

    with nothing_moves():
        response = send(caller, order(type="RELOADING", amount="1", expires_at=day), "ENDS-0001")

    assert (response.status_code, response.json()["code"]) == (400, "expiry_not_later")
    assert not IdempotencyRecord.objects.exists()


@rolls_back
def test_cards_with_rules_of_their_own_say_so(caller):
    given_card("10 GBP", code="WHOLE-1", must_redeem_whole=True)
    given_card("10 GBP", code="ONCE-1", reloadable=False)
    mine = given_card("10 GBP", code="MINE-1")
    assign_card(card_id=mine.id, customer_id=given_customer().pk, customer_only=True, actor=STAFF, now=NOW)

    answers = [
        send(caller, order(amount="-9"), "WHOLE-1"),
        send(caller, order(), "WHOLE-1"),
        send(caller, order(type="RELOADING", amount="1"), "ONCE-1"),
        send(caller, order(), "MINE-1"),
    ]

    assert [(answer.status_code, answer.json().get("code")) for answer in answers] == [
        (422, "card_must_be_redeemed_whole"),
        (201, None),
        (422, "card_not_reloadable"),
        (422, "card_restricted_to_customer"),
    ]


def test_a_reversal_gives_a_redemption_back_once(caller, card):
    spent = send(caller, order()).json()["data"]["id"]

    undone = caller.send("DELETE", f"/gift_cards/transactions/{spent}")
    again = caller.send("DELETE", f"/gift_cards/transactions/{spent}")

    assert undone.status_code == 200
    shown = undone.json()["data"]
    assert (shown["type"], shown["amount"], shown["client_id"]) == ("REVERSING", "10.00", None)
    assert (again.status_code, again.json()["code"]) == (400, "already_reversed")
    assert totals(card) == ("100.00", "0.00", "100.00", "100.00")


def test_a_reversal_replays_under_a_key(caller, card):
    spent = send(caller, order()).json()["data"]["id"]
    path = f"/gift_cards/transactions/{spent}"

    first = caller.send("DELETE", path, headers={"idempotency-key": "undo"})
    again = caller.send("DELETE", path, headers={"idempotency-key": "undo"})

    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize("spoil", ["activation", "reversal", "blocked", "voided"])
def test_nothing_but_a_redemption_of_a_usable_card_is_reversed(caller, card, spoil):
    spent = redeem_card(card=get_card_by_id(card_id=card.id, now=NOW), amount=money("1 GBP"), actor=API, now=NOW)
    target = str(spent.pk)
    if spoil == "activation":
        target = str(CardEvent.objects.get(kind="ISSUE").public_id)
    if spoil == "reversal":
        target = caller.send("DELETE", f"/gift_cards/transactions/{target}").json()["data"]["id"]
    if spoil == "blocked":
        block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    if spoil == "voided":
        void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    with nothing_moves():
        response = caller.send("DELETE", f"/gift_cards/transactions/{target}")

    assert response.status_code == 400


@pytest.mark.parametrize("target", ["0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f", "nonsense", "1", "%00"])
def test_a_transaction_that_is_none_is_not_found(caller, card, target):
    for method in ("GET", "DELETE"):
        response = caller.send(method, f"/gift_cards/transactions/{target}")
        assert (response.status_code, response.json()["code"]) == (404, "card_event_not_found")


def test_the_card_of_a_transaction(caller, card):
    spent = send(caller, order()).json()["data"]["id"]

    shown = caller.get(f"/gift_cards/transactions/{spent}").json()["data"]

    assert (shown["id"], shown["balance"]) == (str(card.id), "90.00")
