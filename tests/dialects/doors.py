"""A shop to which anything comes by any door: what programs send, what staff do, and time that passes."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from giftcards import operations as cards
from giftcards.models import CardEvent
from ledger import operations as books
from ledger.errors import DomainError
from ledger.models import Account, Customer, Hold, Lot, LotExpiry, LotUse, Transaction
from ledger.money import from_minor
from storecredit.checkouts.models import Checkout, CreditDeduction, Source
from storecredit.credits import operations as credits
from storecredit.credits.models import CreditRequest, CreditRequestEvent, CreditRequestVote
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, party_of
from tests.dialects.chance import Chance
from tests.dialects.digital_river import shop
from tests.dialects.fabric import calls as fabric
from tests.factories.people import UserFactory, permissions_named
from tests.scenarios import STAFF

SPANS = (timedelta(minutes=5), timedelta(minutes=40), timedelta(hours=5), *map(timedelta, (1, 4, 20)))
JOBS = (
    "expire_credit", "expire_cards", "release_holds", "expire_requests", "expire_checkouts", "process_webhooks",
    "take_cut",
)  # fmt: skip
WHY = books.Why(note="By mistake")
#: What a refusal leaves as it was.
KEPT = (
    Transaction, Lot, LotUse, LotExpiry, Hold, Account, Customer, CardEvent, CreditRequest, CreditRequestEvent,
    CreditRequestVote, Checkout, Source, CreditDeduction,
)  # fmt: skip
COUNT = " UNION ALL ".join(f"SELECT '{each._meta.db_table}', COUNT(*) FROM {each._meta.db_table}" for each in KEPT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was granted, and what was answered."""

    path: str
    body: Any
    key: str | None
    by: ApiCaller
    headers: dict[str, str]
    answer: Any


def run_job(name: str) -> None:
    call_command(name, stdout=StringIO(), stderr=StringIO())


