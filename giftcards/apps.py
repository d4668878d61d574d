from django.apps import AppConfig

from ledger.triggers.signals import keep_triggers


class GiftCardsConfig(AppConfig):
    name = "giftcards"
    label = "giftcards"
    verbose_name = "Gift cards"

    def ready(self) -> None:
        keep_triggers(self)
