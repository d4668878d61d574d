"""The entries that name what they were for, as somebody else's list names it too."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger.operations import ActorKind
from ledger.queries import Transaction

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Referred:
    """An entry as it is compared. The amount is in minor units: above zero the customer gained it."""

    reference: str
    currency: str
    amount_minor: int
    created_at: datetime


def list_referred(
    *,
    test_mode: bool,
    first: datetime | None = None,
    before: datetime | None = None,
    client: str = "",
    types: Collection[str] = (),
) -> Iterator[Referred]:
    """
    The entries with a reference, a portion in memory at a time.

    :param first: no older ones.
    :param before: none of this moment or later.
    :param client: those alone that an API client of this name wrote.
    :param types: those of these types alone; empty: of all.
    """
    rows = Transaction.objects.filter(account__test_mode=test_mode).exclude(reference="")
    if first is not None:
        rows = rows.filter(created_at__gte=first)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    if client:
        rows = rows.filter(actor_kind=ActorKind.API, actor_label=client)
    if types:
        rows = rows.filter(type__in=types)
    facts = rows.values_list("reference", "currency", "amount_minor", "created_at")
    return (Referred(*row) for row in facts.order_by("created_at", "number").iterator(_AT_ONCE))
