"""A card in one statement, whatever the length of its history: its newest event carries the totals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.errors import CardNotFound
from giftcards.models import CardState, GiftCard
from giftcards.models.cards import state_at
from giftcards.models.codes import SealedCode, list_lookup_digests, open_code
from giftcards.queries.newest import JOIN_NEWEST_EVENT
from ledger.errors import CustomerNotFound
from ledger.guessing import look_up
from ledger.money import from_minor
from ledger.queries import SPENDABLE, Member, get_customer
from ledger.querysets import write_metadata_test
from ledger.rowwise import is_among

_COLUMNS = f"""
    SELECT c.id, c.account_id, a.number, a.currency, a.status, c.last_four, c.state, c.valid_from, c.expires_on,
           c.time_zone, c.expires_at, c.must_redeem_whole, c.reloadable, c.customer_id, o.document_id, c.customer_only,
           c.starting_minor,
           c.sale_id, c.user_label, c.test_mode, c.created_at, e.created_at, a.balance_minor, a.held_minor,
           {SPENDABLE},
           COALESCE(e.sold_after_minor, 0), COALESCE(e.redeemed_after_minor, 0),
           c.code_key, c.code_digest, c.code_cipher, c.metadata
      FROM giftcards_giftcard c
"""
# What belongs to each card. PostgreSQL is left no choice but to look it up card by card: a planner that takes the
# tables for tiny would compare each row of one with each of another.
_JOINS = {
    "postgresql": """
      JOIN LATERAL (SELECT * FROM ledger_account WHERE id = c.account_id OFFSET 0) a ON TRUE
      LEFT JOIN LATERAL (SELECT document_id FROM ledger_customer WHERE id = c.customer_id OFFSET 0) o ON TRUE
    """,
    "sqlite": """
      JOIN ledger_account a ON a.id = c.account_id
      LEFT JOIN ledger_customer o ON o.id = c.customer_id
    """,
}
_OVER = "(c.expires_at IS NOT NULL AND c.expires_at <= %s)"
_EARLY = "(c.valid_from IS NOT NULL AND c.valid_from > %s)"
#: What `state_at` says, as conditions.
_IN_STATE = {
    CardState.PENDING: f"(c.state = 'PENDING' OR c.state = 'ACTIVE' AND NOT {_OVER} AND {_EARLY})",
    CardState.ACTIVE: f"(c.state = 'ACTIVE' AND NOT {_OVER} AND NOT {_EARLY})",
    CardState.BLOCKED: "(c.state = 'BLOCKED')",
    CardState.VOIDED: "(c.state = 'VOIDED')",
    CardState.EXPIRED: f"(c.state = 'EXPIRED' OR c.state = 'ACTIVE' AND {_OVER})",
}
_OF_CUSTOMER = "c.customer_id = %s"
# What the indexes over some of the rows say of them stands in the statement, or no plan for all values may use them.
_OF_SALE = "(c.sale_id = %s AND c.sale_id <> '')"
_OF_REFERENCE = """c.id IN (
    SELECT d.id FROM ledger_transaction t JOIN giftcards_giftcard d ON d.account_id = t.account_id
     WHERE t.reference = %s AND t.reference <> '')"""


@dataclass(frozen=True, slots=True)
class Card:
    """
    A card as it stands. Amounts in minor units of `currency`.

    `spendable_minor` is what can be spent now: not expired, not held. `sold_minor` is what was ever put on the card,
    `redeemed_minor` what purchases took less what came back. `metadata` is what a client keeps with it.
    """

    id: UUID
    account_id: int
    account_number: str
    currency: str
    account_status: str
    last_four: str
    state: CardState
    valid_from: datetime | None
    expires_on: date | None
    time_zone: str
    expires_at: datetime | None
    must_redeem_whole: bool
    reloadable: bool
    customer_id: int | None
    customer_document_id: str | None
    customer_only: bool
    starting_minor: int
    sale_id: str
    user_label: str
    test_mode: bool
    created_at: datetime
    changed_at: datetime
    balance_minor: int
    held_minor: int
    spendable_minor: int
    sold_minor: int
    redeemed_minor: int
    sealed_code: SealedCode = field(repr=False)
    metadata: dict[str, Any]

    @property
    def masked_code(self) -> str:
        """What may be shown to anybody: `****7QX2`."""
        return f"****{self.last_four}"

    @property
    def last_second(self) -> datetime | None:
        """The last second at which it can be spent."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None

    @property
    def spendable(self) -> Any:
        return from_minor(self.spendable_minor, self.currency)


