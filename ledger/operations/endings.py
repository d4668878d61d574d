"""
Until when credit lives, where that is not its lot's own affair.

All credit of a gift card ends when the card does: whoever keeps cards says so with an `Ending`, and credit that comes
into such an account, or back to it, ends then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from ledger.errors import ExpiryUnchanged, LotNotFound
from ledger.models import Actor, BookRules, Lot
from ledger.operations.accounts import lock_account_rows
from ledger.operations.atomic import operation
from ledger.posting.locks import CLOSED_UNTIL, bind, moment

# In a list of columns PostgreSQL takes a value for text unless it is told.
_MOMENT = {"postgresql": "%s::timestamptz", "sqlite": "%s"}
# Of what a clock says, the account's last entry and the last cut: that entry was booked under the expiry of before, and
# so was what the cut has closed.
_LATER = {
    "postgresql": f"GREATEST(%s::timestamptz, a.last_entry_at, {CLOSED_UNTIL['postgresql']})",
    "sqlite": f"MAX(%s, COALESCE(a.last_entry_at, ''), COALESCE({CLOSED_UNTIL['sqlite']}, ''))",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """The first moment at which no credit of an account can be spent any more; None: there is none."""

    at: datetime | None


def second_life(*, now: datetime) -> datetime:
    """Until when credit lives that comes back at `now`, after it had expired."""
    rules = BookRules.objects.filter(pk=1).first() or BookRules()
    return now + timedelta(days=rules.refund_life_days)


@operation
def end_lot_at(*, lot_id: int, ending: Ending, actor: Actor, now: datetime, note: str) -> Lot:
    """
    Give what is left of one lot another ending, past or to come; what is past is booked by the next sweep.

    :param note: why; stands beside the change.
    :raises LotNotFound: if there is none.
    :raises ExpiryUnchanged: if nothing is left of it, or it ends so already.
    """
    account_id = Lot.objects.filter(pk=lot_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise LotNotFound(lot_id=lot_id)
    lock_account_rows(account_ids=[account_id])
    lot = Lot.objects.get(pk=lot_id)
    if not lot.remaining_minor or lot.expires_at == ending.at:
        raise ExpiryUnchanged(lot_id=lot_id)
    _change("l.id = %s", [lot_id], ending=ending, actor=actor, now=now, note=note)
    lot.refresh_from_db()
    return lot


@operation
def end_credit_at(*, account_id: int, ending: Ending, actor: Actor, now: datetime, note: str) -> None:
    """
    Give every lot of an account one ending, spent and set aside ones too; those that have it are left alone.

    The account must be locked, and what has expired on it and is free must have left the books.

    :param note: why; stands beside each change.
    """
    _change("l.account_id = %s", [account_id], ending=ending, actor=actor, now=now, note=note)


def _change(whose: str, ids: list[int], *, ending: Ending, actor: Actor, now: datetime, note: str) -> None:
    at = moment(ending.at)
    is_other = "l.expires_at IS NOT NULL" if at is None else "(l.expires_at <> %s OR l.expires_at IS NULL)"
    after = _MOMENT[connection.vendor]
    with connection.cursor() as cursor:
        # The insert moves the lots: a trigger sees to it.
        cursor.execute(
            "INSERT INTO ledger_lotexpiry "
            "(lot_id, before, after, note, actor_kind, actor_id, actor_label, door, request_id, created_at) "
            f"SELECT l.id, l.expires_at, {after}, %s, %s, %s, %s, %s, %s, {_LATER[connection.vendor]} "
            "FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id "
            f"WHERE {whose} AND {is_other} ORDER BY l.id",
            bind(
                [
                    at,
                    note,
                    str(actor.kind),
                    actor.id,
                    actor.label,
                    actor.door,
                    actor.request_id,
                    moment(now),
                    *ids,
                    *([] if at is None else [at]),
                ]
            ),
        )
