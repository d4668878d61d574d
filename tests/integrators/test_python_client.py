"""
A client that openapi-python-client made performs the main calls of each dialect against a running server, and what it
read stands in its own models.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dialects.digital_river.shop import CHECKOUT
from tests.dialects.fabric.calls import CREDIT, ORDER_ID, TENANT
from tests.integrators.conftest import Shop
from tests.integrators.generated import Generated, generate

pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed: see requirements-dev.txt")
Calls = Callable[..., Any]


@pytest.fixture(scope="session")
def package(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(description, tmp_path_factory.mktemp("python"))


@pytest.fixture
def client(package: Path, described: Any, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Makes the client of a key."""
    monkeypatch.syspath_prepend(str(package.parent))
    assert package.name not in sys.modules or Path(str(sys.modules[package.name].__file__)).parent == package
    return lambda shop, key: Generated(package, described, url=shop.url, key=key).call


@pytest.mark.django_db(transaction=True)
def test_each_dialect_is_spoken(client: Any, shop: Shop) -> None:
    call = client(shop, shop.key)

    keep_store_credit(call, shop)
    read_stored_credit_accounts(call, shop)
    sell_gift_cards(call)
    pay_an_order(call, shop)
    ask_for_credits(call, client(shop, shop.approvers_key))


def keep_store_credit(call: Calls, shop: Shop) -> None:
    of_customer = {"customer_id": shop.customer}
    path = "/customers/{customerId}/store-credit"

    issue = {"amount": 25, "currency": "USD", "note": "Sorry for the wait", "metadata": {"ticket": "T-17", "desk": 4}}
    issued = call(f"POST {path}", issue, idempotency_key="order-1", **of_customer)
    assert (issued.status_code, issued.parsed.success, issued.parsed.data.balance_after) == (201, True, 125)
    again = call(f"POST {path}", issue, idempotency_key="order-1", **of_customer)
    assert (again.status_code, again.parsed.data.id) == (200, issued.parsed.data.id)
    assert again.parsed.data.idempotent_replay is True

    spend = {"amount": 5.5, "currency": "USD"}
    spent = call(f"POST {path}/debits", spend, idempotency_key="sale-1", **of_customer)
    assert (spent.status_code, spent.parsed.data.amount, spent.parsed.data.note) == (201, -5.5, None)

    [balance] = call(f"GET {path}", **of_customer).parsed.data.balances
    assert (str(balance.currency), balance.balance) == ("USD", 119.5)
    movements = call(f"GET {path}/transactions", limit=2, **of_customer).parsed
    assert [entry.amount for entry in movements.data] == [-5.5, 25]
    assert movements.pagination.has_more is True
    # The generator leaves out the name of an object among parameters, which its members then must bear.
    found = call(f"GET {path}/transactions", metadata={"metadata[ticket]": "T-17"}, **of_customer).parsed.data
    assert [(entry.amount, entry.metadata.to_dict()) for entry in found] == [(25, {"ticket": "T-17", "desk": 4})]
    assert call("GET /customers").parsed.data[0].customer_number == shop.customer

    short = call(f"POST {path}/debits", {"amount": 5000, "currency": "USD"}, idempotency_key="sale-2", **of_customer)
    assert (short.status_code, short.parsed.success, short.parsed.code) == (422, False, "insufficient_credit")


def read_stored_credit_accounts(call: Calls, shop: Shop) -> None:
    account = call("GET /stored_credit_accounts/{code}", code=shop.card).parsed
    assert (account.current_balance, str(account.currency_code), account.contact) == (10_000, "USD", None)

    after = call("POST /gift_cards/{code}/redeem", {"amount": 250}, code=shop.card)
    assert (after.status_code, after.parsed.current_balance) == (201, 9750)
    [made, redeemed] = call("GET /gift_cards/{code}/balances", code=shop.card).parsed.balances
    assert (made.amount, redeemed.amount, str(redeemed.type_), redeemed.reversed_) == (10_000, -250, "Redemption", None)
    assert redeemed.location.to_dict() == {}
    assert call("GET /balances/{id}", id=redeemed.id).parsed.amount == -250
    assert redeemed.id in [event.id for event in call("GET /balances", page=1).parsed.balances]

    missing = call("GET /stored_credit_accounts/{code}", code="NOBODYS-CARD")
    assert (missing.status_code, missing.parsed.status, missing.parsed.code) == (404, 404, "card_not_found")


