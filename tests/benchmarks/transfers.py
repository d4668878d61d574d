"""
Posting in this process, against the least SQL that moves money: two balances and two entries, and none of what makes
books of them (no lots, no triggers, no movement keys, no reasons, nobody who did it).
"""

import itertools
import time
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from moneyed import Money

from ledger.operations import Actor, Why, issue_credit, spend_credit
from ledger.queries import Wallet

_ACCOUNTS = 200
_SCHEMA = """
    CREATE TABLE bare_account (id bigint PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE bare_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL REFERENCES bare_account,
        amount bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO bare_account SELECT n, 0 FROM generate_series(1, 200) n;
    CREATE FUNCTION bare_transfer(source bigint, target bigint, moved bigint) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE entry bigint;
    BEGIN
      UPDATE bare_account SET balance = balance - moved WHERE id = source;
      UPDATE bare_account SET balance = balance + moved WHERE id = target;
      INSERT INTO bare_entry (account_id, amount) VALUES (source, -moved);
      INSERT INTO bare_entry (account_id, amount) VALUES (target, moved) RETURNING id INTO entry;
      RETURN entry;
    END $$;
"""


def make_bare_books() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SCHEMA)


def bare_transfer() -> Callable[[], object]:
    """Each call moves money between two rows: four statements in a transaction."""
    places = itertools.count()

    def transfer() -> None:
        place = next(places)
        source, target, moved = place % _ACCOUNTS + 1, (place + 7) % _ACCOUNTS + 1, 100 + place % 50
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE bare_account SET balance = balance - %s WHERE id = %s", [moved, source])
            cursor.execute("UPDATE bare_account SET balance = balance + %s WHERE id = %s", [moved, target])
            cursor.execute("INSERT INTO bare_entry (account_id, amount) VALUES (%s, %s)", [source, -moved])
            cursor.execute("INSERT INTO bare_entry (account_id, amount) VALUES (%s, %s) RETURNING id", [target, moved])
            cursor.fetchall()

    return transfer


def bare_transfer_in_the_server() -> Callable[[], object]:
    """The same as one call of a function in the database, which spares the way there and back five times."""
    places = itertools.count()

    def transfer() -> None:
        place = next(places)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bare_transfer(%s, %s, %s)",
                [place % _ACCOUNTS + 1, (place + 7) % _ACCOUNTS + 1, 100 + place % 50],
            )
            cursor.fetchall()

    return transfer


def posting(wallets: list[Wallet], actor: Actor, now: datetime) -> Callable[[], object]:
    """Each call issues credit or, every second time, spends some: what the API's two verbs do to the books."""
    places = itertools.count()

    def post() -> object:
        place = next(places)
        wallet = wallets[place // 2 % len(wallets)]
        if place % 2 == 0:
            return issue_credit(
                wallet=wallet, amount=Money(2, wallet.currency), actor=actor, now=now, why=Why(note="Goodwill")
            )
        assert wallet.account_id is not None
        return spend_credit(account_id=wallet.account_id, amount=Money(1, wallet.currency), actor=actor, now=now)

    return post


def measure_calls(call: Callable[[], object], *, seconds: float) -> float:
    """Calls a second, one after the other."""
    calls, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        call()
        calls += 1
    return calls / elapsed
