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
from ledger.operations import AccountKind, Actor, ActorKind, Why, operation, refund_spend
from ledger.queries import Transaction, sum_undone_minor
from ledger.wording import amount_text
from storecredit.checkouts.errors import AlreadySettled
from storecredit.checkouts.models import CreditDeduction, Settlement, UnreturnedCredit, made_by
from storecredit.credits.operations import (
    COMES_BACK,
    NewRequest,
    Order,
    OrderKind,
    Party,
    RequestKind,
    RequestStatus,
    cancel_request,
    request_credits,
)
from storecredit.credits.queries import CreditRequest, find_client_id

#: Why a card is asked for: what was bought came back, and its credit with it.
_RETURNED = "RT"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A part of what was to go back, in minor units, and where it went: one of the two."""

    amount_minor: int
    transaction: Transaction | None
    unreturned: UnreturnedCredit | None


def give_back(*, spend: Transaction, amount_minor: int, why: Why, actor: Actor, now: datetime) -> list[GivenBack]:
    """
    Give back part or all of what a spend took: to its account, or a voided gift card's heir, else to staff.

    Where staff have undone part of the spend by hand, what is left of it goes back, and the rest to staff: nobody but
    they know whether it is back already. The spend's account must be locked.

    :param amount_minor: positive, in minor units of the spend's currency.
    :param why: with the order's id as its reference, by which staff find it.
    """
    left_minor = -spend.amount_minor - sum_undone_minor(transaction=spend)
    part_minor = min(amount_minor, left_minor)
    given: list[GivenBack] = []
    if part_minor:
        try:
            given.append(GivenBack(part_minor, _refund(spend, part_minor, why, actor, now), None))
        except (AccountNotOpen, AmountTooLarge, CardNotUsable) as refusal:
            return [_hand_to_staff(spend, amount_minor, why.reference, refusal, actor, now)]
    if part_minor < amount_minor:
        undone = RefundExceedsSpend(
            number=spend.number,
            refundable=from_minor(left_minor, spend.currency),
            requested=from_minor(amount_minor, spend.currency),
        )
        given.append(_hand_to_staff(spend, amount_minor - part_minor, why.reference, undone, actor, now))
    return given


def _refund(spend: Transaction, amount_minor: int, why: Why, actor: Actor, now: datetime) -> Transaction:
    refund = refund_redemption if spend.account.kind == AccountKind.GIFT_CARD else refund_spend
    return refund(
        transaction_id=spend.pk,
        amount=from_minor(amount_minor, spend.currency),
        actor=actor,
        now=now,
        why=why,
    )


def _hand_to_staff(
    spend: Transaction, amount_minor: int, reference: str, refusal: DomainError, actor: Actor, now: datetime
) -> GivenBack:
    unreturned = UnreturnedCredit.objects.create(
        account_id=spend.account_id,
        amount_minor=amount_minor,
        currency=spend.currency,
        reference=reference,
        why=str(refusal)[:500],
        credit_request=_ask_for_card(spend, amount_minor, reference, refusal, actor, now),
        **made_by(actor, now),
    )
    return GivenBack(amount_minor, None, unreturned)


def _ask_for_card(
    spend: Transaction, amount_minor: int, reference: str, refusal: DomainError, actor: Actor, now: datetime
) -> CreditRequest | None:
    """Ask for a card with the amount on it, its owner's if it has one. None: staff have switched the reason off."""
    amount = from_minor(amount_minor, spend.currency)
    owner = spend.account.customer
    owner_id = (owner.merged_into_id or owner.pk) if owner else None
    wanted = NewRequest(
        amount=amount,
        kind=RequestKind.GIFT_CARD,
        reason=_RETURNED,
        note=f"{amount_text(amount)} could not go back to {spend.account.number}: {refusal}"[:500],
        terms={COMES_BACK: True} | ({"customer_id": owner_id} if owner_id else {}),
        for_staff=True,
    )
    try:
        (asked,) = request_credits(
            order=Order(kind=OrderKind.NUMBER, value=reference),
            wanted=[wanted],
            # Whoever brings it about asks for it, and does not approve it: staff who run an event again, and the
            # people behind an API client.
            party=Party(
                actor=actor,
                person_id=int(actor.id) if actor.kind == ActorKind.STAFF else None,
                client_id=find_client_id(actor=actor),
            ),
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
    _settle(UnreturnedCredit.objects.filter(pk=unreturned_id), "unreturned", resolution, actor, now)


@operation
def settle_shortfall(*, deduction_id: UUID, resolution: str, actor: Actor, now: datetime) -> None:
    """
    Note what staff did about a deduction that fell short.

    :raises AlreadySettled: if that is not open, or nothing is said.
    """
    _settle(CreditDeduction.objects.short().filter(pk=deduction_id), "deduction", resolution, actor, now)


def _settle(
    rows: QuerySet[UnreturnedCredit] | QuerySet[CreditDeduction],
    what: str,
    resolution: str,
    actor: Actor,
    now: datetime,
) -> None:
    """The line that tells of it first: the database calls nothing settled without one."""
    said = resolution.strip()
    row = rows.filter(resolved_at__isnull=True).select_for_update(no_key=True, of=("self",)).first()
    if not said or row is None:
        raise AlreadySettled
    Settlement.objects.create(**{what: row}, resolution=said, **made_by(actor, now))
    row.resolved_at, row.resolved_by, row.resolution = now, actor.label, said
    row.save(update_fields=["resolved_at", "resolved_by", "resolution"])
