"""Store credit as a payment source: four moves a view. Read, call once, show; refusals go to the dialect's table."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ledger.operations import Actor, ActorKind
from storecredit.api.access import Scopes, read_api_keys
from storecredit.api.body import MAX_LARGE_BODY_BYTES, read_body
from storecredit.api.cards import put_number
from storecredit.api.json_text import Json
from storecredit.api.limits import count_request
from storecredit.api.old_fields import Body, Draft
from storecredit.api.openapi import describe
from storecredit.api.problems import BadRequest, FaultKind, Refused
from storecredit.api.rights import Right
from storecredit.api.scopes import Scope
from storecredit.api.views import DialectView
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import OrderNotFound, RefundNotFound, SourceNotFound
from storecredit.client_address import client_address
from storecredit.dialects.digital_river import serializers
from storecredit.dialects.digital_river.errors import NOT_FOUND, DigitalRiver
from storecredit.dialects.digital_river.serializers import described

#: How many events one address may deliver: more than any shop takes orders, less than a flood.
WEBHOOK_RATE = "6000/min"


class DigitalRiverView(DialectView):
    dialect = DigitalRiver()
    security: ClassVar[tuple[str, ...]] = ("bearer", "header", "bare")
    path_names = {
        "source": "sourceId",
        "checkout": "checkoutId",
        "order": "orderId",
        "refund": "refundId",
        "line": "upstreamId",
    }

    def read_api_keys(self) -> list[str]:
        """The keys that the request offers, also as the vendor's document shows one: without a scheme before it."""
        return read_api_keys(self.http, bare=True)

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts, on which mode's objects, and when."""
        return {"test_mode": self.caller.test_mode, "actor": self.actor, "now": self.now}

    @property
    def has_key(self) -> bool:
        """Whether the request has an idempotency key, well-formed or not."""
        return "HTTP_IDEMPOTENCY_KEY" in self.http.META


class Sources(DigitalRiverView):
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @describe(described.CREATE_SOURCE)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.SourceIn)
        key = self.read_key()
        order = draft.accept()

        def create() -> Json:
            return serializers.show_source(operations.create_source(**order.new_source, **self.acting), self.now)

        outcome = self.once(create, key=key, body=order)
        return self.answer_outcome(outcome, outcome.answer)


class Source(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ}

    @describe(described.READ_SOURCE)
    def get(self, request: HttpRequest, source: UUID) -> HttpResponse:
        found = queries.get_source(source_id=source, test_mode=self.caller.test_mode)
        return self.answer(serializers.show_source(found, self.now))


class Checkouts(DigitalRiverView):
    scopes = {"POST": Scope.PAYMENTS_WRITE}
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @describe(described.CREATE_CHECKOUT)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.CheckoutIn)
        key = self.read_key()
        order = draft.accept()

        def create() -> Json:
            try:
                detail = operations.create_checkout(
                    currency=order.currency,
                    source_id=order.source_id,
                    **order.changes(order.currency),
                    **self.acting,
                )
            except SourceNotFound:
                raise BadRequest.because(
                    "sourceId is not the id of a source.", kind=FaultKind.VALUE, member="sourceId"
                ) from None
            return serializers.show_checkout(detail)

        outcome = self.once(create, key=key, body=order)
        return self.answer_outcome(outcome, outcome.answer)


class Checkout(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ, "POST": Scope.PAYMENTS_WRITE, "DELETE": Scope.PAYMENTS_WRITE}
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @describe(described.READ_CHECKOUT)
    def get(self, request: HttpRequest, checkout: UUID) -> HttpResponse:
        return self.answer(serializers.show_checkout(self.find(checkout)))

    @describe(described.CHANGE_CHECKOUT)
    def post(self, request: HttpRequest, checkout: UUID) -> HttpResponse:
        draft = self.draft(serializers.CheckoutChange)
        currency = self.find(checkout).checkout.currency
        key = self.read_key()
        order = draft.accept()
        changes = order.changes(currency)

        def change() -> Json:
            detail = operations.change_checkout(checkout_id=checkout, changes=changes, **self.acting)
            return serializers.show_checkout(detail)

        outcome = self.once(change, key=key, body=order, object_id=checkout, status=200)
        return self.answer_outcome(outcome, outcome.answer)

    @describe(described.DELETE_CHECKOUT)
    def delete(self, request: HttpRequest, checkout: UUID) -> HttpResponse:
        draft = self.draft_nothing()
        if draft.is_refused:
            self.find(checkout)
        draft.accept()
        operations.delete_checkout(checkout_id=checkout, **self.acting)
        return HttpResponse(status=204)

    def find(self, checkout: UUID) -> queries.CheckoutDetail:
        """
        The checkout that the path names.

        :raises CheckoutNotFound: if there is none of the client's mode.
        """
        return queries.get_checkout(checkout_id=checkout, test_mode=self.caller.test_mode, now=self.now)


