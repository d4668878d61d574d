"""
Cards from another system, in portions of one transaction each.

A number names its card for ever: a row whose card stands there already, from the same import, is passed over, so a run
that was killed is simply run again. What the rows must agree on as a whole, the control totals, is the caller's to
test before the first portion.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError, connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.errors import CodeTaken
from giftcards.models import CardEvent, CardState, EventKind, GiftCard
from giftcards.operations.bulk import MadeCard, PlannedCard, make_cards
from giftcards.operations.codes import SealedNumber
from giftcards.operations.days import end_of_day
from giftcards.operations.events import write_events
from giftcards.operations.expiry import is_day_over
from ledger.errors import CustomerNotFound
from ledger.operations import AccountStatus, Actor, Funding, TransactionType, Why, operation, set_account_statuses
from ledger.queries import find_customer_ids

ROWS_AT_ONCE = 2500
_ATTEMPTS = 3
# What an imported card's history begins with; without a balance there is no entry.
_BEGINNINGS = frozenset({EventKind.IMPORT.value, EventKind.ACTIVATED.value})


class ImportStatus(models.TextChoices):
    IMPORTED = "imported", _("Imported")
    PRESENT = "present", _("Imported before")


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as a file says it. The balance is in minor units."""

    line: int
    number: SealedNumber
    balance_minor: int
    currency: str
    time_zone: str
    expires_on: date | None = None
    valid_from: datetime | None = None
    customer_number: str = ""
    blocked: bool = False
    must_redeem_whole: bool = False
    reloadable: bool = True
    recipient_name: str = ""
    recipient_email: str = ""


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """What became of a row. Never holds the code."""

    line: int
    last_four: str
    account_number: str
    status: ImportStatus


@dataclass(frozen=True, slots=True)
class RowConflict:
    """Why a row cannot be imported into this database."""

    line: int
    column: str
    message: str


def preview_card_import(
    *,
    rows: Iterable[CardRow],
    now: datetime,
    test_mode: bool = False,
    take_expired: bool = False,
    on_conflict: Callable[[RowConflict], None],
) -> tuple[int, int]:
    """
    How many rows `import_cards` would import, and how many stand here already.

    :param on_conflict: called with each row that it would refuse.
    """
    new = present = 0
    for portion in _portions(rows):
        known = _read_known(portion)
        customers = _read_customers(portion, test_mode)
        for row in portion:
            card = _find(row, known)
            if row.customer_number and row.customer_number not in customers:
                on_conflict(RowConflict(row.line, "customer_number", gettext("there is no such customer")))
            elif card is None and not take_expired and _is_over(row, now):
                on_conflict(RowConflict(row.line, "expires_on", gettext("that day is over")))
            elif card is None:
                new += 1
            elif _is_same(row, card, test_mode):
                present += 1
            else:
                on_conflict(RowConflict(row.line, "number", gettext("another card has this number")))
    return new, present


def import_cards(
    *,
    rows: Iterable[CardRow],
    actor: Actor,
    now: datetime,
    source: str,
    test_mode: bool = False,
    take_expired: bool = False,
    on_portion: Callable[[list[ImportedCard]], None] = lambda cards: None,
) -> None:
    """
    Make the cards that do not stand here yet, each with an IMPORT entry against OPENING.

    :param source: where they come from; stands in each card's history.
    :param take_expired: cards whose last day is over come in, too: as expired ones, which nobody can spend from.
    :param on_portion: called after each portion with what became of its rows, in their order.
    :raises CodeTaken: if another card has one of the numbers; the portions before stay.
    :raises CustomerNotFound: if a row's customer does not exist; the portions before stay.
    :raises AmountTooLarge, CurrencyUnknown, ExpiryInThePast: for such a row.
    """
    for portion in _portions(rows):
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                # Inside a caller's transaction a failed attempt must leave that one whole.
                with transaction.atomic() if connection.in_atomic_block else nullcontext():
                    done = _import_portion(
                        rows=portion,
                        actor=actor,
                        now=now,
                        source=source,
                        test_mode=test_mode,
                        take_expired=take_expired,
                    )
            except IntegrityError:
                # Another import has just made one of these cards: the next attempt sees it.
                if attempt == _ATTEMPTS:
                    raise
            else:
                on_portion(done)
                break


