"""Why money moves, in one value that goes unchanged from the door to the entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """
    Why something is done, as its entry or its line of history will say for ever.

    `key` has another life than the rest. They tell whoever reads; it tells this movement from all others, so that the
    books take it once, however often and by however many it is asked for. What moves no value has no use for one.

    :param reason: code of a reason, which may ask for a note or a reference.
    :param note: in somebody's own words.
    :param reference: what it is about elsewhere: an order, a receipt, a ticket.
    :param details: what a door or a product wants to find again, as JSON; the books do not read it.
    :param metadata: what a client keeps with the entry, as JSON; it is found by one of its members.
    """

    reason: str | None = None
    note: str = ""
    reference: str = ""
    key: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


#: Nothing is said, and nothing keeps the movement from being made a second time.
UNEXPLAINED: Final = Why()