def get_card(*, code: str, test_mode: bool, now: datetime) -> Card:
    """
    A card by its code, in whatever spelling (see `list_lookup_digests`). Unknown, malformed and other-mode codes run
    the same statement.

    `state` is what a user of the card meets at `now`.

    :raises CardNotFound: if no card of this mode has it.
    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    meant, named = _meant_by(code, test_mode)
    card = look_up(code, lambda: _find(f"WHERE {meant}", named, now))
    if card is None:
        raise CardNotFound
    return card


def get_card_by_id(*, card_id: UUID, now: datetime, test_mode: bool | None = None) -> Card:
    """
    A card by its id; `test_mode` None takes both modes.

    :raises CardNotFound: if there is none.
    """
    if test_mode is None:
        return _get("WHERE c.id = %s", [card_id.hex], now)
    return _get("WHERE c.id = %s AND c.test_mode = %s", [card_id.hex, test_mode], now)


def get_card_of_account(*, account_id: int, now: datetime) -> Card:
    """
    The card that an account stands behind.

    :raises CardNotFound: if it is no card's.
    """
    return _get("WHERE c.account_id = %s", [account_id], now)


def list_card_page(
    *,
    test_mode: bool,
    now: datetime,
    at_most: int,
    before: UUID | None = None,
    code: str | None = None,
    states: Sequence[CardState] = (),
    empty: bool | None = None,
    customer: str | None = None,
    sale_id: str | None = None,
    reference: str | None = None,
    member: Member | None = None,
) -> list[Card]:
    """
    Cards of one mode, newest first.

    :param before: only cards older than this one.
    :param code: only the card that has it.
    :param states: only cards that a user meets in one of these states at `now`; empty: in any.
    :param empty: only cards that have nothing, or that have something, to spend at `now`.
    :param customer: number or document id of whose cards alone; of nobody there are none.
    :param sale_id: only cards that this sale sold.
    :param reference: only cards with a movement that is about this.
    :param member: only cards that have it in their metadata.
    :raises CardNotFound: if `before` is no card of this mode.
    :raises LookUpsStopped: if a code is asked for by somebody who has guessed too often.
    """
    if before is not None and not GiftCard.objects.filter(pk=before, test_mode=test_mode).exists():
        raise CardNotFound
    try:
        owner_id = get_customer(identifier=customer, test_mode=test_mode).pk if customer is not None else None
    except CustomerNotFound:
        return []
    moment = connection.ops.adapt_datetimefield_value(now)
    where = ["c.test_mode = %s"]
    values: list[Any] = [test_mode]
    if before is not None:
        where.append("c.id < %s")
        values.append(before.hex)
    if code is not None:
        meant, named = _meant_by(code, test_mode)
        where.append(meant)
        values += named
    belonging = ((_OF_CUSTOMER, owner_id), (_OF_SALE, sale_id), (_OF_REFERENCE, reference))
    for condition, value in belonging:
        if value is not None:
            where.append(condition)
            values.append(value)
    if member is not None:
        test = write_metadata_test(member, table="giftcards_cardmetadatum", owner="card_id")
        where.append(test.format(column="c.id"))
        values.append(member.digest)
    if states:
        wanted = " OR ".join(_IN_STATE[state] for state in states)
        # As one value, of which the planner expects the half of all cards to have it: it thinks of each state as rare,
        # and then reads all cards and sorts them.
        where.append(f"CASE WHEN {wanted} THEN TRUE ELSE FALSE END")
        values += [moment] * wanted.count("%s")
    if empty is not None:
        rest = f"(SELECT {SPENDABLE} FROM ledger_account a WHERE a.id = c.account_id)"
        where.append(f"CASE WHEN {rest} {'=' if empty else '>'} 0 THEN TRUE ELSE FALSE END")
        values.append(moment)
    # Which cards they are is found first, among the cards alone and in the order of their index. Of a sub-select in
    # LIMIT a planner expects that a tenth of what it believes to be there is enough; told a number, that it is not.
    page = f"SELECT c.id FROM giftcards_giftcard c WHERE {' AND '.join(where)} ORDER BY c.id DESC LIMIT (SELECT %s)"
    statement = f"WHERE {is_among('c.id', f'({page})', connection.vendor)} ORDER BY c.id DESC"
    if code is None:
        return _list(statement, [*values, at_most], now)
    return look_up(code, lambda: _list(statement, [*values, at_most], now) or None) or []


def _list(where: str, values: list[Any], now: datetime) -> list[Card]:
    joins = f"{_JOINS[connection.vendor]} {JOIN_NEWEST_EVENT[connection.vendor].format('e')}"
    with connection.cursor() as cursor:
        cursor.execute(f"{_COLUMNS} {joins} {where}", [connection.ops.adapt_datetimefield_value(now), *values])
        return [_card(row, now) for row in cursor.fetchall()]


def _meant_by(code: str, test_mode: bool) -> tuple[str, list[Any]]:
    """
    The condition for the one card of this mode that a code means: as it stands, before what it means if misread.

    Each look-up is for at most one row, so that no plan can do without the index.
    """
    digests = list_lookup_digests(code)
    one = "(SELECT d.id FROM giftcards_giftcard d WHERE d.code_digest = %s AND d.test_mode = %s)"
    values = [value for digest in digests for value in (digest, test_mode)]
    return f"c.id = COALESCE({', '.join([one] * len(digests))})", values


def open_card_code(*, card: Card | GiftCard) -> str:
    """
    A card's plain code as it was made, for whoever may see it or has named it.

    :raises CodeUnreadable: if its key is not in the environment any more.
    """
    return open_code(card.sealed_code)


def is_code_of(*, code: str, card: Card | GiftCard) -> bool:
    """Whether a text is this card's code, in whatever spelling."""
    return card.sealed_code.digest in list_lookup_digests(code)


