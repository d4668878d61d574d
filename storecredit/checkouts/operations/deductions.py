"""
What a vendor's order takes from lines of credit and gives back to them, whatever order the events come in.

A line is deducted once per order and source for ever. A refund or cancellation is kept, once each, and applied when its
order has been deducted: at once, or as soon as the order's own event comes.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from moneyed import Money

from giftcards.operations import lock_accounts_around
from ledger.errors import AmountNotExact, AmountTooLarge, CurrencyUnknown
from ledger.money import from_minor, to_minor
from ledger.operations import (
    LARGEST_BALANCE_MINOR,
    AccountStatus,
    Actor,
    Why,
    capture_hold,
    release_hold,
    release_timed_out_holds_of,
    spend_credit,
)
from ledger.queries import Account, Transaction, require_in_use
from storecredit.checkouts.errors import EventMalformed
from storecredit.checkouts.models import (
    CalloutHold,
    CreditDeduction,
    DeductionKind,
    DeductionMovement,
    EventState,
    VendorGiveBack,
    VendorOrder,
    WebhookEvent,
)
from storecredit.checkouts.operations.giving_back import give_back
from storecredit.checkouts.operations.lines import card_behind, spendable_minor, why_not_for_anybody
from storecredit.checkouts.operations.payloads import CreditSource, RefundSaid, VendorOrderSaid
from storecredit.checkouts.operations.splitting import fill_up
from storecredit.checkouts.queries.lines import find_line, name_line


def deduct_order(event: WebhookEvent, said: VendorOrderSaid, actor: Actor, now: datetime) -> None:
    """
    Take what an accepted order uses, then give back what refunds and cancellations that came earlier ask for.

    :raises EventMalformed: if an amount has more decimals than its currency.
    """
    order = _lock_order(said.order_id, event, now)
    done = set(order.deductions.values_list("source_id", flat=True))
    waiting = [source for source in said.credits if source.source_id not in done]
    lines = {
        source.upstream_id: find_line(upstream_id=source.upstream_id, test_mode=event.test_mode, now=now)
        for source in waiting
    }
    sessions = CalloutHold.objects.filter(session_id__in=said.session_ids, test_mode=event.test_mode)
    _lock_lines(order, [account.pk for account in lines.values() if account], sessions, actor, now)
    for source in waiting:
        _deduct(event, order, source, lines[source.upstream_id], sessions, actor, now)
    # The session has become an order: what it has not used is free.
    for callout in sessions.filter(hold__status="OPEN").order_by("pk"):
        release_hold(hold_id=callout.hold_id, actor=actor, now=now)
    if order.accepted_at is None:
        order.accepted_at = now
        order.save(update_fields=["accepted_at"])
    _apply_waiting(event, order, actor, now)


def refund_deductions(event: WebhookEvent, refunds: Iterable[RefundSaid], actor: Actor, now: datetime) -> None:
    """Give back what refunds say, each once, and never more than was taken."""
    for refund in refunds:
        order = _lock_order(refund.order_id, event, now)
        order.give_backs.get_or_create(
            source_id=refund.source_id,
            key=refund.key,
            defaults={
                "asked": str(refund.amount),
                "currency": refund.currency,
                "event": event,
                "created_at": now,
            },
        )
        _lock_lines(order, [], CalloutHold.objects.none(), actor, now)
        _apply_waiting(event, order, actor, now)


def cancel_deductions(event: WebhookEvent, order_id: str, actor: Actor, now: datetime) -> None:
    """Give back all that an order took and that has not gone back."""
    order = _lock_order(order_id, event, now)
    order.give_backs.get_or_create(source_id="", key="cancelled", defaults={"event": event, "created_at": now})
    _lock_lines(order, [], CalloutHold.objects.none(), actor, now)
    _apply_waiting(event, order, actor, now)


def _lock_order(order_id: str, event: WebhookEvent, now: datetime) -> VendorOrder:
    named = {"order_id": order_id, "test_mode": event.test_mode}
    VendorOrder.objects.bulk_create([VendorOrder(**named, created_at=now)], ignore_conflicts=True)
    return VendorOrder.objects.select_for_update(no_key=True).get(**named)


def _lock_lines(
    order: VendorOrder, account_ids: list[int], sessions: QuerySet[CalloutHold], actor: Actor, now: datetime
) -> None:
    taken_from = order.deductions.filter(account__isnull=False).values_list("account_id", flat=True)
    set_aside = sessions.values_list("account_id", flat=True)
    wanted = sorted({*account_ids, *(each for each in taken_from if each is not None), *set_aside})
    if wanted:
        lock_accounts_around(account_ids=wanted)
        release_timed_out_holds_of(account_ids=wanted, actor=actor, now=now)


def _deduct(
    event: WebhookEvent,
    order: VendorOrder,
    source: CreditSource,
    account: Account | None,
    sessions: QuerySet[CalloutHold],
    actor: Actor,
    now: datetime,
) -> None:
    currency = source.currency or (account.currency if account else "")
    if not currency:
        raise EventMalformed(why=f"source {source.source_id} has no currency")
    asked_minor = _minor(source.amount, currency)
    taken: list[Transaction] = []
    why = _why_not(account, currency, asked_minor, sessions, now)
    if not why:
        assert account is not None
        taken = _take(order, source, account, asked_minor, sessions, actor, now)
    taken_minor = sum(-transaction.amount_minor for transaction in taken)
    short_minor = asked_minor - taken_minor
    deduction = CreditDeduction.objects.create(
        order=order,
        source_id=source.source_id,
        upstream_id=name_line(account=account, upstream_id=source.upstream_id) if account else source.upstream_id,
        account=account,
        currency=currency,
        asked_minor=asked_minor,
        shortfall_minor=short_minor,
        why_short=why or ("Less could be spent." if short_minor else ""),
        event=event,
        created_at=now,
    )
    for transaction in taken:
        DeductionMovement.objects.create(
            deduction=deduction,
            kind=DeductionKind.TAKE,
            amount_minor=-transaction.amount_minor,
            transaction=transaction,
            event=event,
            created_at=now,
        )


def _why_not(
    account: Account | None, currency: str, asked_minor: int, sessions: QuerySet[CalloutHold], now: datetime
) -> str:
    if account is None:
        return "There is no such line of credit."
    if account.currency != currency:
        return f"The line is kept in {account.currency}, not in {currency}."
    # Read again: it is locked by now.
    account.refresh_from_db()
    if account.status != AccountStatus.OPEN:
        return f"The line is {account.get_status_display().lower()}."
    card = card_behind(account_id=account.pk, kind=account.kind, now=now)
    if card is None:
        return ""
    set_aside = [callout.hold for callout in _own_holds(sessions, account)]
    available_minor = spendable_minor(account_id=account.pk, now=now)
    available_minor += sum(hold.amount_minor - hold.captured_minor for hold in set_aside)
    return why_not_for_anybody(card, asked_minor=asked_minor, available_minor=available_minor)


def _own_holds(sessions: QuerySet[CalloutHold], account: Account) -> QuerySet[CalloutHold]:
    """What the callout has set aside for the session on this line."""
    return sessions.filter(account_id=account.pk, hold__status="OPEN").select_related("hold").order_by("pk")


def _take(
    order: VendorOrder,
    source: CreditSource,
    account: Account,
    asked_minor: int,
    sessions: QuerySet[CalloutHold],
    actor: Actor,
    now: datetime,
) -> list[Transaction]:
    """From what the callout has set aside for the session and this line, then from what is available."""
    taken: list[Transaction] = []
    left_minor = asked_minor
    for callout in _own_holds(sessions, account):
        part_minor = min(left_minor, callout.hold.amount_minor - callout.hold.captured_minor)
        if part_minor:
            taken.append(
                capture_hold(
                    hold_id=callout.hold_id,
                    amount=from_minor(part_minor, account.currency),
                    final=False,
                    actor=actor,
                    now=now,
                    why=Why(reference=order.order_id, key=f"vendor-order:{order.pk}:{source.source_id}:{len(taken)}"),
                )
            )
            left_minor -= part_minor
    part_minor = min(left_minor, spendable_minor(account_id=account.pk, now=now)) if left_minor else 0
    if part_minor:
        taken.append(
            spend_credit(
                account_id=account.pk,
                amount=from_minor(part_minor, account.currency),
                actor=actor,
                now=now,
                why=Why(reference=order.order_id, key=f"vendor-order:{order.pk}:{source.source_id}:{len(taken)}"),
            )
        )
    return taken


def _apply_waiting(event: WebhookEvent, order: VendorOrder, actor: Actor, now: datetime) -> None:
    if order.accepted_at is None:
        return
    waiting_now = order.give_backs.filter(applied_at__isnull=True).exclude(event__state=EventState.SETTLED)
    for waiting in waiting_now.select_related("event").order_by("pk"):
        deductions = order.deductions.order_by("pk")
        if waiting.source_id:
            deductions = deductions.filter(source_id=waiting.source_id)
        try:
            parts = [(deduction, _asked_minor(waiting, deduction)) for deduction in deductions]
        except EventMalformed as refusal:
            if waiting.event_id == event.pk:
                raise
            # What is wrong with an earlier event stands in its own row and holds nothing else up.
            failed = {"state": EventState.FAILED, "last_error": str(refusal)[:500], "processed_at": None}
            WebhookEvent.objects.filter(pk=waiting.event_id).update(**failed)
            continue
        for deduction, amount_minor in parts:
            _return(event, deduction, amount_minor, actor, now)
        VendorGiveBack.objects.filter(pk=waiting.pk).update(applied_at=now)


def _asked_minor(waiting: VendorGiveBack, deduction: CreditDeduction) -> int:
    left_minor = deduction.taken_minor - deduction.given_back_minor
    if not waiting.asked:
        return left_minor
    if waiting.currency not in {"", deduction.currency}:
        raise EventMalformed(why=f"the refund is in {waiting.currency}, the order in {deduction.currency}")
    return min(left_minor, _minor(Decimal(waiting.asked), deduction.currency))


def _return(event: WebhookEvent, deduction: CreditDeduction, amount_minor: int, actor: Actor, now: datetime) -> None:
    takes = list(
        deduction.movements.filter(kind=DeductionKind.TAKE).select_related("transaction__account").order_by("-pk")
    )
    returned = [sum(take.given_back.values_list("amount_minor", flat=True)) for take in takes]
    rooms = [take.amount_minor - returned_minor for take, returned_minor in zip(takes, returned, strict=True)]
    parts = fill_up(amount_minor=amount_minor, rooms=rooms)
    for take, returned_minor, part_minor in zip(takes, returned, parts, strict=True):
        if not part_minor:
            continue
        assert take.transaction is not None
        given = give_back(
            spend=take.transaction,
            amount_minor=part_minor,
            why=Why(reference=deduction.order.order_id, key=f"vendor-back:{take.pk}:{returned_minor}"),
            actor=actor,
            now=now,
        )
        for part in given:
            DeductionMovement.objects.create(
                deduction=deduction,
                kind=DeductionKind.GIVE_BACK,
                amount_minor=part.amount_minor,
                of=take,
                transaction=part.transaction,
                unreturned=part.unreturned,
                event=event,
                created_at=now,
            )


def _minor(amount: Decimal, currency: str) -> int:
    try:
        require_in_use(currency)
        amount_minor = to_minor(Money(amount, currency))
    except (AmountNotExact, AmountTooLarge, CurrencyUnknown) as error:
        raise EventMalformed(why=str(error)) from error
    if amount_minor > LARGEST_BALANCE_MINOR:
        raise EventMalformed(why="an amount is out of range")
    return amount_minor
