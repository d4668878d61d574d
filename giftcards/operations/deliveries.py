"""
A card's code is sent to its recipient: asked for, attempted until it went or is given up, and told in its history.

Each attempt is claimed before and settled after the mail goes out, and the mail goes out in no transaction. Whoever
claims one has it to themselves for a while; cut off in between, it is attempted again: at least once, seldom twice.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from moneyed import Money

from giftcards.errors import AddressUnfit, CardNotUsable, DeliveryUnderWay
from giftcards.models import CardState, CodeDelivery, DeliveryState, EventKind, GiftCard
from giftcards.models.codes import CodeUnreadable, open_code
from giftcards.operations.events import write_events
from giftcards.operations.locks import lock_card
from giftcards.queries import find_delivery_under_way, get_card_by_id, require_may_send
from ledger.errors import ReasonMissing
from ledger.operations import UNEXPLAINED, Actor, Why, operation
from ledger.text import find_wrong_email

#: How long after each attempt but the last the next one is made.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720))
MOST_ATTEMPTS = len(_WAITS) + 1
_SENDABLE = frozenset({CardState.ACTIVE, CardState.PENDING})
_CHANGEABLE = _SENDABLE | {CardState.BLOCKED}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says of a card. The code stands in no repr."""

    delivery_id: int
    attempt: int
    address: str
    language: str
    masked_code: str
    value: Money
    card: GiftCard
    code: str = field(repr=False)


@operation
def queue_delivery(
    *,
    card_id: UUID,
    address: str,
    language: str,
    actor: Actor,
    now: datetime,
    may_reveal: bool,
    why: Why = UNEXPLAINED,
) -> CodeDelivery:
    """
    Have a card's code sent to an address. It is due at once.

    :param language: in which the mail is written.
    :param may_reveal: whether the actor may see codes: nobody else sends one anywhere but to the card's recipient.
    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is blocked, voided or expired.
    :raises CodeUnreadable: if its key is not in the environment any more.
    :raises AddressUnfit, AddressNotKept, RecipientChangedBySender: for such an address.
    :raises DeliveryUnderWay: if a mail with it is on its way already.
    :raises ReasonMissing: if it is not said why.
    """
    if why.reason is None and not why.note.strip():
        raise ReasonMissing
    card = lock_card(card_id=card_id)
    require_sendable(card=card, address=address, actor=actor, now=now, may_reveal=may_reveal)
    _require_none_under_way(card)
    delivery = CodeDelivery.objects.create(
        card_id=card.pk,
        address=address,
        language=language,
        due_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
        request_id=actor.request_id,
        created_at=now,
    )
    details = {"to": address, "language": language, "delivery": delivery.pk}
    write_events(card_ids=[card.pk], kind=EventKind.SENDING, actor=actor, now=now, why=replace(why, details=details))
    return delivery


def require_sendable(*, card: GiftCard, address: str, actor: Actor, now: datetime, may_reveal: bool) -> None:
    """
    Refuse what `queue_delivery` would, as the card stands. Asked of one that is not locked it writes and locks nothing,
    so that of many those that cannot be sent are soon passed.

    :raises CardNotUsable, CodeUnreadable, AddressUnfit, AddressNotKept, RecipientChangedBySender: as there.
    """
    _require_state(card, now)
    if not address or (fault := find_wrong_email(address)):
        raise AddressUnfit(fault=fault if address else "")
    require_may_send(card=card, address=address, actor=actor, may_reveal=may_reveal)
    # Whether it can be opened is better known now than when nobody looks.
    open_code(card.sealed_code)


