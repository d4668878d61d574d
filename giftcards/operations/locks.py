"""The lock under which a card is changed or used: its account's first, as everywhere, and then its own."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.errors import CardNotFound
from giftcards.models import CardState, GiftCard
from giftcards.models.cards import state_at
from giftcards.queries import list_accounts_around
from ledger.operations import CLOSED_UNTIL, LOCKED_COLUMNS, Ending, LockedAccount, lock_account_rows, locked_account

_ACCOUNT = ", ".join(f"a.{column}" for column in LOCKED_COLUMNS)
_CLOSED = {"postgresql": "a.closed_until", "sqlite": CLOSED_UNTIL["sqlite"]}
_TERMS = "c.state, c.valid_from, c.expires_at, c.must_redeem_whole, c.reloadable, c.customer_id, c.customer_only"
_LOCK = {
    # One way there and back. The account is locked as the join asks for it, and only what is joined is locked next;
    # a card that somebody has changed meanwhile is read again as its lock is taken.
    "postgresql": """
        WITH a AS MATERIALIZED (
            SELECT {columns} FROM ledger_account
             WHERE id = (SELECT account_id FROM giftcards_giftcard WHERE id = %s) FOR NO KEY UPDATE)
        SELECT {wanted} FROM a JOIN giftcards_giftcard c ON c.account_id = a.id FOR NO KEY UPDATE OF c""",
    # One writer at a time: whoever reads in a transaction here has locked everything.
    "sqlite": """
        SELECT {wanted} FROM giftcards_giftcard c JOIN ledger_account a ON a.id = c.account_id WHERE c.id = %s""",
}


@dataclass(frozen=True, slots=True)
class LockedCard:
    """A card's account and what its use depends on, as they stand while this transaction holds their locks."""

    account: LockedAccount
    #: What a user of the card meets at the moment for which it was locked.
    state: CardState
    expires_at: datetime | None
    must_redeem_whole: bool
    reloadable: bool
    customer_id: int | None
    customer_only: bool

    @property
    def ending(self) -> Ending:
        """When all that is on it ends."""
        return Ending(self.expires_at)


def lock_card(*, card_id: UUID) -> GiftCard:
    """
    Make whatever else would change or move a card wait until the present transaction ends, and read it as it is now.

    :raises CardNotFound: if there is none.
    """
    for card in GiftCard.objects.raw(_LOCK[connection.vendor].format(columns="id", wanted="c.*"), [card_id.hex]):
        return card
    raise CardNotFound


def lock_card_for_use(*, card_id: UUID, now: datetime) -> LockedCard:
    """
    `lock_card` for what happens many times a second: no more than a use needs, and the account at hand for the posting.

    :raises CardNotFound: if there is none.
    """
    columns = f"{', '.join(LOCKED_COLUMNS)}, {CLOSED_UNTIL[connection.vendor]} AS closed_until"
    wanted = f"{_ACCOUNT}, {_CLOSED[connection.vendor]}, {_TERMS}"
    sql = _LOCK[connection.vendor].format(columns=columns, wanted=wanted)
    with connection.cursor() as cursor:
        cursor.execute(sql, [card_id.hex])
        for row in cursor.fetchall():
            return _locked(row, now)
    raise CardNotFound


def lock_card_and(*, card_id: UUID, also: Callable[[GiftCard], Collection[int]]) -> GiftCard:
    """
    `lock_card` for an operation that moves other accounts too: all of them are locked in one go.

    :param also: which further accounts it moves, as the card is.
    :raises CardNotFound: if there is none.
    """
    locked: set[int] = set()
    while True:
        card = GiftCard.objects.filter(pk=card_id).first()
        if card is None:
            raise CardNotFound
        wanted = {card.account_id, *also(card)}
        # Read again once locked: somebody may have changed whose card it is.
        if wanted <= locked:
            return lock_card(card_id=card_id)
        lock_account_rows(account_ids=wanted)
        locked |= wanted


def lock_accounts_around(*, account_ids: Collection[int], customer_ids: Collection[int] = ()) -> None:
    """
    Lock these accounts and wherever value may go that leaves their cards or comes back to them, in one go. For who is
    to move several in turn: what each of those moves is locked by then.
    """
    if wanted := list_accounts_around(account_ids=account_ids, customer_ids=customer_ids):
        lock_account_rows(account_ids=wanted)


def lock_line_of_cards(*, account_id: int, also: Callable[[list[GiftCard]], Collection[int]]) -> list[GiftCard]:
    """
    The card of an account and those that replaced it one after the other, with all their accounts locked in one go.

    :param also: which further accounts the operation moves, as the cards are.
    :raises CardNotFound: if the account is no card's.
    """
    locked: set[int] = set()
    while True:
        cards = _read_line(account_id)
        wanted = {card.account_id for card in cards} | set(also(cards))
        # Read again once locked: the last one may have been replaced since. Whoever replaces it locks it first.
        if wanted <= locked:
            return cards
        lock_account_rows(account_ids=wanted)
        locked |= wanted


def _read_line(account_id: int) -> list[GiftCard]:
    cards = list(
        GiftCard.objects.raw(
            """
            WITH RECURSIVE line (id, place) AS (
                SELECT id, 0 FROM giftcards_giftcard WHERE account_id = %s
                UNION ALL
                SELECT c.replaced_by_id, line.place + 1 FROM line JOIN giftcards_giftcard c ON c.id = line.id
                 WHERE c.replaced_by_id IS NOT NULL)
            SELECT c.* FROM line JOIN giftcards_giftcard c ON c.id = line.id ORDER BY line.place""",
            [account_id],
        )
    )
    if not cards:
        raise CardNotFound
    return cards


def _locked(row: Sequence[Any], now: datetime) -> LockedCard:
    width = len(LOCKED_COLUMNS) + 1
    state, valid_from, expires_at, must_redeem_whole, reloadable, customer_id, customer_only = row[width:]
    return LockedCard(
        account=locked_account(row[:width]),
        state=state_at(state, _aware(valid_from), _aware(expires_at), now),
        expires_at=_aware(expires_at),
        must_redeem_whole=bool(must_redeem_whole),
        reloadable=bool(reloadable),
        customer_id=customer_id,
        customer_only=bool(customer_only),
    )


def _aware(value: datetime | None) -> datetime | None:
    # SQLite hands out naive times, which stand for UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
