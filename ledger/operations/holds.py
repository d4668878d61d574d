"""Credit set aside for a purchase: placed once, then captured, released or timed out, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from moneyed import Money

from ledger.errors import (
    ExpiryInThePast,
    HoldLastsLonger,
    HoldNotFound,
    HoldNotOpen,
    HoldTooSmall,
    MovementKeyUsed,
)
from ledger.models import Actor, CounterAccount, Hold, HoldLot, HoldStatus, Transaction, TransactionType, made_by
from ledger.models.identifiers import new_uuid7
from ledger.money import from_minor
from ledger.operations.atomic import operation
from ledger.operations.credit import positive_minor
from ledger.operations.reasons import require_reason
from ledger.posting import (
    UNEXPLAINED,
    LockedAccount,
    Movement,
    Use,
    Why,
    lock_account,
    lock_accounts,
    post,
    read_lots,
    require_currency,
    require_movable,
    take_from_lots,
)

_RELEASED_AT_ONCE = 500


@operation
def place_hold(
    *,
    account_id: int,
    amount: Money,
    expires_at: datetime,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Hold:
    """
    Set credit aside until `expires_at`, from the lots that a spend would take.

    :param amount: positive, in the account's currency.
    :param why: a hold keeps its reference and its key; the rest is said when it is captured.
    :raises InsufficientCredit: if less can be spent at `now`.
    :raises ExpiryInThePast: if the hold would have timed out at `now`.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch: for such an amount.
    :raises AccountNotFound, AccountNotOpen: if the account cannot be moved by this actor.
    :raises MovementKeyUsed: if a hold with this key exists.
    """
    amount_minor = positive_minor(amount)
    with connection.cursor() as cursor:
        account = lock_account(cursor, account_id)
        require_movable(account, actor)
        require_currency(account, amount.currency.code)
        if why.key is not None and Hold.objects.filter(key=why.key).exists():
            raise MovementKeyUsed(key=why.key)
        now = account.moment(now)
        if expires_at <= now:
            raise ExpiryInThePast
        chosen = take_from_lots(cursor, account, amount_minor, now)
    hold = Hold(
        id=new_uuid7(),
        account_id=account.id,
        amount_minor=amount_minor,
        expires_at=expires_at,
        reference=why.reference,
        key=why.key,
        **made_by(actor, now),
    )
    # Its lots first: the insert of the hold closes the placing, and its trigger reserves them.
    HoldLot.objects.bulk_create(HoldLot(hold_id=hold.id, lot_id=lot.id, amount_minor=taken) for lot, taken in chosen)
    try:
        hold.save(force_insert=True)
    except IntegrityError as error:
        # The same key on another account at the same moment: one names the constraint, the other its column.
        if why.key is None or not any(name in str(error) for name in ("ledger_hold_key_once", "ledger_hold.key")):
            raise
        raise MovementKeyUsed(key=why.key) from error
    return hold


@operation
def extend_hold(*, hold_id: UUID, expires_at: datetime, actor: Actor, now: datetime) -> Hold:
    """
    Let an open hold last until `expires_at`, which is later than before or the same.

    :raises HoldNotFound, HoldNotOpen: if there is none, or it has ended or timed out.
    :raises ExpiryInThePast: if it would have timed out at `now`.
    :raises HoldLastsLonger: if it would end sooner than before.
    """
    hold, account = _lock_open_hold(hold_id, now)
    if expires_at <= account.moment(now):
        raise ExpiryInThePast
    if expires_at < hold.expires_at:
        raise HoldLastsLonger(hold=str(hold.id))
    hold.expires_at, hold.changed_kind, hold.changed_id = expires_at, actor.kind, actor.id
    hold.save(update_fields=["expires_at", "changed_kind", "changed_id"])
    return hold


@operation
def capture_hold(
    *,
    hold_id: UUID,
    actor: Actor,
    now: datetime,
    amount: Money | None = None,
    final: bool = True,
    why: Why = UNEXPLAINED,
) -> Transaction:
    """
    Spend what a hold has set aside, also where its credit has expired since it was placed.

    :param amount: positive, in the account's currency; None: all that the hold has left.
    :param final: release what remains; otherwise the hold stays open for it.
    :raises HoldNotFound, HoldNotOpen: if there is none, or it has ended or timed out.
    :raises HoldTooSmall: if less than `amount` is left in it.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch: for such an amount.
    :raises AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    require_reason(why=why)
    hold, account = _lock_open_hold(hold_id, now)
    # A purchase is not dated before its hold, whose worker's clock may have been ahead.
    at = max(account.moment(now), hold.created_at)
    require_movable(account, actor)
    with connection.cursor() as cursor:
        left_minor = hold.amount_minor - hold.captured_minor
        amount_minor = left_minor
        if amount is not None:
            require_currency(account, amount.currency.code)
            amount_minor = positive_minor(amount)
        if amount_minor > left_minor:
            raise HoldTooSmall(
                hold=str(hold.id),
                left=from_minor(left_minor, account.currency),
                requested=from_minor(amount_minor, account.currency),
            )
        captured_minor = hold.captured_minor + amount_minor
        uses = _capture_lots(cursor, hold, amount_minor)
        if final or captured_minor == hold.amount_minor:
            _end(hold, HoldStatus.CAPTURED, actor, at)
        return post(
            cursor,
            Movement(
                account_id=account.id,
                currency=account.currency,
                type=TransactionType.REDEEM.value,
                amount_minor=-amount_minor,
                counter_account=CounterAccount.SALES.value,
                uses=uses,
                hold_id=hold.id,
                actor=actor,
                now=now,
                at=at,
                why=replace(why, reference=why.reference or hold.reference),
            ),
            account,
        )