@operation
def claim_delivery(*, delivery_id: int, actor: Actor, now: datetime) -> Letter | None:
    """
    What a delivery that is due is to say, for whoever asks first; None if it is not due. Until it is settled, or cut
    off and due again, nobody else is given it.

    A card that cannot be used any more is not sent: the delivery has failed then.
    """
    found = _find_due(delivery_id, now)
    if found is None:
        return None
    card = lock_card(card_id=found.card_id)
    delivery = _find_due(delivery_id, now)
    if delivery is None:
        return None
    try:
        _require_state(card, now)
        code = open_code(card.sealed_code)
    except (CardNotUsable, CodeUnreadable) as refused:
        _end(delivery, DeliveryState.FAILED, actor=actor, now=now, failure=str(refused))
        return None
    delivery.due_at = now + _WAITS[min(delivery.attempts, len(_WAITS) - 1)]
    delivery.attempts += 1
    delivery.save(update_fields=["attempts", "due_at"])
    return Letter(
        delivery_id=delivery.pk,
        attempt=delivery.attempts,
        address=delivery.address,
        language=delivery.language,
        masked_code=card.masked_code,
        value=get_card_by_id(card_id=card.pk, now=now).spendable,
        card=card,
        code=code,
    )


@operation
def settle_delivery(*, delivery_id: int, attempt: int, actor: Actor, now: datetime, failure: str = "") -> CodeDelivery:
    """
    Say what became of an attempt: the mail went, or it did not and is attempted again, or given up after the last.

    :param failure: why it did not go; blank if it went. Never anything of the mail.
    """
    lock_card(card_id=CodeDelivery.objects.values_list("card_id", flat=True).get(pk=delivery_id))
    delivery = CodeDelivery.objects.get(pk=delivery_id)
    if delivery.state != DeliveryState.QUEUED:
        return delivery
    if not failure:
        _end(delivery, DeliveryState.SENT, actor=actor, now=now)
    elif attempt >= MOST_ATTEMPTS:
        _end(delivery, DeliveryState.FAILED, actor=actor, now=now, failure=failure)
    else:
        delivery.failure = failure[:200]
        delivery.save(update_fields=["failure"])
    return delivery


@operation
def change_recipient(
    *, card_id: UUID, name: str, email: str, actor: Actor, now: datetime, why: Why = UNEXPLAINED
) -> GiftCard:
    """
    Say whom a card is for, and where they are written to.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is voided or expired.
    :raises AddressUnfit: for such an address; blank is for none.
    :raises DeliveryUnderWay: if a mail with it is on its way to the one that it has.
    :raises ReasonMissing: if it is not said why.
    """
    if why.reason is None and not why.note.strip():
        raise ReasonMissing
    card = lock_card(card_id=card_id)
    if (state := card.state_at(now)) not in _CHANGEABLE:
        raise CardNotUsable(card=card.masked_code, state=state.label, verb="given another recipient")
    if email and (fault := find_wrong_email(email)):
        raise AddressUnfit(fault=fault)
    _require_none_under_way(card)
    before = {"from_name": card.recipient_name, "from": card.recipient_email}
    card.recipient_name, card.recipient_email = name, email
    write_events(
        card_ids=[card.pk],
        kind=EventKind.RECIPIENT,
        changes={"recipient_name": name, "recipient_email": email},
        actor=actor,
        now=now,
        why=replace(why, details={**before, "to_name": name, "to": email}),
    )
    GiftCard.objects.filter(pk=card.pk).update(folded=card.fold_words())
    return card


def _require_state(card: GiftCard, now: datetime) -> None:
    state = card.state_at(now)
    if state not in _SENDABLE:
        raise CardNotUsable(card=card.masked_code, state=state.label, verb="sent")


def _require_none_under_way(card: GiftCard) -> None:
    if under_way := find_delivery_under_way(card_id=card.pk):
        raise DeliveryUnderWay(card=card.masked_code, address=under_way.address)


def _find_due(delivery_id: int, now: datetime) -> CodeDelivery | None:
    return CodeDelivery.objects.filter(pk=delivery_id, state=DeliveryState.QUEUED, due_at__lte=now).first()


def _end(delivery: CodeDelivery, state: DeliveryState, *, actor: Actor, now: datetime, failure: str = "") -> None:
    delivery.state, delivery.ended_at, delivery.failure = state, now, failure[:200]
    delivery.save(update_fields=["state", "ended_at", "failure"])
    write_events(
        card_ids=[delivery.card_id],
        kind=EventKind.SENT if state == DeliveryState.SENT else EventKind.UNSENT,
        actor=actor,
        now=now,
        why=Why(note=delivery.failure, details={"to": delivery.address, "delivery": delivery.pk}),
    )
