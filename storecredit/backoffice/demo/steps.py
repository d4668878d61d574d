"""The verbs in which the story is told: each is one operation on the books, at a moment in the past."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from moneyed import Money

from ledger.operations import (
    Actor,
    Why,
    adjust_credit,
    capture_hold,
    expire_credit,
    issue_credit,
    place_hold,
    refund_spend,
    release_hold,
    release_timed_out_holds,
    reverse_transaction,
    spend_credit,
    transfer_credit,
)
from ledger.queries import Wallet, get_wallet


@dataclass
class Stage:
    """Where the story plays: the present moment, the customers' numbers, who acts, and what was done by its name."""

    now: datetime
    numbers: dict[str, str]
    test_handles: frozenset[str]
    actors: dict[str, Actor]
    done: dict[str, UUID] = field(default_factory=dict)

    def moment(self, days_ago: float) -> datetime:
        return self.now - timedelta(days=days_ago)

    def wallet(self, who: str, currency: str) -> Wallet:
        return get_wallet(
            customer=self.numbers[who], currency=currency, test_mode=who in self.test_handles, now=self.now
        )

    def account_id(self, who: str, currency: str) -> int:
        account_id = self.wallet(who, currency).account_id
        assert account_id is not None, f"{who} has no account in {currency} yet"
        return account_id

    def account_number(self, who: str, currency: str) -> str:
        number = self.wallet(who, currency).account_number
        assert number is not None, f"{who} has no account in {currency} yet"
        return number

    def told(self, step: Any) -> dict[str, Any]:
        """What every operation is told alike: who acts, and when."""
        return {"actor": self.actors[step.by], "now": self.moment(step.days_ago)}


class Step(Protocol):
    """One thing that happened, so many days ago; `key` makes it happen once for ever."""

    @property
    def days_ago(self) -> float: ...

    def play(self, stage: Stage, key: str) -> None: ...


def money(text: str) -> Money:
    """`"12.50 GBP"` as Money."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


@dataclass(frozen=True, slots=True)
class Issue:
    days_ago: float
    who: str
    amount: str
    reason: str
    note: str = ""
    reference: str = ""
    #: Counted from the present, so that the demo always has credit about to expire; None: the reason's own life.
    expires_in_days: float | None = None
    by: str = "agent"
    name: str = ""

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        issued = issue_credit(
            wallet=stage.wallet(self.who, value.currency.code),
            amount=value,
            why=Why(reason=self.reason, note=self.note, reference=self.reference, key=key),
            expires_at=None if self.expires_in_days is None else stage.moment(-self.expires_in_days),
            **stage.told(self),
        )
        stage.done[self.name] = issued.id


@dataclass(frozen=True, slots=True)
class Spend:
    days_ago: float
    who: str
    amount: str
    reference: str
    name: str = ""
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        spent = spend_credit(
            account_id=stage.account_id(self.who, value.currency.code),
            amount=value,
            why=Why(reference=self.reference, key=key),
            **stage.told(self),
        )
        stage.done[self.name] = spent.id


@dataclass(frozen=True, slots=True)
class Refund:
    days_ago: float
    of: str
    amount: str
    note: str = ""
    by: str = "agent"

    def play(self, stage: Stage, key: str) -> None:
        refund_spend(
            transaction_id=stage.done[self.of],
            amount=money(self.amount),
            why=Why(note=self.note, key=key),
            **stage.told(self),
        )


@dataclass(frozen=True, slots=True)
class Reverse:
    days_ago: float
    of: str
    note: str
    by: str = "finance"

    def play(self, stage: Stage, key: str) -> None:
        reverse_transaction(transaction_id=stage.done[self.of], why=Why(note=self.note, key=key), **stage.told(self))


@dataclass(frozen=True, slots=True)
class Adjust:
    days_ago: float
    who: str
    amount: str
    note: str
    by: str = "finance"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        adjust_credit(
            account_id=stage.account_id(self.who, value.currency.code),
            amount=value,
            why=Why(reason="EC", note=self.note, key=key),
            **stage.told(self),
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    days_ago: float
    who: str
    to: str
    amount: str
    note: str
    by: str = "approver"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        transfer_credit(
            source_id=stage.account_id(self.who, value.currency.code),
            target_id=stage.account_id(self.to, value.currency.code),
            amount=value,
            why=Why(note=self.note, reference=f"MOVE-{key}", key=key),
            **stage.told(self),
        )


@dataclass(frozen=True, slots=True)
class PlaceHold:
    days_ago: float
    who: str
    amount: str
    reference: str
    ends_days_ago: float
    name: str = ""
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        held = place_hold(
            account_id=stage.account_id(self.who, value.currency.code),
            amount=value,
            why=Why(reference=self.reference, key=key),
            expires_at=stage.moment(self.ends_days_ago),
            **stage.told(self),
        )
        stage.done[self.name] = held.id


@dataclass(frozen=True, slots=True)
class CaptureHold:
    days_ago: float
    of: str
    amount: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        capture_hold(hold_id=stage.done[self.of], amount=money(self.amount), why=Why(key=key), **stage.told(self))


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    days_ago: float
    of: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        release_hold(hold_id=stage.done[self.of], actor=stage.actors[self.by], now=stage.moment(self.days_ago))


@dataclass(frozen=True, slots=True)
class NightlyJobs:
    """What the two jobs of every night found to do."""

    days_ago: float

    def play(self, stage: Stage, key: str) -> None:
        now = stage.moment(self.days_ago)
        release_timed_out_holds(actor=stage.actors["release_holds"], now=now)
        expire_credit(actor=stage.actors["expire_credit"], now=now)
