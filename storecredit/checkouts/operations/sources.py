"""What pays is made known, attached and detached. Attaching credit sets it aside."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from moneyed import Money

from ledger.errors import AmountNotPositive, AmountTooLarge, ReasonMissing
from ledger.money import from_minor, to_minor
from ledger.operations import LARGEST_BALANCE_MINOR, Actor, Why, lock_account_rows, operation, place_hold, release_hold
from ledger.queries import require_in_use
from storecredit.checkouts.errors import (
    NotAHoldOfCheckouts,
    SessionNotFound,
    SessionUpdateNotAllowed,
    SourceIncomplete,
    SourceNotAttachable,
    SourceNotFound,
    SourceTooLarge,
    TenderRefusesCredit,
)
from storecredit.checkouts.models import (
    DETAILS,
    CalloutHold,
    Checkout,
    CheckoutStatus,
    Source,
    SourceState,
    SourceType,
    made_by,
    read_rules,
)
from storecredit.checkouts.operations.lines import require_open_line, require_spendable_line
from storecredit.checkouts.operations.members import require_owner
from storecredit.checkouts.operations.sessions import (
    cancel_source,
    lock_lines,
    lock_open_checkout,
    renew,
    require_fitting,
)
from storecredit.checkouts.queries.details import CheckoutDetail, detail_of, is_alive
from storecredit.checkouts.queries.funding import read_funding
from storecredit.checkouts.queries.lines import name_line

DETACHED = "Detached from its checkout."
#: How many sources a checkout has at most, its primary one among them.
MOST_SOURCES: Final = 100


@operation
def create_source(
    *,
    type: SourceType,
    amount: Decimal,
    currency: str | None,
    actor: Actor,
    now: datetime,
    test_mode: bool,
    payment_session_id: UUID | None = None,
    upstream_id: str = "",
    owner: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    reusable: bool = False,
) -> Source:
    """
    Make something known that can pay. Nothing is set aside yet; external tender is recorded and never processed.

    :param amount: positive, in major units of `currency`, or of the session's.
    :param currency: needed without `payment_session_id`, whose checkout gives it otherwise.
    :param upstream_id: for a line of credit the number of its account, store credit or a gift card's, or the number of
        the card itself, which is not kept.
    :param owner: first_name, last_name, email, address; from the session's checkout where none is given.
    :param details: of external tender: brand, last_four_digits, expiration_month, expiration_year, and nothing else.
    :raises SessionNotFound: if no checkout has that session.
    :raises SessionUpdateNotAllowed: if that session is complete.
    :raises UpstreamUnknown: if no open account of this mode has that number.
    :raises MemberMalformed: if its owner has no name or no address, or one that is not as it must be.
    :raises SourceIncomplete: if its type needs more, or takes less.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyMismatch, CurrencyUnknown: for such an amount.
    """
    if owner:
        require_owner(owner)
    checkout = _find_session(payment_session_id, test_mode, now)
    if checkout is not None:
        if currency not in {None, checkout.currency}:
            raise SourceIncomplete(missing=f"the currency of its session, {checkout.currency}")
        currency = checkout.currency
        owner = owner or owner_from_bill_to(checkout.bill_to)
    if currency is None:
        raise SourceIncomplete(missing="a currency")
    require_in_use(currency)
    amount_minor = _positive_minor(Money(amount, currency))
    is_credit = type == SourceType.CUSTOMER_CREDIT
    account = None
    if is_credit:
        if details or reusable:
            raise SourceIncomplete(missing="an empty object of its type, and cannot be reusable")
        account = require_open_line(upstream_id=upstream_id, currency=currency, test_mode=test_mode, now=now)
        upstream_id = name_line(account=account, upstream_id=upstream_id)
    else:
        _require_harmless(details or {})
    return Source.objects.create(
        type=type,
        currency=currency,
        amount_minor=amount_minor,
        account=account,
        upstream_id=upstream_id,
        owner=dict(owner) if owner else None,
        details=dict(details or {}),
        reusable=reusable,
        checkout=checkout,
        test_mode=test_mode,
        **made_by(actor, now),
    )


@operation
def attach_source(
    *, checkout_id: UUID, source_id: UUID, test_mode: bool, actor: Actor, now: datetime
) -> CheckoutDetail:
    """
    Let a source pay for a checkout. A line of credit is set aside, and every change renews what is set aside.

    What is attached already stays as it is.

    :raises CheckoutNotFound, SourceNotFound: if there is none of this mode.
    :raises SessionUpdateNotAllowed: if the checkout was ordered, has a primary source already, has a single-use one
        that credit would have to come before, or has as many sources as one can have.
    :raises SourceNotAttachable: if it was consumed or cancelled, belongs elsewhere or is in another currency.
    :raises SourceTooLarge: if it is for more than is left to pay.
    :raises TenderRefusesCredit: if the tender cannot stand beside store credit.
    :raises LineOfAnotherCustomer: if the checkout, or the line, is another customer's.
    :raises InsufficientCredit, AccountNotOpen, CardNotUsable, MustRedeemWhole: if the line cannot set it aside.
    """
    checkout = lock_open_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    source = Source.objects.filter(pk=source_id, test_mode=test_mode).select_for_update(no_key=True).first()
    if source is None:
        raise SourceNotFound(source=str(source_id))
    if (
        source.place is not None
        and source.checkout_id == checkout.pk
        and source.state_at(now) == SourceState.CHARGEABLE
    ):
        return detail_of(checkout, now)
    _require_attachable(checkout, source, now)
    lock_lines(checkout, actor=actor, now=now, besides=[source.account_id] if source.account_id is not None else [])
    _require_room(checkout, source, now)
    if source.account_id is not None:
        require_spendable_line(account_id=source.account_id, amount_minor=source.amount_minor, now=now)
        source.hold = place_hold(
            account_id=source.account_id,
            amount=from_minor(source.amount_minor, source.currency),
            expires_at=now + read_rules().hold_life,
            actor=actor,
            now=now,
            why=Why(reference=f"checkout {checkout.pk}", key=f"checkout-source:{source.pk}"),
        )
    source.checkout = checkout
    source.place = (checkout.sources.aggregate(last=Max("place"))["last"] or 0) + 1
    source.contributed_minor = source.amount_minor
    source.save(update_fields=["checkout", "place", "contributed_minor", "hold"])
    require_fitting(checkout, read_funding(checkout, now), now)
    renew(checkout, actor, now)
    return detail_of(checkout, now)


@operation
def detach_source(*, checkout_id: UUID, source_id: UUID, test_mode: bool, actor: Actor, now: datetime) -> None:
    """
    Let a source pay for a checkout no more. A line of credit is cancelled for good, and what was set aside is free.

    :raises CheckoutNotFound, SourceNotFound: if there is none of this mode, or it is not attached.
    :raises SessionUpdateNotAllowed: if the checkout was ordered.
    """
    checkout = lock_open_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    lock_lines(checkout, actor=actor, now=now)
    source = checkout.sources.filter(pk=source_id, place__isnull=False).select_related("hold").first()
    if source is None:
        raise SourceNotFound(source=str(source_id))
    if source.is_credit:
        if source.state == SourceState.CHARGEABLE:
            cancel_source(source, why=DETACHED, actor=actor, now=now)
        Source.objects.filter(pk=source.pk).update(place=None, contributed_minor=0)
    else:
        Source.objects.filter(pk=source.pk).update(checkout=None, place=None, contributed_minor=0)
    renew(checkout, actor, now)


@operation
def release_stuck_hold(*, hold_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """
    Let go of credit that a checkout or a callout set aside. Staff say why; the checkout then needs a new source.

    :raises ReasonMissing: if it is not said why.
    :raises NotAHoldOfCheckouts: if neither a checkout nor a callout set it aside.
    :raises HoldNotOpen: if it has ended.
    """
    if not reason.strip():
        raise ReasonMissing
    source = Source.objects.filter(hold_id=hold_id, checkout__isnull=False).first()
    if source is not None and source.checkout_id is not None:
        checkout = Checkout.objects.select_for_update(no_key=True).get(pk=source.checkout_id)
        lock_lines(checkout, actor=actor, now=now)
        release_hold(hold_id=hold_id, actor=actor, now=now)
        source = Source.objects.select_related("hold").get(pk=source.pk)
        if source.state == SourceState.CHARGEABLE:
            cancel_source(source, why=reason, actor=actor, now=now)
        return
    callout = CalloutHold.objects.filter(hold_id=hold_id).first()
    if callout is None:
        raise NotAHoldOfCheckouts(hold=str(hold_id))
    lock_account_rows(account_ids=[callout.account_id])
    release_hold(hold_id=hold_id, actor=actor, now=now)
    CalloutHold.objects.filter(pk=callout.pk).update(updated_at=now, released_by=actor.label, released_why=reason)


def owner_from_bill_to(bill_to: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The owner of a source as its checkout bills them; the name is split at its last blank."""
    if not bill_to:
        return None
    first, _, last = str(bill_to.get("name", "")).strip().rpartition(" ")
    owner = {"first_name": first.strip(), "last_name": last, "address": bill_to.get("address")}
    if bill_to.get("email"):
        owner["email"] = bill_to["email"]
    return owner


