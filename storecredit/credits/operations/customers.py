"""
What is asked for and decided about customers: merging two, moving credit between them, making one anonymous.

One person asks and another decides. What is done is done in the transaction that approves it.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy
from moneyed import Money

from giftcards.operations import CardState, assign_card
from giftcards.queries import GiftCard
from ledger.errors import AlreadyReversed, CreditAlreadySpent, CustomerNotFound, MergeRefused, NotReversible
from ledger.money import from_minor
from ledger.operations import (
    AccountKind,
    AccountStatus,
    Actor,
    Merged,
    Why,
    merge_customers,
    open_account,
    operation,
    positive_minor,
    reverse_transaction,
    transfer_credit,
    unmerge_customers,
)
from ledger.queries import Account, Customer, Transaction
from storecredit.credits.errors import (
    ApproverLimitExceeded,
    ApproverUnknown,
    CustomerRequestRefused,
    RequestChanged,
    RequestNotFound,
    SelfApproval,
)
from storecredit.credits.models import CreditRequest, CustomerRequest, CustomerRequestKind, CustomerRequestStatus, Party
from storecredit.credits.operations.deciding import lock_person
from storecredit.credits.queries.approvers import refuse_amount
from storecredit.credits.queries.customers import DECIDE_ABOUT
from storecredit.credits.queries.limits import list_allowances

#: How long what was done can be taken back.
UNDONE_WITHIN = timedelta(days=1)
_WAITING = ("PENDING", "FAILED")


@operation
def ask_about_customer(
    *,
    kind: CustomerRequestKind,
    customer_id: int,
    party: Party,
    now: datetime,
    note: str,
    other_id: int | None = None,
    amount: Money | None = None,
) -> CustomerRequest:
    """
    Ask to merge a customer into another, to move some of their credit to another or to make them anonymous.

    :param amount: what is to be moved, positive.
    :raises CustomerNotFound: if there is no such customer.
    :raises CustomerRequestRefused: if something is asked about one of them already, or it can never be done.
    :raises AmountNotPositive, AmountNotExact: for such an amount.
    :raises ApproverUnknown: if no person stands behind who asks.
    """
    if party.person_id is None:
        raise ApproverUnknown
    customers = _lock_customers([customer_id, *([other_id] if other_id is not None else [])])
    _require_apart(customers)
    for each in customers:
        _require_nothing_pending(each)
    try:
        with transaction.atomic():
            return CustomerRequest.objects.create(
                kind=kind,
                customer=customers[0],
                other=customers[1] if other_id is not None else None,
                currency=amount.currency.code if amount is not None else "",
                amount_minor=positive_minor(amount) if amount is not None else None,
                note=note,
                test_mode=customers[0].test_mode,
                requested_by_id=party.person_id,
                requested_label=party.actor.label,
                door=party.actor.door,
                created_at=now,
            )
    except IntegrityError as error:
        raise CustomerRequestRefused(gettext_lazy("Something is asked about this customer already.")) from error


@operation
def approve_about_customer(*, request_id: int, party: Party, now: datetime, note: str = "") -> CustomerRequest:
    """
    Approve a request and do what it asks for. What makes somebody anonymous is done by the caller, who knows all rooms.

    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if it is decided.
    :raises SelfApproval: if the person asked for it.
    :raises ApproverUnknown: if no person with the right to stands behind who approves.
    :raises ApproverLimitExceeded: if more would be moved than the person may approve.
    :raises MergeRefused, CustomerRequestRefused: if it cannot be done as things stand.
    :raises InsufficientCredit, AccountNotOpen: if the credit to be moved is not there.
    """
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.PENDING)
    person_id = _require_decider(request, party, now)
    request.status = CustomerRequestStatus.APPROVED
    request.decided_by_id, request.decided_label = person_id, party.actor.label
    request.decided_at, request.decision_note = now, note
    request.save(update_fields=["status", "decided_by", "decided_label", "decided_at", "decision_note"])
    if request.kind == CustomerRequestKind.MERGE:
        request.result = _merge(request, person_id, party.actor, now)
    elif request.kind == CustomerRequestKind.MOVE:
        request.result = _move(request, party.actor, now)
    request.save(update_fields=["result"])
    return request


@operation
def refuse_about_customer(*, request_id: int, party: Party, now: datetime, note: str) -> CustomerRequest:
    """
    Decide against a request, for good.

    :raises RequestNotFound, RequestChanged, ApproverUnknown: as `approve_about_customer`.
    """
    return _end(request_id, CustomerRequestStatus.REJECTED, party, now, note)


@operation
def cancel_about_customer(*, request_id: int, party: Party, now: datetime, note: str = "") -> CustomerRequest:
    """
    Take one's own request back, for good.

    :raises RequestNotFound, RequestChanged, ApproverUnknown: as `approve_about_customer`.
    :raises CustomerRequestRefused: if somebody else asked for it.
    """
    request = _lock(request_id)
    if request.requested_by_id != party.person_id:
        raise CustomerRequestRefused(gettext_lazy("Somebody else asked for it."))
    return _end(request_id, CustomerRequestStatus.CANCELED, party, now, note)


@operation
def undo_about_customer(*, request_id: int, party: Party, now: datetime, note: str) -> CustomerRequest:
    """
    Take back what was done, all of it or nothing, within a day: the transfers are reversed as pairs.

    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if nothing was done, or it was taken back.
    :raises CustomerRequestRefused: if a day has passed, or it made somebody anonymous.
    :raises MergeRefused: if some of what moved has been spent, held or has expired since.
    :raises ApproverUnknown: if no person with the right to stands behind who does it.
    """
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.APPROVED)
    person_id = _require_person(party)
    if request.kind == CustomerRequestKind.ANONYMISE:
        raise CustomerRequestRefused(gettext_lazy("What was made anonymous stays so."))
    assert request.decided_at is not None
    if now - request.decided_at > UNDONE_WITHIN:
        raise CustomerRequestRefused(gettext_lazy("That was more than a day ago. Move what has to go back."))
    request.status = CustomerRequestStatus.UNDONE
    request.undone_by_id, request.undone_label, request.undone_at = person_id, party.actor.label, now
    request.save(update_fields=["status", "undone_by", "undone_label", "undone_at"])
    why = _why(request, note, undone=True)
    if request.kind == CustomerRequestKind.MERGE:
        _unmerge(request, party.actor, now, why)
    else:
        _move_back(request, party.actor, now, why)
    return request


def _end(request_id: int, status: CustomerRequestStatus, party: Party, now: datetime, note: str) -> CustomerRequest:
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.PENDING)
    person_id = party.person_id if status == CustomerRequestStatus.CANCELED else _require_person(party)
    if person_id is None:
        raise ApproverUnknown
    request.status, request.decided_by_id, request.decided_label = status, person_id, party.actor.label
    request.decided_at, request.decision_note = now, note
    request.save(update_fields=["status", "decided_by", "decided_label", "decided_at", "decision_note"])
    return request


# What has to be so


def _lock(request_id: int) -> CustomerRequest:
    found = CustomerRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    if found is None:
        raise RequestNotFound
    return found


def _lock_customers(ids: Collection[int]) -> list[Customer]:
    found = {
        each.pk: each for each in Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    }
    for customer_id in ids:
        if customer_id not in found:
            raise CustomerNotFound(identifier=str(customer_id))
    return [found[customer_id] for customer_id in ids]


def _require_apart(customers: list[Customer]) -> None:
    if len({customer.pk for customer in customers}) < len(customers):
        raise CustomerRequestRefused(gettext_lazy("That is the same customer."))
    if len({customer.test_mode for customer in customers}) > 1:
        raise CustomerRequestRefused(gettext_lazy("A test customer and a real one are never brought together."))
    for customer in customers:
        if customer.merged_into_id is not None or customer.anonymised_at is not None:
            words = gettext_lazy("%(customer)s was merged into another or made anonymous before.")
            raise CustomerRequestRefused(words, customer=customer.number)


def _require_nothing_pending(customer: Customer, *, besides: int | None = None) -> None:
    asked = CustomerRequest.objects.filter(
        Q(customer=customer) | Q(other=customer), status=CustomerRequestStatus.PENDING
    )
    if besides is not None:
        asked = asked.exclude(pk=besides)
    if asked.exists():
        words = gettext_lazy("Something is asked about %(customer)s already, and is not decided.")
        raise CustomerRequestRefused(words, customer=customer.number)


def require_nobody_waits_to_be_paid(*, customer: Customer) -> None:
    """
    Refuse while a credit request that could still be paid names somebody: nobody changes whom it pays but by asking.

    :raises CustomerRequestRefused: if there is one.
    """
    waiting = CreditRequest.objects.filter(status__in=_WAITING).filter(
        Q(payee_customer=customer) | Q(terms__customer_id=customer.pk) | Q(payee_card__customer=customer)
    )
    if waiting.exists():
        words = gettext_lazy(
            "A credit request for %(customer)s or one of their cards waits for a decision. Decide it or take it back."
        )
        raise CustomerRequestRefused(words, customer=customer.number)


def _require_status(request: CustomerRequest, status: CustomerRequestStatus) -> None:
    if request.status != status:
        raise RequestChanged(request=str(request), status=request.status)


def _require_person(party: Party) -> int:
    if party.person_id is None:
        raise ApproverUnknown
    person: Any = get_user_model().objects.filter(pk=party.person_id, is_active=True).first()
    if person is None or not person.has_perm(DECIDE_ABOUT):
        raise ApproverUnknown
    return party.person_id


def _require_decider(request: CustomerRequest, party: Party, now: datetime) -> int:
    person_id = _require_person(party)
    if person_id == request.requested_by_id:
        raise SelfApproval(request=str(request))
    lock_person(person_id=person_id)
    if request.amount_minor is not None:
        _require_within_limits(person_id, {request.currency: request.amount_minor}, now)
    return person_id


def _require_within_limits(person_id: int, amounts: Mapping[str, int], now: datetime) -> None:
    """
    :param amounts: by currency, in minor units.
    """
    for currency, amount_minor in sorted(amounts.items()):
        allowances = list_allowances(person_id=person_id, now=now, currency=currency)
        if words := refuse_amount(amount_minor=amount_minor, currency=currency, allowances=allowances):
            raise ApproverLimitExceeded(amount=from_minor(amount_minor, currency), message=words.rstrip("."))


# What is done


def _why(request: CustomerRequest, note: str, *, undone: bool = False) -> Why:
    return Why(
        note=note,
        key=None if undone else f"customer-request:{request.pk}",
        details={"customer_request": request.pk, "requested_by": request.requested_label},
    )


def _list_cards(customer_id: int) -> list[GiftCard]:
    """A customer's cards, but for those that are voided: they stay where they are."""
    cards = GiftCard.objects.filter(customer_id=customer_id).exclude(state=CardState.VOIDED)
    return list(cards.order_by("account_id"))


