from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.response import Response

from storecredit.api.generics import KeyRule
from storecredit.api.json_text import Json
from storecredit.api.permissions import HasScope
from storecredit.api.schema import examples_of
from storecredit.api.scopes import Scope
from storecredit.credits import operations, queries
from storecredit.credits.operations import Order, RequestStatus
from storecredit.credits.queries import CreditRequest
from storecredit.dialects.fabric import examples
from storecredit.dialects.fabric.serializers.credits import OrderCredit, look_at, put_numbers, read_marked
from storecredit.dialects.fabric.serializers.numbers import find_number, number_to_show
from storecredit.dialects.fabric.serializers.requests import OrderCreditStatusUpdate, read_number
from storecredit.dialects.fabric.views.base import ByName, FabricView


class _UpdateCreditStatus(FabricView):
    permission_classes = [HasScope((Scope.CREDITS_APPROVE, Scope.CREDITS_REQUEST))]
    idempotency = {"POST": KeyRule.OPTIONAL}

    @extend_schema(
        description="`PENDING` can become `CONFIRMED`, `FAILED` or `CANCELED`, and `FAILED` become `PENDING`. "
        "`CONFIRMED` issues the credit; the person behind the key must not be the one who asked, and the amount must "
        "be within their limit. With `credits:request` alone a key can cancel what it asked for itself.",
        request=OrderCreditStatusUpdate,
        responses={
            200: OpenApiResponse(OrderCredit, "The credit after it."),
            403: "`self_approval_forbidden`, `approver_limit_exceeded` or another reason, named in the message.",
            404: "The order has no such credit, at this tenant and in the key's mode.",
            409: "`SERVICE-4006`: the credit's status or version does not allow it any more. Else `SERVICE-4005`.",
            422: "The credit could not be issued: nothing moved, and it stays `PENDING`.",
        },
    )
    def post(self, request: Any, **path: Any) -> Response:
        order = self.find_order(**path)
        key = self.read_key()
        body = self.read(OrderCreditStatusUpdate)
        credit = self.find_credit(order, body["credit_id"])
        sent = read_number(body.get("attributes"))
        numbers: list[str] = []

        def set_status() -> Json:
            decision = operations.set_status(
                request_id=credit.pk,
                status=RequestStatus(body["status_code"]),
                party=self.party,
                now=self.now,
                may_decide=Scope.CREDITS_APPROVE in self.caller.scopes,
                note=body.get("note"),
                attributes=body.get("attributes"),
                version=body.get("version"),
            )
            number = number_to_show(decision, sent)
            numbers[:] = [number] if number is not None else []
            return OrderCredit.shared().to_text(
                look_at(decision.request, whole=number is not None, approvals_missing=decision.approvals_missing)
            )

        outcome = self.once(set_status, key=key, body=body, object_id=self.object_id(order), status=200)
        if outcome.replayed:
            numbers[:] = [find_number(credit, sent, confirmed) for _, _, confirmed in read_marked(outcome.answer)]
        return self.show_outcome(outcome, self.reveal(order, put_numbers(outcome.answer, numbers)))

    def find_credit(self, order: Order, credit_id: UUID) -> CreditRequest:
        """
        The credit that the body names.

        :raises RequestNotFound: if it was not made for this order, at this tenant and in the key's mode.
        """
        return queries.get_request_of_order(
            request_id=credit_id,
            kind=order.kind,
            value=order.value,
            tenant=order.tenant,
            test_mode=self.caller.test_mode,
        )


@extend_schema_view(
    post=extend_schema(summary="Update credit status by order id", examples=examples_of(examples.UPDATE_CREDIT_STATUS))
)
class UpdateCreditStatus(_UpdateCreditStatus):
    pass


@extend_schema_view(
    post=extend_schema(
        summary="Update credit status by a name of the order",
        examples=examples_of(examples.UPDATE_CREDIT_STATUS_BY_NAME),
    )
)
class UpdateCreditStatusByName(ByName, _UpdateCreditStatus):
    pass
