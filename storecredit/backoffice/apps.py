import json
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.core.management import get_commands
from django.db import connections
from django.db.models import Field, Model
from django.db.models.signals import post_migrate
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from ledger.management.column_maps import keep_maps
from ledger.triggers.signals import keep_triggers

#: The apps whose words are in our catalogues.
OURS = frozenset({"audit", "ledger", "giftcards", "credits", "checkouts", "finance", "api", "backoffice"})


class BackofficeConfig(AppConfig):
    name = "storecredit.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from storecredit import logins  # noqa: F401  its checks register themselves
        from storecredit.backoffice.access.sign_outs import keep_sign_outs

        keep_sign_outs()
        # Else Django's own would come first, as its app does; and it makes a superuser of whom nobody is told.
        get_commands()["createsuperuser"] = self.name
        keep_maps(_list_saved_maps)
        promise_names()
        # After every app, for its permissions are made by the same signal: by a receiver that was connected before.
        post_migrate.connect(_grant_shipped_roles, dispatch_uid="backoffice.grant_shipped_roles")
        # What a new shop's roles are shipped with is no change of them, and no trigger is to tell of it.
        keep_triggers(self)


def promise_names() -> None:
    """Translate what Django calls models and fields after their names in the source like what is written down."""
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        _promise(model._meta, *({"verbose_name", "verbose_name_plural"} - model._meta.original_attrs.keys()))
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field._verbose_name is None:  # type: ignore[attr-defined]  # Django has it
                _promise(field, "verbose_name")


def _promise(one: Any, *names: str) -> None:
    with translation.override(None):
        texts = {name: str(getattr(one, name)) for name in names}
    for name, text in texts.items():
        setattr(one, name, gettext_lazy(text))


class SiteConfig(admin.AdminConfig):
    """Django's admin on the site of the back office."""

    default = False
    default_site = "storecredit.backoffice.kit.site.BackOfficeSite"


def _list_saved_maps(reads: str) -> list[str]:
    from storecredit.backoffice.models import SavedMap

    return [
        json.dumps(data)
        for data in SavedMap.objects.filter(reads=reads).order_by("name").values_list("data", flat=True)
    ]


def _grant_shipped_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from storecredit.audit.queries import Activity
    from storecredit.backoffice.access.roles import GRANTED_APPS, grant_shipped_roles
    from storecredit.backoffice.models import ShippedGrant

    if sender.label in GRANTED_APPS and all(_is_there(model, using) for model in (ShippedGrant, Activity)):
        grant_shipped_roles(using=using, app_label=sender.label)


def _is_there(model: type[Model], using: str) -> bool:
    """Whether a table is as its model has it, which it is not where migrations were taken back."""
    connection = connections[using]
    if model._meta.db_table not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        found = {each.name for each in connection.introspection.get_table_description(cursor, model._meta.db_table)}
    return all(field.column in found for field in model._meta.concrete_fields)
