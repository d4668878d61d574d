"""A card's history as staff read it: one line for each event, newest first."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext

from giftcards.operations import CardState, EventKind
from giftcards.queries import CardEvent, GiftCard, list_card_events, list_refundable
from ledger.queries import Customer
from storecredit.backoffice.cards.words import card_url
from storecredit.backoffice.comments.pages import comment_entry
from storecredit.backoffice.kit import Link, Timeline, TimelineEntry, day_text, money_text, read_stream, signed_text
from storecredit.backoffice.kit.rows import door_text, transaction_url
from storecredit.backoffice.kit.shipped import shipped

_ICONS = {
    EventKind.ISSUE: "redeem",
    EventKind.LOAD: "add_card",
    EventKind.REDEEM: "shopping_bag",
    EventKind.REFUND: "undo",
    EventKind.REVERSE: "undo",
    EventKind.ADJUST: "tune",
    EventKind.EXPIRE: "event_busy",
    EventKind.VOID: "cancel",
    EventKind.TRANSFER: "swap_horiz",
    EventKind.IMPORT: "upload",
    EventKind.ACTIVATED: "redeem",
    EventKind.BLOCKED: "lock",
    EventKind.UNBLOCKED: "lock_open",
    EventKind.VOIDED: "cancel",
    EventKind.EXPIRED: "event_busy",
    EventKind.EXTENDED: "event",
    EventKind.REPLACED: "autorenew",
    EventKind.ASSIGNED: "person",
    EventKind.REVEALED: "visibility",
    EventKind.RECIPIENT: "contact_mail",
    EventKind.SENDING: "schedule_send",
    EventKind.SENT: "forward_to_inbox",
    EventKind.UNSENT: "unsubscribe",
}
_TONES = {
    EventKind.BLOCKED: "warn",
    EventKind.REVEALED: "warn",
    EventKind.RECIPIENT: "warn",
    EventKind.SENDING: "warn",
    EventKind.UNSENT: "bad",
    EventKind.VOID: "bad",
    EventKind.VOIDED: "bad",
    EventKind.REPLACED: "bad",
    EventKind.EXPIRE: "quiet",
    EventKind.EXPIRED: "quiet",
}
_MAIL_TITLES = {
    EventKind.SENDING: gettext_lazy("Code to be sent to %(address)s"),
    EventKind.SENT: gettext_lazy("Code sent to %(address)s"),
    EventKind.UNSENT: gettext_lazy("Code not sent to %(address)s"),
}


def card_timeline(
    request: HttpRequest,
    card: GiftCard,
    *,
    comments: QuerySet[Any],
    way: Callable[[Any], Link | None],
    refund_url: str = "",
) -> Timeline:
    """
    The page of a card's history that `?page=` asks for; the card's account is at hand.

    :param comments: what was said of it, told among what happened to it.
    :param way: where a comment is withdrawn.
    :param refund_url: where redemptions are refunded; blank: nowhere.
    """
    found = list_card_events(card_id=card.pk).select_related("transaction__reverses", "reason")
    portion = read_stream(request, found, comments)
    events = iter(_entries([row for row in portion.rows if isinstance(row, CardEvent)], card, refund_url))
    return Timeline(
        title=gettext("What happened to it"),
        entries=[next(events) if isinstance(row, CardEvent) else comment_entry(row, way(row)) for row in portion.rows],
        newer_url=portion.newer_url,
        older_url=portion.older_url,
    )


def _entries(events: list[CardEvent], card: GiftCard, refund_url: str) -> list[TimelineEntry]:
    customers = _customers_named(events)
    spends = [event.transaction_id for event in events if event.transaction_id and event.kind == EventKind.REDEEM]
    refundable = list_refundable(account_id=card.account_id).filter(pk__in=spends if refund_url else [])
    left = set(refundable.values_list("pk", flat=True))
    return [
        _entry(
            event,
            card.account.currency,
            customers,
            Link(pgettext("button", "Refund"), f"{refund_url}?redemption={event.transaction_id}")
            if event.transaction_id in left
            else None,
        )
        for event in events
    ]


def card_entries(events: Sequence[CardEvent]) -> list[TimelineEntry]:
    """The lines of several cards, whose accounts are at hand."""
    customers = _customers_named(list(events))
    return [_entry(event, event.card.account.currency, customers, None) for event in events]


def _entry(event: CardEvent, currency: str, customers: dict[int, Customer], refund: Link | None) -> TimelineEntry:
    kind = EventKind(event.kind)
    reason = shipped(event.reason.label) if event.reason else ""
    moved = event.amount_minor != 0
    after = money_text(event.balance_after_minor, currency)
    return TimelineEntry(
        at=event.created_at,
        icon=_ICONS[kind],
        tone=_TONES.get(kind, "good" if event.amount_minor > 0 else ""),
        title=_title(event, kind),
        url=transaction_url(event.transaction_id) if event.transaction_id else "",
        value=signed_text(event.amount_minor, currency) if moved else "",
        value_note=gettext("then %(amount)s") % {"amount": after} if moved else "",
        who=event.actor_label,
        door=door_text(event.door),
        why=" – ".join(filter(None, (reason, event.note))),
        reference=_reference(event),
        links=tuple(_links(event, customers)),
        way=refund,
    )


def _title(event: CardEvent, kind: EventKind) -> str:
    if kind == EventKind.VOID and event.state_after == CardState.VOIDED:
        return gettext("Voided")
    if kind == EventKind.TRANSFER:
        return gettext("Value moved onto this card") if event.amount_minor > 0 else gettext("Value moved away")
    if kind == EventKind.ASSIGNED:
        return gettext("Given to a customer") if event.details.get("customer") else gettext("Made its bearer's")
    if kind == EventKind.EXTENDED and (last_day := event.details.get("to")):
        return gettext("Good through %(day)s") % {"day": day_text(date.fromisoformat(last_day))}
    if kind == EventKind.RECIPIENT:
        return gettext("Made for %(recipient)s") % {"recipient": _recipient(event)}
    if kind in _MAIL_TITLES:
        return str(_MAIL_TITLES[kind]) % {"address": event.details.get("to", "")}
    if kind == EventKind.ACTIVATED and event.details.get("replaces"):
        return gettext("Made in the place of another card")
    if kind == EventKind.REVEALED and (batch := event.details.get("batch")):
        return gettext("Taken out with the codes of batch %(batch)s") % {"batch": batch}
    if kind == EventKind.REVERSE and event.transaction and event.transaction.reverses:
        return gettext("%(type)s taken back") % {"type": event.transaction.reverses.get_type_display()}
    return str(kind.label)


def _recipient(event: CardEvent) -> str:
    named = [event.details.get("to_name"), event.details.get("to")]
    return ", ".join(each for each in named if each) or gettext("nobody named")


def _reference(event: CardEvent) -> str:
    # What ties the two halves of a move together is made up; the link to the other card says more.
    made_up = event.kind == EventKind.TRANSFER and event.reference.startswith(("move-", "replace-"))
    return "" if made_up else event.reference


def _links(event: CardEvent, customers: dict[int, Customer]) -> Iterable[Link]:
    for name, words in (
        ("replaced_by", gettext("The card in its place")),
        ("replaces", gettext("The card that it replaces")),
    ):
        if card_id := event.details.get(name):
            yield Link(words, card_url(card_id))
    customer = customers.get(_customer_id(event) or 0)
    if customer:
        words = gettext("only they may spend it") if event.details.get("customer_only") else ""
        url = reverse("admin:ledger_customer_change", args=[customer.pk])
        yield Link(" · ".join(filter(None, (f"{customer.display_name} ({customer.number})", words))), url)
    if event.transaction and event.transaction.reverses:
        undone = event.transaction.reverses
        yield Link(f"{undone.get_type_display()} {undone.number}", transaction_url(undone.pk))


def _customers_named(events: list[CardEvent]) -> dict[int, Customer]:
    wanted = {customer_id for event in events if (customer_id := _customer_id(event))}
    return Customer.objects.in_bulk(wanted) if wanted else {}


def _customer_id(event: CardEvent) -> int | None:
    named: Any = event.details.get("customer")
    return named if event.kind == EventKind.ASSIGNED and isinstance(named, int) else None
