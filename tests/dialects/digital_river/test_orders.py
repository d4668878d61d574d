"""Orders, what is captured, cancelled and refunded of them, and their lists."""

import pytest

from giftcards.operations import void_card
from ledger.operations import Why, refund_spend
from storecredit.checkouts.models import Order, UnreturnedCredit
from storecredit.checkouts.operations import settle_unreturned_credit
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, fail_request, reject_request, retry_request
from tests.credits.requests import given_approver, given_person, party_of
from tests.dialects.digital_river.shop import (
    NOBODYS,
    THREE_SHIRTS,
    UNKNOWN,
    card_of,
    credit_of,
    errors_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    refunding,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, STAFF, balance_of, entries_of, history_of, money, nothing_moves

pytestmark = pytest.mark.django_db


def read(caller, order):
    return caller.get(f"/orders/{order['id']}").json()


def charges_of(order):
    """State and sums of each charge, credit first."""
    return [
        (charge["state"], *(total(charge, name) for name in ("captures", "cancels", "refunds")))
        for charge in order["payment"]["charges"]
    ]


def total(charge, name):
    return sum(movement["amount"] for movement in charge.get(name, []))


@pytest.mark.parametrize(
    ("changed", "paid"),
    [({}, 27), ({"email": None}, 27.01), ({"billTo": None}, 27.01)],
    ids=["a cent short", "nobody to write to", "nobody who pays"],
)
def test_an_order_that_cannot_be_submitted_is_400(caller, changed, paid):
    checkout = given_checkout(caller, **changed)
    given_attached(caller, checkout, credit_of(given_line(), paid))

    with nothing_moves():
        refused = caller.post("/orders", {"checkoutId": checkout["id"]})

    assert errors_of(refused) == (400, "bad_request", [("order_submit_failed", "")])
    assert not Order.objects.exists()


def test_an_order_may_be_billed_to_a_sources_owner(caller):
    order = given_order(caller, card_of(27.01), billTo=None)

    assert order["state"] == "accepted"


def test_a_checkout_is_ordered_once(caller, order):
    again = caller.post("/orders", {"checkoutId": order["checkoutId"]})

    assert errors_of(again) == (404, "not_found", [("not_found", "orderId")])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("missing_parameter", "checkoutId")]),
        ({"checkoutId": 1}, [("invalid_parameter", "checkoutId")]),
        ({"checkoutId": "x"}, [("invalid_parameter", "checkoutId")]),
        (b"", [("bad_request", "")]),
    ],
)
def test_an_order_that_is_not_what_is_documented_is_refused(caller, body, errors):
    assert errors_of(caller.post("/orders", body)) == (400, "bad_request", errors)


def test_an_order_of_no_checkout_is_404(caller):
    refused = caller.post("/orders", {"checkoutId": UNKNOWN})

    assert errors_of(refused) == (404, "not_found", [("not_found", "checkoutId")])


def test_captures_take_the_credit_first_and_then_the_card(caller, line, order):
    first = caller.post("/fulfillments", fulfilling(order, quantity=1))
    after_one = read(caller, order)
    caller.post("/fulfillments", fulfilling(order, quantity=2))
    after_three = read(caller, order)

    assert (first.status_code, first.json()) == (
        201,
        {
            "id": first.json()["id"],
            "createdTime": "2026-05-04T12:00:00Z",
            "orderId": order["id"],
            "items": [{"itemId": order["items"][0]["id"], "quantity": 1, "cancelQuantity": 0}],
            "liveMode": True,
        },
    )
    assert charges_of(after_one) == [("capturable", 10, 0, 0), ("capturable", 0, 0, 0)]
    assert charges_of(after_three) == [("complete", 12.5, 0, 0), ("complete", 17.5, 0, 0)]
    assert [charge["captured"] for charge in after_one["payment"]["charges"]] == [False, False]
    assert [charge["captured"] for charge in after_three["payment"]["charges"]] == [True, True]
    assert (after_one["state"], after_three["state"]) == ("accepted", "fulfilled")
    assert after_three["stateTransitions"] == {
        "accepted": "2026-05-04T12:00:00Z",
        "fulfilled": "2026-05-04T12:00:00Z",
    }
    assert after_three["items"][0]["fulfilledQuantity"] == 3
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_cancels_reach_the_card_first_and_only_the_overflow_goes_back_as_credit(caller, line, order):
    caller.post("/fulfillments", fulfilling(order, cancelQuantity=1))
    after_one = read(caller, order)
    cancelled = caller.post(f"/orders/{order['id']}/cancel", "")

    assert charges_of(after_one) == [("capturable", 0, 0, 0), ("capturable", 0, 10, 0)]
    assert cancelled.status_code == 200
    assert charges_of(cancelled.json()) == [("cancelled", 0, 12.5, 0), ("cancelled", 0, 17.5, 0)]
    assert cancelled.json()["state"] == "cancelled"
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50"), ("REFUND", "12.50")]
    assert entries_of(line)[-1].reference == order["id"]
    assert balance_of(line) == "100.00"


