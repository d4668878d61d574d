"""
A checkout under its lock: what pays for it, and what each change of it renews.

Locks are taken in one order everywhere: the checkout, the source, then accounts by primary key.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ledger.money import from_minor
from ledger.operations import Actor, extend_hold, lock_account_rows, release_hold, release_timed_out_holds_of
from storecredit.checkouts.errors import (
    CheckoutNotFound,
    LineOfAnotherCustomer,
    SessionUpdateNotAllowed,
    SourceTooLarge,
    TenderRefusesCredit,
)
from storecredit.checkouts.models import Checkout, CheckoutStatus, Source, SourceState, SourceType, read_rules
from storecredit.checkouts.operations.lines import customer_of_line
from storecredit.checkouts.queries.details import is_alive
from storecredit.checkouts.queries.funding import Funding, read_funding

TIMED_OUT = "Set aside for too long."


def lock_checkout(*, checkout_id: UUID, test_mode: bool, now: datetime) -> Checkout:
    """
    An open or ordered checkout, locked until the present transaction ends.

    :raises CheckoutNotFound: if there is none of this mode; a deleted or expired one is none.
    """
    found = Checkout.objects.filter(pk=checkout_id, test_mode=test_mode).select_for_update(no_key=True).first()
    if found is None or not is_alive(found, now):
        raise CheckoutNotFound(checkout=str(checkout_id))
    return found


def lock_open_checkout(*, checkout_id: UUID, test_mode: bool, now: datetime) -> Checkout:
    """
    A checkout that can still be changed, locked until the present transaction ends.

    :raises CheckoutNotFound: if there is none of this mode.
    :raises SessionUpdateNotAllowed: if it was ordered.
    """
    checkout = lock_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    if checkout.status != CheckoutStatus.OPEN:
        raise SessionUpdateNotAllowed(checkout=str(checkout.pk), why="The payment session is complete.")
    return checkout


def lock_lines(checkout: Checkout, *, actor: Actor, now: datetime, besides: Iterable[int] = ()) -> None:
    """
    Lock the accounts behind a locked checkout's lines of credit, and free what holds on them have outlived.

    :param besides: ids of other accounts to lock with them.
    """
    held = checkout.sources.filter(hold__isnull=False, state=SourceState.CHARGEABLE)
    account_ids = sorted({*held.values_list("account_id", flat=True), *besides})
    if account_ids:
        lock_account_rows(account_ids=account_ids)
        release_timed_out_holds_of(account_ids=account_ids, actor=actor, now=now)


def require_fitting(checkout: Checkout, funding: Funding, now: datetime) -> None:
    """
    Refuse a checkout whose sources do not fit it, or each other.

    :raises SourceTooLarge: if they would pay more than it costs.
    :raises TenderRefusesCredit: if its primary source cannot stand beside store credit.
    :raises LineOfAnotherCustomer: if it is a customer's and one of the lines is not.
    """
    if funding.credits and funding.primary is not None and funding.primary.type == SourceType.AMAZON_PAY:
        raise TenderRefusesCredit(tender=funding.primary.get_type_display())
    if funding.remaining_minor < 0:
        newest = funding.paying[-1]
        raise SourceTooLarge(
            remaining=from_minor(max(0, funding.remaining_minor + newest.amount_minor), checkout.currency),
            requested=from_minor(newest.amount_minor, checkout.currency),
        )
    for source in funding.credits:
        assert source.account is not None
        customer_id, is_restricted = customer_of_line(source.account, now)
        is_own = customer_id == checkout.customer_id or (
            # Whoever began it was merged into another since.
            customer_id is not None
            and checkout.customer is not None
            and customer_id == checkout.customer.merged_into_id
        )
        if (checkout.customer_id is not None or is_restricted) and not is_own:
            raise LineOfAnotherCustomer(upstream_id=source.upstream_id)


def renew(checkout: Checkout, actor: Actor, now: datetime) -> Funding:
    """
    What each change of a checkout ends in: its live holds last anew, credit that timed out is cancelled, reusable
    tender pays what is left, and the checkout itself lives on. The accounts must be locked.
    """
    rules = read_rules()
    funding = read_funding(checkout, now)
    for source in funding.lapsed:
        if source.state == SourceState.CHARGEABLE:
            cancel_source(source, why=TIMED_OUT, actor=actor, now=now)
        # Whoever changes the checkout has seen what it lost, and it can be ordered without it.
        Source.objects.filter(pk=source.pk).update(place=None, contributed_minor=0)
    for source in funding.credits:
        assert source.hold is not None
        # A change that began later and was quicker, or a longer time that was in force, has set it aside for longer.
        if source.hold.expires_at < now + rules.hold_life:
            extend_hold(hold_id=source.hold.pk, expires_at=now + rules.hold_life, actor=actor, now=now)
    if funding.primary is not None and funding.primary.contributed_minor != funding.primary_minor:
        Source.objects.filter(pk=funding.primary.pk).update(contributed_minor=funding.primary_minor)
    checkout.updated_at, checkout.expires_at = now, now + rules.checkout_life
    checkout.save(update_fields=["updated_at", "expires_at"])
    return funding


def cancel_source(source: Source, *, why: str, actor: Actor, now: datetime) -> None:
    """Cancel a line of credit for good, and let go of what is set aside for it. Its account must be locked."""
    if source.hold is not None and source.hold.status == "OPEN":
        release_hold(hold_id=source.hold.pk, actor=actor, now=now)
    Source.objects.filter(pk=source.pk).update(
        state=SourceState.CANCELLED,
        contributed_minor=0,
        cancelled_at=now,
        cancelled_by=actor.label,
        cancelled_why=why,
    )


def detach_all(checkout: Checkout, *, why: str, actor: Actor, now: datetime) -> None:
    """Cancel the checkout's lines of credit; external tender can be attached elsewhere."""
    lock_lines(checkout, actor=actor, now=now)
    for source in checkout.sources.filter(type=SourceType.CUSTOMER_CREDIT).select_related("hold").order_by("pk"):
        if source.state == SourceState.CHARGEABLE:
            cancel_source(source, why=why, actor=actor, now=now)
    checkout.sources.exclude(type=SourceType.CUSTOMER_CREDIT).update(checkout=None, place=None, contributed_minor=0)
