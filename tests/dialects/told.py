"""Somebody's program that acts in a shop, and what the list of activities tells of it."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import User

from storecredit.api.scopes import Scope
from storecredit.backoffice.activity.asking import Asked, Named, find_keys
from storecredit.backoffice.activity.sources import SOURCES
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, given_ceiling
from tests.dialects.digital_river.shop import (
    CHECKOUT,
    credit_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_order,
    given_source,
    refunding,
)
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, given_customer

_DRAWN: Final = (
    r"(SC|GC)?\b\d{12}\b|(SC|GC)\d{12}|(Request )[0-9A-F]{8}|(Reconciliation )\d+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b"
)


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
        return self._list(Asked(who=Named("API", str(self.client.pk))))

    def list_told_of_bob(self) -> list[str]:
        """What it tells of the person behind it."""
        bob = Named("STAFF", str(self.bob.pk))
        return self._list(Asked(who=bob, keys=find_keys(bob)))

    def _list(self, asked: Asked) -> list[str]:
        lines = []
        for source in SOURCES:
            for rows in source.find(asked):
                for row in rows.order_by(source.key):
                    line = source.show(row)
                    assert line.who == ("till" if source.name == "account" else "till, with a key of bob")
                    lines.append(" | ".join(filter(None, [line.door, line.kind, line.subject, line.text])))
        return [re.sub(_DRAWN, r"\1\2\3\4…", line) for line in lines]


def changes_a_checkout(shop: Shop) -> Any:
    return shop.send("POST", f"/checkouts/{given_checkout(shop.api)['id']}", {"email": "b@example.com"})


def deletes_a_checkout(shop: Shop) -> Any:
    return shop.send("DELETE", f"/checkouts/{given_checkout(shop.api)['id']}")


def attaches_a_source(shop: Shop) -> Any:
    checkout = given_checkout(shop.api)
    source = given_source(shop.api, credit_of(shop.credit), of=checkout)
    return shop.send("POST", f"/checkouts/{checkout['id']}/sources/{source['id']}")


def detaches_a_source(shop: Shop) -> Any:
    checkout = given_checkout(shop.api)
    source = given_attached(shop.api, checkout, credit_of(shop.credit))
    return shop.send("DELETE", f"/checkouts/{checkout['id']}/sources/{source['id']}")


def asks_for_credit_of(number: str = "") -> Callable[[Shop], Any]:
    def ask(shop: Shop) -> Any:
        asked = {"amount": 5, "upstreamId": number or shop.credit.number, "sessionId": "ses-1"}
        return shop.send("POST", "/checkouts/store-credits", asked)

    return ask


def lets_go(shop: Shop) -> Any:
    asks_for_credit_of("TILL-0001")(shop)
    return shop.send("DELETE", "/checkouts/store-credits/TILL-0001")


def orders(shop: Shop) -> Any:
    checkout = given_checkout(shop.api)
    given_attached(shop.api, checkout, credit_of(shop.credit, 27.01))
    return shop.send("POST", "/orders", {"checkoutId": checkout["id"]})


def cancels_an_order(shop: Shop) -> Any:
    order = given_order(shop.api, credit_of(shop.credit, 27.01))
    return shop.send("POST", f"/orders/{order['id']}/cancel")


def fulfills(shop: Shop) -> Any:
    order = given_order(shop.api, credit_of(shop.credit, 27.01))
    return shop.send("POST", "/fulfillments", fulfilling(order, quantity=1))


def refunds(shop: Shop) -> Any:
    order = given_order(shop.api, credit_of(shop.credit, 27.01))
    shop.send("POST", "/fulfillments", fulfilling(order, quantity=1))
    return shop.send("POST", "/refunds", refunding(order, amount=5, reason="A stain."))


_DOOR: Final = "api:digital_river"
_MADE: Final = f"{_DOOR} | Added | …"
_ATTACHED: Final = f"{_DOOR} | Source attached to a checkout | … | Payment source: …"
_ORDERED: Final = [_MADE, _MADE, _ATTACHED, f"{_DOOR} | Order placed | … | Checkout: …"]
_SENT: Final = f"{_DOOR} | Order fulfilled | … | Fulfilment: …"
_PAID: Final = f"{_DOOR} | Redemption | SC… | −$27.01 …"

#: What a shop's checkout does, and what is told of it.
OF_CHECKOUTS: Final[dict[str, tuple[Callable[[Shop], Any], list[str]]]] = {
    "digital_river_create_a_checkout": (lambda shop: shop.send("POST", "/checkouts", CHECKOUT), [_MADE]),
    "digital_river_change_a_checkout": (
        changes_a_checkout,
        [_MADE, f"{_DOOR} | Changed | … | Changed: email"],
    ),
    "digital_river_delete_a_checkout": (deletes_a_checkout, [_MADE, f"{_DOOR} | Deleted | …"]),
    "digital_river_create_a_source": (
        lambda shop: shop.send("POST", "/sources", credit_of(shop.credit, currency="USD")),
        [_MADE],
    ),
    "digital_river_attach_a_source": (attaches_a_source, [_MADE, _MADE, _ATTACHED]),
    "digital_river_detach_a_source": (
        detaches_a_source,
        [_MADE, _MADE, _ATTACHED, f"{_DOOR} | Source detached from a checkout | … | Payment source: …"],
    ),
    "digital_river_ask_for_store_credit": (
        asks_for_credit_of(),
        [f"{_DOOR} | Credit asked for by a checkout | SC… | Approved: yes"],
    ),
    # Called by its code, a card is told by the number of its account.
    "digital_river_release_store_credit": (
        lets_go,
        [
            f"{_DOOR} | Credit asked for by a checkout | GC… | Approved: yes",
            f"{_DOOR} | Credit let go by a checkout | GC…",
        ],
    ),
    "digital_river_create_an_order": (orders, [*_ORDERED, _PAID]),
    "digital_river_cancel_an_order": (
        cancels_an_order,
        [*_ORDERED, f"{_DOOR} | Order canceled | …", _PAID, f"{_DOOR} | Refund | SC… | +$27.01 …"],
    ),
    "digital_river_create_a_fulfillment": (fulfills, [*_ORDERED, _SENT, _PAID]),
    "digital_river_create_a_refund": (
        refunds,
        [*_ORDERED, _SENT, f"{_DOOR} | Order refunded | … | Refund: …", _PAID, f"{_DOOR} | Refund | SC… | +$5.00 …"],
    ),
}
