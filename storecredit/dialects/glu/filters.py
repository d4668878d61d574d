"""By what balance events are filtered. The names and their meaning are those of the vendor's framework."""

import re
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet

from ledger.queries import has_metadata
from storecredit.api.fields import Choice, Integer, IsoMoment, StrictField, wrong
from storecredit.api.filters import Filter, FilterSet, MetadataFilter, MomentFilter, compare_shown
from storecredit.dialects.glu.serializers.accounts import MAX_AMOUNT_MINOR, MINOR
from storecredit.dialects.glu.serializers.balances import CARD_CREDIT_LASTS_UNTIL, TYPE_WORDS, TYPES

#: How a moment is compared: `before` and `after` include it.
_MOMENTS: Final = {
    "before": ("lte", "Not after this"),
    "strictly_before": ("lt", "Before this"),
    "after": ("gte", "Not before this"),
    "strictly_after": ("gt", "After this"),
}
_AMOUNTS: Final = {"gt": "More than this.", "gte": "At least this.", "lt": "Less than this.", "lte": "At most this."}
_WHAT: Final = {
    "createdAt": "when it was booked",
    "updatedAt": "the same as `createdAt`, for a balance event never changes",
    "happenedAt": "when it happened",
    "expiresAt": "until when the credit that it brought in can be redeemed",
}


class AmountRange(StrictField):
    """Two amounts in minor units with two dots between them, both included: `100..2500`."""

    expected: ClassVar[str] = "a string"
    _FORM = re.compile(r"(-?[0-9]{1,16})\.\.(-?[0-9]{1,16})", re.ASCII)

    def to_internal_value(self, data: Any) -> tuple[int, int]:
        found = self._FORM.fullmatch(data)
        if found is None or int(found[1]) > int(found[2]):
            raise wrong("must be two whole numbers, the smaller first, with two dots between them, such as 100..2500.")
        return int(found[1]), int(found[2])

    def describe(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self._FORM.pattern}$"}


def _compare_moments(member: str, name: str) -> Filter:
    lookup, words = _MOMENTS[name]
    reads = IsoMoment(help_text=f"{words}, a date or a date and time: {_WHAT[member]}.")
    if member == "expiresAt":
        return Filter(reads, field_name=f"credit_expires_at__{lookup}", method="filter_expiry")
    return MomentFilter(reads, field_name="created_at", lookup_expr=lookup)


def _compare_amounts(name: str) -> Filter:
    reads = Integer(min_value=-MAX_AMOUNT_MINOR, max_value=MAX_AMOUNT_MINOR, help_text=f"{_AMOUNTS[name]} {MINOR}")
    return Filter(reads, field_name="amount_minor", lookup_expr=name)


class BalanceEventFilter(FilterSet):
    type = Filter(
        Choice(choices=TYPE_WORDS, component="BalanceEventType", help_text="Only balances of this type."),
        method="filter_type",
    )
    storedCreditAccount = Filter(
        Integer(
            min_value=1,
            max_value=MAX_AMOUNT_MINOR,
            help_text="Ours: only balances of the stored credit account with this id.",
        ),
        field_name="account_id",
    )
    metadata = MetadataFilter("balances", has_metadata=has_metadata)

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """With those whose names no attribute can have."""
        filters = super().get_filters()
        for member in _WHAT:
            filters |= {f"{member}[{name}]": _compare_moments(member, name) for name in _MOMENTS}
        filters |= {f"amount[{name}]": _compare_amounts(name) for name in _AMOUNTS}
        filters["amount[between]"] = Filter(
            AmountRange(help_text=f"From this to that, both included: `100..2500`. {MINOR}"),
            field_name="amount_minor",
            lookup_expr="range",
        )
        filters["order[happenedAt]"] = Filter(
            Choice(choices=["asc", "desc"], help_text="Oldest or newest first; newest if left out."),
            method="order",
        )
        return filters

    def filter_type(self, entries: QuerySet[Any], name: str, word: str) -> QuerySet[Any]:
        """Entries of the types that the vendor's word stands for."""
        return entries.filter(type__in=[kind for kind, shown in TYPES.items() if shown == word])

    def filter_expiry(self, entries: QuerySet[Any], name: str, moment: datetime) -> QuerySet[Any]:
        """Entries that brought in credit which can be redeemed until then, as the answers show it."""
        column, _, lookup = name.rpartition("__")
        of_cards = compare_shown(column, lookup, moment - CARD_CREDIT_LASTS_UNTIL)
        of_customers = compare_shown(column, lookup, moment)
        return entries.filter(Q(is_of_card=True, **of_cards) | Q(is_of_card=False, **of_customers))

    def order(self, entries: QuerySet[Any], name: str, direction: str) -> QuerySet[Any]:
        """By when they happened; entries are numbered as they are made."""
        sign = "-" if direction == "desc" else ""
        return entries.order_by(f"{sign}created_at", f"{sign}number")
