from django.apps import AppConfig

from ledger.triggers.signals import keep_triggers


class CheckoutsConfig(AppConfig):
    name = "storecredit.checkouts"
    label = "checkouts"
    verbose_name = "Checkouts"

    def ready(self) -> None:
        keep_triggers(self)
