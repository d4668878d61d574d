from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class FinanceConfig(AppConfig):
    name = "storecredit.finance"
    label = "finance"
    verbose_name = _("Finance")

    def ready(self) -> None:
        keep_triggers(self)
