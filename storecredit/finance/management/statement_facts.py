"""How a difference between a list and the books is told: as a program reads it, and in a result file."""

from typing import Any, Final

from ledger.money import from_minor
from storecredit.finance.queries import Found

#: What `tell` says of a difference and the result has a column for.
FACTS: Final = (
    "difference", "reference", "currency", "theirs", "ours", "lines", "entries", "line", "their_days", "our_days",
)  # fmt: skip


def tell(found: Found, *, spends: bool) -> dict[str, Any]:
    """A difference; amounts in major units, with the signs that the list has for them."""
    return {
        "difference": found.difference.value,
        "reference": found.reference,
        "currency": found.currency,
        "theirs": _amount(found.theirs_minor, found.currency, spends=spends),
        "ours": _amount(found.ours_minor, found.currency, spends=spends),
        "lines": found.theirs_count,
        "entries": found.ours_count,
        "line": found.line,
        "their_days": " – ".join(found.theirs_days) or None,
        "our_days": " – ".join(found.ours_days) or None,
    }


def _amount(minor: int | None, currency: str, *, spends: bool) -> str | None:
    if minor is None:
        return None
    return str(from_minor(-minor if spends else minor, currency).amount)
