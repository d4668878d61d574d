"""By what the lists are filtered, and beside which item a page begins."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from storecredit.api.fields import SENTENCE, Integer, StrictField, Uuid, wrong_member
from storecredit.api.filters import Filter, FilterSet
from storecredit.api.pagination import PlacePagination
from storecredit.dialects.digital_river.serializers.shapes import OrderId

PAGE_SIZE: Final = 10
_NOT_BOTH: Final = "Send startingAfter or endingBefore, not both."
_LIMIT: Final = Integer(min_value=1, max_value=100, help_text="How many items a page has at most; 10 if left out.")
_AFTER: Final = f"older than this one. {_NOT_BOTH}"
_BEFORE: Final = f"newer than this one, the nearest of them. {_NOT_BOTH}"


class OrderPages(PlacePagination):
    """Orders beside one of them."""

    parameters: ClassVar[Mapping[str, StrictField]] = {
        "limit": _LIMIT,
        "startingAfter": OrderId(help_text=f"Only orders {_AFTER}"),
        "endingBefore": OrderId(help_text=f"Only orders {_BEFORE}"),
    }


class RefundPages(PlacePagination):
    """Refunds beside one of them."""

    parameters: ClassVar[Mapping[str, StrictField]] = {
        "limit": _LIMIT,
        "startingAfter": Uuid(help_text=f"Only refunds {_AFTER}"),
        "endingBefore": Uuid(help_text=f"Only refunds {_BEFORE}"),
    }


class RefundFilter(FilterSet):
    orderId = Filter(OrderId(help_text="Only refunds of this order."), field_name="order_id")


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