@operation
def _import_portion(
    *, rows: Sequence[CardRow], actor: Actor, now: datetime, source: str, test_mode: bool, take_expired: bool
) -> list[ImportedCard]:
    known = _read_known(rows)
    customers = _read_customers(rows, test_mode)
    new: list[CardRow] = []
    done: list[ImportedCard] = []
    for row in rows:
        card = _find(row, known)
        if card is None:
            new.append(row)
        elif _is_same(row, card, test_mode):
            done.append(ImportedCard(row.line, row.number.code.last_four, card.account.number, ImportStatus.PRESENT))
        else:
            raise CodeTaken
    made = make_cards(
        cards=[_plan(row, customers) for row in new],
        type=TransactionType.IMPORT,
        funding=Funding.IMPORTED,
        actor=actor,
        now=now,
        test_mode=test_mode,
        note=f"From {source}"[:500],
        may_be_over=take_expired,
    )
    _block([card for row, card in zip(new, made, strict=True) if row.blocked], actor, now, source)
    done += [
        ImportedCard(row.line, row.number.code.last_four, card.account_number, ImportStatus.IMPORTED)
        for row, card in zip(new, made, strict=True)
    ]
    return sorted(done, key=lambda card: card.line)


def _plan(row: CardRow, customers: dict[str, int]) -> PlannedCard:
    if row.customer_number and row.customer_number not in customers:
        raise CustomerNotFound(identifier=row.customer_number)
    return PlannedCard(
        code=row.number.code,
        amount_minor=row.balance_minor,
        currency=row.currency,
        time_zone=row.time_zone,
        expires_on=row.expires_on,
        expires_at=end_of_day(row.expires_on, row.time_zone) if row.expires_on else None,
        valid_from=row.valid_from,
        must_redeem_whole=row.must_redeem_whole,
        reloadable=row.reloadable,
        customer_id=customers.get(row.customer_number),
        recipient_name=row.recipient_name,
        recipient_email=row.recipient_email,
        details={"line": row.line},
    )


def _block(cards: Sequence[MadeCard], actor: Actor, now: datetime, source: str) -> None:
    """After their entries, for a blocked card's account takes none from anybody but staff."""
    if not cards:
        return
    ids = [card.id for card in cards]
    note = f"Blocked in {source}"[:500]
    set_account_statuses(
        account_ids=[card.account_id for card in cards],
        status=AccountStatus.FROZEN,
        actor=actor,
        now=now,
        note=note,
    )
    write_events(
        card_ids=ids,
        kind=EventKind.BLOCKED,
        changes={"state": CardState.BLOCKED},
        actor=actor,
        now=now,
        why=Why(note=note),
    )


def _read_known(rows: Sequence[CardRow]) -> dict[str, GiftCard]:
    digests = [digest for row in rows for digest in row.number.digests]
    first = CardEvent.objects.filter(card_id=OuterRef("pk")).order_by("id").values("kind")[:1]
    cards = GiftCard.objects.select_related("account__customer").annotate(first_kind=Subquery(first))
    found: dict[str, GiftCard] = {}
    for place in range(0, len(digests), ROWS_AT_ONCE):
        found |= {card.code_digest: card for card in cards.with_digest(digests[place : place + ROWS_AT_ONCE])}
    return found


def _is_over(row: CardRow, now: datetime) -> bool:
    return row.expires_on is not None and is_day_over(row.expires_on, row.time_zone, now)


def _read_customers(rows: Sequence[CardRow], test_mode: bool) -> dict[str, int]:
    numbers = {row.customer_number for row in rows if row.customer_number}
    return find_customer_ids(numbers=numbers, test_mode=test_mode) if numbers else {}


def _find(row: CardRow, known: dict[str, GiftCard]) -> GiftCard | None:
    return next((known[digest] for digest in row.number.digests if digest in known), None)


def _is_same(row: CardRow, card: GiftCard, test_mode: bool) -> bool:
    """Whether the card was made of this row. What has happened to it since does not matter."""
    account = card.account
    owner = account.customer.number.upper() if account.customer else ""
    began: str = card.first_kind  # type: ignore[attr-defined]  # what the query adds to each row
    return began in _BEGINNINGS and (row.balance_minor, row.currency, row.customer_number.upper(), test_mode) == (
        card.starting_minor,
        account.currency,
        owner,
        card.test_mode,
    )


def _portions(rows: Iterable[CardRow]) -> Iterator[list[CardRow]]:
    waiting = iter(rows)
    while portion := list(islice(waiting, ROWS_AT_ONCE)):
        yield portion
