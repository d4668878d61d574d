"""A currency that was taken off the list: at every API, what is held in it lives on and nothing new comes in."""

import pytest

from ledger import money as currencies
from ledger.queries import list_findings
from tests.credits.requests import given_approver
from tests.dialects.digital_river import shop
from tests.dialects.fabric import calls
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import balance_of, given_credit, given_customer, history_of, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

CREDIT = "/customers/CUST-000001/store-credit"
TILL = "/gift_cards/TILL-0001"


@pytest.fixture
def account(db):
    """100 HUF of a customer, given while it was a currency."""
    return given_credit("100.00 HUF", customer=given_customer(number="CUST-000001"))


@pytest.fixture
def card(db):
    return given_card("100.00 HUF", code="TILL-0001")


@pytest.fixture
def forint_is_gone(monkeypatch: pytest.MonkeyPatch, account, card) -> None:
    """The list has no forint any more. There was money in it before."""
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})


@pytest.fixture(autouse=True)
def _the_books_are_clean():
    yield
    assert list(list_findings()) == []


@pytest.mark.usefixtures("forint_is_gone")
def test_tiquo_shows_and_spends_it(caller, account):
    balance = caller.get(f"{CREDIT}?currency=HUF")
    every = caller.get(CREDIT)
    debited = caller.post(f"{CREDIT}/debits", {"currency": "HUF", "amount": 30}, key="k1")
    listed = caller.get(f"{CREDIT}/transactions?currency=HUF")

    assert (balance.status_code, every.status_code, debited.status_code, listed.status_code) == (200, 200, 201, 200)
    assert [entry["amount"] for entry in listed.json()["data"]] == [-30, 100]
    assert balance_of(account) == "70.00"


@pytest.mark.usefixtures("forint_is_gone")
def test_tiquo_gives_none_of_it(caller, account):
    with nothing_moves():
        refused = caller.post(CREDIT, {"currency": "HUF", "amount": 1}, key="k1")

    assert refused.status_code == 400
    assert refused.json()["error"] == "currency must be the ISO 4217 code of a currency in circulation, in capitals."


@pytest.mark.usefixtures("forint_is_gone")
@pytest.mark.parametrize("currency", ["DEM", "XXX", "BTC", "huf"])
def test_what_nobody_ever_had_here_is_still_no_currency(caller, currency):
    with nothing_moves():
        answers = [
            caller.post(f"{CREDIT}/debits", {"currency": currency, "amount": 1}, key="k1"),
            caller.get(f"{CREDIT}?currency={currency}"),
            caller.post("/checkouts", shop.CHECKOUT | {"currency": currency}),
        ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


@pytest.mark.usefixtures("forint_is_gone")
def test_glu_shows_and_redeems_it(caller, card):
    shown = caller.get("/stored_credit_accounts/TILL-0001")
    balances = caller.get("/credit_accounts/TILL-0001/balances")
    redeemed = caller.post(f"{TILL}/redeem", {"amount": 3000, "currency": "HUF"}, key="k1")

    assert (shown.status_code, balances.status_code, redeemed.status_code) == (200, 200, 201)
    assert balance_of(account_of(card)) == "70.00"


@pytest.mark.usefixtures("forint_is_gone")
def test_lightspeed_shows_redeems_reverses_and_voids_it(caller, card):
    def order(type, amount, client_id):
        return caller.post(f"{TILL}/transactions", {"type": type, "amount": amount, "client_id": client_id})

    shown, listed = caller.get(TILL), caller.get("/gift_cards")
    redeemed = order("REDEEMING", "-30.00", "c1")
    reversed_ = caller.send("DELETE", f"/gift_cards/transactions/{redeemed.json()['data']['id']}", content_type="")
    with nothing_moves():
        reloaded = order("RELOADING", "5.00", "c2")
        made = caller.post("/gift_cards", {"amount": "5.00", "currency": "HUF"}, key="k1")
    voided = caller.send("DELETE", TILL, content_type="")

    assert [answer.status_code for answer in (shown, listed, redeemed, reversed_)] == [200, 200, 201, 200]
    assert (reloaded.status_code, made.status_code) == (400, 400)
    assert reloaded.json()["message"] == "'HUF' is not the code of a currency in circulation."
    assert voided.status_code in {200, 204}
    assert history_of(account_of(card)) == [
        ("ISSUE", "100.00"),
        ("REDEEM", "-30.00"),
        ("REVERSE", "30.00"),
        ("VOID", "-100.00"),
    ]


@pytest.mark.usefixtures("forint_is_gone")
def test_digital_river_orders_charges_and_refunds_it(caller, account):
    checkout = {**shop.CHECKOUT, "currency": "HUF", "items": [{"skuId": "shirt", "quantity": 1, "price": 60}]}

    placed = shop.given_order(caller, shop.credit_of(account, 60), **checkout)
    sent = caller.post(
        "/fulfillments", {"orderId": placed["id"], "items": [{"itemId": placed["items"][0]["id"], "quantity": 1}]}
    )
    refund = caller.post("/refunds", {"orderId": placed["id"], "currency": "HUF", "amount": 25})

    assert sent.status_code in {200, 201}, sent.content
    assert (refund.status_code, refund.json()["state"]) == (201, "succeeded")
    assert caller.get(f"/orders/{placed['id']}").status_code == 200
    assert history_of(account) == [("ISSUE", "100.00"), ("REDEEM", "-60.00"), ("REFUND", "25.00")]


def test_fabric_lists_what_was_asked_for_before_and_refuses_to_issue_it(monkeypatch, card):
    """Credit is new when it is issued, whenever it was asked for. It can still be cancelled."""
    asking, approving = (
        calls.given_caller(),
        calls.given_caller(calls.APPROVER, owner=given_approver("paul", "1000.00 HUF")),
    )
    asked = calls.given_credit(asking, currency="HUF", amount=20)
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})

    listed = calls.act(asking, "list-credits", {})
    with nothing_moves():
        again = calls.ask(asking, calls.CREDIT | {"currency": "HUF"})
    refused = calls.update(approving, asked["creditId"], "CONFIRMED")
    cancelled = calls.update(asking, asked["creditId"], "CANCELED")

    assert listed.status_code == 200, listed.content
    assert again.status_code == 400
    assert refused.status_code == 422
    assert "'HUF' is not the code of a currency in circulation." in refused.json()["message"]
    assert cancelled.status_code == 200
    assert history_of(account_of(card)) == [("ISSUE", "100.00")]
