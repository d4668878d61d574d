"""
Whatever a program changes stands in the list of activities: under its name, with its door and whoever stands behind it.

The acts are those that the description tells of: one that changes something, and of which nobody says how it is carried
out, fails here. What a shopper does in a checkout stands in the checkout, which names the program; it is listed once
it moves money.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from giftcards.operations import block_card
from ledger.models import Transaction
from ledger.operations import Why
from storecredit.api.scopes import Scope
from storecredit.audit.models import Activity
from storecredit.backoffice.activity.asking import Asked, Named
from storecredit.backoffice.activity.sources import SOURCES
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, given_ceiling
from tests.dialects.digital_river.shop import (
    credit_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_order,
    refunding,
)
from tests.dialects.fabric.calls import HEADERS
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, STAFF, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.once_on_sqlite]

TILL, WALLET, ORDERS = "/gift_cards/TILL-0001", "/customers/CUST-1/store-credit", "/orders/62cc39d8a9b63c001b21d1ab"
DOLLAR: Final = {"amount": 1, "currency": "USD"}
SPEND: Final = {"type": "REDEEMING", "amount": "-1.00", "client_id": "a"}
LINE: Final = {"reference": "ORDER-7", "currency": "USD", "amount_minor": -1200, "day": "2026-04-20"}


class Shop:
    """Somebody's program, which may do everything, and what it acts upon."""

    def __init__(self) -> None:
        self.bob: User = given_approver("bob")
        User.objects.filter(pk=self.bob.pk).update(is_superuser=True)
        given_ceiling("1000 USD")
        issued = given_client(Scope.values, name="till", owner=self.bob)
        self.client, self.api = issued.client, ApiCaller(issued.plain)
        self.credit = given_credit("50.00 USD", customer=given_customer(number="CUST-1"))
        self.card = given_card("50.00 USD", code="TILL-0001")

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.send(method, path, "" if body is None else json.dumps(body), headers=said)

    def list_told(self) -> list[str]:
        """What the list tells of the program, line by line, without what is drawn."""
        asked, lines = Asked(who=Named("API", str(self.client.pk))), []
        for source in SOURCES:
            for rows in source.find(asked):
                for row in rows.order_by(source.key):
                    line = source.show(row)
                    assert line.who == "till"
                    lines.append(" | ".join(filter(None, [line.door, line.kind, line.subject, line.text])))
        return [
            re.sub(r"(SC|GC)?\b\d{12}\b|(SC|GC)\d{12}|(Request )[0-9A-F]{8}|(Reconciliation )\d+", r"\1\2\3\4…", line)
            for line in lines
        ]


def reverses_a_redemption(shop: Shop) -> Any:
    shop.send("POST", f"{TILL}/transactions", SPEND)
    return shop.send("DELETE", f"/gift_cards/transactions/{Transaction.objects.get(type='REDEEM').pk}")


def unblocks_a_card(shop: Shop) -> Any:
    block_card(card_id=shop.card.id, actor=STAFF, now=NOW, why=Why(note="Lost"))
    return shop.send("POST", f"{TILL}/unblock", {"reason": "Found"})


def asks_for_credit(path: str) -> Callable[[Shop], Any]:
    credit = {"amount": 1, "currency": "USD", "reasonCode": "EC", "source": "CSR", "type": "GIFT_CARD"}
    return lambda shop: shop.api.send(
        "POST", f"{path}/actions/create-credits", json.dumps({"credits": [credit]}), headers=HEADERS
    )


def rejects_credit(path: str) -> Callable[[Shop], Any]:
    def reject(shop: Shop) -> Any:
        asked = asks_for_credit(path)(shop).json()["credits"][0]
        body = json.dumps({"creditId": asked["creditId"], "statusCode": "CANCELED"})
        return shop.api.send("POST", f"{path}/actions/update-credit-status", body, headers=HEADERS)

    return reject


def orders(shop: Shop) -> Any:
    checkout = given_checkout(shop.api)
    given_attached(shop.api, checkout, credit_of(shop.credit, 27.01))
    return shop.send("POST", "/orders", {"checkoutId": checkout["id"]})


