"""
What is live is not there for a test key, and what is a test's not for a live one: by whatever name, in whatever
dialect, it is answered as something that never was, and nothing is written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import connection
from django.urls import URLPattern

from ledger.models import Customer, Transaction
from storecredit.api.scopes import Scope
from storecredit.dialects.digital_river import urls as digital_river
from storecredit.dialects.glu import urls as glu
from storecredit.dialects.lightspeed import urls as lightspeed
from storecredit.dialects.tiquo import urls as tiquo
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, given_ceiling
from tests.dialects.digital_river.shop import (
    NOBODYS,
    UNKNOWN,
    card_of,
    credit_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_order,
    refunding,
)
from tests.dialects.doors import COUNT
from tests.dialects.fabric.calls import CREDIT, HEADERS, ORDER_ID, given_credit
from tests.giftcards.cards import given_card
from tests.scenarios import given_account, given_customer
from tests.scenarios import given_credit as given_money

pytestmark = [pytest.mark.django_db, pytest.mark.once_on_sqlite]

#: Orders of other systems, whose credits are asked for, are named by any text: `list_bodies` has what they are told.
ROUTES: Final = (tiquo, glu, lightspeed, digital_river)
SPEND: Final = {"type": "REDEEMING", "amount": "-1.00", "client_id": "stolen"}
DOLLAR: Final = {"amount": 1, "currency": "USD"}
#: What a request that names something in its path sends besides, for it to succeed if it were there.
BODIES: Final[dict[str, Any]] = {
    "PATCH customers/<str:customer>": {"firstName": "Eve"},
    "POST customers/<str:customer>/store-credit": DOLLAR,
    "POST customers/<str:customer>/store-credit/debits": DOLLAR,
    "POST gift_cards/<str:number>/transactions": SPEND,
    "POST gift_cards/<str:number>/block": {"reason": "Lost"},
    "POST gift_cards/<str:number>/unblock": {"reason": "Found"},
    "POST gift_cards/<str:code>/redeem": {"amount": 100},
    "POST credit_accounts/<str:code>/redeem": {"amount": 100},
    "POST checkouts/<any_uuid:checkout>": {"email": "eve@example.com"},
}
_DRAWN: Final = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\d{4}-\d\d-\d\dT[^\"]*|\b1\d{12}\b"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One mode's program, and what it has: by which name, beside one that nothing ever had."""

    api: ApiCaller
    customer: Customer
    line: str
    card: Any
    spend: Transaction
    checkout: Any
    source: Any
    order: Any
    credit: Any
    fulfillment: Any
    refund: Any

    def list_all_names(self) -> list[tuple[str, str]]:
        """All of them."""
        parts = ["customer", "transaction", "card", "code", "checkout", "source", "order", "fulfillment", "refund"]
        return [pair for part in parts for pair in self.list_names(part)]

    def list_names(self, parameter: str) -> list[tuple[str, str]]:
        """Of what it has: how a part of a path may name it, and a name of that form that is nobody's."""
        customer = [(self.customer.number, "CUST-NOBODY"), (self.customer.document_id, "kaaaaaaaaaaaaaaaa")]
        names: dict[str, list[tuple[str, str]]] = {
            "customer": customer,
            "contact": customer,
            "transaction": [(str(self.spend.pk), UNKNOWN), (self.spend.document_id, "kaaaaaaaaaaaaaaaa")],
            "card": [(str(self.card.id), UNKNOWN)],
            "number": [(self.card.code, "TILL-NOBODY"), (str(self.spend.number), "999999999")],
            "code": [(self.card.code, "TILL-NOBODY"), (self.line, "SC999999999999")],
            "line": [(self.card.code, "TILL-NOBODY"), (self.line, "SC999999999999")],
            "checkout": [(self.checkout["id"], UNKNOWN)],
            "source": [(self.source["id"], UNKNOWN)],
            "order": [(self.order["id"], NOBODYS)],
            "fulfillment": [(self.fulfillment["id"], UNKNOWN)],
            "refund": [(self.refund["id"], UNKNOWN)],
        }
        return names[parameter]