def test_a_cancelled_order_keeps_what_was_captured(caller, line, order):
    caller.post("/fulfillments", fulfilling(order, quantity=2))

    cancelled = caller.post(f"/orders/{order['id']}/cancel", {})

    assert charges_of(cancelled.json()) == [("complete", 12.5, 0, 0), ("complete", 7.5, 10, 0)]
    assert cancelled.json()["state"] == "fulfilled"
    assert balance_of(line) == "87.50"


def test_what_is_cancelled_cannot_be_cancelled_again(caller, order):
    caller.post(f"/orders/{order['id']}/cancel", "")

    again = caller.post(f"/orders/{order['id']}/cancel", "")

    assert errors_of(again) == (409, "conflict", [("nothing_to_cancel", "")])


@pytest.mark.parametrize(
    ("what", "refunded", "to_card", "to_credit"),
    [
        ({"amount": 10}, 10, 10, 0),
        ({"amount": 20}, 20, 17.5, 2.5),
        ({"percent": 50}, 15, 15, 0),
        ({"percent": 100}, 30, 17.5, 12.5),
        ({"percent": 0.0333}, 0.01, 0.01, 0),
    ],
    ids=str,
)
def test_refunds_reach_the_card_first_and_only_the_overflow_goes_back_as_credit(
    caller, line, order, what, refunded, to_card, to_credit
):
    caller.post("/fulfillments", fulfilling(order, quantity=3))

    response = caller.post("/refunds", refunding(order, **what, reason="too small"))

    [of_credit, of_card] = order["payment"]["charges"]
    went = [(of_card, to_card), (of_credit, to_credit)]
    refund = response.json()
    assert response.status_code == 201
    assert refund == {
        "id": refund["id"],
        "createdTime": "2026-05-04T12:00:00Z",
        "orderId": order["id"],
        "currency": "USD",
        "amount": refunded,
        "refundedAmount": refunded,
        **({"percent": what["percent"]} if "percent" in what else {}),
        "reason": "too small",
        "state": "succeeded",
        "charges": [
            {"id": charge["id"], "sourceId": charge["sourceId"], "amount": amount, "state": "succeeded"}
            for charge, amount in went
            if amount
        ],
        "liveMode": True,
    }
    assert caller.get(f"/refunds/{refund['id']}").json() == refund
    assert float(balance_of(line)) == 87.5 + to_credit
    shown = read(caller, order)["payment"]["charges"]
    assert [charge["refunded"] for charge in shown] == [to_credit == 12.5, to_card == 17.5]


def test_two_halves_of_an_odd_amount_give_back_all_of_it(caller, line):
    shirt = {"skuId": "shirt", "quantity": 1, "price": 19.99}
    order = given_order(caller, credit_of(line, 19.99), items=[shirt])
    caller.post("/fulfillments", fulfilling(order, quantity=1))

    halves = [caller.post("/refunds", refunding(order, percent=50)) for _ in range(2)]

    assert [(half.status_code, half.json()["amount"]) for half in halves] == [(201, 10), (201, 9.99)]
    assert balance_of(line) == "100.00"


@pytest.fixture
def waiting(caller):
    """A refund of 30 USD to a card that was voided and had no owner."""
    card = given_card("30 USD")
    order = given_order(caller, credit_of(account_of(card), 30), items=THREE_SHIRTS)
    caller.post("/fulfillments", fulfilling(order, quantity=3))
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    response = caller.post("/refunds", refunding(order, amount=30))
    assert response.status_code == 201
    return response.json()