@operation
def release_hold(*, hold_id: UUID, actor: Actor, now: datetime) -> Hold:
    """
    Let go of what a hold still sets aside.

    :raises HoldNotFound, HoldNotOpen: if there is none, or it has ended.
    """
    hold, account = _lock_open_hold(hold_id, now, timed_out_too=True)
    _end(hold, HoldStatus.RELEASED, actor, max(account.moment(now), hold.created_at))
    return Hold.objects.get(pk=hold.pk)


def release_timed_out_holds(*, actor: Actor, now: datetime) -> int:
    """How many open holds had passed their time and were released, in batches, each its own transaction."""
    released = 0
    while batch := _release_batch(actor=actor, now=now):
        released += batch
    return released


@operation
def release_timed_out_holds_of(*, account_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """
    How many open holds of these accounts had passed their time and were released, so that nobody waits for the sweep.

    :raises AccountNotFound: if one of the accounts does not exist.
    """
    with connection.cursor() as cursor:
        lock_accounts(cursor, account_ids)
    due = Hold.objects.timed_out(now).filter(account_id__in=account_ids)
    return due.update(status=HoldStatus.EXPIRED, **_ended_by(actor, now))


@operation
def _release_batch(*, actor: Actor, now: datetime) -> int:
    due = list(
        Hold.objects.timed_out(now).order_by("expires_at", "id").values_list("account_id", "pk")[:_RELEASED_AT_ONCE]
    )
    if not due:
        return 0
    with connection.cursor() as cursor:
        lock_accounts(cursor, (account_id for account_id, _ in due))
    # Asked again under the locks: a capture may have come first.
    return (
        Hold.objects.timed_out(now)
        .filter(pk__in=[hold_id for _, hold_id in due])
        .update(status=HoldStatus.EXPIRED, **_ended_by(actor, now))
    )


def _lock_open_hold(hold_id: UUID, now: datetime, *, timed_out_too: bool = False) -> tuple[Hold, LockedAccount]:
    """The hold, read under its account's lock: whatever changes a hold takes that lock first. Judged by its time."""
    account_id = Hold.objects.filter(pk=hold_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise HoldNotFound(hold=str(hold_id))
    with connection.cursor() as cursor:
        account = lock_account(cursor, account_id)
    hold = Hold.objects.get(pk=hold_id)
    if hold.status != HoldStatus.OPEN:
        raise HoldNotOpen(hold=str(hold.id), status=hold.get_status_display())
    if hold.expires_at <= account.moment(now) and not timed_out_too:
        raise HoldNotOpen(hold=str(hold.id), status=str(HoldStatus.EXPIRED.label))
    return hold, account


def _capture_lots(cursor: CursorWrapper, hold: Hold, amount_minor: int) -> list[Use]:
    parts = list(hold.hold_lots.order_by("id"))
    lots = read_lots(cursor, (part.lot_id for part in parts))
    uses: list[Use] = []
    for part in parts:
        taken = min(part.amount_minor - part.captured_minor, amount_minor)
        if taken:
            amount_minor -= taken
            uses.append(lots[part.lot_id].use(taken))
            HoldLot.objects.filter(pk=part.pk).update(captured_minor=part.captured_minor + taken)
    return uses


def _end(hold: Hold, status: HoldStatus, actor: Actor, now: datetime) -> None:
    Hold.objects.filter(pk=hold.pk).update(status=status, **_ended_by(actor, now))


def _ended_by(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"closed_at": now, "closed_by": actor.label, "changed_kind": actor.kind, "changed_id": actor.id}
