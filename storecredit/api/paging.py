"""Lists in pages: a limit, and a cursor that says where the last page ended."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from storecredit.api.old_fields import Body, Integer, Maybe, Text
from storecredit.api.problems import BadRequest, FaultKind

M = TypeVar("M", bound=Model)
_PLACE = re.compile(r"([a-z_]+):([0-9]{1,18})", re.ASCII)


class PageQuery(Body):
    """The two parameters of every list. Derive from it to add filters."""

    limit = Maybe(Integer("How many items a page has at most.", minimum=1, maximum=100))
    cursor = Maybe(Text("`nextCursor` of the page before; left out for the first page.", max_length=128, min_length=1))


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some items of a list, and the cursor of the next page if there is one."""

    items: list[M]
    size: int
    next_cursor: str | None


def read_page(rows: QuerySet[M], *, of: str, by: str, query: PageQuery, default_size: int = 50) -> Page[M]:
    """
    One page of a list, in one statement.

    :param of: the list's name; a cursor of another list is refused.
    :param by: the unique column that the list is ordered by, with `-` for descending.
    :raises BadRequest: if the cursor is none that this list gave out.
    """
    column, descending = by.removeprefix("-"), by.startswith("-")
    if query.cursor is not None:
        place = _read_cursor(query.cursor, of)
        rows = rows.filter(**{f"{column}__{'lt' if descending else 'gt'}": place})
    size = query.limit or default_size
    items = list(rows.order_by(by)[: size + 1])
    if len(items) <= size:
        return Page(items=items, size=size, next_cursor=None)
    items.pop()
    return Page(items=items, size=size, next_cursor=_write_cursor(of, getattr(items[-1], column)))


def _write_cursor(of: str, place: int) -> str:
    return base64.urlsafe_b64encode(f"{of}:{place}".encode("ascii")).decode("ascii").rstrip("=")


def _read_cursor(text: str, of: str) -> int:
    try:
        padded = text + "=" * (-len(text) % 4)
        found = _PLACE.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        found = None
    if found is None or found[1] != of:
        raise BadRequest.because("cursor must be one that this list gave out.", kind=FaultKind.VALUE, member="cursor")
    return int(found[2])
