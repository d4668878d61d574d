"""Rows of checkouts and orders as their pages show them, and where else an entry of the books belongs."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.translation import gettext

from ledger.queries import Hold, HoldStatus
from storecredit.backoffice.checkouts.words import (
    CHARGE_COLOURS,
    HANDED_OVER,
    SOURCE_COLOURS,
    checkout_link,
    dash_or_money,
    event_link,
    page_of,
    source_words,
)
from storecredit.backoffice.kit import (
    DASH,
    Link,
    Shown,
    Table,
    moment,
    moments,
    money_text,
    numbers,
    phrase,
    stacked,
    state_tag,
    strong,
    styled,
)
from storecredit.backoffice.kit.rows import account_link, door_text, entry_link, hold_link
from storecredit.checkouts.queries import (
    CalloutHold,
    Charge,
    ChargeMovement,
    CheckoutItem,
    CreditDeduction,
    DeductionMovement,
    Order,
    Source,
    UnreturnedCredit,
    find_charge_of_transaction,
    find_deduction_of_transaction,
    find_keeper_of_hold,
    state_of_unreturned,
)


def items_table(items: Iterable[CheckoutItem], currency: str) -> Table:
    """The lines of a checkout or an order."""
    return Table(
        title=gettext("Items"),
        id="items",
        columns=(
            gettext("SKU"),
            numbers(gettext("Units")),
            numbers(gettext("Price")),
            numbers(gettext("Amount")),
            numbers(gettext("Fulfilled")),
            numbers(gettext("Cancelled")),
            numbers(gettext("Refunded")),
        ),
        rows=[
            [
                strong(item.sku_id),
                str(item.quantity),
                money_text(item.price_minor, currency) if item.price_minor is not None else DASH,
                strong(money_text(item.amount_minor, currency)),
                str(item.fulfilled_quantity or DASH),
                str(item.cancelled_quantity or DASH),
                str(item.refunded_quantity or DASH),
            ]
            for item in items
        ],
    )


def sources_table(sources: Iterable[Source], now: datetime) -> Table:
    """What pays, or was to pay, for a checkout. The account and hold of each source are at hand."""
    return Table(
        title=gettext("Sources"),
        id="sources",
        columns=(
            gettext("What"),
            gettext("Line of credit"),
            numbers(gettext("Amount")),
            numbers(gettext("Pays")),
            gettext("State"),
            gettext("Set aside"),
        ),
        rows=[
            [
                strong(source_words(source)),
                account_link(source.account) or DASH,
                money_text(source.amount_minor, source.currency),
                strong(dash_or_money(source.contributed_minor, source.currency)),
                stacked(
                    state_tag(str(source.state_at(now).label), SOURCE_COLOURS),
                    f"{source.cancelled_why} ({source.cancelled_by})" if source.cancelled_why else "",
                ),
                _set_aside(source.hold),
            ]
            for source in sources
        ],
        empty=gettext("Nothing pays for it yet."),
    )


def _set_aside(hold: Hold | None) -> Shown:
    if hold is None:
        return DASH
    until = (
        format_html(gettext("until {moment}"), moment=moment(hold.expires_at)) if hold.status == HoldStatus.OPEN else ""
    )
    return phrase(hold_link(hold), until)


def charges_table(charges: Iterable[Charge], currency: str) -> Table:
    """What each source pays of an order. Its account and transaction are at hand."""
    return Table(
        title=gettext("Charges"),
        id="charges",
        columns=(
            gettext("Source"),
            gettext("Line of credit"),
            numbers(gettext("Pays")),
            numbers(gettext("Captured")),
            numbers(gettext("Cancelled")),
            numbers(gettext("Refunded")),
            gettext("State"),
            gettext("Deducted by"),
        ),
        rows=[
            [
                strong(source_words(charge.source)),
                account_link(charge.source.account) or DASH,
                strong(money_text(charge.amount_minor, currency)),
                dash_or_money(charge.captured_minor, currency),
                dash_or_money(charge.cancelled_minor, currency),
                dash_or_money(charge.refunded_minor, currency),
                state_tag(str(charge.state.label), CHARGE_COLOURS),
                entry_link(charge.transaction) or styled("quiet", gettext("processed elsewhere")),
            ]
            for charge in charges
        ],
        empty=gettext("It cost nothing."),
    )


def movements_table(movements: Iterable[ChargeMovement], currency: str) -> Table:
    """Movements whose charge's source, transaction and unreturned credit with its request are at hand."""
    return Table(
        title=gettext("Captures, cancellations and refunds"),
        id="movements",
        columns=(
            moments(gettext("When")),
            gettext("What"),
            gettext("Source"),
            numbers(gettext("Amount")),
            gettext("Credit given back by"),
            moments(gettext("Who")),
        ),
        rows=[
            [
                moment(movement.created_at),
                movement.get_kind_display(),
                source_words(movement.charge.source),
                strong(money_text(movement.amount_minor, currency)),
                entry_link(movement.transaction) or _handed_over(movement.unreturned) or DASH,
                who_cell(movement),
            ]
            for movement in movements
        ],
        empty=gettext("Nothing has been captured, cancelled or refunded yet."),
    )


