"""The vendor's side of a checkout that runs there: its question for credit, and its events."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from ledger.operations import Actor, ActorKind, operation
from storecredit.api.authentication import Authentication, BasicAuthentication
from storecredit.api.body import MAX_LARGE_BODY_BYTES, read_body
from storecredit.api.cards import put_number
from storecredit.api.generics import KeyRule
from storecredit.api.json_text import Json
from storecredit.api.permissions import HasScope
from storecredit.api.schema import examples_of, path_parameter
from storecredit.api.scopes import Scope
from storecredit.api.serializers import NoBody
from storecredit.api.throttling import AddressRateThrottle
from storecredit.audit.operations import ActivityKind, Subject
from storecredit.checkouts import operations, queries
from storecredit.dialects.digital_river.errors import NOT_FOUND
from storecredit.dialects.digital_river.examples import buying as examples
from storecredit.dialects.digital_river.serializers.vendor import (
    CreditLineApproval,
    CreditLineRequest,
    EventTaken,
    VendorEvent,
    show_approval,
)
from storecredit.dialects.digital_river.views.base import NOT_EMPTY, DigitalRiverView


class SignatureAuthentication(Authentication):
    """
    The vendor's signature, which is all that it sends.

    It is checked with the body that it covers, once the sender's address was counted; nobody is known before.
    """

    name = "signature"
    definition = {
        "type": "apiKey",
        "in": "header",
        "name": "DigitalRiver-Signature",
        "description": '`t=<epoch s>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, with a webhook secret.',
    }

    def authenticate(self, request: Any) -> None:
        """Nobody."""

    def authenticate_header(self, request: Any) -> str:
        """How to authenticate, for WWW-Authenticate."""
        return "DigitalRiver-Signature"


class WebhookRateThrottle(AddressRateThrottle):
    """How many events one address may deliver: more than any shop takes orders, less than a flood."""

    rate: ClassVar[str] = "6000/min"


class StoreCreditView(DigitalRiverView):
    """The callout of the vendor's low-code checkout, which authenticates with HTTP's Basic scheme."""

    authentication_classes = [*DigitalRiverView.authentication_classes, BasicAuthentication]
    permission_classes = [HasScope(Scope.PAYMENTS_WRITE)]
    max_body_bytes = MAX_LARGE_BODY_BYTES


class StoreCredits(StoreCreditView):
    idempotency = {"POST": KeyRule.OPTIONAL}

    @extend_schema(
        summary="Ask for store credit",
        description="A checkout at the vendor asks whether a line of credit can pay. What is approved is set aside for "
        "its session for 24 hours; asked again, the new amount replaces the old one.",
        request=CreditLineRequest,
        responses={
            200: OpenApiResponse(CreditLineApproval, "Whether it can, and how much of it."),
        },
        examples=examples_of(examples.APPROVE_CREDIT),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(CreditLineRequest)

        def approve() -> Json:
            answer = operations.approve_credit_line(
                client_id=str(self.caller.client_id),
                session_id=order["session_id"],
                upstream_id=order["upstream_id"],
                amount=order["amount"],
                **self.acting,
            )
            # A line that is not approved is told by no name: what was sent may be anything.
            line = answer.account
            told = line_told(line) if line is not None else Subject(kind="", id="")
            self.tell(ActivityKind.CREDIT_ASKED, told, approved="yes" if answer.approved else "no")
            return show_approval(answer)

        outcome = self.once(approve, key=key, body=order, status=200)
        return self.show_outcome(outcome, put_number(outcome.answer, order["upstream_id"], member="upstreamId"))


class StoreCredit(StoreCreditView):
    path_parameters = [path_parameter("upstreamId", "Number of the account.")]

    @extend_schema(
        summary="Release store credit",
        description="Lets go of all that the client has set aside on the line for checkouts at the vendor.",
        responses={
            204: OpenApiResponse(None, "Nothing is set aside any more."),
            **NOT_EMPTY,
            404: "There is no such line of credit.",
        },
        examples=examples_of(examples.RELEASE_CREDIT),
    )
    def delete(self, request: Any, line: str) -> Response:
        found = queries.find_line(upstream_id=line, test_mode=self.caller.test_mode, now=self.now)
        if found is None:
            raise self.dialect.refuse(NOT_FOUND)
        self.read(NoBody)

        @operation
        def let_go() -> None:
            operations.release_credit_line(client_id=str(self.caller.client_id), upstream_id=line, **self.acting)
            self.tell(ActivityKind.CREDIT_LET_GO, line_told(found))

        let_go()
        return Response(status=204)


class Webhook(DigitalRiverView):
    """The vendor's events."""

    authentication_classes = [SignatureAuthentication]
    permission_classes = []
    throttle_classes = [WebhookRateThrottle]
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @extend_schema(
        summary="Take an event",
        description="An event of the vendor's, signed with a live webhook secret within the last five minutes. It is "
        "kept as it came, then `order.accepted` and `checkout_session.order.created` deduct store credit, once for "
        "each order and source, `order.charge.refund.complete` and `order.cancelled` give it back. Whatever else it "
        "is, it is kept and ignored. It is counted by its sender's address.",
        request=VendorEvent,
        responses={
            200: OpenApiResponse(
                EventTaken, "The event is kept. What is wrong with one of a known type is told to staff."
            ),
            401: "The signature is missing, malformed, not ours, or too old.",
        },
        examples=examples_of(examples.TAKE_EVENT),
    )
    def post(self, request: Any) -> Response:
        http = self.request._request
        request_id: str = getattr(http, "request_id", "")
        operations.receive_event(
            header=self.request.META.get("HTTP_DIGITALRIVER_SIGNATURE", ""),
            body=read_body(http, max_bytes=self.max_body_bytes),
            actor=Actor(
                kind=ActorKind.SYSTEM,
                id="webhook",
                label="Digital River webhook",
                door=f"webhook:{self.dialect.name}",
                request_id=request_id,
            ),
            now=self.now,
        )
        return self.show(EventTaken, {"received": True})


def line_told(account: Any) -> Subject:
    """A line of credit as activities name it: the account that it is, whatever it was called."""
    return Subject(kind="ledger.account", id=str(account.pk), label=account.number)