class CheckoutSource(DigitalRiverView):
    scopes = {"POST": Scope.PAYMENTS_WRITE, "DELETE": Scope.PAYMENTS_WRITE}
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @describe(described.ATTACH_SOURCE)
    def post(self, request: HttpRequest, checkout: UUID, source: UUID) -> HttpResponse:
        draft = self.draft_nothing()
        self.find_what_is_named(draft, checkout, source)
        key = self.read_key()
        body = draft.accept()

        def attach() -> Json:
            detail = operations.attach_source(checkout_id=checkout, source_id=source, **self.acting)
            return serializers.show_checkout(detail)

        outcome = self.once(attach, key=key, body=body, object_id=f"{checkout} {source}", status=200)
        return self.answer_outcome(outcome, outcome.answer)

    @describe(described.DETACH_SOURCE)
    def delete(self, request: HttpRequest, checkout: UUID, source: UUID) -> HttpResponse:
        draft = self.draft_nothing()
        self.find_what_is_named(draft, checkout, source)
        draft.accept()
        operations.detach_source(checkout_id=checkout, source_id=source, **self.acting)
        return HttpResponse(status=204)

    def find_what_is_named(self, draft: Draft[Body], checkout: UUID, source: UUID) -> None:
        """
        Tell of a path that names nothing before anything else could be told. Otherwise the operation does, at once.

        :raises CheckoutNotFound, SourceNotFound: if there is none of the client's mode.
        """
        if draft.is_refused or self.has_key:
            queries.get_checkout(checkout_id=checkout, test_mode=self.caller.test_mode, now=self.now)
            queries.get_source(source_id=source, test_mode=self.caller.test_mode)


class Orders(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ, "POST": Scope.PAYMENTS_WRITE}

    @describe(described.LIST_ORDERS)
    def get(self, request: HttpRequest) -> HttpResponse:
        query = self.draft_query(serializers.OrderQuery).accept()
        try:
            details, has_more = queries.list_order_page(
                test_mode=self.caller.test_mode,
                at_most=query.limit or serializers.PAGE_SIZE,
                starting_after=query.starting_after,
                ending_before=query.ending_before,
            )
        except OrderNotFound:
            raise _refuse_place(query.starting_after) from None
        return self.answer(serializers.show_orders(details, has_more=has_more))

    @describe(described.CREATE_ORDER)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.OrderIn)
        key = self.read_key()
        order = draft.accept()

        def place() -> Json:
            return serializers.show_order(operations.place_order(checkout_id=order.checkout_id, **self.acting))

        outcome = self.once(place, key=key, body=order)
        return self.answer_outcome(outcome, outcome.answer)


class Order(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ}

    @describe(described.READ_ORDER)
    def get(self, request: HttpRequest, order: str) -> HttpResponse:
        return self.answer(serializers.show_order(queries.get_order(order_id=order, test_mode=self.caller.test_mode)))


class CancelOrder(DigitalRiverView):
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @describe(described.CANCEL_ORDER)
    def post(self, request: HttpRequest, order: str) -> HttpResponse:
        draft = self.draft_nothing()
        if draft.is_refused or self.has_key:
            queries.get_order(order_id=order, test_mode=self.caller.test_mode)
        key = self.read_key()
        body = draft.accept()

        def cancel() -> Json:
            return serializers.show_order(operations.cancel_order(order_id=order, **self.acting))

        outcome = self.once(cancel, key=key, body=body, object_id=order, status=200)
        return self.answer_outcome(outcome, outcome.answer)


class Fulfillments(DigitalRiverView):
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @describe(described.CREATE_FULFILLMENT)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.FulfillmentIn)
        key = self.read_key()
        order = draft.accept()

        def fulfill() -> Json:
            fulfillment = operations.fulfill(order_id=order.order_id, items=order.lines, **self.acting)
            return serializers.show_fulfillment(fulfillment, test_mode=self.caller.test_mode)

        outcome = self.once(fulfill, key=key, body=order)
        return self.answer_outcome(outcome, outcome.answer)


