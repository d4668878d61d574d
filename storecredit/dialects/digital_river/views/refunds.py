from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from storecredit.api.generics import KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.rights import Right
from storecredit.api.schema import examples_of
from storecredit.api.scopes import Scope
from storecredit.audit.operations import ActivityKind
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import RefundNotFound
from storecredit.dialects.digital_river.examples import orders as examples
from storecredit.dialects.digital_river.filters import OfOrder, RefundPages
from storecredit.dialects.digital_river.serializers import refunds
from storecredit.dialects.digital_river.serializers.refunds import RefundCreate, RefundPage, asked_of
from storecredit.dialects.digital_river.views.base import REFUND_ID, DigitalRiverView, ListView, thing


class Refunds(ListView):
    permission_classes = [
        HasScope(GET=Scope.PAYMENTS_READ, POST=Scope.PAYMENTS_WRITE, rights={"POST": (Right.REVERSE,)})
    ]
    idempotency = {"POST": KeyRule.OPTIONAL}
    filterset_class = OfOrder
    pagination_class = RefundPages

    @extend_schema(
        summary="List refunds",
        description="Newest first.",
        responses={200: RefundPage},
        examples=examples_of(examples.LIST_REFUNDS),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        return self.show_page(
            RefundPage, queries.list_refund_page, query, unknown=RefundNotFound, order_id=query.get("orderId")
        )

    @extend_schema(
        summary="Create a refund",
        description="Gives captured money back: to the primary source first, then as store credit to its accounts.",
        request=RefundCreate,
        responses={
            201: OpenApiResponse(refunds.Refund, "The refund was made."),
            400: (
                "`invalid_parameter`: with parameter `amountRequested` less can be refunded, with `currency` the order "
                "is in another one; or the request is not what is documented."
            ),
            404: "No order has this id.",
            409: "`order_limit_reached`: the order has 1,000 refunds already.",
        },
        examples=examples_of(examples.CREATE_REFUND),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(RefundCreate)

        def refund() -> queries.Refund:
            made = operations.refund_order(
                order_id=order["order_id"],
                currency=order["currency"],
                reason=order.get("reason") or "",
                **asked_of(order),
                **self.acting,
            )
            self.tell(ActivityKind.ORDER_REFUNDED, thing("order", order["order_id"]), refund=str(made.pk))
            return made

        return self.show_once(
            refund, refunds.Refund, key=key, body=order, location=lambda made: f"refunds/{made['id']}"
        )


class Refund(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_READ)]
    path_parameters = [REFUND_ID]

    @extend_schema(
        summary="Get a refund",
        responses={200: refunds.Refund, 404: "No refund has this id."},
        examples=examples_of(examples.READ_REFUND),
    )
    def get(self, request: Any, refund: UUID) -> Response:
        found = queries.get_refund(refund_id=refund, test_mode=self.caller.test_mode)
        return self.show(refunds.Refund, found)
