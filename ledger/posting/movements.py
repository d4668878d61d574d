"""What a posting is made of. All amounts are in the account's minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.metadata import METADATA
from ledger.models import Actor
from ledger.posting.why import UNEXPLAINED, Why


@dataclass(frozen=True, slots=True)
class NewLot:
    """A piece of credit that a transaction brings in; given by its counter account unless it is said who gave it."""

    amount_minor: int
    funding: str
    expires_at: datetime | None = None
    given_by: str | None = None


@dataclass(frozen=True, slots=True)
class OpenLot:
    """A lot as it was read under its account's lock."""

    id: int
    account_id: int
    remaining_minor: int
    reserved_minor: int
    funding: str
    expires_at: datetime | None
    given_by: str

    @property
    def free_minor(self) -> int:
        """What no hold has set aside."""
        return self.remaining_minor - self.reserved_minor

    def use(self, amount_minor: int) -> "Use":
        """Take so much from the lot, or give it back with a negative amount."""
        return Use(self.id, amount_minor, self.remaining_minor - amount_minor)


@dataclass(frozen=True, slots=True)
class Use:
    """What a transaction takes from a lot (positive) or gives back to it (negative), and what the lot then has."""

    lot_id: int
    amount_minor: int
    remaining_after_minor: int


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account's row as it stands while this transaction holds its lock."""

    id: int
    number: str
    kind: str
    customer_id: int | None
    currency: str
    status: str
    balance_minor: int
    held_minor: int
    sequence: int
    test_mode: bool
    last_entry_at: datetime | None
    #: The boundary of the last cut: no entry is dated before it any more.
    closed_until: datetime | None

    def moment(self, now: datetime) -> datetime:
        """
        The latest of the caller's now, the account's last entry and the last cut: its history never goes back in time,
        and nothing is written into a time that is closed.
        """
        return max(each for each in (now, self.last_entry_at, self.closed_until) if each is not None)


@dataclass(frozen=True, slots=True)
class Movement:
    """
    Everything one posting says. `amount_minor` is signed: what the account gains or gives.

    `now` is what the caller's clock says. The entry is dated by it or, where that is later, by the account's last
    entry, by the boundary of the last cut or by `at`, the moment as of which the caller has judged.
    """

    account_id: int
    currency: str
    type: str
    amount_minor: int
    counter_account: str
    actor: Actor
    now: datetime
    at: datetime | None = None
    lots: Sequence[NewLot] = ()
    uses: Sequence[Use] = ()
    reverses_id: UUID | None = None
    hold_id: UUID | None = None
    why: Why = UNEXPLAINED
    #: New credit that only a customer who is neither banned nor archived may be given.
    is_for_customer: bool = False

    @property
    def details(self) -> dict[str, Any]:
        """What the entry keeps beside its columns: of why and by whom it is made, and of its client's."""
        metadata = {METADATA: self.why.metadata} if self.why.metadata else {}
        return {**self.why.details, **self.actor.details, **metadata}