def states_of(caller, refund):
    """What the refund, the list, and the order's charge say of it, and how much has gone back."""
    shown = caller.get(f"/refunds/{refund['id']}").json()
    [listed] = caller.get(f"/refunds?orderId={refund['orderId']}").json()["data"]
    [charge] = read(caller, {"id": refund["orderId"]})["payment"]["charges"]
    [ordered] = caller.get("/orders").json()["data"]
    assert (listed, ordered["payment"]["charges"]) == (shown, [charge])
    [part], [movement] = shown["charges"], charge["refunds"]
    return shown["state"], part["state"], movement["state"], shown["refundedAmount"], charge["refunded"]


def test_a_refund_that_no_account_can_take_is_pending_until_it_is_paid(caller, waiting):
    assert (waiting["state"], waiting["amount"], waiting["refundedAmount"]) == ("pending", 30, 0)
    assert states_of(caller, waiting) == ("pending", "pending", "pending", 0, False)

    approver = given_approver("paul", "100.00 USD")
    approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(approver), now=NOW)

    assert states_of(caller, waiting) == ("succeeded", "succeeded", "succeeded", 30, True)


def test_a_refund_that_staff_refuse_has_failed(caller, waiting):
    reject_request(request_id=CreditRequest.objects.get().pk, party=party_of(given_person("paul")), now=NOW, note="no")

    assert states_of(caller, waiting) == ("failed", "failed", "failed", 0, False)


def test_a_refund_whose_request_fails_and_is_tried_again_follows_it(caller, waiting):
    paul = party_of(given_approver("paul", "100.00 USD"))
    request_id = CreditRequest.objects.get().pk

    fail_request(request_id=request_id, party=paul, now=NOW, note="later")
    assert states_of(caller, waiting)[0] == "failed"

    retry_request(request_id=request_id, party=paul, now=NOW)
    assert states_of(caller, waiting)[0] == "pending"


def test_a_refund_that_staff_settle_by_hand_has_succeeded(caller, waiting):
    settle_unreturned_credit(
        unreturned_id=UnreturnedCredit.objects.get().pk, resolution="Paid in cash", actor=STAFF, now=NOW
    )

    assert states_of(caller, waiting) == ("succeeded", "succeeded", "succeeded", 30, True)


def test_a_refund_is_pending_while_part_of_it_is(caller, line):
    order = given_order(caller, credit_of(line, 30), items=THREE_SHIRTS)
    caller.post("/fulfillments", fulfilling(order, quantity=3))
    [spend] = [entry for entry in entries_of(line) if entry.type == "REDEEM"]
    refund_spend(transaction_id=spend.pk, amount=money("10 USD"), actor=STAFF, now=NOW, why=Why(note="by hand"))

    refund = caller.post("/refunds", refunding(order, percent=100)).json()

    assert (refund["state"], refund["amount"], refund["refundedAmount"]) == ("pending", 30, 20)
    assert [(part["amount"], part["state"]) for part in refund["charges"]] == [(30, "pending")]
    [charge] = read(caller, order)["payment"]["charges"]
    assert {each["amount"]: each["state"] for each in charge["refunds"]} == {20: "complete", 10: "pending"}


def test_a_cancellation_that_no_account_can_take_is_pending(caller):
    card = given_card("30 USD")
    order = given_order(caller, credit_of(account_of(card), 30), items=THREE_SHIRTS)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    cancelled = caller.post(f"/orders/{order['id']}/cancel", {}).json()

    assert [each["state"] for each in cancelled["payment"]["charges"][0]["cancels"]] == ["pending"]


def test_a_refund_of_units_costs_what_was_captured_for_them(caller, order):
    caller.post("/fulfillments", fulfilling(order, quantity=2, cancelQuantity=1))
    item = order["items"][0]["id"]

    refund = caller.post("/refunds", refunding(order, items=[{"itemId": item, "quantity": 1}])).json()

    assert refund["items"] == [{"itemId": item, "quantity": 1, "amount": 10}]
    assert (refund["amount"], "percent" in refund, "reason" in refund) == (10, False, False)
    assert read(caller, order)["items"][0]["refundedQuantity"] == 1