def moved_table(movements: Iterable[DeductionMovement], currency: str) -> Table:
    """What the vendor's order took and gave back: movements with all that belongs to them at hand."""
    return Table(
        title=gettext("What moved"),
        columns=(
            moments(gettext("When")),
            gettext("What"),
            numbers(gettext("Amount")),
            gettext("By"),
            gettext("Event"),
        ),
        rows=[
            [
                moment(movement.created_at),
                movement.get_kind_display(),
                strong(money_text(movement.amount_minor, currency)),
                entry_link(movement.transaction) or _handed_over(movement.unreturned),
                event_link(movement.event),
            ]
            for movement in movements
        ],
        empty=gettext("Nothing could be taken."),
    )


def deductions_table(deductions: Iterable[CreditDeduction]) -> Table:
    """What an event of the vendor took or gave back. The order of each is at hand."""

    def cells(deduction: CreditDeduction) -> list[Shown]:
        def amount(minor: int) -> str:
            return money_text(minor, deduction.currency)

        short = deduction.shortfall_minor
        return [
            Link(deduction.order.order_id, page_of(deduction)),
            deduction.upstream_id,
            amount(deduction.asked_minor),
            strong(amount(deduction.taken_minor)),
            amount(deduction.given_back_minor),
            styled("bad", amount(short)) if short else DASH,
        ]

    return Table(
        title=gettext("Credit it moved"),
        columns=(
            gettext("Order"),
            gettext("Line of credit"),
            numbers(gettext("Asked")),
            numbers(gettext("Taken")),
            numbers(gettext("Given back")),
            numbers(gettext("Short")),
        ),
        rows=[cells(deduction) for deduction in deductions],
    )


def who_cell(record: Any) -> Shown:
    """Who did it, and more quietly where."""
    return phrase(record.actor_label, styled("quiet", f"· {door_text(record.door)}"))


def _handed_over(unreturned: UnreturnedCredit | None) -> Link | None:
    if unreturned is None:
        return None
    words = HANDED_OVER[state_of_unreturned(unreturned)]
    return Link(gettext("Handed to staff, %(state)s") % {"state": words}, page_of(unreturned))


def links_of_transaction(transaction_id: UUID) -> list[Link]:
    """The order for which an entry was made, here or at the vendor, if it was made for one."""
    charge = find_charge_of_transaction(transaction_id=transaction_id)
    if charge is not None:
        return [Link(str(charge.order), page_of(charge.order))]
    deduction = find_deduction_of_transaction(transaction_id=transaction_id)
    return [deduction_link(deduction)] if deduction is not None else []


def link_orders(references: Collection[str], *, test_mode: bool) -> dict[str, str]:
    """The addresses of the orders of a mode that references name, here or at the vendor, each by its reference."""
    named = {reference for reference in references if reference}
    if not named:
        return {}
    deductions = CreditDeduction.objects.filter(order__order_id__in=named, order__test_mode=test_mode)
    at_vendor = {row.order.order_id: page_of(row) for row in deductions.select_related("order").order_by("-pk")}
    here = Order.objects.filter(pk__in=named, test_mode=test_mode)
    return at_vendor | {row.pk: page_of(row) for row in here}


def links_of_hold(hold: Hold) -> list[Link]:
    """The checkout or the vendor's session for which credit is set aside, if it is for one."""
    keeper = find_keeper_of_hold(hold_id=hold.pk)
    if isinstance(keeper, CalloutHold):
        return [Link(gettext("Vendor's session %(session)s") % {"session": keeper.session_id}, page_of(keeper))]
    return [checkout_link(keeper)] if keeper is not None else []


def deduction_link(deduction: CreditDeduction) -> Link:
    """Where what an order at the vendor took can be looked at. Its order is at hand."""
    return Link(str(deduction.order), page_of(deduction))
