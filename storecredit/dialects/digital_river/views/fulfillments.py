from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from storecredit.api.generics import KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.schema import OURS, examples_of
from storecredit.api.scopes import Scope
from storecredit.audit.operations import ActivityKind
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import FulfillmentNotFound
from storecredit.dialects.digital_river.examples import orders as examples
from storecredit.dialects.digital_river.filters import FulfillmentPages, OfOrder
from storecredit.dialects.digital_river.serializers import orders
from storecredit.dialects.digital_river.serializers.orders import FulfillmentCreate, FulfillmentPage, lines_of
from storecredit.dialects.digital_river.views.base import FULFILLMENT_ID, DigitalRiverView, ListView, thing


class Fulfillments(ListView):
    permission_classes = [HasScope(GET=Scope.PAYMENTS_READ, POST=Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    filterset_class = OfOrder
    pagination_class = FulfillmentPages

    @extend_schema(
        summary="List fulfillments",
        description=f"Newest first. {OURS}",
        responses={200: FulfillmentPage},
        examples=examples_of(examples.LIST_FULFILLMENTS),
    )
    def get(self, request: Any) -> Response:
        query = self.read_query()
        return self.show_page(
            FulfillmentPage,
            queries.list_fulfillment_page,
            query,
            unknown=FulfillmentNotFound,
            order_id=query.get("orderId"),
        )

    @extend_schema(
        summary="Create a fulfillment",
        description="Units that were sent are captured: from store credit first, then from the primary source. Units "
        "that never will be are cancelled: at the primary source first, and store credit goes back. The order shows "
        "what became of it.",
        request=FulfillmentCreate,
        responses={
            201: OpenApiResponse(orders.Fulfillment, "The fulfilment was made."),
            404: "No order has this id.",
            409: "`order_limit_reached`: the order has 1,000 fulfilments already.",
        },
        examples=examples_of(examples.CREATE_FULFILLMENT),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(FulfillmentCreate)

        def fulfill() -> Any:
            made = operations.fulfill(order_id=order["order_id"], items=lines_of(order), **self.acting)
            self.tell(ActivityKind.ORDER_FULFILLED, thing("order", order["order_id"]), fulfillment=str(made.pk))
            return made

        return self.show_once(
            fulfill, orders.Fulfillment, key=key, body=order, location=lambda made: f"fulfillments/{made['id']}"
        )


class Fulfillment(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_READ)]
    path_parameters = [FULFILLMENT_ID]

    @extend_schema(
        summary="Get a fulfillment",
        description=OURS,
        responses={200: orders.Fulfillment, 404: "No fulfilment has this id."},
        examples=examples_of(examples.READ_FULFILLMENT),
    )
    def get(self, request: Any, fulfillment: UUID) -> Response:
        found = queries.get_fulfillment(fulfillment_id=fulfillment, test_mode=self.caller.test_mode)
        return self.show(orders.Fulfillment, found)
