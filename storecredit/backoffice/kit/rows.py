"""Rows of the books as pages show them: words and links in place of minor units and codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from ledger.queries import AccountBalance, Hold, HoldStatus, Lot, LotUse, Transaction
from storecredit.backoffice.kit.words import last_moment, money_text, signed_text

HISTORY_PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One transaction in a history. `balance_after` is its account's."""

    at: datetime
    number: int
    url: str
    type: str
    amount: str
    is_credit: bool
    balance_after: str
    currency: str
    account_number: str
    counter_account: str
    who: str
    door: str
    reason: str
    note: str
    reference: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of a history, newest first. Nobody counts how many there are."""

    rows: list[HistoryRow]
    newer_url: str
    older_url: str


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


@dataclass(frozen=True, slots=True)
class LotRow:
    """A piece of credit. `good_through` is the last moment in which it can be spent."""

    account_number: str
    currency: str
    amount: str
    remaining: str
    reserved: str
    has_reserved: bool
    funding: str
    good_through: datetime | None
    is_expired: bool
    origin: Link


@dataclass(frozen=True, slots=True)
class LotUseRow:
    """What a transaction took out of a piece of credit, or put back."""

    amount: str
    is_credit: bool
    remaining_after: str
    good_through: datetime | None
    origin: Link


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Credit set aside."""

    url: str
    account_number: str
    amount: str
    left: str
    expires_at: datetime
    is_overdue: bool
    reference: str
    who: str
    door: str
    at: datetime


def transaction_url(transaction_id: object) -> str:
    return reverse("admin:ledger_transaction_change", args=[transaction_id])


def account_url(account_id: int) -> str:
    return reverse("admin:ledger_account_change", args=[account_id])


def door_text(door: str) -> str:
    """`api:tiquo` as staff would say it."""
    kind, _, name = door.partition(":")
    words = {"admin": "Admin", "api": "API", "command": "Job"}.get(kind, kind)
    return f"{words} ({name.replace('_', ' ')})" if name else words


def reason_text(entry: Transaction) -> str:
    return entry.reason.label if entry.reason else ""


def history_row(entry: Transaction) -> HistoryRow:
    """A transaction whose account, reason, target and reversals are at hand."""
    links = [Link(f"{other.get_type_display()} {other.number}", transaction_url(other.pk)) for other in _related(entry)]
    return HistoryRow(
        at=entry.created_at,
        number=entry.number,
        url=transaction_url(entry.pk),
        type=entry.get_type_display(),
        amount=signed_text(entry.amount_minor, entry.currency),
        is_credit=entry.amount_minor > 0,
        balance_after=money_text(entry.balance_after_minor, entry.currency),
        currency=entry.currency,
        account_number=entry.account.number,
        counter_account=entry.get_counter_account_display(),
        who=entry.actor_label,
        door=door_text(entry.door),
        reason=reason_text(entry),
        note=entry.note,
        reference=entry.reference,
        links=tuple(links),
    )


def _related(entry: Transaction) -> list[Transaction]:
    undone = [entry.reverses] if entry.reverses else []
    return undone + sorted(entry.reversals.all(), key=lambda other: other.number)


def history_page(request: HttpRequest, entries: QuerySet[Transaction]) -> HistoryPage:
    """The page of a history, newest first, that `?page=` asks for."""
    asked = request.GET.get("page", "")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1
    page = max(page, 1)
    first = (page - 1) * HISTORY_PAGE_SIZE
    found = entries.select_related("account", "reason", "reverses").prefetch_related("reversals")
    some = list(found[first : first + HISTORY_PAGE_SIZE + 1])
    return HistoryPage(
        rows=[history_row(entry) for entry in some[:HISTORY_PAGE_SIZE]],
        newer_url=_page_url(request, page - 1) if page > 1 else "",
        older_url=_page_url(request, page + 1) if len(some) > HISTORY_PAGE_SIZE else "",
    )


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}#history"


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


def lot_rows(lots: Iterable[Lot], now: datetime) -> list[LotRow]:
    """Lots whose account and transaction are at hand."""
    return [
        LotRow(
            account_number=lot.account.number,
            currency=lot.account.currency,
            amount=money_text(lot.amount_minor, lot.account.currency),
            remaining=money_text(lot.remaining_minor, lot.account.currency),
            reserved=money_text(lot.reserved_minor, lot.account.currency),
            has_reserved=lot.reserved_minor > 0,
            funding=lot.get_funding_display(),
            good_through=last_moment(lot.expires_at),
            is_expired=lot.expires_at is not None and lot.expires_at <= now,
            origin=Link(str(lot.transaction), transaction_url(lot.transaction_id)),
        )
        for lot in lots
    ]


def lot_use_rows(uses: Iterable[LotUse], currency: str) -> list[LotUseRow]:
    """Uses whose lot and its transaction are at hand. A use counts what the lot lost: here the sign is the lot's."""
    return [
        LotUseRow(
            amount=signed_text(-use.amount_minor, currency),
            is_credit=use.amount_minor < 0,
            remaining_after=money_text(use.remaining_after_minor, currency),
            good_through=last_moment(use.lot.expires_at),
            origin=Link(str(use.lot.transaction), transaction_url(use.lot.transaction_id)),
        )
        for use in uses
    ]


def hold_rows(holds: Iterable[Hold], now: datetime | None = None) -> list[HoldRow]:
    """Holds whose account is at hand."""
    now = now or timezone.now()
    return [
        HoldRow(
            url=reverse("admin:ledger_hold_change", args=[hold.pk]),
            account_number=hold.account.number,
            amount=money_text(hold.amount_minor, hold.account.currency),
            left=money_text(hold.amount_minor - hold.captured_minor, hold.account.currency),
            expires_at=hold.expires_at,
            is_overdue=hold.status == HoldStatus.OPEN and hold.expires_at <= now,
            reference=hold.reference,
            who=hold.actor_label,
            door=door_text(hold.door),
            at=hold.created_at,
        )
        for hold in holds
    ]