def cancels_an_order(shop: Shop) -> Any:
    order = given_order(shop.api, credit_of(shop.credit, 27.01))
    return shop.send("POST", f"/orders/{order['id']}/cancel")


def refunds(shop: Shop) -> Any:
    order = given_order(shop.api, credit_of(shop.credit, 27.01))
    shop.send("POST", "/fulfillments", fulfilling(order, quantity=1))
    return shop.send("POST", "/refunds", refunding(order, amount=5, reason="A stain."))


NAMED: Final = "/orders/order-number/62cc39d8"
ACTS: Final[dict[str, tuple[Callable[[Shop], Any], list[str]]]] = {
    "tiquo_make_a_customer": (
        lambda shop: shop.send("POST", "/customers", {"entityType": "customer", "firstName": "Ada"}),
        ["api:tiquo | Added | CUST-000001 | Changed: first_name, entity_type"],
    ),
    "tiquo_change_a_customer": (
        lambda shop: shop.send("PATCH", "/customers/CUST-1", {"firstName": "Bea"}),
        ["api:tiquo | Changed | CUST-1 | Changed: first_name"],
    ),
    "tiquo_add_store_credit": (
        lambda shop: shop.send("POST", WALLET, DOLLAR, idempotency_key="a"),
        ["api:tiquo | Issue | SC… | +$1.00"],
    ),
    "tiquo_spend_store_credit": (
        lambda shop: shop.send("POST", f"{WALLET}/debits", DOLLAR, idempotency_key="a"),
        ["api:tiquo | Redemption | SC… | −$1.00"],
    ),
    "glu_redeem_a_credit_account": (
        lambda shop: shop.send("POST", f"/credit_accounts/{shop.credit.number}/redeem", {"amount": 100}),
        ["api:glu | Redemption | SC… | −$1.00"],
    ),
    "glu_redeem_a_gift_card": (
        lambda shop: shop.send("POST", f"{TILL}/redeem", {"amount": 100}),
        ["api:glu | Redemption | GC… | −$1.00"],
    ),
    "lightspeed_create_a_gift_card": (
        lambda shop: shop.send("POST", "/gift_cards", {"amount": "1.00", "currency": "USD"}),
        ["api:lightspeed | Issue | GC… | +$1.00"],
    ),
    "lightspeed_create_a_gift_card_transaction": (
        lambda shop: shop.send("POST", f"{TILL}/transactions", SPEND),
        ["api:lightspeed | Redemption | GC… | −$1.00"],
    ),
    "lightspeed_reverse_a_redemption": (
        reverses_a_redemption,
        [
            "api:lightspeed | Redemption | GC… | −$1.00",
            "api:lightspeed | Reversal | GC… | +$1.00 Reversed through the API.",
        ],
    ),
    "lightspeed_block_a_gift_card": (
        lambda shop: shop.send("POST", f"{TILL}/block", {"reason": "Lost"}),
        [
            "api:lightspeed | Blocked | Card ****0001 | Lost",
            "api:lightspeed | Account changed | GC… | Open → Frozen Lost",
        ],
    ),
    "lightspeed_unblock_a_gift_card": (
        unblocks_a_card,
        [
            "api:lightspeed | Unblocked | Card ****0001 | Found",
            "api:lightspeed | Account changed | GC… | Frozen → Open Found",
        ],
    ),
    "lightspeed_void_a_gift_card_in_the_older_form": (
        lambda shop: shop.send("DELETE", TILL),
        [
            "api:lightspeed | Void | GC… | −$50.00 Voided through the API.",
            "api:lightspeed | Account changed | GC… | Open → Closed Voided through the API.",
        ],
    ),
    "lightspeed_void_a_gift_card_by_its_id": (
        lambda shop: shop.send("DELETE", f"/gift_cards/by_id/{shop.card.id}"),
        [
            "api:lightspeed | Void | GC… | −$50.00 Voided through the API.",
            "api:lightspeed | Account changed | GC… | Open → Closed Voided through the API.",
        ],
    ),
    "lightspeed_void_a_gift_card_by_its_number": (
        lambda shop: shop.send("DELETE", "/gift_cards/by_number/TILL-0001"),
        [
            "api:lightspeed | Void | GC… | −$50.00 Voided through the API.",
            "api:lightspeed | Account changed | GC… | Open → Closed Voided through the API.",
        ],
    ),
    "fabric_create_credits_by_order_id": (asks_for_credit(ORDERS), ["api:fabric | Asked for | Request …"]),
    "fabric_create_credits_by_a_name_of_the_order": (asks_for_credit(NAMED), ["api:fabric | Asked for | Request …"]),
    "fabric_update_credit_status_by_order_id": (
        rejects_credit(ORDERS),
        ["api:fabric | Asked for | Request …", "api:fabric | Canceled | Request …"],
    ),
    "fabric_update_credit_status_by_a_name_of_the_order": (
        rejects_credit(NAMED),
        ["api:fabric | Asked for | Request …", "api:fabric | Canceled | Request …"],
    ),
    "digital_river_create_an_order": (orders, ["api:digital_river | Redemption | SC… | −$27.01 …"]),
    "digital_river_cancel_an_order": (
        cancels_an_order,
        ["api:digital_river | Redemption | SC… | −$27.01 …", "api:digital_river | Refund | SC… | +$27.01 …"],
    ),
    "digital_river_create_a_refund": (
        refunds,
        ["api:digital_river | Redemption | SC… | −$27.01 …", "api:digital_river | Refund | SC… | +$5.00 …"],
    ),
    "reports_compare_a_list": (
        lambda shop: shop.send("POST", "/reports/reconciliations", {"lines": [LINE]}, idempotency_key="a"),
        ["api:reports | Reconciliation begun | Reconciliation … | What: A list · File: – · Whose list: –"],
    ),
}


