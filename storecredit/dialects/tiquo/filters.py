"""By what the lists of the customer store credit API are filtered."""

from typing import Any, Final

from django.db.models import Q, QuerySet

from ledger.operations import TransactionType
from ledger.queries import has_metadata
from storecredit.api.fields import Choice, HeldCurrency, Moment, Text
from storecredit.api.filters import Filter, FilterSet, MetadataFilter, MomentFilter
from storecredit.dialects.tiquo.serializers.credit import TYPE_WORDS, TYPES
from storecredit.dialects.tiquo.serializers.customers import STATUSES

#: A reversal is called by what it undoes: of a spend it gives back, of a credit it takes back.
_CONDITIONS: Final = {word: Q(type__in=[kind for kind, shown in TYPES.items() if shown == word]) for word in TYPE_WORDS}
_CONDITIONS["refunded"] |= Q(type=TransactionType.REVERSE, amount_minor__gt=0)
_CONDITIONS["reversed"] |= Q(type=TransactionType.REVERSE, amount_minor__lt=0)


class BalanceFilter(FilterSet):
    currency = Filter(HeldCurrency(help_text="Only this currency, with balance 0 if the customer has none in it."))


class TransactionFilter(FilterSet):
    type = Filter(
        Choice(choices=TYPE_WORDS, component="StoreCreditType", help_text="Only transactions of this type."),
        method="filter_type",
    )
    currency = Filter(HeldCurrency(help_text="Only transactions in this currency."), field_name="currency")
    createdFrom = MomentFilter(
        Moment(end_of_day=False, help_text="Not before this: epoch milliseconds or a date."),
        field_name="created_at",
        lookup_expr="gte",
    )
    createdTo = MomentFilter(
        Moment(end_of_day=True, help_text="Not after this: epoch milliseconds, or a date including that day."),
        field_name="created_at",
        lookup_expr="lte",
    )
    metadata = MetadataFilter("transactions", has_metadata=has_metadata)

    def filter_type(self, transactions: QuerySet[Any], name: str, word: str) -> QuerySet[Any]:
        """Transactions of the types that the vendor's word stands for."""
        return transactions.filter(_CONDITIONS[word])


class CustomerFilter(FilterSet):
    search = Filter(
        Text(max_length=200, help_text="Words that the number, name, e-mail address or telephone number holds."),
        method="filter_search",
    )
    status = Filter(
        Choice(choices=STATUSES, component="CustomerStatus", help_text="Only customers of this status."),
        field_name="status",
    )

    def filter_search(self, customers: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:
        """Customers that match every word."""
        return customers.matching(words)  # type: ignore[attr-defined]  # of the ledger's own kind of queryset
