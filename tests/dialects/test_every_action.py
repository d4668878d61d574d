"""
Whatever a program changes stands in the list of activities: under its name, with its door and whoever stands behind it.

The acts are those that the description tells of: one that changes something, and of which nobody says how it is carried
out, fails here.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client

from giftcards.operations import block_card
from ledger.models import Transaction
from ledger.operations import Why
from storecredit.audit.models import Activity
from tests.dialects.fabric.calls import HEADERS
from tests.dialects.told import OF_CHECKOUTS, Shop
from tests.scenarios import NOW, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.once_on_sqlite]

_UUID: Final = r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"
TILL, WALLET, ORDERS = "/gift_cards/TILL-0001", "/customers/CUST-1/store-credit", "/orders/62cc39d8a9b63c001b21d1ab"
DOLLAR: Final = {"amount": 1, "currency": "USD"}
SPEND: Final = {"type": "REDEEMING", "amount": "-1.00", "client_id": "a"}
LINE: Final = {"reference": "ORDER-7", "currency": "USD", "amount_minor": -1200, "day": "2026-04-20"}


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
    **OF_CHECKOUTS,
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
            # What somebody's program does is among what they did.
            told, of_bob = shop.list_told(), shop.list_told_of_bob()
            is_told = in_one_order(told) == in_one_order(of_bob) == in_one_order(wanted)
            if answer.status_code // 100 != 2 or not is_told or not owners <= {str(shop.bob)}:
                faults[name] = (answer.status_code, told, of_bob, owners)
            transaction.set_rollback(True)

    assert faults == {}
    assert list_described() - set(ACTS) == _LOOKS | _EVENTS, "Say in ACTS how it is carried out."
