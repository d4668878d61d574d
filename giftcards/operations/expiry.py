"""Cards past their last day are marked, and what was on them is booked."""

from datetime import datetime

from django.db import connection

from giftcards.models import CardState, EventKind, GiftCard
from ledger.operations import Actor, ExpirySummary, expire_credit, lock_account_rows, operation

_CARDS_AT_ONCE = 500

_WRITE_EVENTS = """
    INSERT INTO giftcards_cardevent (public_id, card_id, kind, transaction_id, amount_minor, balance_after_minor,
        sold_after_minor, redeemed_after_minor, state_after, reason_id, note, reference,
        actor_kind, actor_id, actor_label, door, request_id, details, created_at)
    SELECT {public_id}, c.id, %s, NULL, 0, COALESCE(last.balance_after_minor, 0), COALESCE(last.sold_after_minor, 0),
        COALESCE(last.redeemed_after_minor, 0), %s, NULL, '', '', %s, %s, %s, %s, %s, '{{}}', %s
      FROM giftcards_giftcard c
      LEFT JOIN giftcards_cardevent last
        ON last.id = (SELECT MAX(e.id) FROM giftcards_cardevent e WHERE e.card_id = c.id)
     WHERE c.id IN ({marks})
"""


def expire_cards(*, actor: Actor, now: datetime) -> tuple[int, ExpirySummary]:
    """
    Mark every card whose last day is over at `now`, then book all credit that has expired and that no hold sets aside.

    How many cards were marked, and what was booked. Safe twice and in parallel: each batch works under its accounts'
    locks, and each movement has its key. Blocked cards wait until they are unblocked.
    """
    marked = 0
    while batch := _expire_batch(actor=actor, now=now):
        marked += batch
    return marked, expire_credit(actor=actor, now=now)


@operation
def _expire_batch(*, actor: Actor, now: datetime) -> int:
    due = GiftCard.objects.due_for_expiry(now).order_by("expires_at", "id")
    first = list(due.values_list("account_id", "pk")[:_CARDS_AT_ONCE])
    if not first:
        return 0
    lock_account_rows(account_ids=[account_id for account_id, _ in first])
    # Asked again under the locks: another sweep may have been here, or somebody extended the card.
    cards = list(due.filter(pk__in=[card_id for _, card_id in first]).values_list("pk", flat=True))
    if not cards:
        return len(first)
    GiftCard.objects.filter(pk__in=cards).update(state=CardState.EXPIRED)
    sql = _WRITE_EVENTS.format(
        public_id={"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}[connection.vendor],
        marks=", ".join(["%s"] * len(cards)),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                EventKind.EXPIRED.value,
                CardState.EXPIRED.value,
                str(actor.kind),
                actor.id,
                actor.label,
                actor.door,
                actor.request_id,
                connection.ops.adapt_datetimefield_value(now),
                *[card_id.hex for card_id in cards],
            ],
        )
    return len(cards)
