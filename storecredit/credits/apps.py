from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class CreditsConfig(AppConfig):
    name = "storecredit.credits"
    label = "credits"
    verbose_name = _("Credit requests")

    def ready(self) -> None:
        from ledger.operations import count_by
        from storecredit.credits.operations.giving import count_for_person, judge_return

        keep_triggers(self)
        count_by(count=count_for_person, judge=judge_return)
