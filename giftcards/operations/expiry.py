"""Cards past their last day are marked, and what was on them is booked."""

from collections.abc import Callable
from datetime import datetime

from giftcards.models import CardState, EventKind, GiftCard
from giftcards.operations.events import write_events
from ledger.operations import Actor, ExpirySummary, expire_credit, lock_account_rows, operation

_CARDS_AT_ONCE = 500


def expire_cards(
    *,
    actor: Actor,
    now: datetime,
    on_cards: Callable[[int], None] = lambda marked: None,
    on_credit: Callable[[ExpirySummary], None] = lambda summary: None,
) -> tuple[int, ExpirySummary]:
    """
    Mark every card whose last day is over at `now`, then book all credit that has expired and that no hold sets aside.

    How many cards were marked, and what was booked. Safe twice and in parallel: each batch works under its accounts'
    locks, and each movement has its key. Blocked cards wait until they are unblocked.

    :param on_cards: called after each batch with how many cards have been marked so far.
    :param on_credit: called after each batch with what has been booked so far.
    """
    total = 0
    while (marked := _expire_batch(actor=actor, now=now)) is not None:
        total += marked
        on_cards(total)
    return total, expire_credit(actor=actor, now=now, progress=on_credit)


def count_due_cards(*, now: datetime) -> int:
    """How many cards the next sweep would mark."""
    return GiftCard.objects.due_for_expiry(now).count()


@operation
def _expire_batch(*, actor: Actor, now: datetime) -> int | None:
    """How many cards it marked; None if there are none to mark."""
    due = GiftCard.objects.due_for_expiry(now).order_by("expires_at", "id")
    first = list(due.values_list("account_id", "pk")[:_CARDS_AT_ONCE])
    if not first:
        return None
    lock_account_rows(account_ids=[account_id for account_id, _ in first])
    # Asked again under the locks: another sweep may have been here, or somebody extended the card.
    cards = list(due.filter(pk__in=[card_id for _, card_id in first]).values_list("pk", flat=True))
    GiftCard.objects.filter(pk__in=cards).update(state=CardState.EXPIRED)
    write_events(card_ids=cards, kind=EventKind.EXPIRED, state_after=CardState.EXPIRED, actor=actor, now=now)
    return len(cards)
