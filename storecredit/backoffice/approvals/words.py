"""What staff read of a request in place of codes, keys and minor units."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext, npgettext_lazy

from storecredit.backoffice.kit import (
    Colours,
    Link,
    day_text,
    money_text,
)
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

STATUS_COLOURS = Colours(
    {
        RequestStatus.PENDING.label: "warning",
        RequestStatus.CONFIRMED.label: "success",
        RequestStatus.FAILED.label: "danger",
        RequestEventKind.REJECTED.label: "",
        RequestEventKind.CANCELED.label: "",
        RequestEventKind.TIMED_OUT.label: "",
    }
)
BATCH_COLOURS = Colours(
    {
        BatchStatus.PENDING.label: "warning",
        BatchStatus.APPROVED.label: "success",
        BatchStatus.REJECTED.label: "",
        BatchStatus.VOID.label: "danger",
    }
)
#: What lies between two moments. Django's own words are those of a time that stands alone.
_TIMES: dict[str, Any] = {
    "year": npgettext_lazy("ago", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("ago", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("ago", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("ago", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("ago", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("ago", "%(num)d minute", "%(num)d minutes", "num"),
}


def amount_of(request: CreditRequest) -> str:
    return money_text(request.amount_minor, request.currency)


def age_of(request: CreditRequest, now: datetime) -> str:
    """`3 days ago`, in its largest unit."""
    return time_ago(request.created_at, now)


def time_since(moment: datetime, now: datetime) -> str:
    """`3 days`, in its largest unit, as it stands after *for* and before *ago*."""
    return timesince(moment, now, depth=1, time_strings=_TIMES)


def time_ago(moment: datetime, now: datetime) -> str:
    """`3 days ago`, in its largest unit."""
    if now - moment < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": time_since(moment, now)}


def status_of(request: CreditRequest) -> str:
    """
    How it stands. What somebody rejected, what was taken back and what nobody decided in time have one word for the
    clients of the API; staff read which of them it was.
    """
    end = find_end(request=request) if request.status == RequestStatus.CANCELED else None
    return str(RequestEventKind(end).label) if end else request.get_status_display()


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
    owner = owner or gettext("Bearer")
    if request.payee_card:
        return gettext("Card %(code)s") % {"code": request.payee_card.masked_code}, owner
    if request.issued_card:
        return gettext("New card %(code)s") % {"code": request.issued_card.masked_code}, owner
    if request.number_last_four:
        return gettext("A new card ending in %(last_four)s") % {"last_four": request.number_last_four}, owner
    return gettext("A new card"), owner


def payee_links(request: CreditRequest, context: RequestContext | None = None) -> list[Link]:
    """The pages of whom and what it pays, as far as they are there."""
    links = []
    customer = customer_link(request.payee_customer or (context.customer if context else None))
    if customer:
        links.append(customer)
    card = request.issued_card or request.payee_card
    if card:
        links.append(
            Link(
                gettext("Card %(code)s") % {"code": card.masked_code},
                reverse("admin:giftcards_giftcard_change", args=[card.pk]),
            )
        )
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
    return [*shown, gettext("and %(count)s more") % {"count": more}] if more else shown


def doubt_words(doubt: Doubt) -> str:
    """What is odd, as a sentence."""
    if doubt.kind == DoubtKind.OWN_RECORD:
        return gettext("Whoever asked has the same e-mail address as whoever is paid.")
    if doubt.kind == DoubtKind.SAME_ORDER:
        return gettext("This order has been credited already: %(told)s.") % {"told": _told(doubt)}
    return gettext("The same amount was asked for or given before: %(told)s.") % {"told": _told(doubt)}


def doubt_tag(kind: DoubtKind) -> str:
    """The same in a word, for a list."""
    return {
        DoubtKind.SAME_ORDER: gettext("Order credited already"),
        DoubtKind.SAME_AMOUNT: gettext("Same amount twice"),
        DoubtKind.OWN_RECORD: gettext("Own record"),
    }[kind]


def doubt_link(doubt: Doubt) -> Link | None:
    """Where what makes it odd can be looked at."""
    if doubt.request is not None:
        return request_link(doubt.request)
    return entry_link(doubt.entry)


def _told(doubt: Doubt) -> str:
    if doubt.request is not None:
        other = doubt.request
        day = day_text(timezone.localtime(other.created_at).date())
        return gettext("%(amount)s, %(status)s, asked for by %(person)s on %(day)s") % {
            "amount": amount_of(other),
            "status": status_of(other).lower(),
            "person": other.requested_label,
            "day": day,
        }
    assert doubt.entry is not None
    entry = doubt.entry
    day = day_text(timezone.localtime(entry.created_at).date())
    return gettext("%(amount)s given by %(person)s on %(day)s") % {
        "amount": money_text(entry.amount_minor, entry.currency),
        "person": entry.actor_label,
        "day": day,
    }


def approvers_text(about: Any) -> str:
    """Who has approved a correction, or what was asked for about a customer, so far."""
    return ", ".join(dict.fromkeys(about.approvals.order_by("pk").values_list("label", flat=True)))


def refuse_second(about: Any, person_id: int) -> str:
    """What stands against another approval of such a thing by a person; blank if nothing does."""
    if about.approvals.filter(person_id=person_id).exists():
        return gettext("you have approved it already: another person’s approval is needed.")
    return ""
