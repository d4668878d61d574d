"""Credit that was taken goes back by a linked transaction; where its account cannot take it, to staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from giftcards.errors import CardNotUsable
from giftcards.operations import refund_redemption
from ledger.errors import AccountNotOpen, AmountTooLarge, DomainError, RefundExceedsSpend
from ledger.money import from_minor
from ledger.operations import AccountKind, Actor, operation, refund_spend
from ledger.queries import Transaction
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import CreditDeduction, UnreturnedCredit, made_by


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
        # The last of them: staff have undone the spend by hand, so that all or part of it is back already.
        return GivenBack(None, _hand_to_staff(spend, amount_minor, reference, refusal, actor, now))
    return GivenBack(transaction, None)


def _hand_to_staff(
    spend: Transaction, amount_minor: int, reference: str, refusal: DomainError, actor: Actor, now: datetime
) -> UnreturnedCredit:
    return UnreturnedCredit.objects.create(
        account_id=spend.account_id,
        amount_minor=amount_minor,
        currency=spend.currency,
        reference=reference,
        why=str(refusal)[:500],
        **made_by(actor, now),
    )


@operation
def settle_unreturned_credit(*, unreturned_id: int, resolution: str, actor: Actor, now: datetime) -> None:
    """
    Note what staff did about credit that could not go back.

    :raises AlreadySettled: if that is not open, or nothing is said.
    """
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
