from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class ApiConfig(AppConfig):
    name = "storecredit.api"
    label = "api"
    verbose_name = _("API clients")

    def ready(self) -> None:
        keep_triggers(self)
