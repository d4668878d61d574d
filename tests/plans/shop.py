"""A shop with a row in each big table, and everything that programs and staff do in it, request by request."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import reverse

from giftcards.operations import assign_card, extend_card, rotate_codes, void_card
from ledger.models import Account, Customer
from ledger.operations import AccountStatus, Why, complete_cuts, take_cut
from storecredit.api.scopes import Scope
from storecredit.checkouts.models import CreditDeduction
from storecredit.checkouts.operations import settle_shortfall
from storecredit.credits.models import CreditRequest
from tests.callers import given_client, given_rights
from tests.credits.requests import given_approver, given_person
from tests.dialects.digital_river import shop as river
from tests.dialects.fabric import calls as fabric
from tests.factories.giftcards import CodeDeliveryFactory
from tests.giftcards.cards import account_of, given_card
from tests.plans.filling import FILLED
from tests.plans.reads import Reads, WatchedCaller, WatchedStaff
from tests.scenarios import NOW, STAFF, SYSTEM, days, given_credit, given_customer, set_status

CODE = "TILL-0001"
SECOND = "TILL-0002"
#: What very many rows of a list are found by.
FREQUENT = {Account: ["ada"], Customer: ["ada"], CreditRequest: ["employee"]}
ORDERS = ("", "order-id/", "order-number/", "order-external-id/")


class Shop:
    """Its programs, its staff, and the names of what it knows by heart."""

    def __init__(self) -> None:
        self.customer = given_customer(number="CUST-1", first_name="Ada", last_name="Lovelace")
        given_credit("100000 GBP", customer=self.customer)
        self.line: Account = given_credit("100000 USD", customer=given_customer(number="CUST-2"))
        given_card("1000 GBP", code=CODE, recipient_name="Grace Hopper", recipient_email="grace@example.com")
        given_card("1000 USD", code=SECOND)
        # Without the right to see whole numbers: those of copied cards do not open.
        scopes = set(Scope) - {Scope.CREDITS_APPROVE, Scope.GIFT_CARDS_REVEAL}
        self.program = WatchedCaller(given_client(sorted(scopes)).plain)
        alice = given_rights(given_person("alice"), "credits.request_credit", "credits.view_creditrequest")
        self.desk = WatchedCaller(given_client([Scope.CREDITS_REQUEST], owner=alice).plain)
        bob = given_rights(given_approver("bob"), "credits.decide_request", "credits.view_creditrequest")
        self.approver = WatchedCaller(given_client([Scope.CREDITS_APPROVE], owner=bob).plain)
        self.vendor = WatchedCaller("")
        self.root = WatchedStaff("", username="root", is_superuser=True)
        river.given_secret()
        self._numbers = itertools.count(1)

    def watch(self, reads: Reads | None) -> None:
        """From now on note what each request reads; None: no more."""
        for caller in (self.program, self.desk, self.approver, self.vendor):
            caller.reads = reads
        self.root.reads = reads

    def list_reads(self) -> Reads:
        """What each request reads while everything is used."""
        reads = Reads()
        self.watch(reads)
        self.be_used()
        self.watch(None)
        return reads

    def key(self) -> str:
        return f"key-{next(self._numbers)}"

    def make_history(self) -> None:
        """What only staff, jobs and mishaps leave behind: the rows that no request here makes."""
        other = given_credit("1 EUR", now=days(-2))
        take_cut(boundary=days(-1), actor=SYSTEM, now=NOW)
        complete_cuts(now=NOW)
        set_status(account_id=other.pk, status=AccountStatus.FROZEN)
        card = given_card("10 GBP", expires_on=days(10).date(), time_zone="UTC")
        extend_card(card_id=card.id, expires_on=days(20).date(), actor=STAFF, now=NOW, why=Why(note="late"))
        assign_card(card_id=card.id, customer_id=self.customer.pk, actor=STAFF, now=NOW, why=Why(note="theirs"))
        gone = given_card("27.01 USD")
        order = river.given_order(self.program, river.credit_of(account_of(gone), 27.01))
        void_card(card_id=gone.id, actor=STAFF, now=NOW, why=Why(note="lost"))
        self.program.post(f"/orders/{order['id']}/cancel", {})
        CodeDeliveryFactory.create()
        rotate_codes()

    def be_used(self) -> None:
        """Each route of each dialect, and the main pages of the admin."""
        self.use_store_credit()
        self.use_cards()
        self.use_balances()
        self.use_checkouts()
        self.use_vendor()
        self.use_requests()
        for page in self.list_pages():
            self.root.see(page)

    def use_store_credit(self) -> None:
        api, credit, one = self.program, "/customers/CUST-1/store-credit", {"amount": 1, "currency": "GBP"}
        for path in (
            "/customers", "/customers?search=ada%20lovelace", "/customers?search=nobody", "/customers/CUST-1",
            "/customers/cust-1", "/customers/NO-SUCH", credit, f"{credit}?currency=GBP", f"{credit}/transactions",
            f"{credit}/transactions?type=issued", f"{credit}/transactions?metadata[ticket]=T-17",
            f"{credit}/transactions?metadata[till]=7",
        ):  # fmt: skip
            api.get(path)
        api.post(credit, one | {"metadata": {"ticket": "T-17"}}, key=self.key())
        newest = self.customer.accounts.get(kind="STORE_CREDIT").transactions.latest("number")
        api.get(f"{credit}/transactions/{newest.document_id}")
        key = self.key()
        for _ in range(2):
            api.post(f"{credit}/debits", one, key=key)
        api.post("/customers", {"firstName": "Ada"})
        api.patch("/customers/CUST-1", {"phone": "020 7946 0958"})

    def use_cards(self) -> None:
        api = self.program
        made = api.post("/gift_cards", {"amount": "5", "metadata": {"ticket": "T-17"}}, key=self.key()).json()["data"]
        self.list_cards()
        for path in (f"/by_id/{made['id']}", f"/by_number/{CODE}", f"/{CODE}", "/NO-SUCH-CARD"):
            api.get(f"/gift_cards{path}")
        spend = {"type": "REDEEMING", "amount": "-1.00", "client_id": self.key()}
        for _ in range(2):
            spent = api.post(f"/gift_cards/{CODE}/transactions", spend).json()
        api.post(f"/gift_cards/{CODE}/transactions", {"type": "RELOADING", "amount": "1.00", "client_id": self.key()})
        line = (spent.get("data") or spent)["id"]
        api.get(f"/gift_cards/transactions/{line}")
        api.send("DELETE", f"/gift_cards/transactions/{line}")
        api.post(f"/gift_cards/{made['number']}/block", {"reason": "lost"})
        api.post(f"/gift_cards/{made['number']}/unblock", {})
        for way in ("by_id/{id}", "by_number/{number}", "{number}"):
            card = api.post("/gift_cards", {"amount": "5"}, key=self.key()).json()["data"]
            api.send("DELETE", f"/gift_cards/{way.format(**card)}")

    def list_cards(self) -> None:
        for query in ("", f"card_number={CODE}&", "status=ACTIVE&", "metadata[ticket]=T-17&", "metadata[till]=7&"):
            self.program.get(f"/gift_cards?{query}page_size=50")

    def use_balances(self) -> None:
        api, number = self.program, self.line.number
        for path in (
            f"/gift_cards/{CODE}/balances", f"/stored_credit_accounts/{CODE}", f"/credit_accounts/{CODE}",
            f"/credit_accounts/{number}", f"/credit_accounts/{number}/balances", "/balances",
            "/balances?metadata[ticket]=T-17", "/balances?metadata[till]=7", "/balances?order[happenedAt]=asc",
            "/balances?createdAt[after]=2020-01-01", "/contacts/CUST-1",
        ):  # fmt: skip
            api.get(path)
        entry = self.line.transactions.latest("number")
        api.get(f"/balances/{entry.number}")
        api.post(f"/gift_cards/{CODE}/redeem", {"amount": 1}, key=self.key())
        api.post(f"/credit_accounts/{CODE}/redeem", {"amount": 1}, key=self.key())

    def use_checkouts(self) -> None:
        api = self.program
        checkout = river.given_checkout(api)
        api.get(f"/checkouts/{checkout['id']}")
        api.post(f"/checkouts/{checkout['id']}", {"email": "ada@example.com"})
        source = river.given_attached(api, checkout, river.credit_of(self.line, 27.01))
        api.get(f"/sources/{source['id']}")
        api.send("DELETE", f"/checkouts/{checkout['id']}/sources/{source['id']}")
        api.send("DELETE", f"/checkouts/{checkout['id']}")
        order = river.given_order(api, river.credit_of(self.line), river.card_of(17.5), items=river.THREE_SHIRTS)
        sent = api.post("/fulfillments", river.fulfilling(order, quantity=2)).json()
        api.post("/refunds", river.refunding(order, amount=5, reason="late"))
        refund = api.post(
            "/refunds",
            river.refunding(order, items=[{"itemId": order["items"][0]["id"], "quantity": 1}], reason="torn"),
        ).json()
        for path in (
            f"/orders/{order['id']}", "/orders", "/refunds", f"/refunds?orderId={order['id']}",
            f"/refunds/{refund['id']}", f"/fulfillments/{sent['id']}", "/fulfillments",
            f"/fulfillments?orderId={order['id']}", "/checkouts", "/checkouts?customerId=CUST-1",
            "/checkouts?upstreamIds=NO-SUCH", "/checkouts?email=nobody@example.com", "/checkouts?currency=USD",
            f"/checkouts?startingAfter={order['checkoutId']}", "/checkouts?createdTime[gt]=2026-06-19", "/sources",
            f"/sources?upstreamId={self.line.number}",
            f"/sources?paymentSessionId={checkout['payment']['session']['id']}",
            "/sources?state=consumed", "/sources?currency=USD", "/sources?createdTime[lt]=2026-06-19",
            f"/sources?startingAfter={source['id']}",
        ):  # fmt: skip
            api.get(path)
        cancelled = river.given_order(api, river.credit_of(self.line, 27.01))
        api.post(f"/orders/{cancelled['id']}/cancel", {})

    def use_vendor(self) -> None:
        number, api = self.line.number, self.program
        asked = {"amount": 12.5, "upstreamId": number, "sessionId": self.key()}
        for _ in range(2):
            api.post("/checkouts/store-credits", asked)
        api.send("DELETE", f"/checkouts/store-credits/{number}")
        order = self.key()
        for event in (
            self._refunded(order),
            self._accepted(order, 12.5),
            self._refunded(order),
            self._cancelled(order),
        ):
            self._deliver(event)
        self._deliver(self._accepted(self.key(), 999999))
        short = CreditDeduction.objects.unresolved().latest("created_at", "pk")
        settle_shortfall(deduction_id=short.pk, resolution="paid by card", actor=STAFF, now=NOW)
        given_credit("100000 USD", to=self.line)

    def _deliver(self, event: dict[str, Any]) -> None:
        body = json.dumps(event).encode()
        self.vendor.send(
            "POST",
            "/webhooks/digitalriver",
            body,
            headers={"DigitalRiver-Signature": river.signature(body, river.SECRET)},
        )

    def _accepted(self, order: str, amount: float) -> dict[str, Any]:
        source = {"id": f"src-{order}", "type": "customerCredit", "amount": amount, "upstreamId": self.line.number}
        paid = {"id": order, "currency": "USD", "payment": {"sources": [source], "session": {"id": f"ses-{order}"}}}
        return {"id": self.key(), "type": "order.accepted", "data": {"object": paid}}

    def _refunded(self, order: str) -> dict[str, Any]:
        refunds = [{"id": f"re-{order}", "amount": 5, "state": "complete"}]
        charge = {
            "id": f"ch-{order}",
            "orderId": order,
            "sourceId": f"src-{order}",
            "currency": "USD",
            "refunds": refunds,
        }
        return {"id": self.key(), "type": "order.charge.refund.complete", "data": {"object": charge}}

    def _cancelled(self, order: str) -> dict[str, Any]:
        return {"id": self.key(), "type": "order.cancelled", "data": {"object": {"id": order}}}

    def use_requests(self) -> None:
        for by in ORDERS:
            order = f"/orders/{by}{fabric.ORDER_ID}"
            asked = fabric.CREDIT | {"metadata": {"ticket": "T-17"}}
            credit = fabric.ask(self.desk, asked, order=order).json()["credits"][0]
            fabric.act(self.desk, "check-credits-eligibility", {}, order=order)
            for narrowed in ({}, {"metadata": {"ticket": "T-17"}}, {"metadata": {"till": 7}}):
                fabric.act(self.desk, "list-credits", narrowed, order=order)
            fabric.update(self.approver, credit["creditId"], "CONFIRMED", order=order)
        fabric.ask(self.desk)
        for wanted in ({}, {"statusCode": "PENDING"}, {"statusCode": "CANCELED"}, {"currency": "USD", "offset": 20}):
            fabric.act(self.desk, "list-credits", wanted, order="/orders")

    def list_pages(self) -> Iterator[str]:
        """The first page; of each big table that has pages its list, plain and searched, and a page of one of it."""
        yield "/admin/"
        yield from (f"/admin/search/?q={text}" for text in self.list_searches())
        for model, pages in admin.site._registry.items():
            if model._meta.db_table not in FILLED:
                continue
            listed = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            yield listed
            if pages.search_fields:
                yield from (f"{listed}?q={text}" for text in [*self.list_searches(), *FREQUENT.get(model, ())])
            one = model._default_manager.order_by("pk").last()
            assert one is not None, f"{model._meta.db_table} is empty"
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[one.pk])

    def list_searches(self) -> list[str]:
        return ["lovelace", self.line.number, fabric.ORDER_ID, "grace@example"]