def _get(where: str, values: list[Any], now: datetime) -> Card:
    card = _find(where, values, now)
    if card is None:
        raise CardNotFound
    return card


def _find(where: str, values: list[Any], now: datetime) -> Card | None:
    return next(iter(_list(where, values, now)), None)


def _card(row: Any, now: datetime) -> Card:
    valid_from, expires_at = _aware(row[7]), _aware(row[10])
    return Card(
        id=row[0] if isinstance(row[0], UUID) else UUID(row[0]),
        account_id=row[1],
        account_number=row[2],
        currency=row[3],
        account_status=row[4],
        last_four=row[5],
        state=state_at(row[6], valid_from, expires_at, now),
        valid_from=valid_from,
        expires_on=row[8],
        time_zone=row[9],
        expires_at=expires_at,
        must_redeem_whole=bool(row[11]),
        reloadable=bool(row[12]),
        customer_id=row[13],
        customer_document_id=row[14],
        customer_only=bool(row[15]),
        starting_minor=row[16],
        sale_id=row[17],
        user_label=row[18],
        test_mode=bool(row[19]),
        created_at=_aware(row[20]) or now,
        changed_at=_aware(row[21]) or _aware(row[20]) or now,
        balance_minor=row[22],
        held_minor=row[23],
        spendable_minor=int(row[24]),
        sold_minor=row[25],
        redeemed_minor=row[26],
        sealed_code=SealedCode(key=row[27], digest=row[28], cipher=bytes(row[29]), last_four=row[5]),
        metadata=json.loads(row[30]) if row[30] else {},
    )


def _aware(value: datetime | None) -> datetime | None:
    # SQLite hands out naive times, which stand for UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
