"""What waits for whoever is signed in, on every page; and the requests about a customer or a card, on theirs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ledger.queries import Customer
from storecredit.backoffice.approvals.rows import requests_table
from storecredit.backoffice.approvals.steps import person_of
from storecredit.backoffice.approvals.words import time_since
from storecredit.backoffice.kit import Link, Table
from storecredit.credits.queries import (
    DECIDE,
    find_hopeless_pending,
    list_decidable,
    list_requests_of_card,
    list_requests_of_customer,
)

#: Of what waits nobody counts further.
MOST_COUNTED = 99
_SHOWN = 5
_COUNTED = "_decidable_requests"


@dataclass(frozen=True, slots=True)
class Hint:
    """What the overview says of requests that wait."""

    count: int
    words: str
    url: str


def count_decidable(request: HttpRequest) -> int:
    """How many requests whoever is signed in may approve now; from a hundred on nobody counts further."""
    user: Any = request.user
    if not user.has_perm(DECIDE):
        return 0
    # Two entries beside every page say it, and the overview.
    counted: int | None = getattr(request, _COUNTED, None)
    if counted is None:
        decidable = list_decidable(person_id=person_of(request), now=timezone.now())
        counted = decidable.order_by()[: MOST_COUNTED + 1].count()
        setattr(request, _COUNTED, counted)
    return counted


def show_badge(request: HttpRequest) -> str:
    """The badge beside *Credit requests*; blank if nothing waits for whoever is signed in."""
    count = count_decidable(request)
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def find_hint(request: HttpRequest) -> Hint | None:
    """The hint on the overview, if anything waits for whoever is signed in."""
    count = count_decidable(request)
    if not count:
        return None
    now = timezone.now()
    oldest = list_decidable(person_id=person_of(request), now=now).order_by("created_at", "pk").first()
    if oldest is None:
        # Somebody has decided the last of them meanwhile.
        return None
    words = ngettext(
        "A request waits for your approval, the oldest for %(time)s.",
        "%(count)s requests wait for your approval, the oldest for %(time)s.",
        count,
    )
    if count > MOST_COUNTED:
        words = gettext("More than %(count)s requests wait for your approval, the oldest for %(time)s.")
    told = {"count": min(count, MOST_COUNTED), "time": time_since(oldest.created_at, now)}
    return Hint(count, words % told, f"{reverse('admin:credits_creditrequest_changelist')}?mine=yes")


def find_hopeless_hint(request: HttpRequest) -> Hint | None:
    """What the overview says of requests that nobody can approve as things stand, to all who may see requests."""
    if not may_see_requests(request):
        return None
    hopeless = find_hopeless_pending()
    if not hopeless:
        return None
    count = len(hopeless)
    words = ngettext(
        "Nobody can approve %(count)d request that waits: a limit, a role or a policy has to be changed.",
        "Nobody can approve %(count)d requests that wait: a limit, a role or a policy has to be changed.",
        count,
    )
    url = f"{reverse('admin:credits_creditrequest_changelist')}?mine=nobody"
    return Hint(count, words % {"count": count}, url)


def may_see_requests(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm("credits.view_creditrequest"))


def requests_of_customer(request: HttpRequest, customer: Customer) -> Table:
    """The newest requests to pay a customer, and where all of them are."""
    if not may_see_requests(request):
        return requests_table([])
    every = Link(
        gettext("All of them"), f"{reverse('admin:credits_creditrequest_changelist')}?q={quote(customer.number)}"
    )
    return requests_table(list_requests_of_customer(customer_id=customer.pk)[:_SHOWN], every)


def requests_of_card(request: HttpRequest, card_id: Any) -> Table:
    """The newest requests about a card, the one that made it included."""
    if not may_see_requests(request):
        return requests_table([])
    return requests_table(list_requests_of_card(card_id=card_id)[:_SHOWN])
