"""Literals before parameters, and ids by their forms: what has not the form of an id is no address."""

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter

from storecredit.dialects.digital_river.views import checkouts, fulfillments, orders, refunds, sources, vendor
from storecredit.dialects.digital_river.views.base import ANY_UUID


class AnyCase(UUIDConverter):
    """A UUID, in capitals or not."""

    regex = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class OrderId:
    """Twelve digits."""

    regex = "[0-9]{12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OrderId, "order_id")
register_converter(AnyCase, ANY_UUID)

urlpatterns = [
    path("sources", sources.Sources.as_view()),
    path("sources/<any_uuid:source>", sources.Source.as_view()),
    path("checkouts", checkouts.Checkouts.as_view()),
    path("checkouts/store-credits", vendor.StoreCredits.as_view()),
    path("checkouts/store-credits/<str:line>", vendor.StoreCredit.as_view()),
    path("checkouts/<any_uuid:checkout>", checkouts.Checkout.as_view()),
    path("checkouts/<any_uuid:checkout>/sources/<any_uuid:source>", checkouts.CheckoutSource.as_view()),
    path("orders", orders.Orders.as_view()),
    path("orders/<order_id:order>", orders.Order.as_view()),
    path("orders/<order_id:order>/cancel", orders.CancelOrder.as_view()),
    path("fulfillments", fulfillments.Fulfillments.as_view()),
    path("fulfillments/<any_uuid:fulfillment>", fulfillments.Fulfillment.as_view()),
    path("refunds", refunds.Refunds.as_view()),
    path("refunds/<any_uuid:refund>", refunds.Refund.as_view()),
    path("webhooks/digitalriver", vendor.Webhook.as_view()),
]
