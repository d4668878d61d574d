from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class CheckoutsConfig(AppConfig):
    name = "storecredit.checkouts"
    label = "checkouts"
    verbose_name = _("Checkouts")

    def ready(self) -> None:
        keep_triggers(self)
