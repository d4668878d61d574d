"""
The books once more in plain Python: accounts are lists of lots, and an operation either changes them or names the
refusal. Written from the rules, not from the code. Amounts in minor units.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger import errors

#: The credit of a lot that has expired lives this long when it comes back.
SECOND_LIFE = timedelta(days=30)


class Refused(Exception):
    """The operation is refused, with this error of the books."""

    def __init__(self, error: type[errors.DomainError]) -> None:
        super().__init__(error.__name__)
        self.error = error


@dataclass(eq=False)
class PlainLot:
    account: "PlainAccount"
    amount: int
    funding: str
    expires_at: datetime | None
    remaining: int
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.remaining - self.reserved

    def lives(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now


@dataclass(eq=False)
class PlainEntry:
    """A transaction: which lots it made, and what it took from which, in order."""

    account: "PlainAccount"
    type: str
    amount: int
    lots: list[PlainLot] = field(default_factory=list)
    takes: list[tuple[PlainLot, int]] = field(default_factory=list)
    gives: list[tuple[PlainLot, int]] = field(default_factory=list)
    undoers: list["PlainEntry"] = field(default_factory=list)
    other_side: "PlainEntry | None" = None
    at: datetime | None = None

    @property
    def undone(self) -> int:
        """What refunds and reversals have undone of it that were not reversed themselves."""
        return sum(abs(undoer.amount) for undoer in self.undoers if not undoer.undoers)


@dataclass(eq=False)
class PlainHold:
    account: "PlainAccount"
    expires_at: datetime
    parts: list[tuple[PlainLot, int]]
    created_at: datetime
    captured: int = 0
    status: str = "OPEN"

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.parts)

    @property
    def left(self) -> list[tuple[PlainLot, int]]:
        """What each lot still sets aside: captures take the lots in order."""
        captured, left = self.captured, []
        for lot, amount in self.parts:
            passed = min(captured, amount)
            captured -= passed
            left.append((lot, amount - passed))
        return left


@dataclass(eq=False)
class PlainAccount:
    currency: str
    frozen: bool = False
    lots: list[PlainLot] = field(default_factory=list)
    entries: list[PlainEntry] = field(default_factory=list)
    closed_until: datetime | None = None

    def moment(self, now: datetime) -> datetime:
        """A history never goes back in time, nor into one that is closed, whatever a clock says."""
        earliest = [entry.at for entry in self.entries[-1:]] + [self.closed_until]
        return max([now, *(each for each in earliest if each)])

    @property
    def balance(self) -> int:
        return sum(entry.amount for entry in self.entries)

    @property
    def held(self) -> int:
        return sum(lot.reserved for lot in self.lots)

    def spendable(self, now: datetime) -> int:
        return sum(lot.free for lot in self.lots if lot.lives(now))

    def choose(self, amount: int, now: datetime) -> list[tuple[PlainLot, int]]:
        """Soonest expiry first, never-expiring last, then oldest."""
        if amount > self.spendable(now):
            raise Refused(errors.InsufficientCredit)
        chosen = []
        far = datetime.max.replace(tzinfo=now.tzinfo)
        for lot in sorted(self.lots, key=lambda lot: lot.expires_at or far):
            taken = min(lot.free, amount) if lot.lives(now) else 0
            if taken:
                chosen.append((lot, taken))
                amount -= taken
        return chosen

    def bring(self, type: str, pieces: list[tuple[int, str, datetime | None]], now: datetime) -> PlainEntry:
        lots = [PlainLot(self, amount, funding, expires_at, amount) for amount, funding, expires_at in pieces]
        self.lots += lots
        return self._enter(PlainEntry(self, type, sum(lot.amount for lot in lots), lots), now)

    def take(self, type: str, takes: list[tuple[PlainLot, int]], now: datetime) -> PlainEntry:
        for lot, taken in takes:
            lot.remaining -= taken
        return self._enter(PlainEntry(self, type, -sum(taken for _, taken in takes), takes=takes), now)

    def give_back(self, type: str, target: PlainEntry, amount: int, now: datetime) -> PlainEntry:
        """Back along the lots of a spend, last one first; where that cannot be, as new credit."""
        entry = PlainEntry(self, type, amount)
        back = [give for undoer in target.undoers if not undoer.undoers for give in undoer.gives]
        passed = target.undone - sum(given for _, given in back)
        target.undoers.append(entry)
        for lot, taken in reversed(target.takes):
            room = taken - sum(given for to, given in back if to is lot)
            skipped = min(passed, room)
            passed -= skipped
            given = min(room - skipped, amount)
            amount -= given
            if not given:
                continue
            if lot.account is self and lot.lives(now):
                lot.remaining += given
                entry.gives.append((lot, given))
            else:
                expires_at = lot.expires_at if lot.lives(now) else now + SECOND_LIFE
                entry.lots.append(PlainLot(self, given, lot.funding, expires_at, given))
        self.lots += entry.lots
        return self._enter(entry, now)

    def _enter(self, entry: PlainEntry, now: datetime) -> PlainEntry:
        entry.at = self.moment(now)
        self.entries.append(entry)
        return entry


def close_time(accounts: list[PlainAccount], boundary: datetime) -> datetime:
    if any(account.closed_until and account.closed_until >= boundary for account in accounts):
        raise Refused(errors.CutNotLater)
    for account in accounts:
        account.closed_until = boundary
    return boundary


def sum_span(accounts: list[PlainAccount], after: datetime, before: datetime) -> dict[tuple[str, str, str], int]:
    """What the entries from one moment to another did to lots, by currency, funding and type."""
    sums: dict[tuple[str, str, str], int] = {}
    for account in accounts:
        for entry in account.entries:
            if entry.at and after <= entry.at < before:
                moved = [(lot, lot.amount) for lot in entry.lots] + entry.gives
                for lot, amount in [*moved, *((lot, -taken) for lot, taken in entry.takes)]:
                    bucket = (account.currency, lot.funding, entry.type)
                    sums[bucket] = sums.get(bucket, 0) + amount
    return {bucket: amount for bucket, amount in sums.items() if amount}


def add(
    account: PlainAccount, type: str, amount: int, funding: str, expires_at: datetime | None, now: datetime
) -> PlainEntry:
    if expires_at is not None and expires_at <= account.moment(now):
        raise Refused(errors.ExpiryInThePast)
    return account.bring(type, [(amount, funding, expires_at)], now)


def spend(account: PlainAccount, type: str, amount: int, now: datetime, *, by_staff: bool) -> PlainEntry:
    if account.frozen and not by_staff:
        raise Refused(errors.AccountNotOpen)
    return account.take(type, account.choose(amount, account.moment(now)), now)


def void(account: PlainAccount, now: datetime) -> PlainEntry | None:
    if account.held:
        raise Refused(errors.InsufficientCredit)
    takes = [(lot, lot.remaining) for lot in account.lots if lot.remaining]
    return account.take("VOID", takes, now) if takes else None


def transfer(source: PlainAccount, target: PlainAccount, amount: int, now: datetime) -> tuple[PlainEntry, PlainEntry]:
    if source is target:
        raise Refused(errors.SameAccount)
    if source.currency != target.currency:
        raise Refused(errors.CurrencyMismatch)
    at = max(source.moment(now), target.moment(now))
    out = source.take("TRANSFER", source.choose(amount, at), at)
    pieces = [(taken, lot.funding, lot.expires_at) for lot, taken in out.takes]
    into = target.bring("TRANSFER", pieces, at)
    out.other_side, into.other_side = into, out
    return out, into


def reverse(target: PlainEntry, now: datetime) -> PlainEntry:
    account = target.account
    if target.type == "REVERSE":
        raise Refused(errors.NotReversible)
    if target.other_side is not None:
        return reverse_pair(target, target.other_side, now)
    if target.undone:
        raise Refused(errors.AlreadyReversed)
    if target.amount < 0:
        return account.give_back("REVERSE", target, -target.amount, account.moment(now))
    return take_back(target, now)


def reverse_pair(target: PlainEntry, other: PlainEntry, now: datetime) -> PlainEntry:
    out, into = (target, other) if target.amount < 0 else (other, target)
    if out.undone or into.undone:
        raise Refused(errors.AlreadyReversed)
    at = max(out.account.moment(now), into.account.moment(now))
    leaves = take_back(into, at)
    returns = out.account.give_back("REVERSE", out, -out.amount, at)
    return leaves if target is into else returns


def take_back(target: PlainEntry, now: datetime) -> PlainEntry:
    brought = [(lot, lot.amount) for lot in target.lots] + target.gives
    if any(lot.free < amount for lot, amount in brought):
        raise Refused(errors.CreditAlreadySpent)
    entry = target.account.take("REVERSE", brought, now)
    target.undoers.append(entry)
    return entry


def refund(target: PlainEntry, account: PlainAccount, amount: int, now: datetime) -> PlainEntry:
    if target.type != "REDEEM":
        raise Refused(errors.NotReversible)
    if account.currency != target.account.currency:
        raise Refused(errors.CurrencyMismatch)
    if amount > -target.amount - target.undone:
        raise Refused(errors.RefundExceedsSpend)
    return account.give_back("REFUND", target, amount, max(account.moment(now), target.account.moment(now)))


def expire(accounts: list[PlainAccount], now: datetime) -> int:
    swept = 0
    for account in accounts:
        for lot in [lot for lot in account.lots if not lot.lives(now) and lot.free and not account.frozen]:
            account.take("EXPIRE", [(lot, lot.free)], now)
            swept += 1
    return swept


def hold(account: PlainAccount, amount: int, expires_at: datetime, now: datetime) -> PlainHold:
    at = account.moment(now)
    if expires_at <= at:
        raise Refused(errors.ExpiryInThePast)
    parts = account.choose(amount, at)
    for lot, part in parts:
        lot.reserved += part
    return PlainHold(account, expires_at, parts, at)


def capture(held: PlainHold, amount: int | None, now: datetime, *, final: bool) -> PlainEntry:
    require_open(held, now)
    left = held.amount - held.captured
    amount = left if amount is None else amount
    if amount > left:
        raise Refused(errors.HoldTooSmall)
    wanted, takes = amount, []
    for lot, part in held.left:
        if taken := min(part, wanted):
            takes.append((lot, taken))
            lot.reserved -= taken
            wanted -= taken
    held.captured += amount
    if final or held.captured == held.amount:
        end(held, "CAPTURED")
    return held.account.take("REDEEM", takes, max(now, held.created_at))


def release(held: PlainHold) -> None:
    if held.status != "OPEN":
        raise Refused(errors.HoldNotOpen)
    end(held, "RELEASED")


def time_out(holds: list[PlainHold], now: datetime) -> int:
    due = [held for held in holds if held.status == "OPEN" and held.expires_at <= now]
    for held in due:
        end(held, "EXPIRED")
    return len(due)


def require_open(held: PlainHold, now: datetime) -> None:
    if held.status != "OPEN" or held.expires_at <= held.account.moment(now):
        raise Refused(errors.HoldNotOpen)


def extend(held: PlainHold, expires_at: datetime, now: datetime) -> None:
    require_open(held, now)
    if expires_at <= held.account.moment(now):
        raise Refused(errors.ExpiryInThePast)
    if expires_at < held.expires_at:
        raise Refused(errors.HoldLastsLonger)
    held.expires_at = expires_at


def end(held: PlainHold, status: str) -> None:
    for lot, part in held.left:
        lot.reserved -= part
    held.status = status