#: What a list of rows is asked for by POST.
_LOOKS: Final = {
    "fabric_check_credits_eligibility_by_order_id",
    "fabric_check_credits_eligibility_by_a_name_of_the_order",
    "fabric_list_credits_by_order_id",
    "fabric_list_credits_by_a_name_of_the_order",
    "fabric_list_credits_of_all_orders",
}
#: What stands in a checkout or an order, whose page says who did it: no money moves before the order.
_IN_A_CHECKOUT: Final = {
    "digital_river_create_a_checkout",
    "digital_river_change_a_checkout",
    "digital_river_delete_a_checkout",
    "digital_river_create_a_source",
    "digital_river_attach_a_source",
    "digital_river_detach_a_source",
    "digital_river_ask_for_store_credit",
    "digital_river_release_store_credit",
    "digital_river_create_a_fulfillment",
}
#: Of the vendor, which has no key: each event is a row of its own, with what became of it.
_EVENTS: Final = {"digital_river_take_an_event"}


def list_described() -> set[str]:
    """What the description tells of that is no look."""
    paths = Client().get("/api/v1/schema/").json()["paths"]
    return {
        told["operationId"]
        for acts in paths.values()
        for method, told in acts.items()
        if "operationId" in told and method != "get"
    }


def in_one_order(lines: list[str]) -> list[list[str]]:
    """What stands in each line: in which order details come that are kept as JSON is for the database to say."""
    return [sorted(re.split(r" \| | · ", line)) for line in lines]


def test_every_change_that_a_program_makes_leaves_its_row_and_names_who_stands_behind_it():
    faults = {}

    for name, (act, wanted) in ACTS.items():
        with transaction.atomic():
            shop = Shop()
            answer = act(shop)
            owners = {row.actor_owner for row in Activity.objects.filter(actor_kind="API")}
            told = shop.list_told()
            is_told = in_one_order(told) == in_one_order(wanted)
            if answer.status_code // 100 != 2 or not is_told or not owners <= {str(shop.bob)}:
                faults[name] = (answer.status_code, told, owners)
            transaction.set_rollback(True)

    assert faults == {}
    assert list_described() - set(ACTS) == _LOOKS | _IN_A_CHECKOUT | _EVENTS, "Say in ACTS how it is carried out."
