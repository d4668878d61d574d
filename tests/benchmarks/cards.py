"""
Gift cards: redeemed over HTTP in both dialects, and made in bulk against a bare COPY of the same rows.

The COPY goes into the same tables with their triggers and indexes, from text that stands ready; what making cards adds
to it is drawing and sealing codes, ids and numbers, and the rows themselves.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from moneyed import Money

from giftcards.models.codes import new_code, seal_code
from giftcards.operations import create_card, make_portion, plan_batch
from ledger.models.identifiers import new_account_number, new_document_id
from ledger.operations import Actor, new_uuid7
from storecredit.api.operations import create_api_client
from storecredit.api.scopes import Scope
from storecredit.audit.operations import unheld
from tests.benchmarks.client import build_request

_CARDS_AT_ONCE = 2500  # as `make_batch` takes them
_LARGEST_BATCH = 100_000
_MARKER = "0000000000"
_TABLES = {
    "ledger_account": (
        "id, number, kind, customer_id, currency, status, balance_minor, held_minor, sequence, test_mode, created_at"
    ),
    "giftcards_giftcard": (
        "id, account_id, code_digest, code_cipher, code_key, last_four, state, valid_from, expires_on, time_zone, "
        "expires_at, must_redeem_whole, reloadable, customer_id, customer_only, recipient_name, recipient_email, "
        "batch_id, batch_place, starting_minor, sale_id, user_label, replaced_by_id, test_mode, created_at"
    ),
    "ledger_lot": (
        "account_id, transaction_id, amount_minor, remaining_minor, reserved_minor, funding, expires_at, given_by, "
        "born_at, currency"
    ),
    "ledger_transaction": (
        "id, number, document_id, account_id, sequence, balance_after_minor, type, amount_minor, currency, "
        "counter_account, reference, note, actor_kind, actor_id, actor_label, door, key, request_id, details, "
        "created_at"
    ),
}


def make_cards_to_redeem(*, count: int, actor: Actor, now: datetime) -> tuple[list[str], str]:
    """The codes of cards that no benchmark can spend, and the key of a client that may redeem them."""
    codes = [create_card(amount=Money(1_000_000, "GBP"), actor=actor, now=now).code for _ in range(count)]
    with transaction.atomic(), unheld():
        client = create_api_client(
            name="Benchmark of cards",
            scopes=[Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_REDEEM],
            rate="1000000/min",
            now=now,
        )
    return codes, client.plain


def lightspeed_requests(codes: Sequence[str], key: str) -> Iterator[bytes]:
    body = b'{"type": "REDEEMING", "amount": "-0.01", "client_id": "sale-%b"}' % _MARKER.encode()
    return _numbered([f"/api/v1/gift_cards/{code}/transactions" for code in codes], key, body)


def glu_requests(codes: Sequence[str], key: str) -> Iterator[bytes]:
    headers = {"Idempotency-Key": f"redeem-{_MARKER}"}
    return _numbered([f"/api/v1/gift_cards/{code}/redeem" for code in codes], key, b'{"amount": 1}', **headers)


def _numbered(paths: Sequence[str], key: str, body: bytes, **headers: str) -> Iterator[bytes]:
    """Requests to one path after the other, each with a number of its own where the marker stands."""
    templates = [
        build_request("POST", path, headers={"Authorization": f"Bearer {key}"} | headers, body=body).split(
            _MARKER.encode()
        )
        for path in paths
    ]
    for place in itertools.count():
        before, after = templates[place % len(templates)]
        yield b"%b%010d%b" % (before, place, after)


def cards_in_bulk(actor: Actor, now: datetime) -> Callable[[float], float]:
    """Cards a second, made as `generate_cards` makes them."""
    batches = itertools.count(1)
    open_batches: list[Any] = []

    def window(seconds: float) -> float:
        made, spent = 0, 0.0
        while spent < seconds:
            if not open_batches or open_batches[0].made >= _LARGEST_BATCH:
                name, amount = f"benchmark {next(batches)}", Money(25, "GBP")
                open_batches[:] = [plan_batch(name=name, amount=amount, size=_LARGEST_BATCH, actor=actor, now=now)]
            started = time.perf_counter()
            open_batches[0] = make_portion(batch_id=open_batches[0].pk, actor=actor, now=now, at_most=_CARDS_AT_ONCE)
            spent += time.perf_counter() - started
            made += _CARDS_AT_ONCE
        return made / spent

    return window


def cards_by_bare_copy(now: datetime) -> Callable[[float], float]:
    """Cards a second, copied from text that stands ready."""

    def window(seconds: float) -> float:
        copied, spent = 0, 0.0
        while spent < seconds:
            texts = _rows_as_text(now)
            started = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                for table, columns in _TABLES.items():
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                        copy.write(texts[table])
            spent += time.perf_counter() - started
            copied += _CARDS_AT_ONCE
        return copied / spent

    return window


def _rows_as_text(now: datetime) -> dict[str, bytes]:
    """The rows of as many cards as one portion makes, as COPY reads them."""
    ids = _reserve("ledger_account_id_seq")
    numbers = _reserve("ledger_transaction_number_seq")
    lines: dict[str, list[str]] = {table: [] for table in _TABLES}
    for account_id, number in zip(ids, numbers, strict=True):
        code, entry = seal_code(new_code()), new_uuid7()
        rows: dict[str, tuple[Any, ...]] = {
            "ledger_account": (
                account_id, new_account_number("GC"), "GIFT_CARD", None, "GBP", "OPEN", 0, 0, 0, False, now,
            ),
            "giftcards_giftcard": (
                new_uuid7(), account_id, code.digest, code.cipher, code.key, code.last_four, "ACTIVE", None, None,
                "UTC", None, False, True, None, False, "", "", None, None, 2500, "", "", None, False, now,
            ),
            "ledger_lot": (account_id, entry, 2500, 2500, 0, "PAID", None, "CASH", now, "GBP"),
            "ledger_transaction": (
                entry, number, new_document_id(), account_id, 1, 2500, "ISSUE", 2500, "GBP", "CASH", "", "", "SYSTEM",
                "benchmark", "benchmark", "command:benchmark", f"bare:{number}", "", "{}", now,
            ),
        }  # fmt: skip
        for table, row in rows.items():
            lines[table].append("\t".join(map(_text, row)))
    return {table: ("\n".join(rows) + "\n").encode() for table, rows in lines.items()}


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    return f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _reserve(sequence: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, _CARDS_AT_ONCE])
        return [row[0] for row in cursor.fetchall()]
