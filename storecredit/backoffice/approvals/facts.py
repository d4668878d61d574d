"""Everything about one request, in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

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
    TimelineEntry,
    day_text,
    metadata_facts,
    moment,
    moments,
    money_text,
    numbers,
    phrase,
    stacked,
    state_tag,
    strong,
    styled,
)
from storecredit.backoffice.kit.rows import door_text, entry_link
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.operations import CUSTOMER, PayeeKind, RequestStatus, last_day
from storecredit.credits.queries import (
    Allowance,
    Approver,
    Chance,
    CreditRequest,
    RequestContext,
    count_approvals_needed,
    get_chances,
    get_contexts,
    list_votes,
)

_TERMS = {
    "recipient_name": _("For"),
    "recipient_email": _("Their e-mail"),
    "valid_from": _("Valid from"),
    "must_redeem_whole": _("Spent in one piece or not at all"),
    "reloadable": _("Can be reloaded"),
    "customer_only": _("Only its customer may spend it"),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What the approval would do, as the books stand now."""

    change: Change
    good_through: str
    approvals_needed: int
    approvals_given: int
    chance: Chance


def request_page(
    request: CreditRequest, now: datetime, log: Link, comments: Sequence[TimelineEntry] = ()
) -> dict[str, Any]:
    """
    What the page of a request shows; the request's payee and requester are at hand.

    :param log: the way to what staff did to it outside the books.
    :param comments: what was said of it, newest first.
    """
    context = get_contexts(requests=[request], now=now)[request.pk]
    votes = list_votes(request=request)
    counting = sum(vote.version == request.version for vote in votes)
    effect = _effect(request, context, counting, now)
    return {
        "title": f"{request}: {amount_of(request)}",
        "head": _head(request, context, log),
        "doubts": [phrase(doubt_words(doubt), doubt_link(doubt)) for doubt in context.doubts],
        "facts": Facts(gettext("What is asked for"), list(_facts(request, context))),
        "changes": [effect.change] if effect else [],
        "outcome": _effect_facts(effect) if effect else _decision_facts(request),
        "hopeless": effect.chance.words if effect and effect.chance.is_none else "",
        "approvers": _approvers_table(effect.chance.people if effect else []),
        "recent": _recent_table(context),
        "votes": votes_table(request, votes),
        "timeline": request_timeline(request, comments),
        "metadata": metadata_facts(request.metadata),
    }


def _head(request: CreditRequest, context: RequestContext, log: Link) -> Head:
    asked_for = moment(request.created_at)
    return Head(
        title=gettext("%(amount)s for %(payee)s")
        % {"amount": amount_of(request), "payee": payee_of(request, context)[0]},
        tags=[state_tag(status_of(request), STATUS_COLOURS)],
        about=[
            str(request),
            request.get_kind_display(),
            phrase(
                gettext("Asked for by %(person)s") % {"person": request.requested_label},
                door_text(request.door),
                asked_for,
                between=", ",
            ),
            log,
        ],
        is_test=request.test_mode,
    )


def _facts(request: CreditRequest, context: RequestContext) -> Iterator[tuple[str, Shown]]:
    name, detail = payee_of(request, context)
    others = [styled("quiet small", f"· {_other_amount(amount)}") for amount in request.amounts]
    links = payee_links(request, context)
    yield gettext("Amount"), phrase(amount_of(request), *others)
    yield gettext("For"), phrase(*links, between=", ") if links else phrase(name, styled("quiet", detail))
    yield gettext("Reason"), f"{shipped(request.reason.label)} ({request.reason_id})"
    yield gettext("Sub-reason"), request.sub_reason
    yield gettext("Note"), request.note
    yield request.get_order_kind_display() if request.order_value else gettext("Order"), request.order_value
    yield gettext("Tenant"), request.tenant
    yield gettext("Channel"), request.channel
    yield gettext("Source"), request.source
    yield gettext("Employee"), request.employee
    yield gettext("Policy code"), request.policy_code
    yield gettext("Payment"), str(request.payment_counter) if request.payment_counter is not None else ""
    yield gettext("Last day asked for"), day_text(request.credit_expires_on) if request.credit_expires_on else ""
    for term, value in request.terms.items():
        if term in _TERMS:
            yield str(_TERMS[term]), _plain(value)
    for attribute, value in sorted(request.attributes.items()):
        if attribute != CUSTOMER:
            yield attribute, _plain(value)
    yield gettext("Version"), str(request.version)
    yield pgettext("requests", "Batch"), _batch_link(request)


