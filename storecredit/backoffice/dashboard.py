"""The first page of the admin: what the shop owes, what happened last, and the way to a customer."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ledger.queries import EXPIRY_DAYS, Liability, list_latest_transactions, sum_liabilities
from storecredit.backoffice.approvals.waiting import find_hint
from storecredit.backoffice.checkouts.waiting import find_checkout_hints
from storecredit.backoffice.kit import money_text
from storecredit.backoffice.kit.rows import HistoryRow, history_row

_LATEST = 10


@dataclass(frozen=True, slots=True)
class LiabilityCard:
    """What is owed in one currency, in words."""

    currency: str
    accounts: int
    owed: str
    held: str
    overdue: str
    expiring: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class LatestRow:
    """A transaction, and whose."""

    row: HistoryRow
    holder: str
    customer_id: int | None
    is_test: bool


def show_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the index page shows besides its frame, as far as the user may see it."""
    user: Any = request.user
    if user.has_perm("ledger.view_account"):
        context["liabilities"] = [_card(liability) for liability in sum_liabilities(now=timezone.now())]
    if user.has_perm("ledger.view_transaction"):
        latest = list_latest_transactions(limit=_LATEST).select_related("reverses").prefetch_related("reversals")
        context["latest"] = [_latest(entry) for entry in latest]
    context["approvals"] = find_hint(request)
    context["checkout_hints"] = find_checkout_hints(request)
    context["may_search_customers"] = user.has_perm("ledger.view_customer")
    return context


def _card(liability: Liability) -> LiabilityCard:
    def words(amount_minor: int) -> str:
        return money_text(amount_minor, liability.currency) if amount_minor else "–"

    return LiabilityCard(
        currency=liability.currency,
        accounts=liability.accounts,
        owed=money_text(liability.owed_minor, liability.currency),
        held=words(liability.held_minor),
        overdue=words(liability.overdue_minor) if liability.overdue_minor else "",
        expiring=[(days, words(minor)) for days, minor in zip(EXPIRY_DAYS, liability.expiring_minor, strict=True)],
    )


def _latest(entry: Any) -> LatestRow:
    customer = entry.account.customer
    return LatestRow(
        row=history_row(entry),
        holder=customer.display_name if customer else "Bearer",
        customer_id=entry.account.customer_id,
        is_test=entry.account.test_mode,
    )