def _find_session(session_id: UUID | None, test_mode: bool, now: datetime) -> Checkout | None:
    if session_id is None:
        return None
    checkout = Checkout.objects.filter(session_id=session_id, test_mode=test_mode).first()
    if checkout is None or not is_alive(checkout, now):
        raise SessionNotFound(session=str(session_id))
    if checkout.status != CheckoutStatus.OPEN:
        raise SessionUpdateNotAllowed(checkout=str(checkout.pk), why="The payment session is complete.")
    return checkout


def _require_attachable(checkout: Checkout, source: Source, now: datetime) -> None:
    state = source.state_at(now)
    if state != SourceState.CHARGEABLE:
        raise SourceNotAttachable(source=str(source.pk), why=f"is {state.label.lower()}")
    if source.checkout_id is not None and source.checkout_id != checkout.pk:
        raise SourceNotAttachable(source=str(source.pk), why="belongs to another checkout")
    if source.currency != checkout.currency:
        raise SourceNotAttachable(source=str(source.pk), why=f"is in {source.currency}, not in {checkout.currency}")


def _require_room(checkout: Checkout, source: Source, now: datetime) -> None:
    funding = read_funding(checkout, now)
    if len(funding.paying) >= MOST_SOURCES:
        raise SessionUpdateNotAllowed(
            checkout=str(checkout.pk), why=f"The checkout has {MOST_SOURCES} sources already."
        )
    primary = funding.primary
    tenders = [tender for tender in (primary, source) if tender is not None and not tender.is_credit]
    if len(tenders) > 1:
        raise SessionUpdateNotAllowed(checkout=str(checkout.pk), why="The checkout has a primary source already.")
    if (source.is_credit or funding.credits) and any(tender.type == SourceType.AMAZON_PAY for tender in tenders):
        raise TenderRefusesCredit(tender=SourceType.AMAZON_PAY.label)
    if primary is not None and not primary.reusable:
        raise SessionUpdateNotAllowed(
            checkout=str(checkout.pk), why="Store credit comes before a primary source that is used once."
        )
    # A reusable primary source makes room: what it pays is lowered.
    room_minor = funding.total_minor - funding.credit_minor
    if source.amount_minor > room_minor:
        raise SourceTooLarge(
            remaining=from_minor(max(0, room_minor), checkout.currency),
            requested=from_minor(source.amount_minor, checkout.currency),
        )


def _require_harmless(details: Mapping[str, Any]) -> None:
    """Refuse what could be a card's number or security code, under whatever name."""
    shapes = {"last_four_digits": r"[0-9]{4}", "brand": r"[^0-9\x00-\x1f]{1,40}"}
    ranges = {"expiration_month": range(1, 13), "expiration_year": range(2000, 2200)}
    for name, value in details.items():
        fits_shape = name in shapes and isinstance(value, str) and re.fullmatch(shapes[name], value)
        fits_range = name in ranges and type(value) is int and value in ranges[name]
        if not fits_shape and not fits_range:
            raise SourceIncomplete(missing=f"nothing but {', '.join(DETAILS)}, as they stand on a receipt")


def _positive_minor(amount: Money) -> int:
    amount_minor = to_minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)
    if amount_minor > LARGEST_BALANCE_MINOR:
        raise AmountTooLarge(amount=amount)
    return amount_minor
