"""
What was wrong is put right in the open month: one person asks for it, another approves, and with that it is posted.

Who may approve how much, in a day too, and what needs two, is as for credit requests.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from moneyed import Money

from giftcards.operations import undo_transaction
from giftcards.queries import GiftCard
from ledger.errors import CurrencyMismatch, ExpiryUnchanged, LotNotFound
from ledger.money import from_minor, to_minor
from ledger.operations import AccountKind, Actor, Ending, Why, adjust_credit, end_lot_at, operation
from ledger.queries import Lot, get_account, get_transaction
from storecredit.credits.operations import Party, approve_money, lock_person
from storecredit.finance.errors import (
    CardNotAdjusted,
    CorrectionDecided,
    CorrectionMalformed,
    CorrectionNotFound,
    CorrectionOfAnotherMonth,
    CorrectionOfSomebodyElse,
    OwnCorrection,
    PersonMissing,
)
from storecredit.finance.models import Correction, CorrectionKind, CorrectionStatus
from storecredit.finance.operations.findings import settle_corrections, tell_of_correction
from storecredit.finance.queries.corrections import find_amount_at_stake, find_period_of, has_asked


class _Foreseen(Exception):
    """Rolls back what was posted to see whether the books take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is to be put right: an account gains an amount, an entry is undone, or a lot expires at another moment.

    :param amount: signed, what the account gains, in its currency.
    :param entry_id: the entry that is undone, or that an adjustment is about.
    :param ending: until when the lot then lives.
    :param period_number: the closed month that is corrected; None: that of the entry, if it lies in one.
    :param finding_id: what a reconciliation found and this puts right.
    """

    account_id: int | None = None
    amount: Money | None = None
    entry_id: UUID | None = None
    lot_id: int | None = None
    ending: Ending | None = None
    period_number: int | None = None
    finding_id: int | None = None


@operation
def ask_correction(*, party: Party, now: datetime, note: str, reason: str = "", **wanted: Any) -> Correction:
    """
    Ask for a correction, which waits until another person approves it. Nothing moves.

    The finding that it puts right tells of it, and is corrected with the approval.

    :param wanted: what is to be put right, as `Wanted` names it.
    :raises PersonMissing: if no person stands behind the party.
    :raises CorrectionMalformed: if nothing of the kind is named, or more than one.
    :raises CorrectionOfAnotherMonth: if the month is not closed, or the entry is not of it or not of the account.
    :raises CardNotAdjusted: for an adjustment of what is on a gift card, or another end than its card's.
    :raises AccountNotFound, TransactionNotFound, LotNotFound, PeriodNotFound: if there is none.
    :raises FindingDecided: if the finding is corrected already.
    :raises DomainError: what the books refuse now, as `adjust_credit`, `undo_transaction` and `end_lot_at`.
    """
    if party.person_id is None:
        raise PersonMissing
    correction = _plan(Wanted(**wanted))
    correction.note, correction.reason_id = note, reason or None
    correction.asked_by_id, correction.asked_client_id = party.person_id, party.client_id
    correction.asked_kind, correction.asked_label = party.actor.kind, party.actor.label
    correction.door, correction.asked_at = party.actor.door, now
    _foresee(correction, party.actor, now)
    correction.save(force_insert=True)
    if correction.finding_id is not None:
        tell_of_correction(
            finding_id=correction.finding_id, correction=correction, actor=party.actor, now=now, note=note
        )
    return correction


@operation
def approve_correction(*, correction_id: int, party: Party, now: datetime, note: str = "") -> Correction:
    """
    Approve a correction that somebody else asked for, and post it, dated in the open month, unless a policy asks for
    another approval: then it stays pending. All or nothing.

    :raises CorrectionNotFound: if there is none.
    :raises CorrectionDecided: if it is not pending.
    :raises PersonMissing: if nobody whose login is on stands behind the party.
    :raises OwnCorrection: if that person asked for it, or stands behind the API client that did.
    :raises AlreadyVoted: if they have approved it before, and another person's approval is missing.
    :raises ApproverLimitExceeded: if it is beyond what they may approve.
    :raises DomainError: what the books refuse; it stays pending.
    """
    correction = lock_correction(correction_id=correction_id)
    _require_pending(correction)
    if party.person_id is None or not lock_person(person_id=party.person_id):
        raise PersonMissing
    if has_asked(correction=correction, person_id=party.person_id) or (
        party.client_id is not None and party.client_id == correction.asked_client_id
    ):
        raise OwnCorrection(correction=str(correction))
    at_stake = find_amount_at_stake(correction=correction)
    if correction.lot_id is not None and not at_stake:
        raise ExpiryUnchanged(lot_id=correction.lot_id)
    missing = approve_money(
        about=correction,
        amounts={correction.currency: at_stake},
        kinds=[correction.account.kind],
        client_id=correction.asked_client_id,
        party=party,
        now=now,
        note=note,
    )
    if missing:
        return correction
    if correction.period is None:
        # Asked for while nobody had opened the month, which may be closed by now.
        correction.period = find_period_of(entry=correction.entry)
    # Its entry has it approved: a trigger sees to it.
    _decide(correction, CorrectionStatus.PENDING, party, now, note)
    _post(correction, party.actor, now)
    if correction.kind == CorrectionKind.EXPIRY:
        _decide(correction, CorrectionStatus.APPROVED, party, now, note)
    correction.refresh_from_db()
    if correction.finding_id is not None:
        settle_corrections(now=now)
    return correction


@operation
def reject_correction(*, correction_id: int, party: Party, now: datetime, note: str = "") -> Correction:
    """
    Decide against a correction, for good. Nothing moves.

    :raises CorrectionNotFound, CorrectionDecided, PersonMissing: as `approve_correction`.
    """
    correction = lock_correction(correction_id=correction_id)
    _require_pending(correction)
    return _decide(correction, CorrectionStatus.REJECTED, party, now, note)


@operation
def cancel_correction(*, correction_id: int, party: Party, now: datetime, note: str = "") -> Correction:
    """
    Take back a correction that one has asked for, for good. Nothing moves.

    :raises CorrectionOfSomebodyElse: if somebody else asked for it.
    :raises CorrectionNotFound, CorrectionDecided: as `approve_correction`.
    """
    correction = lock_correction(correction_id=correction_id)
    _require_pending(correction)
    if party.person_id != correction.asked_by_id:
        raise CorrectionOfSomebodyElse(correction=str(correction))
    return _decide(correction, CorrectionStatus.CANCELED, party, now, note)


def lock_correction(*, correction_id: int) -> Correction:
    """
    A correction as it stands, until the transaction ends.

    :raises CorrectionNotFound: if there is none.
    """
    found = Correction.objects.select_for_update(no_key=True).filter(pk=correction_id).first()
    if found is None:
        raise CorrectionNotFound(number=correction_id)
    return found


def _plan(wanted: Wanted) -> Correction:
    """What is asked for, not saved and without who asks."""
    entry = get_transaction(transaction_id=wanted.entry_id) if wanted.entry_id else None
    period = find_period_of(entry=entry, number=wanted.period_number)
    planned = Correction(entry=entry, period=period, finding_id=wanted.finding_id)
    if wanted.lot_id is not None:
        _plan_expiry(planned, wanted)
    elif wanted.amount is not None:
        _plan_adjustment(planned, wanted)
    elif entry is not None and wanted.account_id in (None, entry.account_id):
        planned.kind, planned.account, planned.amount_minor = CorrectionKind.REVERSE, entry.account, -entry.amount_minor
    else:
        raise CorrectionMalformed
    planned.currency = planned.account.currency
    if entry is not None and entry.account_id != planned.account_id:
        raise CorrectionOfAnotherMonth
    return planned


def _plan_adjustment(planned: Correction, wanted: Wanted) -> None:
    assert wanted.amount is not None
    if wanted.account_id is None:
        raise CorrectionMalformed
    planned.kind, planned.account = CorrectionKind.ADJUST, get_account(account_id=wanted.account_id)
    planned.amount_minor = to_minor(wanted.amount)
    if planned.account.kind == AccountKind.GIFT_CARD:
        raise CardNotAdjusted
    if wanted.amount.currency.code != planned.account.currency:
        raise CurrencyMismatch(
            account_number=planned.account.number,
            account_currency=planned.account.currency,
            currency=wanted.amount.currency.code,
        )


def _plan_expiry(planned: Correction, wanted: Wanted) -> None:
    assert wanted.lot_id is not None
    lot = Lot.objects.select_related("account").filter(pk=wanted.lot_id).first()
    if lot is None:
        raise LotNotFound(lot_id=wanted.lot_id)
    if wanted.ending is None or wanted.amount is not None or wanted.account_id not in (None, lot.account_id):
        raise CorrectionMalformed
    card = GiftCard.objects.filter(account_id=lot.account_id).first()
    if card is not None and card.expires_at != wanted.ending.at:
        raise CardNotAdjusted
    planned.kind, planned.account, planned.amount_minor = CorrectionKind.EXPIRY, lot.account, 0
    planned.lot, planned.expires_at = lot, wanted.ending.at


def _foresee(correction: Correction, actor: Actor, now: datetime) -> None:
    """Let the books refuse now what they would refuse then."""
    try:
        with transaction.atomic():
            _post(correction, actor, now)
            raise _Foreseen
    except _Foreseen:
        return
    except IntegrityError as error:
        # All that they have against it is that nobody has approved it yet.
        if "finance_closed_entry_corrected" not in str(error):
            raise


def _post(correction: Correction, actor: Actor, now: datetime) -> None:
    """What it comes to in the books; before it has a number, to see what they say."""
    actor = actor.agreed()
    if correction.kind == CorrectionKind.EXPIRY:
        assert correction.lot_id is not None
        ending = Ending(correction.expires_at)
        end_lot_at(lot_id=correction.lot_id, ending=ending, actor=actor, now=now, note=correction.note)
        return
    why = Why(
        reason=correction.reason_id,
        note=correction.note,
        key=f"correction:{correction.pk}" if correction.pk else None,
        details={"correction": correction.pk, "requested_by": correction.asked_label},
    )
    if correction.kind == CorrectionKind.REVERSE:
        assert correction.entry_id is not None
        undo_transaction(transaction_id=correction.entry_id, actor=actor, now=now, why=why, is_approved=True)
        return
    amount = from_minor(correction.amount_minor, correction.currency)
    adjust_credit(account_id=correction.account_id, amount=amount, actor=actor, now=now, why=why)


def _require_pending(correction: Correction) -> None:
    if correction.status != CorrectionStatus.PENDING:
        raise CorrectionDecided(correction=str(correction), state=correction.get_status_display().lower())


def _decide(correction: Correction, status: CorrectionStatus, party: Party, now: datetime, note: str) -> Correction:
    if party.person_id is None:
        raise PersonMissing
    correction.status = status
    correction.decided_by_id = party.person_id
    correction.decided_label = party.actor.label
    correction.decided_at = now
    correction.decision_note = note
    correction.save()
    return correction