def _effect_facts(effect: Effect) -> Facts:
    return Facts(
        gettext("If it is approved"),
        [
            (gettext("Good through"), effect.good_through),
            (
                gettext("Approvals"),
                gettext("%(given)s of %(needed)s")
                % {"given": effect.approvals_given, "needed": effect.approvals_needed},
            ),
            (gettext("Who can"), "" if effect.chance.is_none else effect.chance.words),
        ],
    )


def _decision_facts(request: CreditRequest) -> Facts:
    return Facts(
        gettext("What was decided"),
        [
            (gettext("Decision"), status_of(request)),
            (gettext("By"), request.decided_label),
            (gettext("When"), moment(request.decided_at)),
            (gettext("Paid out with"), entry_link(request.transaction)),
        ],
    )


def _approvers_table(people: Iterable[Approver]) -> Table:
    """Who may approve the request, by the very rule that an approval follows, and up to how much."""
    return Table(
        title=gettext("Who may approve this"),
        id="approvers",
        columns=(gettext("Who"), gettext("Role"), gettext("Up to")),
        rows=[
            [
                stacked(strong(person.full_name or person.name), person.name if person.full_name else ""),
                ", ".join(person.roles) or DASH,
                stacked(*(_limit_words(each) for each in person.allowances)),
            ]
            for person in people
        ],
    )


def _limit_words(allowance: Allowance) -> str:
    each = gettext("%(amount)s a request") % {"amount": money_text(allowance.per_request_minor, allowance.currency)}
    if allowance.left_today_minor is None:
        return each
    day = money_text(allowance.left_today_minor, allowance.currency)
    return gettext("%(each)s, %(day)s a day") % {"each": each, "day": day}


def _recent_table(context: RequestContext) -> Table:
    return Table(
        title=gettext("Given to them in the last 90 days"),
        columns=(moments(gettext("When")), numbers(gettext("Amount")), gettext("Entry"), gettext("Who")),
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
    label, before_minor, day = gettext("On the new card"), 0, last_day(request, now)
    if request.payee_kind == PayeeKind.CUSTOMER and context.customer:
        customer = context.customer
        wallet = get_wallet(customer=customer.number, currency=request.currency, test_mode=request.test_mode, now=now)
        label, before_minor = gettext("Balance"), wallet.balance_minor
    elif request.payee_card_id:
        card = get_card_by_id(card_id=request.payee_card_id, now=now)
        label, before_minor, day = gettext("On the card"), card.balance_minor, card.expires_on
    is_new = request.payee_kind == PayeeKind.NEW_CARD and not request.payee_card_id
    return Effect(
        change=Change(
            label,
            DASH if is_new else money_text(before_minor, request.currency),
            money_text(before_minor + request.amount_minor, request.currency),
        ),
        good_through=day_text(day),
        approvals_needed=count_approvals_needed(request=request),
        approvals_given=given,
        chance=get_chances(requests=[request])[request.pk],
    )


def _batch_link(request: CreditRequest) -> Link | None:
    if request.batch_id is None:
        return None
    return Link(
        gettext("%(batch)s, line %(line)s") % {"batch": request.batch, "line": request.batch_line},
        reverse("admin:credits_creditrequestbatch_change", args=[request.batch_id]),
    )


def _other_amount(amount: Any) -> str:
    """One of the amounts that the asking system gave for information, as it gave it."""
    if isinstance(amount, dict):
        return " ".join(str(value) for value in amount.values())
    return str(amount)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, str) and len(value) > 10 and value[10] == "T":
        try:
            return day_text(date.fromisoformat(value[:10]))
        except ValueError:
            return value
    return str(value)
