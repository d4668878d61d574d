from django.urls import path

from storecredit.dialects.glu import views

urlpatterns = [
    path("gift_cards/<str:code>/balances", views.GiftCardBalances.as_view()),
    path("gift_cards/<str:code>/redeem", views.RedeemGiftCard.as_view()),
    path("stored_credit_accounts/<str:code>", views.StoredCredit.as_view()),
    path("credit_accounts/<str:code>", views.CreditAccount.as_view()),
    path("credit_accounts/<str:code>/balances", views.CreditAccountBalances.as_view()),
    path("credit_accounts/<str:code>/redeem", views.RedeemCreditAccount.as_view()),
    path("balances", views.Balances.as_view()),
    path("balances/<str:number>", views.Balance.as_view()),
    path("contacts/<str:contact>", views.ContactView.as_view()),
]
