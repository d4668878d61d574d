from django.urls import path

from storecredit.dialects.tiquo import views

urlpatterns = [
    path("customers", views.Customers.as_view()),
    path("customers/<str:customer>", views.Customer.as_view()),
    path("customers/<str:customer>/store-credit", views.StoreCredit.as_view()),
    path("customers/<str:customer>/store-credit/debits", views.StoreCreditDebits.as_view()),
    path("customers/<str:customer>/store-credit/transactions", views.StoreCreditTransactions.as_view()),
    path(
        "customers/<str:customer>/store-credit/transactions/<str:transaction>", views.StoreCreditTransaction.as_view()
    ),
]