def _merge(request: CustomerRequest, person_id: int, actor: Actor, now: datetime) -> dict[str, Any]:
    assert request.other is not None
    twin, survivor = request.customer, request.other
    for each in (twin, survivor):
        _require_nothing_pending(each, besides=request.pk)
    require_nobody_waits_to_be_paid(customer=twin)
    why = _why(request, request.note)
    merged = merge_customers(
        twin_id=twin.pk,
        survivor_id=survivor.pk,
        actor=actor,
        now=now,
        why=why,
        besides=lambda: [card.account_id for card in _list_cards(twin.pk)],
    )
    cards = _list_cards(twin.pk)
    _require_within_limits(person_id, _sum_moved(merged, cards), now)
    for card in cards:
        _assign(card, survivor.pk, actor, now, request.note)
    return {**asdict(merged), "moves": [str(move) for move in merged.moves], "cards": [str(card.pk) for card in cards]}


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


def _unmerge(request: CustomerRequest, actor: Actor, now: datetime, why: Why) -> None:
    kept = request.result
    ids = [UUID(card) for card in kept["cards"]]
    # What became another's since, or was voided, stays as it is.
    own = GiftCard.objects.filter(pk__in=ids, customer=request.other).exclude(state=CardState.VOIDED)
    unmerge_customers(
        twin_id=request.customer_id,
        merged=Merged(
            moves=tuple(UUID(move) for move in kept["moves"]),
            closed=tuple(kept["closed"]),
            followed=tuple(kept["followed"]),
            status=kept["status"],
        ),
        actor=actor,
        now=now,
        why=why,
        besides=lambda: own.values_list("account_id", flat=True),
    )
    for card in own.order_by("account_id"):
        _assign(card, request.customer_id, actor, now, why.note)


def _move(request: CustomerRequest, actor: Actor, now: datetime) -> dict[str, Any]:
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
        actor=actor,
        now=now,
        why=_why(request, request.note),
    )
    return {"moves": [str(out.id)]}


def _move_back(request: CustomerRequest, actor: Actor, now: datetime, why: Why) -> None:
    for move in request.result["moves"]:
        try:
            reverse_transaction(transaction_id=UUID(move), actor=actor, now=now, why=why)
        except (CreditAlreadySpent, AlreadyReversed, NotReversible) as error:
            words = gettext_lazy("It cannot be taken back any more: what moved was spent, held or has expired. %(why)s")
            raise MergeRefused(words, why=str(error)) from error
