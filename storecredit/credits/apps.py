from django.apps import AppConfig

from ledger.triggers.signals import keep_triggers


class CreditsConfig(AppConfig):
    name = "storecredit.credits"
    label = "credits"
    verbose_name = "Credit requests"

    def ready(self) -> None:
        keep_triggers(self)
