"""What pages show of the books: words, links and tables in place of minor units and codes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext

from ledger.queries import AccountBalance, Customer, Hold, HoldStatus, Lot, Transaction
from storecredit.backoffice.kit.parts import (
    DASH,
    Link,
    Shown,
    Table,
    moment,
    moments,
    numbers,
    phrase,
    read_portion,
    read_stream,
    reasons,
    shop_day,
    signed,
    stacked,
    strong,
    styled,
)
from storecredit.backoffice.kit.reviews import Change
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.kit.words import last_moment, money_text, signed_text

_PROGRAMS: Final = ("tiquo", "glu", "lightspeed", "digital_river", "fabric")
#: Through what something is done, for a form; of programs, those that can move money.
DOORS: Final = (
    ("admin", gettext_lazy("Admin")),
    ("api", "API"),
    *((f"api:{name}", f"API ({name.replace('_', ' ')})") for name in _PROGRAMS),
    ("command", gettext_lazy("Jobs and commands")),
)


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What one account has."""

    id: int
    number: str
    url: str
    kind: str
    currency: str
    status: str
    spendable: str
    held: str
    has_holds: bool
    total: str
    next_expiry: datetime | None

    @property
    def pairs(self) -> list[tuple[str, Shown]]:
        """What is known of it besides what can be spent."""
        return [
            (gettext("Held"), self.held if self.has_holds else DASH),
            (gettext("Total"), self.total),
            (gettext("Next expiry"), shop_day(self.next_expiry) or DASH),
        ]


@dataclass(frozen=True, slots=True)
class Others:
    """
    What is told in a history among its entries, newest first.

    :param cells: of a row of these, in the columns of the history.
    """

    found: QuerySet[Any]
    cells: Callable[[Any], list[Shown]]


def transaction_url(transaction_id: object) -> str:
    return reverse("admin:ledger_transaction_change", args=[transaction_id])


def account_url(account_id: int) -> str:
    return reverse("admin:ledger_account_change", args=[account_id])


def account_link(account: Any) -> Link | None:
    """The page of an account; None for none."""
    return Link(account.number, account_url(account.pk)) if account else None


def customer_link(customer: Customer | None) -> Link | None:
    """The page of a customer; None for none."""
    if customer is None:
        return None
    url = reverse("admin:ledger_customer_change", args=[customer.pk])
    return Link(f"{customer.display_name} · {customer.number}", url)


def entry_link(entry: Any) -> Link | None:
    """Where a transaction can be looked at; None for none."""
    return Link(str(entry), transaction_url(entry.pk)) if entry is not None else None


def door_text(door: str) -> str:
    """`api:tiquo` as staff would say it."""
    kind, _, name = door.partition(":")
    said = {"admin": gettext("Admin"), "api": "API", "command": gettext("Job")}.get(kind, kind)
    return f"{said} ({name.replace('_', ' ')})" if name else said


def who_text(record: Any) -> str:
    """Who did it, and where: of any row that keeps its actor."""
    return f"{record.actor_label}, {door_text(record.door)}"


def good_through(expires_at: datetime | None) -> str:
    """The last day of credit, as staff name it."""
    return shop_day(last_moment(expires_at)) or gettext("for ever")


def related_links(entry: Transaction) -> list[Link]:
    """What an entry undoes, and what undid it. Its target and reversals are at hand."""
    undone = [entry.reverses] if entry.reverses else []
    related = undone + sorted(entry.reversals.all(), key=lambda other: other.number)
    return [Link(f"{other.get_type_display()} {other.number}", transaction_url(other.pk)) for other in related]


def history_table(
    request: HttpRequest,
    entries: QuerySet[Transaction],
    find_pages: Callable[[Sequence[Transaction]], Mapping[str, str]] = lambda entries: {},
    others: Others | None = None,
) -> Table:
    """
    The page of a history, newest first, that `?page=` asks for.

    :param find_pages: gives the addresses of what the references of some entries name.
    :param others: what is told among the entries.
    """
    found = entries.select_related("account", "reason", "reverses").prefetch_related("reversals")
    portion = read_stream(request, found, others.found) if others else read_portion(request, found)
    pages = find_pages([row for row in portion.rows if isinstance(row, Transaction)])
    return Table(
        title=gettext("History"),
        id="history",
        columns=(
            moments(gettext("When")),
            gettext("What"),
            numbers(gettext("Amount")),
            numbers(gettext("Balance after")),
            reasons(gettext("Why")),
            reasons(gettext("Reference")),
            moments(gettext("Who")),
            moments(gettext("Booked to")),
        ),
        rows=[
            others.cells(row) if others and not isinstance(row, Transaction) else _history_cells(row, pages)
            for row in portion.rows
        ],
        newer_url=portion.newer_url,
        older_url=portion.older_url,
    )


