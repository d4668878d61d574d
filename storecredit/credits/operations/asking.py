"""Credit is asked for; what a policy approves is decided at once."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from moneyed import Money

from giftcards.operations import end_of_day
from ledger.errors import ExpiryInThePast, named_by_place
from ledger.metadata import list_members
from ledger.money import require_open, to_minor
from ledger.operations import Why, new_uuid7, operation, positive_minor, require_reason
from storecredit.credits.errors import DayIssueLimitExceeded
from storecredit.credits.models import (
    ApprovalPolicy,
    CreditRequest,
    CreditRequestMetadatum,
    OrderKind,
    Party,
    RequestEventKind,
    RequestKind,
)
from storecredit.credits.operations.deciding import Decision, confirm_by_policy
from storecredit.credits.operations.history import write_event
from storecredit.credits.operations.issuing import COMES_BACK, lock_payees
from storecredit.credits.operations.payees import find_payee, mask_attributes, merge_attributes
from storecredit.credits.queries.limits import closest_policy
from storecredit.credits.queries.own import pays_themself


@dataclass(frozen=True, slots=True)
class Order:
    """An order under one of its names, and where it was placed. It is a reference: nothing of it is kept here."""

    kind: OrderKind = OrderKind.NONE
    value: str = ""
    tenant: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """
    What is asked for.

    :param attributes: as sent; `giftCardNumber` and `customerId` name the payee.
    :param metadata: what a client keeps with it, as JSON; it is found by one of its members, and never changes.
    :param card_id: the card to pay, where a door knows it.
    :param expires_on: last day of the credit; None: as the reason says.
    :param terms: keyword arguments of `giftcards.operations.create_card` for a card that is to be made. `comes_back`
        holds for any payee.
    :param for_staff: it waits for a person, whatever a policy covers.
    """

    amount: Money
    kind: RequestKind
    reason: str
    source: str = ""
    note: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    amounts: Sequence[Mapping[str, Any]] = ()
    employee: str = ""
    payment_counter: int | None = None
    policy_code: str = ""
    sub_reason: str = ""
    card_id: UUID | None = None
    expires_on: date | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    for_staff: bool = False


@operation
def request_credits(
    *,
    order: Order,
    wanted: Sequence[NewRequest],
    party: Party,
    now: datetime,
    test_mode: bool = False,
) -> list[Decision]:
    """
    Ask for credit, all or none. What an approval policy covers is approved at once, in the policy's name, unless
    whoever is behind the client gives no more alone today.

    What is refused says by its `place` which of several it is, from 0.

    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyUnknown: for such an amount.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as the reason demands.
    :raises AttributesMalformed, CodeMalformed, PayeeUnknown: if the payee is not well named.
    :raises ExpiryInThePast: if the last day is over.
    :raises IssueRefused: if a policy approves and the books refuse.
    """
    policies = _list_policies(wanted, party)
    if len(wanted) > 1 and policies:
        # What policies cover is paid out at once, in the order in which it was asked for.
        paid: dict[int, CreditRequest] = {}
        for place, one in enumerate(wanted):
            with named_by_place(place):
                if _find_covering(policies, one, party) is not None:
                    paid[place] = build_request(order=order, wanted=one, party=party, now=now, test_mode=test_mode)
        if paid:
            lock_payees(requests=paid, now=now)
            policies = _list_policies(wanted, party)  # as they are after the wait
    decisions = []
    for place, one in enumerate(wanted):
        with named_by_place(place):
            request = build_request(order=order, wanted=one, party=party, now=now, test_mode=test_mode)
            decisions.append(_ask(request, one, _find_covering(policies, one, party), party, now))
    return decisions


def _ask(
    request: CreditRequest, wanted: NewRequest, policy: ApprovalPolicy | None, party: Party, now: datetime
) -> Decision:
    members = [
        CreditRequestMetadatum(request_id=request.pk, digest=its.digest) for its in list_members(wanted.metadata)
    ]
    CreditRequestMetadatum.objects.bulk_create(members)
    request.save(force_insert=True)
    write_event(request=request, kind=RequestEventKind.CREATED, from_status="", party=party, now=now, note=wanted.note)
    # What somebody asks for themself by a program of theirs, no policy approves.
    if policy is None or pays_themself(request, party.person_id):
        return Decision(request=request)
    try:
        with transaction.atomic() if party.actor.owner_id else nullcontext():
            return confirm_by_policy(request=request, policy=policy, party=party, now=now)
    except DayIssueLimitExceeded:
        # Whoever is behind the client gives no more alone today: it waits for somebody else.
        return Decision(request=request)


def _list_policies(wanted: Sequence[NewRequest], party: Party) -> list[ApprovalPolicy]:
    """The policies that may approve what a client asks for."""
    currencies = {one.amount.currency.code for one in wanted if not one.for_staff}
    if party.client_id is None or not currencies:
        return []
    return list(ApprovalPolicy.objects.filter(currency__in=currencies))


def _find_covering(policies: Sequence[ApprovalPolicy], wanted: NewRequest, party: Party) -> ApprovalPolicy | None:
    """The policy among these that approves it, if one does."""
    if wanted.for_staff:
        return None
    request = CreditRequest(
        currency=wanted.amount.currency.code,
        kind=wanted.kind,
        policy_code=wanted.policy_code,
        requested_client_id=party.client_id,
    )
    policy = closest_policy(policies, request)
    most_minor = policy.auto_approve_up_to_minor if policy is not None else None
    return policy if most_minor is not None and to_minor(wanted.amount) <= most_minor else None


def build_request(*, order: Order, wanted: NewRequest, party: Party, now: datetime, test_mode: bool) -> CreditRequest:
    """
    A request that is not saved yet, with everything about it tested.

    :raises DomainError: as `request_credits`.
    """
    positive_minor(wanted.amount)
    currency = wanted.amount.currency.code
    if not wanted.terms.get(COMES_BACK):
        require_open(currency, now.date())
    require_reason(why=Why(reason=wanted.reason, note=wanted.note, reference=order.value))
    if wanted.expires_on is not None and end_of_day(wanted.expires_on, settings.TIME_ZONE) <= now:
        raise ExpiryInThePast
    payee = find_payee(
        kind=wanted.kind,
        currency=currency,
        attributes=wanted.attributes,
        card_id=wanted.card_id,
        test_mode=test_mode,
        now=now,
    )
    request = CreditRequest(
        id=new_uuid7(),
        order_kind=order.kind,
        order_value=order.value,
        tenant=order.tenant,
        channel=order.channel,
        kind=wanted.kind,
        amount_minor=to_minor(wanted.amount),
        currency=currency,
        reason_id=wanted.reason,
        sub_reason=wanted.sub_reason,
        policy_code=wanted.policy_code,
        source=wanted.source,
        employee=wanted.employee,
        payment_counter=wanted.payment_counter,
        amounts=[dict(amount) for amount in wanted.amounts],
        credit_expires_on=wanted.expires_on,
        terms=dict(wanted.terms),
        note=wanted.note,
        attributes=mask_attributes(merge_attributes({}, wanted.attributes)),
        metadata=dict(wanted.metadata) or None,
        requested_by_id=party.person_id,
        requested_client_id=party.client_id,
        requested_label=party.actor.label,
        requested_kind=party.actor.kind,
        door=party.actor.door,
        request_id=party.actor.request_id,
        test_mode=test_mode,
        created_at=now,
        updated_at=now,
    )
    payee.put(request)
    return request
