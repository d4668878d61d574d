"""Literals before parameters: no card has a number that reads like one of them."""

from django.urls import path

from storecredit.dialects.lightspeed import views

urlpatterns = [
    path("gift_cards", views.GiftCards.as_view()),
    path("gift_cards/transactions/<str:transaction>", views.CardTransaction.as_view()),
    path("gift_cards/by_id/<str:card>", views.GiftCardById.as_view()),
    path("gift_cards/by_number/<str:number>", views.GiftCardByNumber.as_view()),
    path("gift_cards/<str:number>", views.BareGiftCard.as_view()),
    path("gift_cards/<str:number>/transactions", views.CardTransactions.as_view()),
    path("gift_cards/<str:number>/block", views.BlockCard.as_view()),
    path("gift_cards/<str:number>/unblock", views.UnblockCard.as_view()),
]
