"""Rows of checkouts and orders as their pages show them, and where else an entry of the books belongs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.queries import Hold
from storecredit.backoffice.checkouts.words import (
    CHARGE_TAGS,
    HANDED_OVER,
    SOURCE_TAGS,
    dash_or_money,
    entry_link,
    page_of,
    short_name,
    source_words,
)
from storecredit.backoffice.kit import money_text
from storecredit.backoffice.kit.rows import Link, account_url, door_text
from storecredit.checkouts.queries import (
    CalloutHold,
    Charge,
    ChargeMovement,
    CheckoutItem,
    CreditDeduction,
    DeductionMovement,
    Source,
    UnreturnedCredit,
    find_charge_of_transaction,
    find_deduction_of_transaction,
    find_keeper_of_hold,
    state_of_unreturned,
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of a checkout or an order."""

    sku: str
    quantity: int
    price: str
    amount: str
    fulfilled: int
    cancelled: int
    refunded: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Something that pays, or was to pay, for a checkout."""

    what: str
    account: Link | None
    amount: str
    pays: str
    state: str
    state_tag: str
    hold: Link | None
    held_until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What one source pays of an order."""

    what: str
    account: Link | None
    amount: str
    captured: str
    cancelled: str
    refunded: str
    state: str
    state_tag: str
    entry: Link | None


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A capture, a cancellation or a refund; or what the vendor's order took or gave back."""

    at: datetime
    what: str
    source: str
    amount: str
    who: str
    door: str
    entry: Link | None
    unreturned: Link | None
    event: Link | None = None


def item_rows(items: Iterable[CheckoutItem], currency: str) -> list[ItemRow]:
    return [
        ItemRow(
            sku=item.sku_id,
            quantity=item.quantity,
            price=money_text(item.price_minor, currency) if item.price_minor is not None else "–",
            amount=money_text(item.amount_minor, currency),
            fulfilled=item.fulfilled_quantity,
            cancelled=item.cancelled_quantity,
            refunded=item.refunded_quantity,
        )
        for item in items
    ]


def source_rows(sources: Iterable[Source], now: datetime) -> list[SourceRow]:
    """Sources whose account and hold are at hand."""
    rows = []
    for source in sources:
        state = source.state_at(now)
        is_held = source.hold is not None and source.hold.status == "OPEN"
        rows.append(
            SourceRow(
                what=source_words(source),
                account=_account_link(source),
                amount=money_text(source.amount_minor, source.currency),
                pays=dash_or_money(source.contributed_minor, source.currency),
                state=state.label,
                state_tag=SOURCE_TAGS[state],
                hold=Link("Hold", page_of(source.hold)) if source.hold else None,
                held_until=source.hold.expires_at if source.hold and is_held else None,
                why=f"{source.cancelled_why} ({source.cancelled_by})" if source.cancelled_why else "",
            )
        )
    return rows


def charge_rows(charges: Iterable[Charge], currency: str) -> list[ChargeRow]:
    """Charges whose source, its account and transaction are at hand."""
    return [
        ChargeRow(
            what=source_words(charge.source),
            account=_account_link(charge.source),
            amount=money_text(charge.amount_minor, currency),
            captured=dash_or_money(charge.captured_minor, currency),
            cancelled=dash_or_money(charge.cancelled_minor, currency),
            refunded=dash_or_money(charge.refunded_minor, currency),
            state=charge.state.label,
            state_tag=CHARGE_TAGS[charge.state],
            entry=entry_link(charge.transaction),
        )
        for charge in charges
    ]


def movement_rows(movements: Iterable[ChargeMovement], currency: str) -> list[MovementRow]:
    """Movements whose charge's source, transaction and unreturned credit with its request are at hand."""
    return [
        MovementRow(
            at=movement.created_at,
            what=movement.get_kind_display(),
            source=source_words(movement.charge.source),
            amount=money_text(movement.amount_minor, currency),
            who=movement.actor_label,
            door=door_text(movement.door),
            entry=entry_link(movement.transaction),
            unreturned=_handed_over(movement.unreturned),
        )
        for movement in movements
    ]


def deduction_rows(movements: Iterable[DeductionMovement], currency: str) -> list[MovementRow]:
    """Movements whose transaction, unreturned credit with its request, and event are at hand."""
    return [
        MovementRow(
            at=movement.created_at,
            what=movement.get_kind_display(),
            source="",
            amount=money_text(movement.amount_minor, currency),
            who="",
            door="",
            entry=entry_link(movement.transaction),
            unreturned=_handed_over(movement.unreturned),
            event=Link(movement.event.type, page_of(movement.event)),
        )
        for movement in movements
    ]


def _handed_over(unreturned: UnreturnedCredit | None) -> Link | None:
    if unreturned is None:
        return None
    words = HANDED_OVER[state_of_unreturned(unreturned)]
    return Link(f"Handed to staff, {words}", page_of(unreturned))


def links_of_transaction(transaction_id: UUID) -> list[Link]:
    """The order for which an entry was made, here or at the vendor, if it was made for one."""
    charge = find_charge_of_transaction(transaction_id=transaction_id)
    if charge is not None:
        return [Link(str(charge.order), page_of(charge.order))]
    deduction = find_deduction_of_transaction(transaction_id=transaction_id)
    return [deduction_link(deduction)] if deduction is not None else []


def links_of_hold(hold: Hold) -> list[Link]:
    """The checkout or the vendor's session for which credit is set aside, if it is for one."""
    keeper = find_keeper_of_hold(hold_id=hold.pk)
    if isinstance(keeper, CalloutHold):
        return [Link(f"Vendor's session {keeper.session_id}", page_of(keeper))]
    return [Link(short_name(keeper), page_of(keeper))] if keeper is not None else []


def deduction_link(deduction: CreditDeduction) -> Link:
    """Where what an order at the vendor took can be looked at. Its order is at hand."""
    return Link(str(deduction.order), page_of(deduction))


def _account_link(source: Source) -> Link | None:
    return Link(source.account.number, account_url(source.account.pk)) if source.account else None
