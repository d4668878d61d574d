from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from ledger.triggers.signals import keep_triggers


class AuditConfig(AppConfig):
    name = "storecredit.audit"
    label = "audit"
    verbose_name = _("Activity")

    def ready(self) -> None:
        from storecredit.audit.management.told import tell_every_command
        from storecredit.audit.operations import tell_sqlite

        tell_every_command()
        keep_triggers(self)
        # Django has no other place for what each connection to SQLite is to know.
        connection_created.connect(tell_sqlite, dispatch_uid="audit.tell_sqlite")
