from django.urls import path

from storecredit.dialects.glu.views import accounts, balances, contacts

urlpatterns = [
    path("gift_cards/<str:code>/balances", balances.GiftCardBalances.as_view()),
    path("gift_cards/<str:code>/redeem", accounts.RedeemGiftCard.as_view()),
    path("stored_credit_accounts/<str:code>", accounts.StoredCredit.as_view()),
    path("credit_accounts/<str:code>", accounts.CreditAccount.as_view()),
    path("credit_accounts/<str:code>/balances", balances.CreditAccountBalances.as_view()),
    path("credit_accounts/<str:code>/redeem", accounts.RedeemCreditAccount.as_view()),
    path("balances", balances.Balances.as_view()),
    path("balances/<str:number>", balances.Balance.as_view()),
    path("contacts/<str:contact>", contacts.ContactView.as_view()),
]
