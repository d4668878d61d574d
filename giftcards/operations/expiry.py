"""
When a card ends, and with it all that is on it.

A card has one last day, and every lot of its account ends when that day does: there is no second expiry to go by. The
day is moved by people, to a later one, or by credit that comes back after it was over: then the card lives once more,
for the whole second life from that moment, and anew each time that credit comes back to it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from giftcards.errors import ExpiryNotLater
from giftcards.models import CardState, EventKind, GiftCard
from giftcards.operations.days import end_of_day, today_in
from giftcards.operations.events import write_events
from ledger.operations import (
    UNEXPLAINED,
    Actor,
    Ending,
    ExpirySummary,
    Why,
    end_credit_at,
    expire_credit,
    expire_credit_of,
    lock_account_rows,
    operation,
    second_life,
)

_CARDS_AT_ONCE = 500
_CAME_BACK = "Credit came back after the card had expired."


def is_over(card: GiftCard, now: datetime) -> bool:
    """
    Whether a card's last day has passed, whatever else was decided about the card.

    It has for all once a sweep has said so, also for those whose clocks are behind the sweep's.
    """
    return card.expires_at is not None and (card.expires_at <= now or card.state == CardState.EXPIRED)


def is_day_over(day: date, time_zone: str, now: datetime) -> bool:
    """
    Whether a day is no more in a time zone: a card can be spent through its last day's last second there.

    :raises TimeZoneUnknown: if there is no such time zone.
    """
    return day < today_in(time_zone, now)


def require_day_ahead(expires_on: date | None, time_zone: str, now: datetime) -> None:
    """
    For the last day of a card that is to be made, if it is to have one.

    :raises ExpiryNotLater: if that day is over.
    :raises TimeZoneUnknown: if there is no such time zone.
    """
    if expires_on is not None and is_day_over(expires_on, time_zone, now):
        raise ExpiryNotLater


def may_live_again(card: GiftCard, now: datetime) -> bool:
    """Whether credit that comes back gives the card another last day: it is over, or was and has come back to life."""
    return is_over(card, now) or card.lives_again


def change_expiry(
    *,
    card: GiftCard,
    expires_on: date,
    time_zone: str,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Ending:
    """
    Move a card's last day to a later one, and the ending of its credit with it. A card that had none has one now.

    :param card: as `lock_card` has read it; not over.
    :raises ExpiryNotLater, TimeZoneUnknown: for such a day or zone.
    """
    expires_at = end_of_day(expires_on, time_zone)
    require_day_ahead(expires_on, time_zone, now)
    if card.expires_at is not None and expires_at < card.expires_at:
        raise ExpiryNotLater
    if card.expires_at == expires_at:
        return Ending(expires_at)
    before = card.expires_on
    card.time_zone, card.lives_again = time_zone, False
    end_credit_at(
        account_id=card.account_id,
        ending=Ending(expires_at),
        actor=actor,
        now=now,
        note=why.note or "The card's last day was moved.",
    )
    _move_end(
        card,
        expires_on,
        actor=actor,
        now=now,
        why=replace(
            why,
            details={
                "from": before.isoformat() if before else None,
                "to": expires_on.isoformat(),
                "time_zone": time_zone,
            },
        ),
    )
    return Ending(expires_at)


def ending_for_return(
    card: GiftCard | None, actor: Actor, now: datetime, *, gives_back: bool = True
) -> AbstractContextManager[Ending | None]:
    """When credit ends that comes back in here to a locked card, which lives again for it if it was over."""
    if card is None:
        return nullcontext()
    if gives_back and may_live_again(card, now):
        return living_again(card=card, actor=actor, now=now)
    return nullcontext(Ending(card.expires_at))


@contextmanager
def living_again(*, card: GiftCard, actor: Actor, now: datetime) -> Iterator[Ending]:
    """
    Give a card the whole second life from `now`, through its last day's end, for the credit that comes back to it in
    here. What is refused in here leaves the card as it was.

    What had expired on it leaves the books first: it does not come back with the card. A blocked card stays blocked.

    :param card: as `lock_card` has read it; one that `may_live_again`.
    :raises AccountNotOpen: if its account may not be moved by this actor.
    """
    since = max(now, card.expires_at) if card.expires_at is not None and is_over(card, now) else now
    # A moment that is itself a midnight belongs to the day before.
    expires_on = today_in(card.time_zone, second_life(now=since) - timedelta(microseconds=1))
    ending = Ending(end_of_day(expires_on, card.time_zone))
    if card.expires_at is not None and ending.at is not None and ending.at <= card.expires_at:
        yield Ending(card.expires_at)
        return
    with transaction.atomic():
        if is_over(card, now):
            expire_credit_of(account_id=card.account_id, actor=actor, now=since)
        end_credit_at(account_id=card.account_id, ending=ending, actor=actor, now=now, note=_CAME_BACK)
        yield ending
        card.lives_again = True
        card.state = CardState.ACTIVE if card.state == CardState.EXPIRED else card.state
        # Behind the line of what has come back, which is the reason for this one.
        _move_end(
            card,
            expires_on,
            actor=actor,
            now=now,
            why=Why(note=_CAME_BACK, details={"expires_on": expires_on.isoformat()}),
        )


def _move_end(
    card: GiftCard,
    expires_on: date,
    *,
    actor: Actor,
    now: datetime,
    why: Why,
) -> None:
    card.expires_on, card.expires_at = expires_on, end_of_day(expires_on, card.time_zone)
    write_events(
        card_ids=[card.id],
        kind=EventKind.EXTENDED,
        changes={
            name: getattr(card, name) for name in ("state", "expires_on", "expires_at", "time_zone", "lives_again")
        },
        actor=actor,
        now=now,
        why=why,
    )


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
    write_events(card_ids=cards, kind=EventKind.EXPIRED, changes={"state": CardState.EXPIRED}, actor=actor, now=now)
    return len(cards)
