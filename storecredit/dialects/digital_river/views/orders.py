from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from storecredit.api.generics import KeyRule
from storecredit.api.permissions import HasScope
from storecredit.api.schema import OURS, examples_of
from storecredit.api.scopes import Scope
from storecredit.audit.operations import ActivityKind
from storecredit.checkouts import operations, queries
from storecredit.checkouts.errors import OrderNotFound
from storecredit.dialects.digital_river.examples import orders as examples
from storecredit.dialects.digital_river.filters import CreatedFilter, OrderPages
from storecredit.dialects.digital_river.serializers import orders
from storecredit.dialects.digital_river.serializers.orders import OrderCreate, OrderPage
from storecredit.dialects.digital_river.views.base import ORDER_ID, DigitalRiverView, ListView, thing


class Orders(ListView):
    permission_classes = [HasScope(GET=Scope.PAYMENTS_READ, POST=Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    filterset_class = CreatedFilter
    pagination_class = OrderPages

    @extend_schema(
        summary="List orders",
        description="Newest first.",
        responses={200: OrderPage},
        examples=examples_of(examples.LIST_ORDERS),
    )
    def get(self, request: Any) -> Response:
        return self.show_page(OrderPage, queries.list_order_page, self.read_query(), unknown=OrderNotFound)

    @extend_schema(
        summary="Create an order",
        description="Orders a checkout. The store credit is deducted in this moment, one transaction a source, with "
        "the order's id as its reference.",
        request=OrderCreate,
        responses={
            201: OpenApiResponse(orders.Order, "The order was accepted."),
            400: (
                "`order_submit_failed`: something is left to pay, or the e-mail address or who pays is missing; or the "
                "request is not what is documented."
            ),
            404: "No checkout has this id, or it was ordered before: then with parameter `orderId`.",
            409: (
                "`failed-request`: credit was set aside for too long, or its line was blocked; nothing was deducted."
            ),
        },
        examples=examples_of(examples.CREATE_ORDER),
    )
    def post(self, request: Any) -> Response:
        key = self.read_key()
        order = self.read(OrderCreate)

        def place() -> queries.OrderDetail:
            placed = operations.place_order(checkout_id=order["checkout_id"], **self.acting)
            self.tell(ActivityKind.ORDER_PLACED, thing("order", placed.order.pk), checkout=str(placed.checkout.pk))
            return placed

        return self.show_once(place, orders.Order, key=key, body=order, location=lambda made: f"orders/{made['id']}")


class Order(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_READ)]
    path_parameters = [ORDER_ID]

    @extend_schema(
        summary="Get an order",
        responses={200: orders.Order, 404: "No order has this id."},
        examples=examples_of(examples.READ_ORDER),
    )
    def get(self, request: Any, order: str) -> Response:
        found = queries.get_order(order_id=order, test_mode=self.caller.test_mode)
        return self.show(orders.Order, found)


class CancelOrder(DigitalRiverView):
    permission_classes = [HasScope(Scope.PAYMENTS_WRITE)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    path_parameters = [ORDER_ID]

    @extend_schema(
        summary="Cancel an order",
        description=f"Cancels all that is not captured. Store credit goes back to its account. {OURS}",
        responses={
            200: OpenApiResponse(orders.Order, "The order after it."),
            404: "No order has this id.",
            409: "`nothing_to_cancel`: all of it was captured or cancelled.",
        },
        examples=examples_of(examples.CANCEL_ORDER),
    )
    def post(self, request: Any, order: str) -> Response:
        if self.has_key:
            self.find(order)
        key = self.read_key()
        body = self.read_nothing(lambda: self.find(order))

        def cancel() -> queries.OrderDetail:
            canceled = operations.cancel_order(order_id=order, **self.acting)
            self.tell(ActivityKind.ORDER_CANCELED, thing("order", order))
            return canceled

        return self.show_once(cancel, orders.Order, key=key, body=body, object_id=order, status=200)

    def find(self, order: str) -> None:
        """
        Look up the order that the path names.

        :raises OrderNotFound: if there is none of the client's mode.
        """
        queries.get_order(order_id=order, test_mode=self.caller.test_mode)
