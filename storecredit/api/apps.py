from django.apps import AppConfig

from ledger.triggers.signals import keep_triggers


class ApiConfig(AppConfig):
    name = "storecredit.api"
    label = "api"
    verbose_name = "API clients"

    def ready(self) -> None:
        keep_triggers(self)
