from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class CreditsConfig(AppConfig):
    name = "storecredit.credits"
    label = "credits"
    verbose_name = _("Credit requests")

    def ready(self) -> None:
        keep_triggers(self)
