"""
The documented ways of paging: by an opaque cursor, by the number of the page, by the place of an item.

Each names its parameters with the fields that validate and describe them. A view whose rows come from one call of a
domain instead of a queryset reads them with `read_query` and shows its page with `get_paginated_response`.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from ledger.querysets import page_of
from storecredit.api.fields import Integer, StrictField, Text, wrong_member

_PLACE = re.compile(r"([a-z_]+):([0-9]{1,18})", re.ASCII)


class Pagination(BasePagination):
    """
    One page of a list. Derive from it and name the parameters.

    That is all of it where a page begins beside an item (`before`, `startingAfter`): its rows come from one call of a
    domain.
    """

    parameters: ClassVar[Mapping[str, StrictField]] = {}
    page_size: ClassVar[int] = 50


class CursorPagination(Pagination):
    """
    A limit, and an opaque cursor that says where the last page ended: one statement a page.

    The view names its list (`cursor_name`, for a cursor of another list is refused) and the unique column that it is
    ordered by (`ordering`, with `-` for descending). Derive from it to say how a page is shown.
    """

    parameters: ClassVar[Mapping[str, StrictField]] = {
        "limit": Integer(min_value=1, max_value=100, help_text="How many items a page has at most; 50 if left out."),
        "cursor": Text(max_length=128, help_text="`nextCursor` of the page before; left out for the first page."),
    }

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """
        The items of the page that is asked for.

        :raises ValidationError: if the cursor is none that this list gave out.
        """
        query = view.read_query()
        self.view = view
        self.size = query.get("limit", self.page_size)
        self.next_cursor = None
        by: str = view.ordering
        column = by.removeprefix("-")
        if "cursor" in query:
            place = _read_cursor(query["cursor"], view.cursor_name)
            queryset = queryset.filter(**{f"{column}__{'lt' if by.startswith('-') else 'gt'}": place})
        items = list(page_of(queryset.order_by(by), first=0, at_most=self.size + 1))
        if len(items) > self.size:
            items.pop()
            self.next_cursor = _write_cursor(view.cursor_name, getattr(items[-1], column))
        return items

    def paginate_rows(self, rows: Sequence[Mapping[str, Any]], view: Any, *, column: str) -> list[Any]:
        """
        The page that is asked for of rows that are at hand.

        :param column: what they are ordered by, and each has of its own.
        :raises ValidationError: if the cursor is none that this list gave out.
        """
        query = view.read_query()
        self.size, self.next_cursor = query.get("limit", self.page_size), None
        place = _read_cursor(query["cursor"], view.cursor_name) if "cursor" in query else 0
        items = [row for row in rows if row[column] > place]
        if len(items) > self.size:
            self.next_cursor = _write_cursor(view.cursor_name, items[self.size - 1][column])
        return items[: self.size]


class LinkedPagination(Pagination):
    """
    Numbered pages, whose neighbours stand in the header `Link` (RFC 8288).

    `slice_of` gives the rows of a page and one more, by which it is known whether there is a next one; where rows are
    numbered without a gap, override it.
    """

    parameters: ClassVar[Mapping[str, StrictField]] = {
        "page": Integer(
            min_value=1, max_value=1_000_000_000, help_text="Which page, from 1 on; the first if left out."
        ),
    }

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """The items of the page that is asked for."""
        self.request = request
        self.page = view.read_query().get("page", 1)
        items = list(self.slice_of(queryset, first=(self.page - 1) * self.page_size))
        self.has_next = len(items) > self.page_size
        return items[: self.page_size]

    def slice_of(self, queryset: Any, *, first: int) -> Any:
        """The rows from the place `first` on, one more than a page has."""
        return page_of(queryset, first=first, at_most=self.page_size + 1)

    def get_paginated_response(self, data: Any) -> Response:
        """The page, with links to the others."""
        pages = {"first": 1}
        if self.page > 1:
            pages["prev"] = self.page - 1
        if self.has_next:
            pages["next"] = self.page + 1
        links = [link_to(self.request, name, "page", str(number)) for name, number in pages.items()]
        return Response(data, headers={"Link": ", ".join(links)})


def link_to(request: Any, rel: str, parameter: str, value: str) -> str:
    """What the header `Link` (RFC 8288) says of another page: the request's own address with one parameter changed."""
    query = request.query_params.copy()
    query[parameter] = value
    path = request.get_full_path().partition("?")[0]
    return f'<{request.build_absolute_uri(f"{path}?{query.urlencode()}")}>; rel="{rel}"'


def refuse_place(member: str) -> Exception:
    """The refusal of a cursor or an id that is none of this list."""
    return wrong_member(member, "must be one that this list gave out.")


def _write_cursor(of: str, place: int) -> str:
    return base64.urlsafe_b64encode(f"{of}:{place}".encode("ascii")).decode("ascii").rstrip("=")


def _read_cursor(text: str, of: str) -> int:
    try:
        padded = text + "=" * (-len(text) % 4)
        found = _PLACE.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        found = None
    if found is None or found[1] != of:
        raise refuse_place("cursor")
    return int(found[2])
