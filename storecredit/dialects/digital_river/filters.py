"""By what the lists are filtered, and beside which item a page begins. The names are those of the vendor's lists."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from storecredit.api.fields import (
    SENTENCE,
    Choice,
    Email,
    HeldCurrency,
    Integer,
    IsoMoment,
    StrictField,
    Text,
    Uuid,
    wrong_member,
)
from storecredit.api.filters import Filter, FilterSet, bound_shown
from storecredit.api.pagination import Pagination
from storecredit.checkouts.operations import LONGEST_ID, SourceState
from storecredit.dialects.digital_river.serializers.shapes import LineNumber, OrderId
from storecredit.dialects.digital_river.serializers.sources import SOURCE_STATES
from storecredit.dialects.digital_river.serializers.tender import TypeName

PAGE_SIZE: Final = 10
_NOT_BOTH: Final = "Send startingAfter or endingBefore, not both."
_LIMIT: Final = Integer(min_value=1, max_value=100, help_text="How many items a page has at most; 10 if left out.")
_CREATED: Final = "createdTime"
#: Answers show moments in whole seconds.
_SHOWN: Final = timedelta(seconds=1)
_BOUNDS: Final = {
    f"{_CREATED}[gt]": "after this",
    f"{_CREATED}[gte]": "then or later",
    f"{_CREATED}[lt]": "before this",
    f"{_CREATED}[lte]": "then or earlier",
}


def _pages(what: str, names: type[StrictField]) -> type[Pagination]:
    """Pages of a list that begin beside one of its items, which is named so."""

    class Pages(Pagination):
        parameters: ClassVar[Mapping[str, StrictField]] = {
            "limit": _LIMIT,
            "startingAfter": names(help_text=f"Only {what} older than this one. {_NOT_BOTH}"),
            "endingBefore": names(help_text=f"Only {what} newer than this one, the nearest of them. {_NOT_BOTH}"),
        }

    return Pages


OrderPages = _pages("orders", OrderId)
RefundPages = _pages("refunds", Uuid)
CheckoutPages = _pages("checkouts", Uuid)
SourcePages = _pages("sources", Uuid)
FulfillmentPages = _pages("fulfilments", Uuid)


class CreatedFilter(FilterSet):
    """By when things were made."""

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """With those whose names no attribute can have."""
        moments = {_CREATED: "at this moment, to the second", **_BOUNDS}
        return super().get_filters() | {
            name: Filter(IsoMoment(help_text=f"Only what was made {words}, ISO 8601."))
            for name, words in moments.items()
        }


class OfOrder(CreatedFilter):
    orderId = Filter(OrderId(help_text="Only those of this order."))


class CheckoutFilter(CreatedFilter):
    upstreamIds = Filter(Text(max_length=LONGEST_ID, help_text="Only checkouts that you call so: one id."))
    customerId = Filter(
        Text(
            max_length=64,
            help_text="Only checkouts of the customer with this number or document id.",
        )
    )
    email = Filter(Email(help_text="Only checkouts with this e-mail address."))
    currency = Filter(HeldCurrency(help_text="Only checkouts in this currency."))


class SourceFilter(CreatedFilter):
    type = Filter(TypeName(help_text="Only sources of this type."))
    state = Filter(
        Choice(
            choices=SOURCE_STATES,
            component="PaymentSourceState",
            help_text="Only sources in this state.",
        )
    )
    currency = Filter(HeldCurrency(help_text="Only sources in this currency."))
    upstreamId = Filter(
        LineNumber(
            help_text="Only sources that are this line of credit: number of the account, or of the gift card itself. "
            "Unknown ones are counted: see the miss limit.",
        )
    )
    paymentSessionId = Filter(Uuid(help_text="Only sources of the checkout with this `payment.session.id`."))


def place_in(query: Mapping[str, Any]) -> dict[str, Any]:
    """
    Which page of a list is asked for, as checkouts take it.

    :raises ValidationError: if it shall begin at two places.
    """
    if "startingAfter" in query and "endingBefore" in query:
        raise wrong_member("endingBefore", _NOT_BOTH, code=SENTENCE)
    return {
        "at_most": query.get("limit", PAGE_SIZE),
        "starting_after": query.get("startingAfter"),
        "ending_before": query.get("endingBefore"),
    }


def created_in(query: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """Within which bounds what is asked for was made, as checkouts take them."""
    asked = [(name.removeprefix(_CREATED)[1:-1], query[name]) for name in _BOUNDS if name in query]
    if _CREATED in query:
        asked += [("gte", query[_CREATED]), ("lte", query[_CREATED])]
    return [bound_shown(lookup, moment, unit=_SHOWN) for lookup, moment in asked]


def state_in(query: Mapping[str, Any]) -> SourceState | None:
    """The state of sources that is asked for."""
    return SourceState(query["state"].upper()) if "state" in query else None
