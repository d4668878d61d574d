"""Customers who may turn out to be one, once more in plain Python: who is who, and what it does to the plain books."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.errors import MergeRefused
from tests.ledger import plain_books as plain
from tests.ledger.plain_books import PlainAccount, PlainEntry, PlainHold, Refused

Key = tuple[int, str]


@dataclass
class PlainMerger:
    """A request about two customers: what it moved once it was done, by which it is taken back."""

    twin: int
    survivor: int
    amount: tuple[int, str] | None = None
    state: str = "PENDING"
    at: datetime | None = None
    moves: list[PlainEntry] = field(default_factory=list)
    closed: list[Key] = field(default_factory=list)
    followed: list[int] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)


@dataclass
class PlainShop:
    """
    :param become: whom each customer has become, themself at first.
    :param cards: whose each card is.
    :param changed: lots that were given another last day.
    """

    become: list[int]
    cards: list[int]
    accounts: dict[Key, PlainAccount] = field(default_factory=dict)
    closed: set[Key] = field(default_factory=set)
    nobody: set[int] = field(default_factory=set)
    holds: list[PlainHold] = field(default_factory=list)
    mergers: list[PlainMerger] = field(default_factory=list)
    changed: list[plain.PlainLot] = field(default_factory=list)
    voided: set[int] = field(default_factory=set)

    def account(self, customer: int, currency: str) -> PlainAccount:
        """The store credit of whoever a customer is today, opened if need be."""
        return self.accounts.setdefault((self.become[customer], currency), PlainAccount(currency))

    def heir_of(self, account: PlainAccount) -> PlainAccount:
        """Where a refund to an account goes."""
        [(customer, currency)] = [key for key, each in self.accounts.items() if each is account]
        return self.account(customer, currency) if (customer, currency) in self.closed else account

    def merge(self, merger: PlainMerger, now: datetime) -> None:
        twin, survivor = merger.twin, merger.survivor
        self._require_apart(twin, survivor)
        own = [key for key in self.accounts if key[0] == twin]
        plain.time_out([held for held in self.holds if held.account in [self.accounts[key] for key in own]], now)
        for key in own:
            # An account of the survivor's stands there for each, also for one that is empty.
            account, target = self.accounts[key], self.account(survivor, key[1])
            plain.expire([account], now)
            if account.held or account.frozen or (account.balance and target.frozen):
                raise Refused(MergeRefused)
            if account.balance:
                merger.moves.append(plain.transfer(account, target, account.balance, now)[0])
        merger.closed = [key for key in own if key not in self.closed]
        self.closed.update(merger.closed)
        merger.followed = [other for other, is_now in enumerate(self.become) if is_now == twin and other != twin]
        for each in (twin, *merger.followed):
            self.become[each] = survivor
        merger.cards = [place for place, owner in enumerate(self.cards) if owner == twin and place not in self.voided]
        for place in merger.cards:
            self.cards[place] = survivor
        merger.state, merger.at = "APPROVED", now

    def move(self, merger: PlainMerger, now: datetime) -> None:
        self._require_apart(merger.twin, merger.survivor)
        assert merger.amount is not None
        amount, currency = merger.amount
        if (merger.twin, currency) not in self.accounts:
            raise Refused(MergeRefused)
        source, target = self.accounts[merger.twin, currency], self.account(merger.survivor, currency)
        if source.frozen or target.frozen:
            raise Refused(MergeRefused)
        merger.moves.append(plain.transfer(source, target, amount, now)[0])
        merger.state, merger.at = "APPROVED", now

    def undo(self, merger: PlainMerger, now: datetime) -> None:
        """All of it or nothing; what it would do is tried on a copy by `can_undo`."""
        twin, survivor = merger.twin, merger.survivor
        if merger.at is None or now - merger.at > timedelta(days=1) or {twin, survivor} & self.nobody:
            raise Refused(MergeRefused)
        if merger.amount is None:
            if self.become[twin] != survivor:
                raise Refused(MergeRefused)
            self.closed.difference_update(merger.closed)
        elif self.become[twin] != twin or self.become[survivor] != survivor:
            raise Refused(MergeRefused)
        for move in merger.moves:
            assert move.other_side is not None
            if any(lot in self.changed for lot in move.other_side.lots):
                raise Refused(MergeRefused)
            self._expire_by_staff(move.other_side.account, now)
            plain.reverse(move, now)
        if merger.amount is None:
            for each in (twin, *merger.followed):
                self.become[each] = twin
            for place in merger.cards:
                if self.cards[place] == survivor and place not in self.voided:
                    self.cards[place] = twin
        merger.state = "UNDONE"

    def can(self, doing: str, place: int, now: datetime) -> bool:
        """Whether the plain shop would merge, move or undo, without doing it."""
        copy = deepcopy(self)
        try:
            getattr(copy, doing)(copy.mergers[place], now)
        except Refused:
            return False
        return True

    def is_closed(self, *accounts: PlainAccount) -> bool:
        """Whether one of them is the account of somebody who was merged."""
        return any(self.accounts[key] in accounts for key in self.closed)

    def _expire_by_staff(self, account: PlainAccount, now: datetime) -> None:
        was_frozen, account.frozen = account.frozen, False
        plain.expire([account], now)
        account.frozen = was_frozen

    def _require_apart(self, twin: int, survivor: int) -> None:
        if {twin, survivor} & self.nobody or self.become[twin] != twin or self.become[survivor] != survivor:
            raise Refused(MergeRefused)
