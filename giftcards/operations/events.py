"""Lines of a card's history that no entry of the books writes: what changes its state, or nothing but who saw it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from giftcards.models import CardEvent, CardState, EventKind
from ledger.operations import Actor, new_uuid7


def write_event(
    *,
    card_id: UUID,
    kind: EventKind,
    state_after: CardState,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    note: str = "",
    reference: str = "",
    details: dict[str, Any] | None = None,
) -> CardEvent:
    """Add a line without an amount; the card's account must be locked, so that the totals carry on."""
    last = CardEvent.objects.filter(card_id=card_id).order_by("-id").first()
    return CardEvent.objects.create(
        public_id=new_uuid7(),
        card_id=card_id,
        kind=kind,
        amount_minor=0,
        balance_after_minor=last.balance_after_minor if last else 0,
        sold_after_minor=last.sold_after_minor if last else 0,
        redeemed_after_minor=last.redeemed_after_minor if last else 0,
        state_after=state_after,
        reason_id=reason,
        note=note,
        reference=reference,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
        request_id=actor.request_id,
        details=details or {},
        created_at=now,
    )
