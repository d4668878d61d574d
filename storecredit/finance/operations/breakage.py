"""How much credit nobody is expected to spend: one person asks for a rate, another approves it."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from ledger.operations import operation
from storecredit.credits.operations import Party, lock_person
from storecredit.finance.errors import OwnRate, PersonMissing, RateDecided, RateNotFound, RateTaken
from storecredit.finance.models import BreakageRate, RateStatus


@operation
def ask_breakage_rate(
    *,
    year: int,
    kind: str,
    funding: str,
    percent: Decimal,
    valid_from: date,
    party: Party,
    now: datetime,
    note: str,
) -> BreakageRate:
    """
    Ask for a rate, which holds once another person has approved it.

    :param year: in which the credit came in.
    :param percent: of what came in, from 0 and below 100.
    :raises PersonMissing: if no person stands behind the party.
    """
    if party.person_id is None:
        raise PersonMissing
    return BreakageRate.objects.create(
        year=year,
        kind=kind,
        funding=funding,
        percent=percent,
        valid_from=valid_from,
        note=note,
        asked_by_id=party.person_id,
        asked_at=now,
    )


@operation
def approve_breakage_rate(*, rate_id: int, party: Party, now: datetime) -> BreakageRate:
    """
    Approve a rate that somebody else asked for: the next journal catches up with it.

    :raises RateNotFound, PersonMissing: if there is none, or nobody whose login is on.
    :raises RateDecided: if it was decided.
    :raises OwnRate: if the very same person asked for it.
    :raises RateTaken: if another one holds from the same day on.
    """
    rate = _lock(rate_id)
    if party.person_id is None or not lock_person(person_id=party.person_id):
        raise PersonMissing
    if party.person_id == rate.asked_by_id:
        raise OwnRate
    try:
        with transaction.atomic():
            return _decide(rate, RateStatus.APPROVED, party.person_id, now)
    except IntegrityError:
        raise RateTaken(day=rate.valid_from) from None


@operation
def reject_breakage_rate(*, rate_id: int, party: Party, now: datetime) -> BreakageRate:
    """
    Decide against a rate, for good.

    :raises RateNotFound, PersonMissing, RateDecided: as `approve_breakage_rate`.
    """
    rate = _lock(rate_id)
    if party.person_id is None:
        raise PersonMissing
    return _decide(rate, RateStatus.REJECTED, party.person_id, now)


def _lock(rate_id: int) -> BreakageRate:
    rate = BreakageRate.objects.select_for_update(no_key=True).filter(pk=rate_id).first()
    if rate is None:
        raise RateNotFound
    if rate.status != RateStatus.PENDING:
        raise RateDecided(state=rate.get_status_display().lower())
    return rate


def _decide(rate: BreakageRate, status: RateStatus, person_id: int, now: datetime) -> BreakageRate:
    rate.status, rate.decided_by_id, rate.decided_at = status, person_id, now
    rate.save()
    return rate
