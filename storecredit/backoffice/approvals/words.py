"""What staff read of a request in place of codes, keys and minor units."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext

from storecredit.backoffice.kit import Link, moment_text, money_text
from storecredit.backoffice.kit.rows import customer_link, entry_link
from storecredit.credits.operations import BatchStatus, PayeeKind, RequestStatus
from storecredit.credits.queries import (
    RECENT_SHOWN,
    CreditRequest,
    Doubt,
    DoubtKind,
    RequestContext,
    RequestEventKind,
    find_end,
)

STATUS_COLOURS = {
    RequestStatus.PENDING.label: "warning",
    RequestStatus.CONFIRMED.label: "success",
    RequestStatus.FAILED.label: "danger",
    RequestEventKind.REJECTED.label: "",
    RequestEventKind.CANCELED.label: "",
    RequestEventKind.TIMED_OUT.label: "",
}
BATCH_COLOURS = {
    BatchStatus.PENDING.label: "warning",
    BatchStatus.APPROVED.label: "success",
    BatchStatus.REJECTED.label: "",
    BatchStatus.VOID.label: "danger",
}


def amount_of(request: CreditRequest) -> str:
    return money_text(request.amount_minor, request.currency)


def age_of(request: CreditRequest, now: datetime) -> str:
    """`3 days ago`, in its largest unit."""
    if now - request.created_at < timedelta(minutes=1):
        return "just now"
    return f"{timesince(request.created_at, now, depth=1)} ago"


def status_of(request: CreditRequest) -> str:
    """
    How it stands. What somebody rejected, what was taken back and what nobody decided in time have one word for the
    clients of the API; staff read which of them it was.
    """
    end = find_end(request=request) if request.status == RequestStatus.CANCELED else None
    return RequestEventKind(end).label if end else request.get_status_display()


def request_url(request: Any) -> str:
    return reverse("admin:credits_creditrequest_change", args=[request.pk])


def request_link(request: Any) -> Link:
    return Link(str(request), request_url(request))


def payee_of(request: CreditRequest, context: RequestContext | None = None) -> tuple[str, str]:
    """Whom it pays, and what tells them from others: a customer, a card, or a card to be made."""
    customer = request.payee_customer or (context.customer if context else None)
    if request.payee_kind == PayeeKind.CUSTOMER and customer:
        return customer.display_name, customer.number
    owner = customer.display_name if customer else str(request.terms.get("recipient_name") or "")
    if request.payee_card:
        return f"Card {request.payee_card.masked_code}", owner or "Bearer"
    if request.issued_card:
        return f"New card {request.issued_card.masked_code}", owner or "Bearer"
    number = f" ending in {request.number_last_four}" if request.number_last_four else ""
    return f"A new card{number}", owner or "Bearer"


def payee_links(request: CreditRequest, context: RequestContext | None = None) -> list[Link]:
    """The pages of whom and what it pays, as far as they are there."""
    links = []
    customer = customer_link(request.payee_customer or (context.customer if context else None))
    if customer:
        links.append(customer)
    card = request.issued_card or request.payee_card
    if card:
        links.append(Link(f"Card {card.masked_code}", reverse("admin:giftcards_giftcard_change", args=[card.pk])))
    return links


def recent_words(context: RequestContext) -> list[str]:
    """The newest credits of the payee, and how many there are besides."""
    shown = [
        gettext("%(amount)s on %(day)s")
        % {
            "amount": money_text(entry.amount_minor, entry.currency),
            "day": date_format(timezone.localtime(entry.created_at), "MONTH_DAY_FORMAT"),
        }
        for entry in context.recent[:RECENT_SHOWN]
    ]
    more = len(context.recent) - len(shown)
    return [*shown, f"and {more} more"] if more else shown


def doubt_words(doubt: Doubt) -> str:
    """What is odd, as a sentence."""
    if doubt.kind == DoubtKind.OWN_RECORD:
        return "Whoever asked has the same e-mail address as whoever is paid."
    if doubt.kind == DoubtKind.SAME_ORDER:
        return f"This order has been credited already: {_told(doubt)}."
    return f"The same amount was asked for or given before: {_told(doubt)}."


def doubt_tag(kind: DoubtKind) -> str:
    """The same in a word, for a list."""
    return {
        DoubtKind.SAME_ORDER: "Order credited already",
        DoubtKind.SAME_AMOUNT: "Same amount twice",
        DoubtKind.OWN_RECORD: "Own record",
    }[kind]


def doubt_link(doubt: Doubt) -> Link | None:
    """Where what makes it odd can be looked at."""
    if doubt.request is not None:
        return request_link(doubt.request)
    return entry_link(doubt.entry)


def _told(doubt: Doubt) -> str:
    if doubt.request is not None:
        other = doubt.request
        day = moment_text(other.created_at).partition(",")[0]
        return f"{amount_of(other)}, {status_of(other).lower()}, asked for by {other.requested_label} on {day}"
    assert doubt.entry is not None
    entry = doubt.entry
    day = moment_text(entry.created_at).partition(",")[0]
    return f"{money_text(entry.amount_minor, entry.currency)} given by {entry.actor_label} on {day}"