class AnyDoor(Chance):
    """The shop. Each method of a door does one thing to something that is there; which, chance says."""

    def __init__(self, seed: int, move_to: Callable[[datetime], None]) -> None:
        super().__init__(seed)
        self.move_to = move_to
        self.move_to(self.now)
        self.api = ApiCaller(given_client(rate="100000/s").plain)
        ann, bob = UserFactory.create(username="ann"), given_approver("bob", per_request="10000.00 USD")
        self.asker = fabric.given_caller(["credits:request"], owner=ann)
        self.decider = fabric.given_caller(["credits:approve", "credits:request"], owner=bob)
        ann.user_permissions.add(*permissions_named("credits.ask_about_customer"))
        bob.user_permissions.add(*permissions_named("credits.decide_about_customer"))
        self.ann, self.bob = party_of(ann), party_of(bob)
        shop.given_secret()
        self.log: list[Any] = []
        self.granted: list[Sent] = []
        # What answers have shown.
        self.customers: list[Any] = []
        self.cards: list[Any] = []
        self.checkouts: list[Any] = []
        self.sources: list[Any] = []
        self.orders: list[Any] = []
        self.entries: list[Any] = []
        self.requests: list[Any] = []
        self.mergers: list[Any] = []
        self.keys = 0
        for _ in range(3):
            self.customers.append(self.post("/customers", {"firstName": "Ada"}, key=self.key()).json()["data"])

    # What a program sends

    def issue(self) -> None:
        currency = self.one("USD", "USD", "USD", "EUR", "JPY")
        amount = self.minor() if currency == "JPY" else self.minor() / 100
        body = {"amount": amount, "currency": currency}
        if self.maybe(0.4):
            ends = self.now + self.one(timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=40))
            body["expiresAt"] = int(ends.timestamp() * 1000)
        self.post(f"{self.customer()}/store-credit", body, key=self.key())

    def debit(self) -> None:
        self.post(f"{self.customer()}/store-credit/debits", self.dollars() | {"currency": "USD"}, key=self.key())

    def change_status(self) -> None:
        status = self.one("active", "active", "active", "inactive", "banned", "archived")
        self.send("PATCH", f"/customers/{self.one(*self.customers)['id']}", {"status": status})

    def make_card(self) -> None:
        body: dict[str, Any] = {"amount": f"{self.minor() / 100:.2f}"}
        if self.maybe(0.3):
            body["customerId"] = self.one(*self.customers)["id"]
        if self.maybe(0.4):
            body["expires_at"] = self.day(0, 1, 3, 30)
        if self.maybe(0.1):
            body["valid_from"] = self.day(1)
        self.note(self.cards, self.post("/gift_cards", body, key=self.key()), "data")

    def use_card(self) -> None:
        is_spent = self.maybe(0.7)
        body = {"type": "REDEEMING", "amount": f"-{self.minor() / 100:.2f}"}
        if not is_spent:
            body = {"type": "RELOADING", "amount": f"{self.minor() / 100:.2f}"}
            if self.maybe(0.5):
                body["expires_at"] = self.day(0, 1, 3, 30, 100)
        answer = self.post(f"/gift_cards/{self.card()['number']}/transactions", body | {"client_id": self.key()})
        self.note(self.entries, answer, "data")

    def reverse_on_card(self) -> None:
        self.send("DELETE", f"/gift_cards/transactions/{self.one(*self.entries)['id']}")

    def end_card(self) -> None:
        card = self.card()
        if self.maybe(0.2):
            self.send("DELETE", f"/gift_cards/by_id/{card['id']}")
        else:
            how = self.one("block", "unblock", "unblock")
            self.post(f"/gift_cards/{card['number']}/{how}", {"reason": "found"}, key=self.key())

    def redeem(self) -> None:
        where = f"/gift_cards/{self.card()['number']}" if self.maybe(0.5) else f"/credit_accounts/{self.line()}"
        body: dict[str, Any] = {"amount": self.minor()}
        if self.maybe(0.3):
            body["contact"] = self.one(*self.customers)["id"]
        self.post(f"{where}/redeem", body, key=self.key())

    def begin_checkout(self) -> None:
        item = {"skuId": "shirt", "quantity": self.one(1, 2, 3), "price": self.one(1, 9.99, 27.01)}
        body: dict[str, Any] = shop.CHECKOUT | {"items": [item]}
        if self.maybe(0.3):
            body |= {"customerId": self.one(*self.customers)["id"], "totalTax": 1.5}
        self.note(self.checkouts, self.post("/checkouts", body, key=self.key()))

    def add_source(self) -> None:
        checkout = self.one(*self.checkouts)
        total = checkout["totalAmount"]
        body: dict[str, Any] = {"type": "customerCredit", "upstreamId": self.upstream(), "customerCredit": {}}
        body["amount"] = self.one(0.01, 1, 5, round(total / 2, 2), total)
        if self.maybe(0.3):
            body = self.card_for(checkout, round(self.one(0.25, 0.5, 1) * total, 2)) | {"reusable": self.maybe(0.5)}
        self.attach(checkout, body)

    def move_source(self) -> None:
        checkout, source = self.one(*self.checkouts), self.one(*self.sources)
        self.send(self.one("POST", "POST", "DELETE"), f"/checkouts/{checkout['id']}/sources/{source['id']}")

    def change_checkout(self) -> None:
        path = f"/checkouts/{self.one(*self.checkouts)['id']}"
        if self.maybe(0.2):
            self.send("DELETE", path)
        else:
            items = [{"skuId": "shirt", "quantity": self.one(1, 2), "price": self.one(1, 9.99, 27.01)}]
            self.post(path, {"items": items}, key=self.key())

    def order(self) -> None:
        checkout = self.one(*self.checkouts[-4:])
        standing = self.send("GET", f"/checkouts/{checkout['id']}")
        if standing.status_code == 200 and self.maybe(0.8):
            left = standing.json()["payment"]["session"]["amountRemainingToBeContributed"]
            if left:
                self.attach(checkout, self.card_for(checkout, left))
        self.note(self.orders, self.post("/orders", {"checkoutId": checkout["id"]}, key=self.key()))

    def fulfil(self) -> None:
        order = self.one(*self.orders)
        item = {"itemId": order["items"][0]["id"], self.one("quantity", "cancelQuantity"): 1}
        self.post("/fulfillments", {"orderId": order["id"], "items": [item]}, key=self.key())

    def cancel_order(self) -> None:
        self.post(f"/orders/{self.one(*self.orders)['id']}/cancel", key=self.key())

    def refund(self) -> None:
        order = self.one(*self.orders)
        items = [{"itemId": order["items"][0]["id"], "quantity": 1}]
        what = self.one(self.dollars(), {"percent": self.one(10, 33, 50, 100)}, {"items": items})
        self.post("/refunds", {"orderId": order["id"], "currency": "USD"} | what, key=self.key())

    def ask_for_credit(self) -> None:
        body = fabric.CREDIT | self.dollars()
        if self.maybe(0.4):
            body |= {"type": "STORE_CREDIT", "attributes": {"customerId": self.one(*self.customers)["id"]}}
        elif self.maybe(0.5):
            body |= {"attributes": {"giftCardNumber": self.card()["number"]}}
        path = f"{fabric.BY_ID}/actions/create-credits"
        answer = self.post(path, {"credits": [body]}, key=self.key(), by=self.asker, headers=fabric.HEADERS)
        self.note(self.requests, answer, "credits", 0)

    def decide(self) -> None:
        body: dict[str, Any] = {"creditId": self.one(*self.requests)["creditId"]}
        body["statusCode"] = self.one("CONFIRMED", "CONFIRMED", "FAILED", "PENDING", "CANCELED")
        if self.maybe(0.2):
            body["attributes"] = {"giftCardNumber": self.card()["number"]}
        path = f"{fabric.BY_ID}/actions/update-credit-status"
        by = self.one(self.decider, self.decider, self.asker)
        self.post(path, body, key=self.key(), by=by, headers=fabric.HEADERS)

    def call_out(self) -> None:
        line, session = self.upstream(), self.one("s1", "s2", "s3")
        basic = {"authorization": f"Basic {b64encode(f'shop:{self.api.key}'.encode()).decode()}"}
        if self.maybe(0.2):
            self.send("DELETE", f"/checkouts/store-credits/{line}", by=ApiCaller(""), headers=basic)
            return
        body = self.dollars() | {"upstreamId": line, "sessionId": session}
        self.post("/checkouts/store-credits", body, by=ApiCaller(""), headers=basic)
        self.tell_of_order(line, session, body["amount"])

    def hear_of_vendor(self) -> None:
        self.tell_of_order(self.upstream(), self.one("s1", "s2", "s3"), self.minor() / 100)

    # What staff do, and what nobody does

    def undo(self) -> None:
        entry = self.one(*Transaction.objects.order_by("created_at", "account_id", "sequence"))
        why = books.Why(reason="EM", note="By mistake")
        self.do(cards.undo_transaction, transaction_id=entry.pk, actor=STAFF, why=why)

    def give_back(self) -> None:
        spend = self.one(*Transaction.objects.filter(type="REDEEM").order_by("created_at", "account_id", "sequence"))
        give = cards.refund_redemption if spend.account.kind == "GIFT_CARD" else books.refund_spend
        amount = from_minor(self.minor(), spend.currency)
        self.do(give, transaction_id=spend.pk, amount=amount, actor=STAFF)

    def change_account(self) -> None:
        account, other = self.account(), self.account()
        amount = from_minor(self.minor(), account.currency)
        status = self.one(*books.AccountStatus)
        self.one(
            lambda: self.do(books.set_account_status, account_id=account.pk, status=status, actor=STAFF),
            lambda: self.do(
                books.adjust_credit, account_id=account.pk, amount=amount * self.one(1, -1), actor=STAFF, why=WHY
            ),
            lambda: self.do(
                books.transfer_credit, source_id=account.pk, target_id=other.pk, amount=amount, actor=STAFF, why=WHY
            ),
        )()

    def change_card(self) -> None:
        card = {"card_id": UUID(self.card()["id"]), "actor": STAFF, "why": WHY}
        whose = self.one(None, *Customer.objects.order_by("pk").values_list("pk", flat=True))
        ends = (self.now + timedelta(days=self.one(1, 5, 90))).date()
        self.one(
            lambda: self.do(cards.replace_card, **card),
            lambda: self.do(cards.extend_card, expires_on=ends, **card),
            lambda: self.do(cards.assign_card, customer_id=whose, customer_only=self.maybe(0.5), **card),
            lambda: self.do(cards.move_card_to_store_credit, customer_id=whose, **card),
        )()

    def merge(self) -> None:
        if self.mergers and self.maybe(0.5):
            merger = self.one(*self.mergers)
            self.do(credits.undo_about_customer, request_id=merger.pk, party=self.bob, note="Two after all")
            return
        one, two = (Customer.objects.get(document_id=self.one(*self.customers)["id"]).pk for _ in range(2))
        kind = credits.CustomerRequestKind.MERGE
        merger = self.do(
            credits.ask_about_customer, kind=kind, customer_id=one, other_id=two, party=self.ann, note="One person"
        )
        if merger and self.do(credits.approve_about_customer, request_id=merger.pk, party=self.bob):
            self.mergers.append(merger)

    def wait(self) -> None:
        self.now += self.one(*SPANS)
        self.move_to(self.now)
        if self.maybe(0.5):
            for job in self.chance.sample(JOBS, 3):
                run_job(job)

    # How it is done

    def do(self, operation: Any, **arguments: Any) -> Any:
        """What staff do, wholly or not at all."""
        before = self.count()
        try:
            done = operation(now=self.now, **arguments)
        except DomainError as error:
            self.log.append((self.now, operation.__name__, arguments, error))
            assert self.count() == before, self.log[-1]
            return None
        self.log.append((self.now, operation.__name__, arguments, "done"))
        return done

    def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Any:
        answer = self.send("POST", path, body, key=key, **more)
        if answer.status_code < 300 and (key or (body and "client_id" in body)):
            self.granted.append(Sent(path, body, key, more.get("by", self.api), more.get("headers", {}), answer))
        return answer

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        by: ApiCaller | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """A request, which is granted, or refused with nothing written."""
        before = self.count()
        named = {"idempotency-key": key} if key else {}
        answer = (by or self.api).send(
            method, path, "" if body is None else json.dumps(body), headers=(headers or {}) | named
        )
        self.log.append((self.now, method, path, body, key, answer.status_code, answer.content))
        assert answer.status_code < 500, self.log[-1]
        assert answer.status_code < 300 or self.count() == before, self.log[-1]
        return answer

    def count(self) -> list[tuple[str, int]]:
        """How many rows there are of each kind that a refusal leaves alone."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT)
            return sorted(cursor.fetchall())

    def attach(self, checkout: Any, body: dict[str, Any]) -> None:
        session = {"paymentSessionId": checkout["payment"]["session"]["id"]}
        source = self.post("/sources", body | session, key=self.key())
        self.note(self.sources, source)
        if source.status_code == 201 and self.maybe(0.9):
            self.send("POST", f"/checkouts/{checkout['id']}/sources/{source.json()['id']}")

    def card_for(self, checkout: Any, amount: float) -> dict[str, Any]:
        return {name: value for name, value in shop.card_of(amount).items() if name != "currency"}

    def tell_of_order(self, line: str, session: str, amount: float) -> None:
        """The vendor's event of an order, new or again, or of what became of one."""
        self.keys += 1
        order, source = f"{self.one(self.keys, 1, 2, 3):012d}", f"src-{self.one(1, 2, self.keys)}"
        kind = self.one("order.accepted", "order.accepted", "order.cancelled", "order.charge.refund.complete")
        paid = {"id": source, "type": "customerCredit", "amount": amount, "upstreamId": line}
        told: dict[str, Any] = {"id": order, "payment": {"session": {"id": session}, "sources": [paid]}}
        if kind.endswith("complete"):
            back = [{"id": f"re-{self.one(1, 2, self.keys)}", "amount": self.minor() / 100, "state": "complete"}]
            told = {"id": "ch-1", "orderId": order, "sourceId": source, "refunds": back}
        event = {"id": f"evt-{self.keys}", "type": kind, "data": {"object": told | {"currency": "USD"}}}
        answer = shop.deliver(event, at=self.now)
        self.log.append((self.now, event, answer.status_code))
        assert answer.status_code == 200, self.log[-1]

    def note(self, where: list[Any], answer: Any, *members: Any) -> None:
        """What was made, from the answer's member, if it was."""
        if answer.status_code < 300:
            made = answer.json()
            for member in members:
                made = made[member]
            where.append(made)

    # Of what there is

    def key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    def customer(self) -> str:
        return f"/customers/{self.one(*self.customers)[self.one('id', 'customerNumber')]}"

    def card(self) -> Any:
        return self.one(*self.cards)

    def account(self) -> Account:
        return self.one(*Account.objects.filter(kind="STORE_CREDIT").order_by("pk"))

    def line(self) -> str:
        return self.account().number

    def upstream(self) -> str:
        return self.card()["number"] if self.cards and self.maybe(0.4) else self.line()


DOORS: Sequence[Callable[[AnyDoor], None]] = (
    AnyDoor.issue, AnyDoor.issue, AnyDoor.debit, AnyDoor.change_status, AnyDoor.make_card, AnyDoor.use_card,
    AnyDoor.reverse_on_card, AnyDoor.end_card, AnyDoor.redeem, AnyDoor.begin_checkout, AnyDoor.add_source,
    AnyDoor.add_source, AnyDoor.move_source, AnyDoor.change_checkout, AnyDoor.order, AnyDoor.fulfil,
    AnyDoor.cancel_order, AnyDoor.refund, AnyDoor.ask_for_credit, AnyDoor.decide, AnyDoor.call_out,
    AnyDoor.hear_of_vendor, AnyDoor.undo, AnyDoor.give_back, AnyDoor.change_account, AnyDoor.change_card,
    AnyDoor.merge, AnyDoor.wait,
)  # fmt: skip
