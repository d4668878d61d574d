"""Which kinds of files there are, and who may import them."""

from typing import Any

from storecredit.backoffice.imports.comparing import Orders, Statements
from storecredit.backoffice.imports.kinds import Cards, Customers, Kind, OpeningBalances
from storecredit.backoffice.imports.whole_kinds import CreditRequests

KINDS: dict[str, Kind] = {
    kind.name.value: kind
    for kind in (Customers(), Cards(), OpeningBalances(), CreditRequests(), Orders(), Statements())
}


def list_permitted(user: Any) -> list[Kind]:
    """The kinds of files that somebody may import."""
    return [kind for kind in KINDS.values() if user.has_perm(kind.permission)]