def reference_shown(reference: str, pages: Mapping[str, str]) -> Shown:
    """A reference, as the way to what it names if that has a page."""
    return Link(reference, pages[reference]) if reference in pages else reference


def _history_cells(entry: Transaction, pages: Mapping[str, str]) -> list[Shown]:
    links = [phrase("↔", link) for link in related_links(entry)]
    return [
        moment(entry.created_at),
        stacked(
            Link(entry.get_type_display(), transaction_url(entry.pk)),
            gettext("No. %(number)s") % {"number": entry.number},
            *links,
        ),
        signed(signed_text(entry.amount_minor, entry.currency), is_credit=entry.amount_minor > 0),
        money_text(entry.balance_after_minor, entry.currency),
        stacked(shipped(entry.reason.label) if entry.reason else "", shipped(entry.note)),
        reference_shown(entry.reference, pages),
        stacked(entry.actor_label, door_text(entry.door)),
        styled("quiet", entry.get_counter_account_display()),
    ]


def balance_row(account: AccountBalance) -> BalanceRow:
    return BalanceRow(
        id=account.id,
        number=account.number,
        url=account_url(account.id),
        kind=account.kind,
        currency=account.currency,
        status=account.status,
        spendable=money_text(account.spendable_minor, account.currency),
        held=money_text(account.held_minor, account.currency),
        has_holds=account.held_minor > 0,
        total=money_text(account.balance_minor, account.currency),
        next_expiry=last_moment(account.next_expiry),
    )


def lots_table(lots: Iterable[Lot], now: datetime) -> Table:
    """Lots whose account and transaction are at hand, in the order in which they are spent."""

    def cells(lot: Lot) -> list[Shown]:
        def amount(minor: int) -> str:
            return money_text(minor, lot.account.currency)

        is_expired = lot.expires_at is not None and lot.expires_at <= now
        return [
            stacked(entry_link(lot.transaction), lot.get_funding_display()),
            stacked(
                strong(amount(lot.remaining_minor)),
                gettext("of %(amount)s") % {"amount": amount(lot.amount_minor)},
            ),
            amount(lot.reserved_minor) if lot.reserved_minor else "",
            stacked(good_through(lot.expires_at), styled("bad", pgettext("state", "Expired")) if is_expired else ""),
        ]

    return Table(
        title=gettext("Credit left, in the order it is spent"),
        columns=(gettext("From"), numbers(gettext("Left")), numbers(gettext("Held")), moments(gettext("Good through"))),
        rows=[cells(lot) for lot in lots],
        empty=gettext("There is no credit left."),
    )


def holds_table(holds: Iterable[Hold], now: datetime) -> Table:
    """Holds whose account is at hand."""
    return Table(
        title=gettext("Held for purchases under way"),
        columns=(moments(gettext("Since")), numbers(gettext("Held")), moments(gettext("Until")), gettext("Reference")),
        rows=[
            [
                stacked(hold_link(hold, moment(hold.created_at)), f"{hold.actor_label} · {door_text(hold.door)}"),
                strong(left_of(hold)),
                stacked(
                    moment(hold.expires_at),
                    styled("bad", pgettext("state", "Timed out")) if is_overdue(hold, now) else "",
                ),
                hold.reference,
            ]
            for hold in holds
        ],
        empty=gettext("Nothing is held."),
    )


def hold_link(hold: Hold, label: str = "") -> Link:
    return Link(label or gettext("Hold"), reverse("admin:ledger_hold_change", args=[hold.pk]))


def left_of(hold: Hold) -> str:
    """What is still set aside. Its account is at hand."""
    return money_text(hold.amount_minor - hold.captured_minor, hold.account.currency)


def is_overdue(hold: Hold, now: datetime) -> bool:
    """Whether a hold is open still and its time is over."""
    return hold.status == HoldStatus.OPEN and hold.expires_at <= now


def freed_changes(before: AccountBalance, after: AccountBalance) -> list[Change]:
    """What it does to an account that something set aside is let go."""

    def change(label: str, was_minor: int, is_minor: int) -> Change:
        return Change(label, money_text(was_minor, after.currency), money_text(is_minor, after.currency))

    return [
        change(gettext("Set aside"), before.held_minor, after.held_minor),
        change(gettext("Can be spent"), before.spendable_minor, after.spendable_minor),
    ]


def hold_facts(hold: Hold, now: datetime) -> list[tuple[str, Shown]]:
    """How much is set aside, and until when. Its account is at hand."""
    over = styled("bad", gettext("– its time is over")) if is_overdue(hold, now) else ""
    return [
        (gettext("Set aside"), money_text(hold.amount_minor, hold.account.currency)),
        (gettext("Until"), phrase(moment(hold.expires_at), over)),
    ]
