"""
What is done about customers once it is approved, and how that is taken back. It counts on nobody's day: two agreed to
it, and what one of them takes back is only what has not been spent.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from giftcards.operations import CardState, assign_card
from giftcards.queries import GiftCard
from ledger.money import from_minor
from ledger.operations import (
    AccountKind,
    AccountStatus,
    Actor,
    Merged,
    Why,
    merge_customers,
    open_account,
    take_back_move,
    transfer_credit,
    unmerge_customers,
)
from ledger.queries import Account, Transaction
from storecredit.credits.errors import CustomerRequestRefused
from storecredit.credits.models import CustomerRequest
from storecredit.credits.operations.customer_rules import (
    require_apart,
    require_nobody_waits_to_be_paid,
    require_nothing_pending,
)


def why_of(request: CustomerRequest, note: str, *, undone: bool = False) -> Why:
    """What the entries of a request say; one that is done has a key, so that it is done once."""
    return Why(
        note=note,
        key=None if undone else f"customer-request:{request.pk}",
        details={"customer_request": request.pk, "requested_by": request.requested_label},
    )


def _list_cards(customer_id: int) -> list[GiftCard]:
    """A customer's cards, but for those that are voided: they stay where they are."""
    cards = GiftCard.objects.filter(customer_id=customer_id).exclude(state=CardState.VOIDED)
    return list(cards.order_by("account_id"))


def merge(request: CustomerRequest, actor: Actor, now: datetime) -> tuple[dict[str, Any], Counter[str]]:
    """
    Let the customer become the other, with their cards.

    :return: what was done, by which `unmerge` takes it back, and what moved, by currency in minor units.
    :raises MergeRefused, CustomerRequestRefused: if it cannot be done as things stand.
    """
    assert request.other is not None
    twin, survivor = request.customer, request.other
    for each in (twin, survivor):
        require_nothing_pending(each, besides=request.pk)
    require_nobody_waits_to_be_paid(customer=twin)
    why = why_of(request, request.note)
    merged = merge_customers(
        twin_id=twin.pk,
        survivor_id=survivor.pk,
        actor=actor.agreed(),
        now=now,
        why=why,
        besides=lambda: [card.account_id for card in _list_cards(twin.pk)],
    )
    cards = _list_cards(twin.pk)
    moved = _sum_moved(merged, cards)
    for card in cards:
        _assign(card, survivor.pk, actor, now, request.note)
    moves = [str(move) for move in merged.moves]
    return {**asdict(merged), "moves": moves, "cards": [str(card.pk) for card in cards]}, moved


def _sum_moved(merged: Merged, cards: Collection[GiftCard]) -> Counter[str]:
    """What becomes another's, store credit and what is on cards, by currency in minor units."""
    amounts: Counter[str] = Counter()
    for move in Transaction.objects.filter(pk__in=merged.moves):
        amounts[move.currency] -= move.amount_minor
    for account in Account.objects.filter(pk__in=[card.account_id for card in cards], balance_minor__gt=0):
        amounts[account.currency] += account.balance_minor
    return amounts


def _assign(card: GiftCard, customer_id: int, actor: Actor, now: datetime, note: str) -> None:
    assign_card(
        card_id=card.pk,
        customer_id=customer_id,
        customer_only=card.customer_only,
        actor=actor,
        now=now,
        why=Why(note=note),
    )


def unmerge(request: CustomerRequest, actor: Actor, now: datetime, why: Why) -> None:
    """
    Take a merger back.

    :raises MergeRefused: if they are not merged, or some of what moved has been spent, held or has expired since.
    """
    assert request.other_id is not None
    kept = request.result
    ids = [UUID(card) for card in kept["cards"]]
    # What became another's since, or was voided, stays as it is.
    own = GiftCard.objects.filter(pk__in=ids, customer=request.other).exclude(state=CardState.VOIDED)
    unmerge_customers(
        twin_id=request.customer_id,
        survivor_id=request.other_id,
        merged=Merged(
            moves=tuple(UUID(move) for move in kept["moves"]),
            closed=tuple(kept["closed"]),
            followed=tuple(kept["followed"]),
            status=kept["status"],
        ),
        actor=actor.agreed(),
        now=now,
        why=why,
        besides=lambda: own.values_list("account_id", flat=True),
    )
    for card in own.order_by("account_id"):
        _assign(card, request.customer_id, actor, now, why.note)


def move(request: CustomerRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """
    Move credit to the other customer.

    :return: what was done, by which `move_back` takes it back.
    :raises CustomerRequestRefused: if there is no account of it, or one that is not open.
    :raises InsufficientCredit: if there is not so much.
    """
    assert request.other is not None
    assert request.amount_minor is not None
    source = Account.objects.filter(
        customer=request.customer, kind=AccountKind.STORE_CREDIT, currency=request.currency
    ).first()
    if source is None:
        words = gettext_lazy("%(customer)s has no store credit in %(currency)s.")
        raise CustomerRequestRefused(words, customer=request.customer.number, currency=request.currency)
    target_id = open_account(
        kind=AccountKind.STORE_CREDIT,
        currency=request.currency,
        now=now,
        customer_id=request.other.pk,
        test_mode=request.test_mode,
    )
    for account in Account.objects.filter(pk__in=[source.pk, target_id]):
        if account.status != AccountStatus.OPEN:
            raise CustomerRequestRefused(gettext_lazy("Account %(account)s is not open."), account=account.number)
    out, _ = transfer_credit(
        source_id=source.pk,
        target_id=target_id,
        amount=from_minor(request.amount_minor, request.currency),
        actor=actor.agreed(),
        now=now,
        why=why_of(request, request.note),
    )
    return {"moves": [str(out.id)]}


def move_back(request: CustomerRequest, actor: Actor, now: datetime, why: Why) -> None:
    """
    Move it back.

    :raises CustomerRequestRefused: if one of them was merged into another or made anonymous since.
    :raises MergeRefused: if some of it has been spent, held or has expired since, or was given another last day.
    """
    assert request.other is not None
    require_apart([request.customer, request.other])
    for move in request.result["moves"]:
        take_back_move(move_id=UUID(move), actor=actor.agreed(), now=now, why=why)