class Refunds(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ, "POST": Scope.PAYMENTS_WRITE}
    rights = {"POST": (Right.REVERSE,)}

    @describe(described.LIST_REFUNDS)
    def get(self, request: HttpRequest) -> HttpResponse:
        query = self.draft_query(serializers.RefundQuery).accept()
        try:
            refunds, has_more = queries.list_refund_page(
                test_mode=self.caller.test_mode,
                at_most=query.limit or serializers.PAGE_SIZE,
                order_id=query.order_id,
                starting_after=query.starting_after,
                ending_before=query.ending_before,
            )
        except RefundNotFound:
            raise _refuse_place(query.starting_after) from None
        return self.answer(serializers.show_refunds(refunds, has_more=has_more))

    @describe(described.CREATE_REFUND)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.RefundIn)
        key = self.read_key()
        order = draft.accept()

        def refund() -> Json:
            made = operations.refund_order(
                order_id=order.order_id,
                currency=order.currency,
                reason=order.reason or "",
                **order.asked,
                **self.acting,
            )
            return serializers.show_refund(made)

        outcome = self.once(refund, key=key, body=order)
        return self.answer_outcome(outcome, outcome.answer)


class Refund(DigitalRiverView):
    scopes = {"GET": Scope.PAYMENTS_READ}

    @describe(described.READ_REFUND)
    def get(self, request: HttpRequest, refund: UUID) -> HttpResponse:
        found = queries.get_refund(refund_id=refund, test_mode=self.caller.test_mode)
        return self.answer(serializers.show_refund(found))


class StoreCreditView(DigitalRiverView):
    """The callout of the vendor's low-code checkout, which authenticates with HTTP's Basic scheme."""

    security = ("basic", "bearer", "header", "bare")
    max_body_bytes = MAX_LARGE_BODY_BYTES

    def read_api_keys(self) -> list[str]:
        """The keys that the request offers, also as a password."""
        return read_api_keys(self.http, bare=True, basic=True)


class StoreCredits(StoreCreditView):
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @describe(described.APPROVE_CREDIT)
    def post(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft(serializers.CalloutIn)
        key = self.read_key()
        order = draft.accept()

        def approve() -> Json:
            answer = operations.approve_credit_line(
                client_id=str(self.caller.client_id),
                session_id=order.session_id,
                upstream_id=order.upstream_id,
                amount=order.amount,
                **self.acting,
            )
            return serializers.show_approval(answer)

        outcome = self.once(approve, key=key, body=order, status=200)
        return self.answer_outcome(outcome, put_number(outcome.answer, order.upstream_id, member="upstreamId"))


class StoreCredit(StoreCreditView):
    scopes = {"DELETE": Scope.PAYMENTS_WRITE}

    @describe(described.RELEASE_CREDIT)
    def delete(self, request: HttpRequest, line: str) -> HttpResponse:
        draft = self.draft_nothing()
        if queries.find_line(upstream_id=line, test_mode=self.caller.test_mode, now=self.now) is None:
            raise Refused("There is no such line of credit.", status=404, code=NOT_FOUND)
        draft.accept()
        operations.release_credit_line(client_id=str(self.caller.client_id), upstream_id=line, **self.acting)
        return HttpResponse(status=204)


class Webhook(DigitalRiverView):
    """The vendor's events. Their signature is the key."""

    scopes = {"POST": ()}
    security = ("signature",)
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @property
    def looker(self) -> None:
        """Whose guesses are counted: nobody's, since the vendor has signed what it says."""
        return None

    def let_in(self, scope: Scopes | None) -> None:
        """Nobody is known yet: what is counted is the address."""
        count_request(client_id=f"address-{client_address(self.http)}", rate=WEBHOOK_RATE, now=self.now)

    @describe(described.TAKE_EVENT)
    def post(self, request: HttpRequest) -> HttpResponse:
        request_id: str = getattr(self.http, "request_id", "")
        operations.receive_event(
            header=self.http.META.get("HTTP_DIGITALRIVER_SIGNATURE", ""),
            body=read_body(self.http, max_bytes=self.max_body_bytes),
            actor=Actor(
                kind=ActorKind.SYSTEM,
                id="webhook",
                label="Digital River webhook",
                door=f"webhook:{self.dialect.name}",
                request_id=request_id,
            ),
            now=self.now,
        )
        return self.answer(serializers.TAKEN)


def _refuse_place(starting_after: object) -> BadRequest:
    member = "endingBefore" if starting_after is None else "startingAfter"
    return BadRequest.because(f"{member} must be the id of one in this list.", kind=FaultKind.VALUE, member=member)
