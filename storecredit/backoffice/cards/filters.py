"""Filters of the card list. Each asks of a card what staff would ask."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import CardBatch, ShownState, narrow_to_state
from storecredit.backoffice.kit import ChoiceFilter, CurrencyFilter

EXPIRY_DAYS = (30, 60, 90)
#: More than somebody reads through; the others are found by their name, and by their page.
_BATCHES_SHOWN = 50


class StateFilter(ChoiceFilter):
    """What a user of the card meets now."""

    title, parameter_name = _("state"), "state"
    choices_of_filter = ShownState.choices

    def narrow(self, queryset: Any, value: str) -> QuerySet[Any]:
        return narrow_to_state(queryset, ShownState(value), timezone.now())


class CardCurrencyFilter(CurrencyFilter):
    field = "account__currency"


class BatchFilter(ChoiceFilter):
    """The newest batches, the one that the address names, and the cards that were made one by one."""

    title, parameter_name = _("batch"), "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        batches = CardBatch.objects.order_by("-pk").values_list("pk", "name")
        listed = dict(batches[:_BATCHES_SHOWN])
        asked = request.GET.get(self.parameter_name, "")
        # Longer than any id is none.
        if asked.isascii() and asked.isdecimal() and len(asked) < 19:
            listed |= dict(batches.filter(pk=int(asked)))
        return [("none", gettext("No batch")), *((str(pk), name) for pk, name in listed.items())]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(batch__isnull=True) if value == "none" else queryset.filter(batch_id=int(value))


class ExpiringFilter(ChoiceFilter):
    """Cards whose last day comes soon."""

    title, parameter_name = _("expiring"), "expiring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (str(days), ngettext("Within %(count)s day", "Within %(count)s days", days) % {"count": days})
            for days in EXPIRY_DAYS
        ]

    def narrow(self, queryset: Any, value: str) -> QuerySet[Any]:
        now = timezone.now()
        return queryset.expiring(after=now, until=now + timedelta(days=int(value)))


class ValueFilter(ChoiceFilter):
    """Whether there is anything on the card."""

    title, parameter_name = _("value"), "value"
    choices_of_filter = (("left", _("Value left (unspent)")), ("none", _("Nothing on it")))

    def narrow(self, queryset: Any, value: str) -> QuerySet[Any]:
        return queryset.unspent() if value == "left" else queryset.filter(account__balance_minor=0)
