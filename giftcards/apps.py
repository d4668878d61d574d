from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class GiftCardsConfig(AppConfig):
    name = "giftcards"
    label = "giftcards"
    verbose_name = _("Gift cards")

    def ready(self) -> None:
        keep_triggers(self)
