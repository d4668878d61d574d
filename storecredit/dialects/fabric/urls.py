"""An order by its id, or by one of its names."""

from django.urls import path, register_converter

from storecredit.credits.operations import OrderKind
from storecredit.dialects.fabric import views


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
    path("orders/<str:order>/actions/create-credits", views.CreateCredits.as_view()),
    path("orders/<str:order>/actions/update-credit-status", views.UpdateCreditStatus.as_view()),
    path("orders/<str:order>/actions/check-credits-eligibility", views.CheckCreditsEligibility.as_view()),
    path("orders/<str:order>/actions/list-credits", views.ListCredits.as_view()),
    path(f"{_NAMED}/create-credits", views.CreateCreditsByName.as_view()),
    path(f"{_NAMED}/update-credit-status", views.UpdateCreditStatusByName.as_view()),
    path(f"{_NAMED}/check-credits-eligibility", views.CheckCreditsEligibilityByName.as_view()),
    path(f"{_NAMED}/list-credits", views.ListCreditsByName.as_view()),
]
