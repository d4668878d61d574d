"""Everything about one request, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from giftcards.queries import get_card_by_id
from ledger.queries import get_wallet
from storecredit.backoffice.approvals.timeline import request_timeline, votes_table
from storecredit.backoffice.approvals.words import (
    STATUS_COLOURS,
    amount_of,
    doubt_link,
    doubt_words,
    payee_links,
    payee_of,
    status_of,
)
from storecredit.backoffice.kit import (
    DASH,
    Change,
    Facts,
    Head,
    Link,
    Shown,
    Table,
    day_text,
    metadata_facts,
    moment,
    moments,
    money_text,
    numbers,
    phrase,
    state_tag,
    strong,
    styled,
)
from storecredit.backoffice.kit.rows import door_text, entry_link
from storecredit.credits.operations import CUSTOMER, PayeeKind, RequestStatus, last_day
from storecredit.credits.queries import (
    CreditRequest,
    RequestContext,
    count_approvals_needed,
    get_chances,
    get_contexts,
    list_votes,
)

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

    change: Change
    good_through: str
    approvals_needed: int
    approvals_given: int
    who_can: str
    is_hopeless: bool


def request_page(request: CreditRequest, now: datetime, log: Link) -> dict[str, Any]:
    """
    What the page of a request shows; the request's payee and requester are at hand.

    :param log: the way to what staff did to it outside the books.
    """
    context = get_contexts(requests=[request], now=now)[request.pk]
    votes = list_votes(request=request)
    counting = sum(vote.version == request.version for vote in votes)
    effect = _effect(request, context, counting, now)
    return {
        "title": f"{request}: {amount_of(request)}",
        "head": _head(request, context, log),
        "doubts": [phrase(doubt_words(doubt), doubt_link(doubt)) for doubt in context.doubts],
        "facts": Facts("What is asked for", list(_facts(request, context))),
        "changes": [effect.change] if effect else [],
        "outcome": _effect_facts(effect) if effect else _decision_facts(request),
        "recent": _recent_table(context),
        "votes": votes_table(request, votes),
        "timeline": request_timeline(request),
        "metadata": metadata_facts(request.metadata),
    }


def _head(request: CreditRequest, context: RequestContext, log: Link) -> Head:
    asked_for = moment(request.created_at)
    return Head(
        title=f"{amount_of(request)} for {payee_of(request, context)[0]}",
        tags=[state_tag(status_of(request), STATUS_COLOURS)],
        about=[
            str(request),
            request.get_kind_display(),
            phrase(f"Asked for by {request.requested_label}", door_text(request.door), asked_for, between=", "),
            log,
        ],
        is_test=request.test_mode,
    )


def _facts(request: CreditRequest, context: RequestContext) -> Iterator[tuple[str, Shown]]:
    name, detail = payee_of(request, context)
    others = [styled("quiet small", f"· {_other_amount(amount)}") for amount in request.amounts]
    links = payee_links(request, context)
    yield "Amount", phrase(amount_of(request), *others)
    yield "For", phrase(*links, between=", ") if links else phrase(name, styled("quiet", detail))
    yield "Reason", f"{request.reason.label} ({request.reason_id})"
    yield "Sub-reason", request.sub_reason
    yield "Note", request.note
    yield request.get_order_kind_display() if request.order_value else "Order", request.order_value
    yield "Tenant", request.tenant
    yield "Channel", request.channel
    yield "Source", request.source
    yield "Employee", request.employee
    yield "Policy code", request.policy_code
    yield "Payment", str(request.payment_counter) if request.payment_counter is not None else ""
    yield "Last day asked for", day_text(request.credit_expires_on) if request.credit_expires_on else ""
    for term, value in request.terms.items():
        if term in _TERMS:
            yield _TERMS[term], _plain(value)
    for attribute, value in sorted(request.attributes.items()):
        if attribute != CUSTOMER:
            yield attribute, _plain(value)
    yield "Version", str(request.version)
    yield "Batch", _batch_link(request)


def _effect_facts(effect: Effect) -> Facts:
    return Facts(
        "If it is approved",
        [
            ("Good through", effect.good_through),
            ("Approvals", f"{effect.approvals_given} of {effect.approvals_needed}"),
            ("Who can", "" if effect.is_hopeless else effect.who_can),
        ],
        notice=effect.who_can if effect.is_hopeless else "",
    )


def _decision_facts(request: CreditRequest) -> Facts:
    return Facts(
        "What was decided",
        [
            ("Decision", status_of(request)),
            ("By", request.decided_label),
            ("When", moment(request.decided_at)),
            ("Paid out with", entry_link(request.transaction)),
        ],
    )


def _recent_table(context: RequestContext) -> Table:
    return Table(
        title="Given to them in the last 90 days",
        columns=(moments("When"), numbers("Amount"), "Entry", "Who"),
        rows=[
            [
                moment(entry.created_at),
                strong(money_text(entry.amount_minor, entry.currency)),
                entry_link(entry),
                entry.actor_label,
            ]
            for entry in context.recent
        ],
    )


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
        change=Change(
            label,
            DASH if is_new else money_text(before_minor, request.currency),
            money_text(before_minor + request.amount_minor, request.currency),
        ),
        good_through=day_text(day),
        approvals_needed=count_approvals_needed(request=request),
        approvals_given=given,
        who_can=chance.words,
        is_hopeless=chance.is_none,
    )


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
            return day_text(date.fromisoformat(value[:10]))
        except ValueError:
            return value
    return str(value)