def sell_gift_cards(call: Calls) -> None:
    made = call("POST /gift_cards", {"amount": "50.00", "number": "SUMMER-1", "currency": "USD"})
    assert (made.status_code, made.parsed.data.number, made.parsed.data.balance) == (201, "SUMMER-1", "50.00")
    card = call("GET /gift_cards/by_number/{number}", number="SUMMER-1").parsed.data
    assert (card.id, str(card.status), card.expires_at) == (made.parsed.data.id, "ACTIVE", None)

    post = "POST /gift_cards/{number}/transactions"
    redeem = {"type": "REDEEMING", "amount": "-20.00", "client_id": "sale-7"}
    redeemed = call(post, redeem, number="SUMMER-1")
    assert (redeemed.status_code, redeemed.parsed.data.amount) == (201, "-20.00")
    reload = {"type": "RELOADING", "amount": "5.00", "client_id": "till-8"}
    assert call(post, reload, number="SUMMER-1").parsed.data.amount == "5.00"
    undone = call("DELETE /gift_cards/transactions/{transaction}", transaction=redeemed.parsed.data.id)
    assert (undone.status_code, str(undone.parsed.data.type_)) == (200, "REVERSING")
    [listed] = [found for found in call("GET /gift_cards").parsed.data if found.id == card.id]
    assert (listed.balance, len(listed.gift_card_transactions)) == ("55.00", 4)

    short = call(post, redeem | {"amount": "-500.00", "client_id": "sale-9"}, number="SUMMER-1")
    assert (short.status_code, short.parsed.code) == (422, "insufficient_credit")


def pay_an_order(call: Calls, shop: Shop) -> None:
    checkout = call("POST /checkouts", CHECKOUT).parsed
    assert checkout.total_amount == 27.01
    credit = {"type": "customerCredit", "amount": 27.01, "upstreamId": shop.account, "customerCredit": {}}
    source = call("POST /sources", credit | {"paymentSessionId": str(checkout.payment.session.id)}).parsed
    assert (str(source.type_), source.live_mode) == ("customerCredit", True)
    attach = "POST /checkouts/{checkoutId}/sources/{sourceId}"
    attached = call(attach, checkout_id=checkout.id, source_id=source.id).parsed
    assert (attached.payment.session.amount_contributed, len(attached.payment.sources)) == (27.01, 1)

    order = call("POST /orders", {"checkoutId": str(checkout.id)}).parsed
    assert (str(order.state), [charge.amount for charge in order.payment.charges]) == ("accepted", [27.01])
    sent = {"orderId": order.id, "items": [{"itemId": str(order.items[0].id), "quantity": 1}]}
    assert call("POST /fulfillments", sent).status_code == 201
    refund = call("POST /refunds", {"orderId": order.id, "currency": "USD", "amount": 7.01}).parsed
    assert (refund.order_id, refund.amount) == (order.id, 7.01)
    [found] = call("GET /orders").parsed.data
    assert (found.id, call("GET /orders/{orderId}", order_id=order.id).parsed.id) == (order.id, order.id)

    twice = call("POST /orders", {"checkoutId": str(checkout.id)})
    assert (twice.status_code, twice.parsed.errors[0].parameter) == (404, "orderId")


def ask_for_credits(call: Calls, decide: Calls) -> None:
    of_order = {"order_id": ORDER_ID, "x_fabric_tenant_id": TENANT, "x_fabric_channel_id": "12"}
    actions = "POST /orders/{orderId}/actions"

    assert call(f"{actions}/check-credits-eligibility", **of_order).parsed.policy_type == "credits"
    [asked] = call(f"{actions}/create-credits", {"credits": [CREDIT]}, **of_order).parsed.credits_
    assert (str(asked.status_code), asked.amount, asked.note) == ("PENDING", 21.5, None)
    confirming = {"creditId": str(asked.credit_id), "statusCode": "CONFIRMED"}
    decided = decide(f"{actions}/update-credit-status", confirming, **of_order)
    assert (decided.status_code, str(decided.parsed.status_code)) == (200, "CONFIRMED")
    assert len(decided.parsed.attributes.to_dict()["giftCardNumber"]) >= 16
    [listed] = call(f"{actions}/list-credits", {}, **of_order).parsed.credits_
    assert (listed.credit_id, str(listed.status_code)) == (asked.credit_id, "CONFIRMED")

    late = decide(f"{actions}/update-credit-status", confirming | {"statusCode": "CANCELED"}, **of_order)
    assert (late.status_code, late.parsed.errors[0].error_code) == (409, "SERVICE-4006")