def given_side(*, test_mode: bool) -> Side:
    mark = "T" if test_mode else "L"
    owner = given_approver(f"owner{mark}", per_request="10000 USD")
    owner.is_superuser = True
    owner.save()
    issued = given_client(Scope.values, name=f"till {mark}", owner=owner, miss_limit="10000/s", test_mode=test_mode)
    api = ApiCaller(issued.plain)
    customer = given_customer(number=f"CUST-{mark}1", test_mode=test_mode)
    account = given_money("500.00 USD", to=given_account("USD", customer=customer, test_mode=test_mode))
    card = given_card("50.00 USD", code=f"TILL-{mark}001", test_mode=test_mode)
    assert api.post(f"/gift_cards/TILL-{mark}001/transactions", SPEND | {"client_id": "own"}).status_code == 201
    order = given_order(api, credit_of(account, 27.01))
    fulfillment = api.post("/fulfillments", fulfilling(order, quantity=1)).json()
    refund = api.post("/refunds", refunding(order, amount=5, reason="A stain.")).json()
    checkout = given_checkout(api)
    return Side(
        api=api,
        customer=customer,
        line=account.number,
        card=card,
        spend=Transaction.objects.get(account__card__id=card.id, type="REDEEM"),
        checkout=checkout,
        source=given_attached(api, checkout, credit_of(account)),
        order=order,
        credit=given_credit(api),
        fulfillment=fulfillment,
        refund=refund,
    )


@pytest.fixture(params=[False, True], ids=["a test key at live things", "a live key at test things"])
def thief_and_victim(request: pytest.FixtureRequest) -> tuple[Side, Side]:
    given_ceiling("100000 USD")
    live, test = given_side(test_mode=False), given_side(test_mode=True)
    return (live, test) if request.param else (test, live)


def count_rows() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return sorted(cursor.fetchall())


def list_paths() -> Iterator[tuple[str, str]]:
    """Method and pattern of whatever names something in its path."""
    for urls in ROUTES:
        for pattern in urls.urlpatterns:
            assert isinstance(pattern, URLPattern)
            route = str(pattern.pattern)
            view: Any = pattern.callback
            for method in ("get", "post", "put", "patch", "delete"):
                if "<" in route and hasattr(view.cls, method):
                    yield method.upper(), route


def fill(route: str, victim: Side) -> Iterator[tuple[str, str]]:
    """The path with what the other mode has, and the same with names of nothing."""
    parts = re.findall(r"<\w+:(\w+)>", route)
    pairs = [victim.list_names(part) for part in parts]
    for at in range(max(map(len, pairs))):
        real, unreal = route, route
        for part, names in zip(parts, pairs, strict=True):
            name, nothing = names[min(at, len(names) - 1)]
            real = re.sub(rf"<\w+:{part}>", name, real)
            unreal = re.sub(rf"<\w+:{part}>", nothing, unreal)
        yield f"/{real}", f"/{unreal}"


SPELLED: Final = {name.replace("-", "_"): value for name, value in HEADERS.items()}


def names_in(body: Any) -> set[str]:
    """All texts of a body."""
    if isinstance(body, str):
        return {body}
    parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return set().union(*map(names_in, parts))


def told(answer: Any, *names: str) -> tuple[int, str]:
    text = _DRAWN.sub("…", answer.content.decode())
    for name in names:
        text = text.replace(name, "…")
    return answer.status_code, text


def test_no_path_leads_from_one_mode_into_the_other(thief_and_victim):
    thief, victim = thief_and_victim
    before = count_rows()
    faults = {}

    for method, route in list_paths():
        for real, unreal in fill(route, victim):
            body = BODIES.get(f"{method} {route}", "")
            answers = []
            for path in (real, unreal):
                keyed = {"idempotency-key": f"{method} {path}"} if "client_id" not in body else {}
                sent = json.dumps(body) if body else ""
                answers.append(thief.api.send(method, path, sent, headers=keyed))
            parts = zip(real.split("/"), unreal.split("/"), strict=True)
            names = [pair for pair in parts if pair[0] != pair[1]]
            shown = told(answers[0], *(each[0] for each in names)), told(answers[1], *(each[1] for each in names))
            if shown[0] != shown[1] or answers[0].status_code // 100 != 4:
                faults[f"{method} {real}"] = shown

    assert faults == {}
    assert count_rows() == before