@pytest.mark.parametrize(
    ("what", "parameter"),
    [
        ({"amount": 20.01}, "amountRequested"),
        ({"amount": 1, "currency": "EUR"}, "currency"),
        ({"percent": 0.0001}, "amount"),
        ({"items": [{"itemId": UNKNOWN, "quantity": 1}]}, "items[0]"),
        ({"items": 3}, "items[0]"),
    ],
    ids=str,
)
def test_a_refund_that_cannot_be_is_400_and_nothing_moves(caller, order, what, parameter):
    caller.post("/fulfillments", fulfilling(order, quantity=2))
    if what.get("items") == 3:
        what = {"items": [{"itemId": order["items"][0]["id"], "quantity": 3}]}

    with nothing_moves():
        refused = caller.post("/refunds", refunding(order, **what))

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", parameter)])
    assert caller.get("/refunds").json() == {"hasMore": False, "data": []}


def refund_of(**changed):
    return {"orderId": NOBODYS, "currency": "USD", "amount": 1} | changed


def fulfillment_of(**changed):
    return {"orderId": NOBODYS, "items": [{"itemId": UNKNOWN, "quantity": 1}]} | changed


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("/refunds", {}, [("missing_parameter", "orderId"), ("missing_parameter", "currency")]),
        ("/refunds", refund_of(amount=None), [("invalid_parameter", "amount")]),
        ("/refunds", refund_of(percent=5), [("invalid_parameter", "amount")]),
        ("/refunds", refund_of(amount=None, percent=0), [("invalid_parameter", "percent")]),
        ("/refunds", refund_of(amount=None, percent=100.1), [("invalid_parameter", "percent")]),
        ("/refunds", refund_of(amount=None, percent=0.00001), [("invalid_parameter", "percent")]),
        ("/refunds", refund_of(amount=0), [("invalid_parameter", "amount")]),
        ("/refunds", refund_of(amount=1.001), [("invalid_parameter", "amount")]),
        ("/refunds", refund_of(currency="usd"), [("invalid_parameter", "currency")]),
        ("/refunds", refund_of(orderId="123"), [("invalid_parameter", "orderId")]),
        ("/refunds", refund_of(orderId=123456789012), [("invalid_parameter", "orderId")]),
        ("/refunds", refund_of(reason="x" * 501), [("invalid_parameter", "reason")]),
        ("/refunds", refund_of(amount=None, items=[]), [("invalid_parameter", "items")]),
        (
            "/refunds",
            refund_of(amount=None, items=[{}]),
            [("missing_parameter", "items[0].itemId"), ("missing_parameter", "items[0].quantity")],
        ),
        ("/fulfillments", {}, [("missing_parameter", "orderId"), ("missing_parameter", "items")]),
        ("/fulfillments", fulfillment_of(items=[]), [("invalid_parameter", "items")]),
        ("/fulfillments", fulfillment_of(items=[{"itemId": UNKNOWN}]), [("missing_parameter", "items[0].quantity")]),
        (
            "/fulfillments",
            fulfillment_of(items=[{"itemId": UNKNOWN, "quantity": 0}]),
            [("invalid_parameter", "items[0].quantity")],
        ),
        (
            "/fulfillments",
            fulfillment_of(items=[{"itemId": UNKNOWN, "cancelQuantity": -1}]),
            [("invalid_parameter", "items[0].cancelQuantity")],
        ),
        (
            "/fulfillments",
            fulfillment_of(items=[{"itemId": "x", "quantity": 1}]),
            [("invalid_parameter", "items[0].itemId")],
        ),
    ],
)
def test_what_is_not_documented_is_refused_by_name(caller, path, body, errors):
    assert errors_of(caller.post(path, body)) == (400, "bad_request", errors)


@pytest.mark.parametrize(("path", "body"), [("/refunds", refund_of()), ("/fulfillments", fulfillment_of())])
def test_an_order_that_nobody_placed_is_404(caller, path, body):
    assert errors_of(caller.post(path, body)) == (404, "not_found", [("not_found", "orderId")])


def test_no_unit_is_sent_that_is_not_there(caller, order):
    item = order["items"][0]["id"]
    for items, parameter in (
        ([{"itemId": item, "quantity": 4}], "items[0]"),
        ([{"itemId": item, "quantity": 2, "cancelQuantity": 2}], "items[0]"),
        ([{"itemId": item, "quantity": 1}] * 2, "items"),
        ([{"itemId": item, "quantity": 1}, {"itemId": UNKNOWN, "quantity": 1}], "items[1]"),
    ):
        with nothing_moves():
            refused = caller.post("/fulfillments", {"orderId": order["id"], "items": items})

        assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", parameter)])
