"""Gift card accounts in bulk: opened together and given their first credit together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ledger.errors import AmountNotPositive, AmountTooLarge, ExpiryInThePast
from ledger.models import AccountKind, Actor, Funding, TransactionType
from ledger.models.identifiers import new_account_number
from ledger.money import from_minor, require_open
from ledger.operations.accounts import PREFIXES
from ledger.operations.atomic import operation
from ledger.operations.reasons import COUNTER_ACCOUNTS
from ledger.posting import LARGEST_BALANCE_MINOR, FirstCredit, copy_rows, post_first_credits
from ledger.posting.locks import moment

_ROWS = {
    "postgresql": "SELECT t.number, t.customer_id, t.currency FROM unnest(%s::text[], %s::bigint[], %s::text[]) "
    "AS t (number, customer_id, currency)",
    "sqlite": "SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS customer_id, "
    "json_extract(value, '$[2]') AS currency FROM json_each(%s)",
}


@dataclass(frozen=True, slots=True)
class NewCardAccount:
    """What one of many new accounts is to be."""

    currency: str
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    id: int
    number: str


@operation
def open_card_accounts(
    *, accounts: Sequence[NewCardAccount], now: datetime, test_mode: bool = False
) -> list[OpenedAccount]:
    """
    Open a gift card account for each of these, in their order, with one statement for all.

    :raises CurrencyUnknown: if one is in no currency in circulation; `CurrencyClosed` if in one no more.
    """
    for currency in {account.currency for account in accounts}:
        require_open(currency, now.date())
    opened: dict[int, OpenedAccount] = {}
    with connection.cursor() as cursor:
        while wanted := [place for place in range(len(accounts)) if place not in opened]:
            # Random numbers may be taken; those are drawn again. Two equal ones of one draw count as taken, too.
            places = {new_account_number(PREFIXES[AccountKind.GIFT_CARD]): place for place in wanted}
            rows = [(number, accounts[place].customer_id, accounts[place].currency) for number, place in places.items()]
            for id, number in insert_accounts(cursor, AccountKind.GIFT_CARD, rows, now, test_mode):
                opened[places[number]] = OpenedAccount(id, number)
    return [opened[place] for place in range(len(accounts))]


@operation
def add_first_credits(
    *,
    credits: Sequence[FirstCredit],
    type: TransactionType,
    funding: Funding,
    actor: Actor,
    now: datetime,
    reference: str = "",
    note: str = "",
    may_be_over: bool = False,
) -> None:
    """
    Give many accounts, opened in the same transaction, their first credit: one lot each, with two statements for all.

    :param type: ISSUE or IMPORT.
    :param may_be_over: credit that would have expired at `now` comes in, too; nobody can spend it, and the next sweep
        books it out.
    :raises AmountNotPositive, AmountTooLarge: for such an amount.
    :raises ExpiryInThePast: if a credit would have expired at `now`.
    :raises IntegrityError: if an account has a history already or is not open, or a key has been used.
    """
    for credit in credits:
        if credit.amount_minor <= 0:
            raise AmountNotPositive(amount=from_minor(credit.amount_minor, credit.currency))
        if credit.amount_minor > LARGEST_BALANCE_MINOR:
            raise AmountTooLarge(amount=from_minor(credit.amount_minor, credit.currency))
        if credit.expires_at is not None and credit.expires_at <= now and not may_be_over:
            raise ExpiryInThePast
    with connection.cursor() as cursor:
        post_first_credits(
            cursor,
            credits,
            type=type.value,
            counter_account=COUNTER_ACCOUNTS[funding].value,
            funding=funding.value,
            actor=actor,
            now=now,
            reference=reference,
            note=note,
        )


@operation
def write_rows(*, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """
    Insert many rows of a product's own table in the way in which the books insert theirs.

    :raises IntegrityError: as a single insert would.
    """
    with connection.cursor() as cursor:
        copy_rows(cursor, table, columns, rows)


def insert_accounts(
    cursor: CursorWrapper,
    kind: AccountKind,
    rows: Sequence[tuple[str, int | None, str]],
    now: datetime,
    test_mode: bool,
) -> list[tuple[int, str]]:
    """
    Open accounts of number, customer and currency with one statement.

    What is taken is left out: the number, or the customer's currency. Ids and numbers of those that were opened.
    """
    values: list[Any] = [json.dumps(rows)]
    if connection.vendor == "postgresql":
        values = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(
        "INSERT INTO ledger_account (number, customer_id, currency, kind, status, balance_minor, held_minor, sequence, "
        "test_mode, created_at) SELECT number, customer_id, currency, %s, 'OPEN', 0, 0, 0, %s, %s "
        f"FROM ({_ROWS[connection.vendor]}) AS new WHERE true ON CONFLICT DO NOTHING RETURNING id, number",
        [kind.value, test_mode, moment(now), *values],
    )
    return cursor.fetchall()
