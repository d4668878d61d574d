"""By what the list of gift cards is filtered, and where its pages begin."""

from storecredit.api.fields import Choice, Integer, Text, Uuid
from storecredit.api.filters import Filter, FilterSet, MetadataFilter
from storecredit.api.pagination import Pagination
from storecredit.dialects.lightspeed.serializers.cards import PAGE_SIZE, STATUS_ABOUT, STATUSES


class GiftCardFilter(FilterSet):
    card_number = Filter(
        Text(max_length=255, help_text="Only the card with this number. A look-up: misses are counted.")
    )
    status = Filter(
        Choice(choices=STATUSES, component="GiftCardStatus", help_text=f"Only cards of this status. {STATUS_ABOUT}")
    )
    customerId = Filter(
        Text(max_length=64, help_text="Ours: only cards of the customer with this number or document id.")
    )
    sale_id = Filter(Text(max_length=64, help_text="Ours: only cards that this sale sold."))
    source_id = Filter(
        Text(max_length=255, help_text="Ours: only cards with a transaction that belongs to this sale or document.")
    )
    metadata = MetadataFilter("cards")


class CardPages(Pagination):
    """Pages that begin before a card."""

    page_size = PAGE_SIZE
    parameters = {
        "before": Uuid(help_text="Only cards made before the one with this id: the last one of the page before."),
        "page_size": Integer(
            min_value=1, max_value=PAGE_SIZE, help_text="How many cards a page has at most; 1000 if left out."
        ),
    }
