"""An order by its id, or by one of its names."""

from django.urls import path, register_converter

from storecredit.credits.operations import OrderKind
from storecredit.dialects.fabric.views import creating, deciding, listing


class OrderNameConverter:
    """By which of its names an order is called."""

    regex = "|".join(kind.value for kind in OrderKind if kind.value)

    def to_python(self, value: str) -> OrderKind:
        return OrderKind(value)

    def to_url(self, value: OrderKind) -> str:
        return value.value


register_converter(OrderNameConverter, "order_name")
_NAMED = "orders/<order_name:kind>/<str:order>/actions"

urlpatterns = [
    path("orders/actions/list-credits", listing.ListCreditsOfAllOrders.as_view()),
    path("orders/<str:order>/actions/create-credits", creating.CreateCredits.as_view()),
    path("orders/<str:order>/actions/update-credit-status", deciding.UpdateCreditStatus.as_view()),
    path("orders/<str:order>/actions/check-credits-eligibility", listing.CheckCreditsEligibility.as_view()),
    path("orders/<str:order>/actions/list-credits", listing.ListCredits.as_view()),
    path(f"{_NAMED}/create-credits", creating.CreateCreditsByName.as_view()),
    path(f"{_NAMED}/update-credit-status", deciding.UpdateCreditStatusByName.as_view()),
    path(f"{_NAMED}/check-credits-eligibility", listing.CheckCreditsEligibilityByName.as_view()),
    path(f"{_NAMED}/list-credits", listing.ListCreditsByName.as_view()),
]
