"""Credit that was taken goes back by a linked transaction; where its account cannot take it, to staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from giftcards.errors import CardNotUsable
from giftcards.operations import refund_redemption
from ledger.errors import (
    AccountNotOpen,
    AmountTooLarge,
    DomainError,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
    RefundExceedsSpend,
)
from ledger.money import from_minor
from ledger.operations import AccountKind, Actor, ActorKind, operation, refund_spend
from ledger.queries import Transaction
from ledger.wording import amount_text
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import CreditDeduction, UnreturnedCredit, made_by
from storecredit.credits.operations import (
    NewRequest,
    Order,
    OrderKind,
    Party,
    RequestKind,
    RequestStatus,
    cancel_request,
    request_credits,
)
from storecredit.credits.queries import CreditRequest

#: Why a card is asked for: what was bought came back, and its credit with it.
_RETURNED = "RT"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Where credit went: one of the two."""

    transaction: Transaction | None
    unreturned: UnreturnedCredit | None


def give_back(
    *, spend: Transaction, amount_minor: int, reference: str, key: str, actor: Actor, now: datetime
) -> GivenBack:
    """
    Give back part or all of what a spend took: to its account, or a voided gift card's heir, else to staff.

    :param amount_minor: positive, in minor units of the spend's currency.
    """
    refund = refund_redemption if spend.account.kind == AccountKind.GIFT_CARD else refund_spend
    try:
        transaction = refund(
            transaction_id=spend.pk,
            amount=from_minor(amount_minor, spend.currency),
            actor=actor,
            now=now,
            reference=reference,
            key=key,
        )
    except (AccountNotOpen, AmountTooLarge, CardNotUsable, RefundExceedsSpend) as refusal:
        return GivenBack(None, _hand_to_staff(spend, amount_minor, reference, refusal, actor, now))
    return GivenBack(transaction, None)


def _hand_to_staff(
    spend: Transaction, amount_minor: int, reference: str, refusal: DomainError, actor: Actor, now: datetime
) -> UnreturnedCredit:
    request = None
    # Otherwise staff have undone the spend by hand, so that all or part of it is back already.
    if not isinstance(refusal, RefundExceedsSpend):
        request = _ask_for_card(spend, amount_minor, reference, refusal, actor, now)
    return UnreturnedCredit.objects.create(
        account_id=spend.account_id,
        amount_minor=amount_minor,
        currency=spend.currency,
        reference=reference,
        why=str(refusal)[:500],
        credit_request=request,
        **made_by(actor, now),
    )


def _ask_for_card(
    spend: Transaction, amount_minor: int, reference: str, refusal: DomainError, actor: Actor, now: datetime
) -> CreditRequest | None:
    """Ask for a card with the amount on it, its owner's if it has one. None: staff have switched the reason off."""
    amount = from_minor(amount_minor, spend.currency)
    owner_id = spend.account.customer_id
    wanted = NewRequest(
        amount=amount,
        kind=RequestKind.GIFT_CARD,
        reason=_RETURNED,
        note=f"{amount_text(amount)} could not go back to {spend.account.number}: {refusal}"[:500],
        terms={"customer_id": owner_id} if owner_id else {},
    )
    try:
        (asked,) = request_credits(
            order=Order(kind=OrderKind.NUMBER, value=reference),
            wanted=[wanted],
            # Staff who run an event again ask for what comes of it, and do not approve it.
            party=Party(actor=actor, person_id=int(actor.id) if actor.kind == ActorKind.STAFF else None),
            now=now,
            test_mode=spend.account.test_mode,
        )
    except (ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder):
        return None
    return asked.request


@operation
def settle_unreturned_credit(*, unreturned_id: int, resolution: str, actor: Actor, now: datetime) -> None:
    """
    Note what staff did about credit that could not go back. The request that asks for it is taken back.

    :raises AlreadySettled: if that is not open, nothing is said, or the request has paid it out.
    :raises RequestChanged: if the request has failed: it may be tried again, so it has to be rejected first.
    """
    request = CreditRequest.objects.filter(unreturned_credit=unreturned_id).first()
    if request is not None and request.status == RequestStatus.CONFIRMED:
        raise AlreadySettled
    if request is not None and request.status != RequestStatus.CANCELED:
        party = Party(actor=actor, person_id=None)
        cancel_request(request_id=request.pk, party=party, now=now, may_decide=True, note=resolution)
    _settle(UnreturnedCredit.objects.filter(pk=unreturned_id), resolution, actor, now)


@operation
def settle_shortfall(*, deduction_id: UUID, resolution: str, actor: Actor, now: datetime) -> None:
    """
    Note what staff did about a deduction that fell short.

    :raises AlreadySettled: if that is not open, or nothing is said.
    """
    _settle(CreditDeduction.objects.short().filter(pk=deduction_id), resolution, actor, now)


def _settle(
    rows: QuerySet[UnreturnedCredit] | QuerySet[CreditDeduction], resolution: str, actor: Actor, now: datetime
) -> None:
    said = resolution.strip()
    open_rows = rows.filter(resolved_at__isnull=True)
    if not said or not open_rows.update(resolved_at=now, resolved_by=actor.label, resolution=said):
        raise AlreadySettled
