"""Literals before parameters, and ids by their forms: what has not the form of an id is no address."""

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter

from storecredit.dialects.digital_river import views


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
register_converter(AnyCase, views.ANY_UUID)

urlpatterns = [
    path("sources", views.Sources.as_view()),
    path("sources/<any_uuid:source>", views.Source.as_view()),
    path("checkouts", views.Checkouts.as_view()),
    path("checkouts/store-credits", views.StoreCredits.as_view()),
    path("checkouts/store-credits/<str:line>", views.StoreCredit.as_view()),
    path("checkouts/<any_uuid:checkout>", views.Checkout.as_view()),
    path("checkouts/<any_uuid:checkout>/sources/<any_uuid:source>", views.CheckoutSource.as_view()),
    path("orders", views.Orders.as_view()),
    path("orders/<order_id:order>", views.Order.as_view()),
    path("orders/<order_id:order>/cancel", views.CancelOrder.as_view()),
    path("fulfillments", views.Fulfillments.as_view()),
    path("fulfillments/<any_uuid:fulfillment>", views.Fulfillment.as_view()),
    path("refunds", views.Refunds.as_view()),
    path("refunds/<any_uuid:refund>", views.Refund.as_view()),
    path("webhooks/digitalriver", views.Webhook.as_view()),
]
