"""What of a history is shown: of which account, what kind of entry, from which day through which."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, DateFilter, FilterSet

from ledger.operations import TransactionType
from ledger.queries import Transaction, list_transactions
from storecredit.backoffice.checkouts.waiting import addresses_of_orders
from storecredit.backoffice.kit import DAY_VALIDATORS, Table, Words, first_moment_seen, style
from storecredit.backoffice.kit.filtersets import SpansForm
from storecredit.backoffice.kit.rows import Others, history_table


def _day_filter(label: Words, method: str) -> DateFilter:
    return DateFilter(
        label=label,
        method=method,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAY_VALIDATORS,
    )


def find_referred_pages(request: HttpRequest, entries: Sequence[Transaction]) -> dict[str, str]:
    """The addresses of the orders that entries of one mode refer to, each by its reference. Accounts are at hand."""
    if not entries:
        return {}
    references = [entry.reference for entry in entries]
    return addresses_of_orders(request, references, test_mode=entries[0].account.test_mode)


class _HistoryForm(SpansForm):
    spans = (("first", "last"),)


class HistoryFilter(FilterSet):
    """Narrows the entries of some accounts. Days are whole ones in the shop's time zone."""

    account = ChoiceFilter(label=_("Account"), field_name="account_id", empty_label=_("All"))
    type = ChoiceFilter(label=_("What"), choices=TransactionType.choices, empty_label=_("Everything"))
    first = _day_filter(_("From"), "since")
    last = _day_filter(_("Through"), "through")

    class Meta:
        form = _HistoryForm

    def __init__(self, *args: Any, accounts: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["account"].extra["choices"] = accounts
        if len(accounts) < 2:
            del self.filters["account"]
        style(self.form)

    def since(self, entries: QuerySet[Transaction], name: str, day: date) -> QuerySet[Transaction]:
        return entries.filter(created_at__gte=first_moment_seen(day))

    def through(self, entries: QuerySet[Transaction], name: str, day: date) -> QuerySet[Transaction]:
        return entries.filter(created_at__lt=first_moment_seen(day, days_later=1))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for."""
        return any(self.data.get(name) for name in self.form.fields)


def filter_history(
    request: HttpRequest, accounts: list[tuple[int, str]], others: Others | None = None
) -> tuple[HistoryFilter, Table]:
    """
    The filter of some accounts' history as the address asks for it, and the page that it leaves.

    :param accounts: id and currency of each.
    :param others: what is told among the entries as long as nothing is filtered.
    """
    entries = list_transactions(account_ids=[account_id for account_id, _ in accounts])
    chosen = HistoryFilter(request.GET, queryset=entries, accounts=accounts)
    found = chosen.qs if chosen.is_valid() else entries.none()
    history = history_table(
        request, found, partial(find_referred_pages, request), None if chosen.is_narrowed else others
    )
    why_empty = (
        gettext("Nothing like this has been posted.") if chosen.is_narrowed else gettext("Nothing has been posted yet.")
    )
    return chosen, replace(history, empty=why_empty)
