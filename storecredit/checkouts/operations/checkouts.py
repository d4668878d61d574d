"""A checkout begins, changes, is deleted or given up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from moneyed import Money

from ledger.errors import AmountTooLarge, named_by_place
from ledger.money import from_minor, to_minor
from ledger.operations import LARGEST_BALANCE_MINOR, Actor, operation, release_timed_out_holds
from ledger.queries import Customer, get_customer, require_in_use
from storecredit.checkouts.errors import (
    AmountNegative,
    CheckoutCurrencyMismatch,
    ItemNotFound,
    ItemPriceAmbiguous,
    ItemsMissing,
    MemberMalformed,
    QuantityTooLarge,
)
from storecredit.checkouts.models import Checkout, CheckoutItem, CheckoutStatus, made_by, read_rules
from storecredit.checkouts.operations.members import MOST_ITEMS, require_checkout_texts, require_item_id
from storecredit.checkouts.operations.sessions import (
    TIMED_OUT,
    cancel_source,
    detach_all,
    lock_lines,
    lock_open_checkout,
    renew,
    require_fitting,
)
from storecredit.checkouts.operations.sources import attach_source
from storecredit.checkouts.queries.details import CheckoutDetail, detail_of
from storecredit.checkouts.queries.funding import read_funding

#: What may be changed about a checkout; `items` replaces them all.
CHANGEABLE = (
    "items", "email", "bill_to", "upstream_id", "customer", "tax_included", "total_tax", "total_shipping",
)  # fmt: skip
LARGEST_QUANTITY = 1_000_000
DELETED, GIVEN_UP = "Its checkout was deleted.", "Its checkout was given up."


@dataclass(frozen=True, slots=True)
class NewItem:
    """
    A line to buy.

    :param price: for one unit; or
    :param aggregate_price: for the whole line.
    :param id: of a line that stands in the checkout already.
    """

    sku_id: str
    quantity: int
    price: Money | None = None
    aggregate_price: Money | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExpiredCheckouts:
    """How many checkouts lost credit that timed out, how many were given up, and how many holds besides timed out."""

    lapsed: int
    given_up: int
    holds: int


@operation
def create_checkout(
    *,
    currency: str,
    items: Sequence[NewItem],
    actor: Actor,
    now: datetime,
    test_mode: bool,
    email: str = "",
    bill_to: Mapping[str, Any] | None = None,
    upstream_id: str = "",
    customer: str | None = None,
    source_id: UUID | None = None,
    tax_included: bool = False,
    total_tax: Money | None = None,
    total_shipping: Money | None = None,
) -> CheckoutDetail:
    """
    Begin a checkout, and attach a source if one is named. It costs its items, shipping, and tax unless included.

    :param customer: number or document id of whose checkout it is; it then takes that customer's lines only.
    :raises CustomerNotFound: if there is no such customer of this mode.
    :raises MemberMalformed: if an e-mail address, a billing address or an id is not as it must be.
    :raises ItemsMissing, ItemPriceAmbiguous, QuantityTooLarge: for such items.
    :raises AmountNegative, AmountNotExact, AmountTooLarge, CheckoutCurrencyMismatch, CurrencyUnknown: for such amounts.
    :raises SourceNotFound and what else `attach_source` raises: for such a source.
    """
    require_in_use(currency)
    require_checkout_texts({"email": email, "bill_to": bill_to, "upstream_id": upstream_id})
    checkout = Checkout(
        currency=currency,
        email=email,
        bill_to=dict(bill_to) if bill_to else None,
        upstream_id=upstream_id,
        customer=_find_customer(customer, test_mode),
        tax_included=tax_included,
        total_tax_minor=_not_negative_minor(total_tax, currency),
        total_shipping_minor=_not_negative_minor(total_shipping, currency),
        expires_at=now + read_rules().checkout_life,
        updated_at=now,
        test_mode=test_mode,
        **made_by(actor, now),
    )
    rows = _item_rows(checkout, items, kept=set())
    checkout.total_minor = _total_minor(checkout, rows)
    checkout.save(force_insert=True)
    CheckoutItem.objects.bulk_create(rows)
    if source_id is not None:
        return attach_source(checkout_id=checkout.pk, source_id=source_id, test_mode=test_mode, actor=actor, now=now)
    return detail_of(checkout, now)


@operation
def change_checkout(
    *, checkout_id: UUID, changes: Mapping[str, Any], test_mode: bool, actor: Actor, now: datetime
) -> CheckoutDetail:
    """
    Change a checkout, and renew what is set aside for it.

    :param changes: new values of `CHANGEABLE` alone, of the types that `create_checkout` takes.
    :raises CheckoutNotFound: if there is none of this mode.
    :raises SessionUpdateNotAllowed: if it was ordered.
    :raises CustomerNotFound: if there is no such customer of this mode.
    :raises SourceTooLarge: if its sources would pay more than it then costs.
    :raises LineOfAnotherCustomer: if it is then a customer's and one of its lines is not.
    :raises MemberMalformed: if an e-mail address, a billing address or an id is not as it must be.
    :raises ItemsMissing, ItemNotFound, ItemPriceAmbiguous, QuantityTooLarge: for such items.
    :raises AmountNegative, AmountNotExact, AmountTooLarge, CheckoutCurrencyMismatch: for such amounts.
    """
    checkout = lock_open_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    require_checkout_texts(changes)
    lock_lines(checkout, actor=actor, now=now)
    for name in ("email", "bill_to", "upstream_id", "tax_included"):
        if name in changes:
            setattr(checkout, name, changes[name])
    if "customer" in changes:
        checkout.customer = _find_customer(changes["customer"], test_mode)
    for name in ("total_tax", "total_shipping"):
        if name in changes:
            setattr(checkout, f"{name}_minor", _not_negative_minor(changes[name], checkout.currency))
    rows = list(checkout.items.order_by("place"))
    if "items" in changes:
        rows = _item_rows(checkout, changes["items"], kept={row.pk for row in rows})
        checkout.items.all().delete()
        CheckoutItem.objects.bulk_create(rows)
    checkout.total_minor = _total_minor(checkout, rows)
    checkout.save()
    require_fitting(checkout, read_funding(checkout, now), now)
    renew(checkout, actor, now)
    return detail_of(checkout, now)


@operation
def delete_checkout(*, checkout_id: UUID, test_mode: bool, actor: Actor, now: datetime) -> None:
    """
    Delete a checkout: its lines of credit are cancelled, and what was set aside is free.

    :raises CheckoutNotFound: if there is none of this mode.
    :raises SessionUpdateNotAllowed: if it was ordered.
    """
    checkout = lock_open_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    _end(checkout, CheckoutStatus.DELETED, why=DELETED, actor=actor, now=now)


def expire_checkouts(
    *, actor: Actor, now: datetime, on_checkout: Callable[[], None] = lambda: None
) -> ExpiredCheckouts:
    """
    Let go of credit that was set aside for too long, and give up checkouts that nobody changed for too long.

    Safe twice and in parallel: each checkout is looked at again under its lock.

    :param on_checkout: called after each checkout.
    """
    counts = {"lapsed": 0, "given_up": 0}
    due = {
        "given_up": Checkout.objects.given_up(now).order_by("expires_at", "pk"),
        "lapsed": Checkout.objects.with_lapsed_credit(now).order_by("pk").distinct(),
    }
    for name, checkouts in due.items():
        for checkout_id in list(checkouts.values_list("pk", flat=True)):
            counts[name] += _expire_one(checkout_id=checkout_id, actor=actor, now=now)
            on_checkout()
    return ExpiredCheckouts(**counts, holds=release_timed_out_holds(actor=actor, now=now))


def count_due_checkouts(*, now: datetime) -> int:
    """How many checkouts the next sweep would change."""
    lapsed = Checkout.objects.with_lapsed_credit(now).values("pk")
    return Checkout.objects.given_up(now).union(Checkout.objects.filter(pk__in=lapsed)).count()


@operation
def _expire_one(*, checkout_id: UUID, actor: Actor, now: datetime) -> bool:
    """Whether there was still something to do."""
    checkout = Checkout.objects.select_for_update(no_key=True).get(pk=checkout_id)
    if checkout.status != CheckoutStatus.OPEN:
        return False
    if checkout.expires_at <= now:
        _end(checkout, CheckoutStatus.EXPIRED, why=GIVEN_UP, actor=actor, now=now)
        return True
    lock_lines(checkout, actor=actor, now=now)
    lapsed = [source for source in read_funding(checkout, now).lapsed if source.state == "CHARGEABLE"]
    for source in lapsed:
        cancel_source(source, why=TIMED_OUT, actor=actor, now=now)
    return bool(lapsed)


def _end(checkout: Checkout, status: CheckoutStatus, *, why: str, actor: Actor, now: datetime) -> None:
    detach_all(checkout, why=why, actor=actor, now=now)
    checkout.status, checkout.updated_at = status, now
    checkout.save(update_fields=["status", "updated_at"])


def _find_customer(identifier: str | None, test_mode: bool) -> Customer | None:
    return None if identifier is None else get_customer(identifier=identifier, test_mode=test_mode)


def _item_rows(checkout: Checkout, items: Sequence[NewItem], kept: set[UUID]) -> list[CheckoutItem]:
    named = [item.id for item in items if item.id is not None]
    if not items or len(set(named)) < len(named):
        raise ItemsMissing
    if len(items) > MOST_ITEMS:
        raise MemberMalformed(member="items", wrong=f"are more than {MOST_ITEMS}")
    rows = []
    for place, item in enumerate(items):
        with named_by_place(place):
            rows.append(_item_row(checkout, place + 1, item, kept))
    return rows


def _item_row(checkout: Checkout, place: int, item: NewItem, kept: set[UUID]) -> CheckoutItem:
    require_item_id(item.sku_id, place=place - 1)
    if item.id is not None and item.id not in kept:
        raise ItemNotFound(item=str(item.id))
    if (item.price is None) == (item.aggregate_price is None):
        raise ItemPriceAmbiguous(sku_id=item.sku_id)
    if not 1 <= item.quantity <= LARGEST_QUANTITY:
        raise QuantityTooLarge(item=item.sku_id, left=LARGEST_QUANTITY, requested=item.quantity)
    row = CheckoutItem(
        id=item.id or uuid4(), checkout=checkout, place=place, sku_id=item.sku_id, quantity=item.quantity
    )
    if item.price is not None:
        row.price_minor = _not_negative_minor(item.price, checkout.currency)
        row.amount_minor = row.price_minor * item.quantity
    else:
        row.aggregate_minor = row.amount_minor = _not_negative_minor(item.aggregate_price, checkout.currency)
    _require_countable(row.amount_minor, checkout.currency)
    return row


def _total_minor(checkout: Checkout, rows: Sequence[CheckoutItem]) -> int:
    tax_minor = 0 if checkout.tax_included else checkout.total_tax_minor
    total_minor = sum(row.amount_minor for row in rows) + checkout.total_shipping_minor + tax_minor
    _require_countable(total_minor, checkout.currency)
    return total_minor


def _not_negative_minor(amount: Money | None, currency: str) -> int:
    if amount is None:
        return 0
    if amount.currency.code != currency:
        raise CheckoutCurrencyMismatch(checkout_currency=currency, currency=amount.currency.code)
    amount_minor = to_minor(amount)
    if amount_minor < 0:
        raise AmountNegative(amount=amount)
    _require_countable(amount_minor, currency)
    return amount_minor


def _require_countable(amount_minor: int, currency: str) -> None:
    if amount_minor > LARGEST_BALANCE_MINOR:
        raise AmountTooLarge(amount=from_minor(amount_minor, currency))
