"""
Batches: many cards of one value, made in portions. Each portion is one transaction together with the count of what is
made, so a run that is killed goes on where the last whole portion ended, and two runs share the work.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from moneyed import Money

from giftcards.errors import (
    BatchNameTaken,
    BatchNotFound,
    BatchNotReady,
    BatchRejected,
    BatchSizeOutOfRange,
    BatchWaits,
    CodesTaken,
)
from giftcards.models import BatchStatus, CardBatch, EventKind, GiftCard
from giftcards.models.codes import new_code, open_code, seal_code
from giftcards.operations.bulk import PlannedCard, make_cards
from giftcards.operations.days import end_of_day, require_time_zone
from giftcards.operations.events import write_events
from giftcards.operations.expiry import require_day_ahead
from ledger.errors import AmountNotPositive, ReasonMissing
from ledger.money import require_decimal, require_open, to_minor
from ledger.operations import Actor, Funding, TransactionType, Why, count_given, lock_account_rows, operation

LARGEST_BATCH = 100_000
CARDS_AT_ONCE = 2500


@operation
def plan_batch(
    *,
    name: str,
    amount: Money,
    size: int,
    actor: Actor,
    now: datetime,
    expires_on: date | None = None,
    time_zone: str | None = None,
    funding: Funding = Funding.PAID,
    must_redeem_whole: bool = False,
    reloadable: bool = True,
    test_mode: bool = False,
    planned_by_id: int | None = None,
    waits: bool = False,
) -> CardBatch:
    """
    Say which cards are to be made. `make_batch` makes them.

    :param amount: positive; the value of each card.
    :param expires_on: the last day, in `time_zone` (default: the project's), on which they can be spent.
    :param planned_by_id: the person who plans it; None: somebody at a command.
    :param waits: none is made before somebody else approves it.
    :raises BatchNameTaken: if there is a batch of that name.
    :raises BatchSizeOutOfRange: if it is not 1 to 100,000 cards.
    :raises TimeZoneUnknown: if there is no such zone.
    :raises ExpiryNotLater: if that day is over.
    :raises AmountNotPositive, AmountNotExact, AmountTooLong, CurrencyUnknown: for such an amount.
    :raises DomainError: if nobody else approves it and all together are more than the person may give alone.
    """
    zone = time_zone or settings.TIME_ZONE
    require_time_zone(zone)
    require_day_ahead(expires_on, zone, now)
    if not 1 <= size <= LARGEST_BATCH:
        raise BatchSizeOutOfRange(size=size, largest=LARGEST_BATCH)
    require_decimal(amount)
    require_open(amount.currency.code, now.date())
    if amount.amount <= 0:
        raise AmountNotPositive(amount=amount)
    if not (waits or test_mode):
        whole_minor = {amount.currency.code: to_minor(amount) * size}
        count_given(actor=actor, given_minor=whole_minor, test_mode=test_mode, now=now)
    batch = CardBatch(
        name=name,
        amount=amount,
        size=size,
        funding=funding,
        expires_on=expires_on,
        time_zone=zone,
        must_redeem_whole=must_redeem_whole,
        reloadable=reloadable,
        test_mode=test_mode,
        created_by=actor.label,
        created_at=now,
        planned_by_id=planned_by_id,
        waits=waits,
    )
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError as error:
        raise BatchNameTaken(batch=name) from error
    return batch


def make_batch(
    *, batch_id: int, actor: Actor, now: datetime, on_portion: Callable[[CardBatch], None] = lambda batch: None
) -> CardBatch:
    """
    Make the cards that a batch still lacks. Safe twice and in parallel.

    :param on_portion: called after each portion with the batch as it then is.
    :raises BatchNotFound: if there is none.
    :raises BatchWaits: if nobody has approved it who has to.
    :raises BatchRejected: if somebody has rejected it.
    :raises ExpiryNotLater: if its cards' last day is over.
    """
    while True:
        batch = make_portion(batch_id=batch_id, actor=actor, now=now)
        on_portion(batch)
        if batch.status == BatchStatus.READY:
            return batch


@operation
def make_portion(*, batch_id: int, actor: Actor, now: datetime, at_most: int | None = None) -> CardBatch:
    """
    Make the next cards of a batch, `at_most` of them (default: 2,500); those of a ready one are made already.

    :raises BatchNotFound: if there is none.
    :raises BatchWaits: if nobody has approved it who has to.
    :raises BatchRejected: if somebody has rejected it.
    :raises ExpiryNotLater: if its cards' last day is over.
    """
    batch = lock_batch(batch_id=batch_id)
    if batch.status == BatchStatus.READY:
        return batch
    if batch.waits:
        raise BatchWaits(batch=batch.name)
    if batch.status == BatchStatus.REJECTED:
        raise BatchRejected(batch=batch.name)
    require_day_ahead(batch.expires_on, batch.time_zone, now)
    expires_at = end_of_day(batch.expires_on, batch.time_zone) if batch.expires_on else None
    last = min(batch.made + (at_most or CARDS_AT_ONCE), batch.size)
    cards = [
        PlannedCard(
            code=seal_code(new_code()),
            amount_minor=to_minor(batch.amount),
            currency=batch.currency,
            time_zone=batch.time_zone,
            expires_on=batch.expires_on,
            expires_at=expires_at,
            must_redeem_whole=batch.must_redeem_whole,
            reloadable=batch.reloadable,
            batch_id=batch.pk,
            batch_place=place,
            key=f"batch:{batch.pk}:{place}",
        )
        for place in range(batch.made + 1, last + 1)
    ]
    make_cards(
        cards=cards,
        type=TransactionType.ISSUE,
        funding=Funding(batch.funding),
        # Whoever planned it gave it then, or another person has approved it.
        actor=actor.agreed(),
        now=now,
        test_mode=batch.test_mode,
    )
    batch.made = last
    batch.status = BatchStatus.READY if last == batch.size else BatchStatus.RUNNING
    batch.save(update_fields=["made", "status"])
    return batch


def take_batch_codes(*, batch_id: int, actor: Actor, now: datetime, note: str) -> Iterator[tuple[int, str, str]]:
    """
    Take the plain codes of a batch out, once: place, account number and code of each card, in the order of the places.

    That they were taken, and by whom, stands in the batch before the first code is given out, and with the reason as
    an event of every card; the codes are opened one after the other as the caller goes on.

    :param note: why.
    :raises BatchNotFound: if there is none.
    :raises BatchNotReady: while its cards are being made.
    :raises CodesTaken: if somebody took them before.
    :raises ReasonMissing: if it is not said why.
    :raises CodeUnreadable: while iterating, if a code's key is not in the environment any more.
    """
    if not note.strip():
        raise ReasonMissing
    _mark_taken(batch_id=batch_id, actor=actor, now=now, note=note)
    return _open_codes(batch_id)


@operation
def _mark_taken(*, batch_id: int, actor: Actor, now: datetime, note: str) -> None:
    batch = lock_batch(batch_id=batch_id)
    if batch.status != BatchStatus.READY:
        raise BatchNotReady(batch=batch.name)
    if batch.codes_taken_at is not None:
        raise CodesTaken(batch=batch.name, by=batch.codes_taken_by)
    batch.codes_taken_by, batch.codes_taken_at = actor.label, now
    batch.save(update_fields=["codes_taken_by", "codes_taken_at"])
    place = 0
    while cards := list(_after(batch_id, place).values_list("batch_place", "pk", "account_id")):
        lock_account_rows(account_ids=[account_id for _, _, account_id in cards])
        write_events(
            card_ids=[card_id for _, card_id, _ in cards],
            kind=EventKind.REVEALED,
            actor=actor,
            now=now,
            why=Why(note=note, details={"batch": batch.name}),
        )
        place = cards[-1][0]


def _open_codes(batch_id: int) -> Iterator[tuple[int, str, str]]:
    place = 0
    while cards := list(_after(batch_id, place).select_related("account")):
        for card in cards:
            place = card.batch_place or 0
            yield place, card.account.number, open_code(card.sealed_code)


def _after(batch_id: int, place: int):  # type: ignore[no-untyped-def]  # a queryset of this app's own class
    return GiftCard.objects.filter(batch_id=batch_id, batch_place__gt=place).order_by("batch_place")[:CARDS_AT_ONCE]


def lock_batch(*, batch_id: int) -> CardBatch:
    """
    A batch as it stands, until the transaction ends.

    :raises BatchNotFound: if there is none.
    """
    batch = CardBatch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    return batch