def list_bodies(victim: Side) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Where to, with what the other mode has named in the body, and the same with names of nothing."""
    of_credit = {"type": "customerCredit", "amount": 1, "currency": "USD", "customerCredit": {}}
    in_session = card_of(1)
    session = victim.checkout["payment"]["session"]["id"]
    item = {"itemId": victim.order["items"][0]["id"]}
    decided = {"statusCode": "CANCELED"}
    asked = f"/orders/{ORDER_ID}/actions"
    for real, unreal in victim.list_names("line"):
        yield "/sources", of_credit | {"upstreamId": real}, of_credit | {"upstreamId": unreal}
        told = DOLLAR | {"sessionId": "s1"}
        yield "/checkouts/store-credits", told | {"upstreamId": real}, told | {"upstreamId": unreal}
    yield "/sources", in_session | {"paymentSessionId": session}, in_session | {"paymentSessionId": UNKNOWN}
    yield "/orders", {"checkoutId": victim.checkout["id"]}, {"checkoutId": UNKNOWN}
    order = victim.order["id"]
    sent = {"items": [item | {"quantity": 1}]}
    yield "/fulfillments", sent | {"orderId": order}, sent | {"orderId": NOBODYS}
    back = DOLLAR | {"reason": "A stain."}
    yield "/refunds", back | {"orderId": order}, back | {"orderId": NOBODYS}
    yield (
        f"{asked}/update-credit-status",
        decided | {"creditId": victim.credit["creditId"]},
        decided | {"creditId": UNKNOWN},
    )
    for real, unreal in victim.list_names("customer"):
        yield "/gift_cards", {"amount": "1.00", "customerId": real}, {"amount": "1.00", "customerId": unreal}
        wanted = CREDIT | {"type": "STORE_CREDIT"}
        named, nobody = ({"credits": [wanted | {"attributes": {"customerId": name}}]} for name in (real, unreal))
        yield f"{asked}/create-credits", named, nobody


def test_no_body_names_what_is_of_the_other_mode(thief_and_victim):
    thief, victim = thief_and_victim
    faults: dict[str, Any] = {}

    for at, (path, real, unreal) in enumerate(list_bodies(victim)):
        before = count_rows()
        answers = [thief.api.post(path, body, key=f"{at} {n}", **SPELLED) for n, body in enumerate((real, unreal))]
        shown = [told(answer, *names_in(body)) for answer, body in zip(answers, (real, unreal), strict=True)]
        if shown[0] != shown[1]:
            faults[f"{at} {path}"] = shown
        if count_rows() != before:
            faults[f"{at} {path} {answers[0].status_code}"] = "written"

    assert faults == {}


def list_lists() -> Iterator[tuple[str, list[str]]]:
    """The paths that name nothing, each with the parameters that may name something."""
    for path, acts in ApiCaller("").get("/schema/").json()["paths"].items():
        told = acts.get("get")
        if told and "{" not in path and not path.startswith("/api/v1/reports/"):
            texts = [each for each in told["parameters"] if each["in"] == "query" and "[" not in each["name"]]
            yield path.removeprefix("/api/v1"), [each["name"] for each in texts]


def test_no_list_and_no_filter_shows_what_is_of_the_other_mode(thief_and_victim):
    thief, victim = thief_and_victim
    theirs = {name for name, _ in victim.list_all_names()}
    faults: dict[str, Any] = {}

    for path, parameters in list_lists():
        shown = thief.api.get(path)
        if shown.status_code != 200 or any(name in shown.content.decode() for name in theirs):
            faults[path] = (shown.status_code, shown.content)
        for parameter in parameters:
            for names in victim.list_all_names():
                answers = [thief.api.get(f"{path}?{parameter}={name}") for name in names]
                first, second = (told(answer, name) for answer, name in zip(answers, names, strict=True))
                if first != second:
                    faults[f"{path}?{parameter}={names[0]}"] = (first, second)

    assert faults == {}


def test_of_one_order_each_mode_sees_its_own_credits(thief_and_victim):
    thief, victim = thief_and_victim

    for path in (f"/orders/{ORDER_ID}/actions/list-credits", "/orders/actions/list-credits"):
        answer = thief.api.post(path, {}, **SPELLED)

        assert [credit["creditId"] for credit in answer.json()["credits"]] == [thief.credit["creditId"]]
        assert victim.credit["creditId"] not in answer.content.decode()


def test_one_key_sent_from_both_modes_is_two():
    given_ceiling("100000 USD")
    live, test = given_side(test_mode=False), given_side(test_mode=True)

    answers = [side.api.post("/gift_cards", {"amount": "5.00"}, key="once") for side in (live, test)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 2
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None]
