"""Everything about one request, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from giftcards.queries import get_card_by_id
from ledger.queries import get_wallet
from storecredit.backoffice.approvals.timeline import request_events, vote_rows
from storecredit.backoffice.approvals.words import (
    STATUS_TAGS,
    amount_of,
    day_words,
    doubt_link,
    doubt_words,
    payee_links,
    payee_of,
)
from storecredit.backoffice.kit import Fact, money_text
from storecredit.backoffice.kit.rows import Link, door_text, transaction_url
from storecredit.credits.operations import CUSTOMER, PayeeKind, RequestStatus, last_day
from storecredit.credits.queries import CreditRequest, RequestContext, count_approvals_needed, get_chances, get_contexts

_TERMS = {
    "recipient_name": "For",
    "recipient_email": "Their e-mail",
    "valid_from": "Valid from",
    "must_redeem_whole": "Spent in one piece or not at all",
    "reloadable": "Can be reloaded",
    "customer_only": "Only its customer may spend it",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What the approval would do, as the books stand now."""

    label: str
    before: str
    after: str
    good_through: str
    approvals_needed: int
    approvals_given: int
    who_can: str
    is_hopeless: bool


def request_page(request: CreditRequest, now: datetime) -> dict[str, Any]:
    """What the page of a request shows; the request's payee and requester are at hand."""
    context = get_contexts(requests=[request], now=now)[request.pk]
    votes = vote_rows(request)
    return {
        "amount": amount_of(request),
        "status_tag": STATUS_TAGS[RequestStatus(request.status)],
        "payee": payee_of(request, context),
        "payee_links": payee_links(request, context),
        "facts": list(_facts(request)),
        "other_amounts": [_other_amount(amount) for amount in request.amounts],
        "attributes": [(name, _plain(value)) for name, value in sorted(request.attributes.items()) if name != CUSTOMER],
        "asked_at": door_text(request.door),
        "effect": _effect(request, context, sum(vote.counts for vote in votes), now),
        "entry": _entry_link(request),
        "batch": _batch_link(request),
        "recent": [
            (
                Link(str(entry), transaction_url(entry.pk)),
                money_text(entry.amount_minor, entry.currency),
                entry.created_at,
                entry.actor_label,
            )
            for entry in context.recent
        ],
        "doubts": [(doubt_words(doubt), doubt_link(doubt)) for doubt in context.doubts],
        "events": request_events(request),
        "votes": votes,
    }


def _facts(request: CreditRequest) -> list[Fact]:
    told = (
        ("Reason", f"{request.reason.label} ({request.reason_id})"),
        ("Sub-reason", request.sub_reason),
        ("Note", request.note),
        (f"{request.get_order_kind_display()}" if request.order_value else "Order", request.order_value),
        ("Tenant", request.tenant),
        ("Channel", request.channel),
        ("Source", request.source),
        ("Employee", request.employee),
        ("Policy code", request.policy_code),
        ("Payment", str(request.payment_counter) if request.payment_counter is not None else ""),
        ("Last day asked for", day_words(request.credit_expires_on) if request.credit_expires_on else ""),
        *((_TERMS[name], _plain(value)) for name, value in request.terms.items() if name in _TERMS),
    )
    return [Fact(label, text) for label, text in told if text]


def _effect(request: CreditRequest, context: RequestContext, given: int, now: datetime) -> Effect | None:
    if request.status != RequestStatus.PENDING:
        return None
    label, before_minor, day = "On the new card", 0, last_day(request, now)
    if request.payee_kind == PayeeKind.CUSTOMER and context.customer:
        customer = context.customer
        wallet = get_wallet(customer=customer.number, currency=request.currency, test_mode=request.test_mode, now=now)
        label, before_minor = "Balance", wallet.balance_minor
    elif request.payee_card_id:
        card = get_card_by_id(card_id=request.payee_card_id, now=now)
        label, before_minor, day = "On the card", card.balance_minor, card.expires_on
    is_new = request.payee_kind == PayeeKind.NEW_CARD and not request.payee_card_id
    chance = get_chances(requests=[request])[request.pk]
    return Effect(
        label=label,
        before="–" if is_new else money_text(before_minor, request.currency),
        after=money_text(before_minor + request.amount_minor, request.currency),
        good_through=day_words(day),
        approvals_needed=count_approvals_needed(request=request),
        approvals_given=given,
        who_can=chance.words,
        is_hopeless=chance.is_none,
    )


def _entry_link(request: CreditRequest) -> Link | None:
    return Link(str(request.transaction), transaction_url(request.transaction.pk)) if request.transaction else None


def _batch_link(request: CreditRequest) -> Link | None:
    if request.batch_id is None:
        return None
    return Link(
        f"{request.batch}, line {request.batch_line}",
        reverse("admin:credits_creditrequestbatch_change", args=[request.batch_id]),
    )


def _other_amount(amount: Any) -> str:
    """One of the amounts that the asking system gave for information, as it gave it."""
    if isinstance(amount, dict):
        return " ".join(str(value) for value in amount.values())
    return str(amount)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and len(value) > 10 and value[10] == "T":
        try:
            return day_words(date.fromisoformat(value[:10]))
        except ValueError:
            return value
    return str(value)
