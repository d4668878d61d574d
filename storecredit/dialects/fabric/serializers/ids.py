import re

from ledger.text import find_unfit
from storecredit.credits.operations import OrderKind

_ORDER_ID = re.compile(r"[0-9a-fA-F]{24}", re.ASCII)
_LONGEST = 64


def read_order(kind: OrderKind, text: str) -> str | None:
    """
    The order that a path names, None if it can be none: an id has 24 hexadecimal characters, whose case does not
    matter; a number or an id of yours up to 64 printable ones.
    """
    if kind == OrderKind.ID:
        return text.lower() if _ORDER_ID.fullmatch(text) else None
    return text if len(text) <= _LONGEST and not text.isspace() and not find_unfit(text) else None
