"""
What was wrong is put right in the open month: one person asks for it, another approves, and with that it is posted.

Who may approve how much is what the approvers of credit requests may.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from moneyed import Money

from giftcards.operations import undo_transaction
from ledger.errors import CurrencyMismatch
from ledger.money import from_minor, to_minor
from ledger.operations import AccountKind, Actor, Why, adjust_credit, operation
from ledger.queries import Account, Transaction, get_account, get_transaction
from storecredit.credits.errors import ApproverLimitExceeded
from storecredit.credits.operations import Party, lock_person
from storecredit.credits.queries import list_allowances, refuse_amount
from storecredit.finance.errors import (
    CardNotAdjusted,
    CorrectionDecided,
    CorrectionMalformed,
    CorrectionNotFound,
    CorrectionOfSomebodyElse,
    OwnCorrection,
    PersonMissing,
)
from storecredit.finance.models import Correction, CorrectionKind, CorrectionStatus
from storecredit.finance.operations.findings import settle_corrections, tell_of_correction
from storecredit.finance.queries.corrections import find_period_of, has_asked


class _Foreseen(Exception):
    """Rolls back what was posted to see whether the books take it."""


@operation
def ask_correction(
    *,
    party: Party,
    now: datetime,
    note: str,
    reason: str = "",
    account_id: int | None = None,
    amount: Money | None = None,
    entry_id: UUID | None = None,
    period_number: int | None = None,
    finding_id: int | None = None,
) -> Correction:
    """
    Ask for a correction, which waits until another person approves it. Nothing moves.

    With an amount it adjusts the account by it, up or down; without one it undoes the whole of the entry.

    :param amount: signed, what the account gains, in its currency.
    :param entry_id: the entry that is undone, or that an adjustment is about.
    :param period_number: the period that it is about; None: that of the entry, if it lies in one.
    :param finding_id: what a reconciliation found and this puts right: the finding tells of it, and is corrected with
        the approval.
    :raises PersonMissing: if no person stands behind the party.
    :raises CorrectionMalformed: if neither an adjustment nor a reversal is named, or both.
    :raises CardNotAdjusted: for an adjustment of what is on a gift card.
    :raises AccountNotFound, TransactionNotFound: if there is none.
    :raises FindingDecided: if the finding is corrected already.
    :raises DomainError: what the books refuse now, as `adjust_credit` and `undo_transaction`.
    """
    if party.person_id is None:
        raise PersonMissing
    entry = get_transaction(transaction_id=entry_id) if entry_id else None
    account, amount_minor = _read(account_id, amount, entry)
    period = find_period_of(entry=entry, number=period_number)
    correction = Correction(
        kind=CorrectionKind.REVERSE if amount is None else CorrectionKind.ADJUST,
        account=account,
        amount_minor=amount_minor,
        currency=account.currency,
        entry=entry,
        period=period,
        finding_id=finding_id,
        reason_id=reason or None,
        note=note,
        asked_by_id=party.person_id,
        asked_client_id=party.client_id,
        asked_kind=party.actor.kind,
        asked_label=party.actor.label,
        door=party.actor.door,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            _post(correction, party.actor, now)
            raise _Foreseen
    except _Foreseen:
        correction.save(force_insert=True)
    if finding_id is not None:
        tell_of_correction(finding_id=finding_id, correction=correction, actor=party.actor, now=now, note=note)
    return correction


@operation
def approve_correction(*, correction_id: int, party: Party, now: datetime, note: str = "") -> Correction:
    """
    Approve a correction that somebody else asked for, and post it, dated in the open month. All or nothing.

    :raises CorrectionNotFound: if there is none.
    :raises CorrectionDecided: if it is not pending.
    :raises PersonMissing: if nobody whose login is on stands behind the party.
    :raises OwnCorrection: if that person asked for it, or stands behind the API client that did.
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
    minor, currency = abs(correction.amount_minor), correction.currency
    allowances = list_allowances(person_id=party.person_id, now=now, currency=currency)
    if message := refuse_amount(amount_minor=minor, currency=currency, allowances=allowances):
        raise ApproverLimitExceeded(amount=from_minor(minor, currency), message=message.rstrip("."))
    correction.transaction = _post(correction, party.actor, now)
    _decide(correction, CorrectionStatus.APPROVED, party, now, note)
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


def _read(account_id: int | None, amount: Money | None, entry: Transaction | None) -> tuple[Account, int]:
    """Whose balance moves, and by how much."""
    if amount is None:
        if entry is None or account_id not in (None, entry.account_id):
            raise CorrectionMalformed
        return entry.account, -entry.amount_minor
    if account_id is None:
        raise CorrectionMalformed
    account = get_account(account_id=account_id)
    if account.kind == AccountKind.GIFT_CARD:
        raise CardNotAdjusted
    if amount.currency.code != account.currency:
        raise CurrencyMismatch(
            account_number=account.number, account_currency=account.currency, currency=amount.currency.code
        )
    return account, to_minor(amount)


def _post(correction: Correction, actor: Actor, now: datetime) -> Transaction:
    """The entry that it comes to; before it has a number, to see what the books say."""
    why = Why(
        reason=correction.reason_id,
        note=correction.note,
        key=f"correction:{correction.pk}" if correction.pk else None,
        details={"correction": correction.pk, "requested_by": correction.asked_label},
    )
    if correction.kind == CorrectionKind.REVERSE:
        assert correction.entry_id is not None
        return undo_transaction(transaction_id=correction.entry_id, actor=actor, now=now, why=why, is_approved=True)
    amount = from_minor(correction.amount_minor, correction.currency)
    return adjust_credit(account_id=correction.account_id, amount=amount, actor=actor, now=now, why=why)


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
