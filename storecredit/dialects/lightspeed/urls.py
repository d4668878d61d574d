"""Literals before parameters: no card has a number that reads like one of them."""

from django.urls import path

from storecredit.dialects.lightspeed.views import cards, transactions

urlpatterns = [
    path("gift_cards", cards.GiftCards.as_view()),
    path("gift_cards/transactions/<str:transaction>", transactions.CardTransaction.as_view()),
    path("gift_cards/by_id/<str:card>", cards.GiftCardById.as_view()),
    path("gift_cards/by_number/<str:number>", cards.GiftCardByNumber.as_view()),
    path("gift_cards/<str:number>", cards.BareGiftCard.as_view()),
    path("gift_cards/<str:number>/transactions", transactions.CardTransactions.as_view()),
    path("gift_cards/<str:number>/block", cards.BlockCard.as_view()),
    path("gift_cards/<str:number>/unblock", cards.UnblockCard.as_view()),
]
