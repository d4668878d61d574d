"""What checkouts have left for staff to do, on the overview; and where an entry or a hold of the books belongs."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ledger.queries import Hold
from storecredit.backoffice.approvals.waiting import MOST_COUNTED, Hint
from storecredit.backoffice.checkouts.rows import link_orders, links_of_hold, links_of_transaction
from storecredit.backoffice.kit import Link
from storecredit.checkouts.queries import list_failed_events, list_shortfalls, list_unreturned_credit

#: Whose job it is, what waits, how one and how many are called, and where they are.
_WAITING: tuple[tuple[str, Callable[[], QuerySet[Any]], Any, Any, str], ...] = (
    (
        "checkouts.resolve_shortfall",
        list_shortfalls,
        ngettext_lazy(
            "An order at the vendor counted on more credit than there was.",
            "%(count)s orders at the vendor counted on more credit than there was.",
            "count",
        ),
        _("More than %(count)s orders at the vendor counted on more credit than there was."),
        "creditdeduction_changelist?short=waiting",
    ),
    (
        "checkouts.run_webhook_event",
        list_failed_events,
        ngettext_lazy(
            "An event of the vendor could not be processed.",
            "%(count)s events of the vendor could not be processed.",
            "count",
        ),
        _("More than %(count)s events of the vendor could not be processed."),
        "webhookevent_changelist?state__exact=FAILED",
    ),
    (
        "checkouts.resolve_unreturned_credit",
        list_unreturned_credit,
        ngettext_lazy(
            "Credit of an order could not go back to its account.",
            "%(count)s times credit of an order could not go back to its account.",
            "count",
        ),
        _("More than %(count)s times credit of an order could not go back to its account."),
        "unreturnedcredit_changelist?state=waiting",
    ),
)


def find_checkout_hints(request: HttpRequest) -> list[Hint]:
    """What waits for whoever is signed in; from a hundred on nobody counts further."""
    user: Any = request.user
    hints = []
    for permission, list_waiting, some, many, place in _WAITING:
        count = list_waiting().order_by()[: MOST_COUNTED + 1].count() if user.has_perm(permission) else 0
        if count:
            name, _, query = place.partition("?")
            words = (some if count <= MOST_COUNTED else many) % {"count": min(count, MOST_COUNTED)}
            hints.append(Hint(count, words, f"{reverse(f'admin:checkouts_{name}')}?{query}"))
    return hints


def origins_of_transaction(request: HttpRequest, transaction_id: UUID) -> list[Link]:
    """The order for which an entry was made, for those who may see orders."""
    return links_of_transaction(transaction_id) if _may_see(request) else []


def origins_of_hold(request: HttpRequest, hold: Hold) -> list[Link]:
    """The checkout for which credit is set aside, for those who may see checkouts."""
    return links_of_hold(hold) if _may_see(request) else []


def addresses_of_orders(request: HttpRequest, references: Collection[str], *, test_mode: bool) -> dict[str, str]:
    """Where the orders are that references name, for those who may see orders; each by its reference."""
    return link_orders(references, test_mode=test_mode) if _may_see(request) else {}


def _may_see(request: HttpRequest) -> bool:
    user: Any = request.user
    return all(user.has_perm(f"checkouts.view_{model}") for model in ("order", "checkout", "creditdeduction"))
