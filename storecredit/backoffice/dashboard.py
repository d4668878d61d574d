"""The first page of the admin: what the shop owes, what happened last, and the way to a customer."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from ledger.operations import fold_many_sums
from ledger.queries import EXPIRY_DAYS, Liability, list_latest_transactions, sum_liabilities
from storecredit.backoffice.approvals.waiting import find_hint, find_hopeless_hint
from storecredit.backoffice.books.turnover import show_turnover
from storecredit.backoffice.checkouts.waiting import find_checkout_hints
from storecredit.backoffice.finance.waiting import find_finding_hints
from storecredit.backoffice.kit import (
    Link,
    Shown,
    Table,
    moment,
    moments,
    money_text,
    numbers,
    phrase,
    reasons,
    signed,
    signed_text,
    styled,
    test_tag,
)
from storecredit.backoffice.kit.rows import door_text, transaction_url
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.waiting.pages import find_hints

_LATEST = 10
_WHY_SHOWN = 60


@dataclass(frozen=True, slots=True)
class LiabilityCard:
    """What is owed in one currency, in words."""

    currency: str
    accounts: int
    owed: str
    held: str
    overdue: str
    expiring: list[tuple[int, str]]


def show_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the index page shows besides its frame, as far as the user may see it."""
    user: Any = request.user
    if user.has_perm("ledger.view_account"):
        fold_many_sums()
        context["liabilities"] = [_card(liability) for liability in sum_liabilities(now=timezone.now())]
    if user.has_perm("ledger.view_transaction"):
        context["latest"] = _latest()
        context["turnover"] = show_turnover(request, now=timezone.now())
    context["approvals"] = find_hint(request)
    context["hopeless"] = find_hopeless_hint(request)
    context["hints"] = [
        *find_hints(request),
        *find_checkout_hints(request),
        *find_finding_hints(request),
    ]
    context["may_search_customers"] = user.has_perm("ledger.view_customer")
    return context


def _card(liability: Liability) -> LiabilityCard:
    def owed(amount_minor: int) -> str:
        return money_text(amount_minor, liability.currency) if amount_minor else "–"

    return LiabilityCard(
        currency=liability.currency,
        accounts=liability.accounts,
        owed=money_text(liability.owed_minor, liability.currency),
        held=owed(liability.held_minor),
        overdue=owed(liability.overdue_minor) if liability.overdue_minor else "",
        expiring=[(days, owed(minor)) for days, minor in zip(EXPIRY_DAYS, liability.expiring_minor, strict=True)],
    )


def _latest() -> Table:
    return Table(
        title=gettext("Latest transactions"),
        beside=Link(gettext("All transactions"), reverse("admin:ledger_transaction_changelist")),
        columns=(
            moments(gettext("When")),
            gettext("Customer"),
            gettext("What"),
            numbers(gettext("Amount")),
            numbers(gettext("Balance after")),
            reasons(gettext("Why")),
            moments(gettext("Who")),
        ),
        rows=[_cells(entry) for entry in list_latest_transactions(limit=_LATEST)],
        empty=gettext("Nothing has been posted yet."),
    )


def _cells(entry: Any) -> list[Shown]:
    customer = entry.account.customer
    page = reverse("admin:ledger_customer_change", args=[customer.pk]) if customer else ""
    why = shipped(entry.reason.label) if entry.reason else shipped(entry.note)
    return [
        moment(entry.created_at),
        phrase(Link(customer.display_name, page) if customer else gettext("Bearer"), test_tag(entry.account.test_mode)),
        Link(entry.get_type_display(), transaction_url(entry.pk)),
        signed(signed_text(entry.amount_minor, entry.currency), is_credit=entry.amount_minor > 0),
        money_text(entry.balance_after_minor, entry.currency),
        Truncator(why).chars(_WHY_SHOWN),
        phrase(entry.actor_label, styled("quiet", f"· {door_text(entry.door)}")),
    ]
