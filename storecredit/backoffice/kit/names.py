"""
What models and fields are called where nothing but their own name in the code says it.

They are given their words here and not in the models, whose migrations would write down every word of every language.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy, gettext_noop

#: Names that staff meet: of models, one and many, and of fields in lists, filters and forms.
NAMES = frozenset(
    {
        gettext_noop("API clients"),
        gettext_noop("account"),
        gettext_noop("accounts"),
        gettext_noop("approval policy"),
        gettext_noop("approver limit"),
        gettext_noop("approver limits"),
        gettext_noop("card batch"),
        gettext_noop("checkout"),
        gettext_noop("checkouts"),
        gettext_noop("credit request"),
        gettext_noop("credit requests"),
        gettext_noop("credit request batch"),
        gettext_noop("customer"),
        gettext_noop("customers"),
        gettext_noop("gift card"),
        gettext_noop("gift cards"),
        gettext_noop("hold"),
        gettext_noop("holds"),
        gettext_noop("imports"),
        gettext_noop("issue ceiling"),
        gettext_noop("issue ceilings"),
        gettext_noop("issue limit"),
        gettext_noop("issue limits"),
        gettext_noop("order"),
        gettext_noop("orders"),
        gettext_noop("reason"),
        gettext_noop("reasons"),
        gettext_noop("transaction"),
        gettext_noop("transactions"),
        gettext_noop("unreturned credit"),
        gettext_noop("vendor deductions"),
        gettext_noop("vendor session holds"),
        gettext_noop("webhook event"),
        gettext_noop("webhook events"),
        gettext_noop("webhook secret"),
        gettext_noop("webhook secrets"),
        gettext_noop("active"),
        gettext_noop("amount"),
        gettext_noop("amount minor"),
        gettext_noop("attempts"),
        gettext_noop("callout hold hours"),
        gettext_noop("checkout days"),
        gettext_noop("code"),
        gettext_noop("counter account"),
        gettext_noop("created at"),
        gettext_noop("currency"),
        gettext_noop("e-mail"),
        gettext_noop("expires in days"),
        gettext_noop("first name"),
        gettext_noop("funding"),
        gettext_noop("general ledger code"),
        gettext_noop("hold minutes"),
        gettext_noop("kind"),
        gettext_noop("label"),
        gettext_noop("miss limit"),
        gettext_noop("name"),
        gettext_noop("needs note"),
        gettext_noop("needs order"),
        gettext_noop("number"),
        gettext_noop("order id"),
        gettext_noop("owner"),
        gettext_noop("phone"),
        gettext_noop("rate"),
        gettext_noop("received at"),
        gettext_noop("reference"),
        gettext_noop("refund life days"),
        gettext_noop("requested label"),
        gettext_noop("scopes"),
        gettext_noop("session id"),
        gettext_noop("state"),
        gettext_noop("status"),
        gettext_noop("tenant"),
        gettext_noop("test mode"),
        gettext_noop("type"),
        gettext_noop("user"),
        gettext_noop("webhook tolerance seconds"),
        gettext_noop("why"),
    }
)


def name_models(models: Iterable[type[Model]]) -> None:
    """Let models and fields that are called by one of `NAMES` be called so in the reader's language."""
    for model in models:
        meta: Any = model._meta
        for name in ("verbose_name", "verbose_name_plural"):
            if str(getattr(meta, name)) in NAMES:
                setattr(meta, name, gettext_lazy(str(getattr(meta, name))))
        for field in meta.local_fields:
            if isinstance(field.verbose_name, str) and field.verbose_name in NAMES:
                field.verbose_name = gettext_lazy(field.verbose_name)
