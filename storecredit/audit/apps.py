from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class AuditConfig(AppConfig):
    name = "storecredit.audit"
    label = "audit"
    verbose_name = _("Activity")

    def ready(self) -> None:
        keep_triggers(self)
