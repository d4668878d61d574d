"""Searches of lists, each way of which an index serves."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ledger.querysets import reached_by


class FoundByMixin(ModelAdmin):
    """A list in which something is found by its names, each whole and looked up by itself."""

    def list_ways(self, text: str) -> Sequence[QuerySet[Any]]:
        """The look-ups by which a text may find rows of this list."""
        raise NotImplementedError

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        text = search_term.strip()
        return (queryset.filter(reached_by(*self.list_ways(text))) if text else queryset), False
