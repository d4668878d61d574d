"""A checkout at the vendor asks whether a line of credit can pay, and the amount is set aside for its session."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from moneyed import Money

from ledger.errors import AmountNotPositive
from ledger.money import from_minor, to_minor
from ledger.operations import (
    AccountStatus,
    Actor,
    Why,
    lock_account_rows,
    operation,
    place_hold,
    release_hold,
    release_timed_out_holds_of,
)
from ledger.queries import Account
from storecredit.checkouts.models import CalloutHold, read_rules
from storecredit.checkouts.operations.lines import card_behind, spendable_minor, why_not_for_anybody
from storecredit.checkouts.queries.lines import find_line


@dataclass(frozen=True, slots=True)
class CreditLineAnswer:
    """Whether a line may be used, and for how much: at most what was asked. None where it may not."""

    upstream_id: str
    amount: Money | None
    #: The line, where it may be used.
    account: Account | None = None

    @property
    def approved(self) -> bool:
        return self.amount is not None


@operation
def approve_credit_line(
    *,
    client_id: str,
    session_id: str,
    upstream_id: str,
    amount: Decimal,
    test_mode: bool,
    actor: Actor,
    now: datetime,
) -> CreditLineAnswer:
    """
    Set aside for a session at the vendor as much as it asks and the line has. Asked again, the new amount replaces the
    old. A line that does not exist, is not open or has nothing is not approved.

    :param client_id: the API client that asks; its holds are its own.
    :param amount: positive, in major units of the line's currency.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge: for such an amount.
    """
    account = find_line(upstream_id=upstream_id, test_mode=test_mode, now=now)
    refused = CreditLineAnswer(upstream_id, None)
    if account is None:
        return refused
    asked = Money(amount, account.currency)
    asked_minor = to_minor(asked)
    if asked_minor <= 0:
        raise AmountNotPositive(amount=asked)
    lock_account_rows(account_ids=[account.pk])
    account.refresh_from_db()
    if account.status != AccountStatus.OPEN:
        return refused
    release_timed_out_holds_of(account_ids=[account.pk], actor=actor, now=now)
    earlier = CalloutHold.objects.filter(client_id=client_id, session_id=session_id, account=account)
    for callout in earlier.filter(hold__status="OPEN"):
        release_hold(hold_id=callout.hold_id, actor=actor, now=now)
    approved_minor = _approvable_minor(account, asked_minor, now)
    if not approved_minor:
        return refused
    hold = place_hold(
        account_id=account.pk,
        amount=from_minor(approved_minor, account.currency),
        expires_at=now + read_rules().callout_hold_life,
        actor=actor,
        now=now,
        why=Why(reference=f"session {session_id}"),
    )
    fields = {"hold": hold, "updated_at": now, "released_by": "", "released_why": ""}
    if not earlier.update(**fields):
        CalloutHold.objects.create(
            client_id=client_id,
            session_id=session_id,
            account=account,
            test_mode=test_mode,
            created_at=now,
            **fields,
        )
    return CreditLineAnswer(upstream_id, from_minor(approved_minor, account.currency), account)


@operation
def release_credit_line(*, client_id: str, upstream_id: str, test_mode: bool, actor: Actor, now: datetime) -> int:
    """How many holds of this client on the line were open and are released; of an unknown line none."""
    account = find_line(upstream_id=upstream_id, test_mode=test_mode, now=now)
    if account is None:
        return 0
    lock_account_rows(account_ids=[account.pk])
    waiting = CalloutHold.objects.filter(client_id=client_id, account=account, hold__status="OPEN").order_by("pk")
    released = list(waiting)
    for callout in released:
        release_hold(hold_id=callout.hold_id, actor=actor, now=now)
        CalloutHold.objects.filter(pk=callout.pk).update(
            updated_at=now, released_by=actor.label, released_why="The vendor's checkout let go of it."
        )
    return len(released)


def _approvable_minor(account: Account, asked_minor: int, now: datetime) -> int:
    available_minor = spendable_minor(account_id=account.pk, now=now)
    card = card_behind(account_id=account.pk, kind=account.kind, now=now)
    if card is not None and why_not_for_anybody(card, asked_minor=asked_minor, available_minor=available_minor):
        return 0
    return min(asked_minor, available_minor)
