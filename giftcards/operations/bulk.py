"""
Many cards at once: accounts, cards, lots, then the entries that close the postings, each kind in one go.

The database's rules meet every row as they do for a card made alone; the triggers write the histories.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.models import CardState, EventKind
from giftcards.models.codes import SealedCode
from giftcards.operations.events import write_events
from ledger.folding import fold_person
from ledger.operations import (
    Actor,
    FirstCredit,
    Funding,
    NewCardAccount,
    TransactionType,
    Why,
    add_first_credits,
    new_uuid7,
    open_card_accounts,
    write_rows,
)

_COLUMNS = (
    "id", "account_id", "code_digest", "code_cipher", "code_key", "last_four", "state", "valid_from", "expires_on",
    "time_zone", "expires_at", "lives_again", "must_redeem_whole", "reloadable", "customer_id", "customer_only",
    "recipient_name", "recipient_email", "batch_id", "batch_place", "starting_minor", "sale_id", "user_label", "folded",
    "replaced_by_id", "test_mode", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """One of many cards to be made. The amount is in minor units; 0 makes an empty card."""

    code: SealedCode
    amount_minor: int
    currency: str
    time_zone: str
    expires_on: date | None = None
    expires_at: datetime | None = None
    valid_from: datetime | None = None
    must_redeem_whole: bool = False
    reloadable: bool = True
    customer_id: int | None = None
    recipient_name: str = ""
    recipient_email: str = ""
    batch_id: int | None = None
    batch_place: int | None = None
    key: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeCard:
    id: UUID
    account_id: int
    account_number: str


def make_cards(
    *,
    cards: Sequence[PlannedCard],
    type: TransactionType,
    funding: Funding,
    actor: Actor,
    now: datetime,
    test_mode: bool = False,
    note: str = "",
    may_be_over: bool = False,
) -> list[MadeCard]:
    """
    Make these cards and put their first value on them, inside the caller's transaction; in their order.

    :param may_be_over: cards whose last day is over are made, too.
    :raises IntegrityError: if a code or a batch's place is taken.
    :raises AmountNotPositive, AmountTooLarge, CurrencyUnknown, ExpiryInThePast: as `ledger.operations`.
    """
    accounts = open_card_accounts(
        accounts=[NewCardAccount(card.currency, card.customer_id) for card in cards], now=now, test_mode=test_mode
    )
    made = [MadeCard(new_uuid7(), account.id, account.number) for account in accounts]
    pairs = list(zip(cards, made, strict=True))
    at = connection.ops.adapt_datetimefield_value(now)
    write_rows(
        table="giftcards_giftcard", columns=_COLUMNS, rows=[_row(card, new, at, test_mode) for card, new in pairs]
    )
    credits = [
        FirstCredit(new.account_id, card.amount_minor, card.currency, card.expires_at, card.key, card.details)
        for card, new in pairs
        if card.amount_minor
    ]
    add_first_credits(
        credits=credits, type=type, funding=funding, actor=actor, now=now, note=note, may_be_over=may_be_over
    )
    write_events(
        card_ids=[new.id for card, new in pairs if not card.amount_minor],
        kind=EventKind.ACTIVATED,
        actor=actor,
        now=now,
        why=Why(note=note),
    )
    return made


def _row(card: PlannedCard, new: MadeCard, at: Any, test_mode: bool) -> tuple[Any, ...]:
    moment = connection.ops.adapt_datetimefield_value
    return (
        new.id.hex,
        new.account_id,
        card.code.digest,
        card.code.cipher,
        card.code.key,
        card.code.last_four,
        CardState.ACTIVE.value,
        moment(card.valid_from),
        connection.ops.adapt_datefield_value(card.expires_on),
        card.time_zone,
        moment(card.expires_at),
        False,
        card.must_redeem_whole,
        card.reloadable,
        card.customer_id,
        False,
        card.recipient_name,
        card.recipient_email,
        card.batch_id,
        card.batch_place,
        card.amount_minor,
        "",
        "",
        fold_person(names=[card.recipient_name], email=card.recipient_email),
        None,
        test_mode,
        at,
    )
