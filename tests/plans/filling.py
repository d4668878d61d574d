"""
How a shop comes to have many rows in each big table, in seconds: the oldest row of each is copied, with ids, references
and unique names of its own for each copy. Nobody takes statistics.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max

from ledger.metadata import Member

#: Customers, cards, entries and what hangs on each of them; of the other tables a tenth, of accounts twice as many.
MANY = 50_000
_FEW = MANY // 10
_COUNTS = {
    "api_idempotencyrecord": MANY, "giftcards_cardevent": MANY, "giftcards_giftcard": MANY, "ledger_account": 2 * MANY,
    "ledger_customer": MANY, "ledger_lot": MANY, "ledger_transaction": MANY,
}  # fmt: skip
# The ids of copies: behind all that was there before them, and before what comes after.
_ID = "(:last + n)"
#: Of the accounts the first half are customers' store credit, the others stand behind cards; entries are on both.
_ON_EITHER = f"CASE WHEN n % 2 = 0 THEN {_ID} ELSE {_ID} + {MANY} END"
_IS_CARD = f"n > {MANY}"
#: Tables of words, which triggers fill, and whose they are.
_WORDS = {
    "credits_creditrequestword": ("credits_creditrequest", "request_id", _FEW),
    "giftcards_cardword": ("giftcards_giftcard", "card_id", MANY),
    "ledger_customerword": ("ledger_customer", "customer_id", MANY),
}  # fmt: skip
# A member that half of all have, as a till's number may be; of the other half each has its own.
_OFTEN = {"digest": f"CASE WHEN n % 2 = 0 THEN '{Member('till', '7').digest}' ELSE lpad(n::text, 12, '0') END"}
_VALUES = {
    "credits_creditrequestmetadatum": _OFTEN, "giftcards_cardmetadatum": _OFTEN, "ledger_transactionmetadatum": _OFTEN,
    "ledger_customer": {
        "first_name": "'Ada'", "last_name": "'Byron' || n", "email": "'a' || n || '@example.com'", "phone": "''",
        "folded": "'ada byron' || n || ' a' || n || ' shop' || n",
    },
    "ledger_account": {
        "kind": f"CASE WHEN {_IS_CARD} THEN 'GIFT_CARD' ELSE 'STORE_CREDIT' END",
        "customer_id": f"CASE WHEN NOT {_IS_CARD} THEN {_ID} END",
        "balance_minor": "500", "held_minor": "0", "sequence": "1",
    },
    "ledger_transaction": {
        "account_id": _ON_EITHER, "number": _ID, "sequence": "1", "reference": "'order ' || n", "hold_id": "NULL",
        "reverses_id": "NULL", "type": "'ISSUE'", "amount_minor": "500", "balance_after_minor": "500",
    },
    "ledger_lot": {
        "account_id": _ON_EITHER, "amount_minor": "500", "remaining_minor": "500", "reserved_minor": "0",
    },
    "giftcards_giftcard": {
        "account_id": f"{_ID} + {MANY}", "last_four": "lpad(to_hex(n), 4, '0')", "batch_place": "NULL",
        "batch_id": "NULL", "recipient_name": "'Grace Hopper' || n", "recipient_email": "'g' || n || '@example.com'",
        "folded": "'grace hopper' || n || ' g' || n",
    },
    "giftcards_cardevent": {"code_digest": "NULL"},
    "checkouts_checkout": {"status": "'ORDERED'", "upstream_id": "'shop ' || n", "email": "'e' || n || '@example.com'"},
    "checkouts_source": {"state": "'CONSUMED'"},
    "checkouts_creditdeduction": {"source_id": "'source ' || n", "upstream_id": "'line ' || n"},
    "ledger_hold": {"reference": "'order ' || n","status": "'RELEASED'", "captured_minor": "0"},
    # Most of what staff had to do is done.
    "checkouts_unreturnedcredit": {
        "reference": "'order ' || n", "resolved_at": "now()", "resolved_by": "'alice'", "resolution": "'paid by card'",
    },
    "credits_creditrequest": {
        "status": "'CANCELED'", "decided_at": "now()", "decided_label": "'alice'", "transaction_id": "NULL",
        "issued_card_id": "NULL",
        "order_value": "'order-' || n", "employee": "'Employee ' || n", "requested_label": "'shop ' || n",
        "folded": "'employee ' || n || ' shop order-' || n",
    },
}  # fmt: skip


def fill_shop() -> None:
    """Copy the oldest row of each big table many times, without any trigger."""
    tables: dict[str, Any] = {model._meta.db_table: model for model in apps.get_models()}
    copied = [tables[name] for name in settings.BIG_TABLES if name not in _WORDS]
    last = max(_last_id(model) for model in copied)
    with transaction.atomic(), connection.cursor() as cursor, _without_triggers():
        for model in copied:
            _copy(model, last)
        for table, (owners, column, count) in _WORDS.items():
            cursor.execute(
                f"INSERT INTO {table} ({column}, word) SELECT id, unnest(string_to_array(folded, ' ')) FROM {owners} "
                f"WHERE id IN (SELECT {_id(tables[owners]._meta.pk)} FROM generate_series(1, {count}) n)".replace(
                    ":last", str(last)
                )
            )


def _last_id(model: Any) -> int:
    name = "number" if model._meta.db_table == "ledger_transaction" else "pk"
    if name == "pk" and not isinstance(model._meta.pk, models.AutoField):
        return 0
    last: int = model._default_manager.aggregate(last=Max(name))["last"] or 0
    return last


def _copy(model: Any, last: int) -> None:
    table, pk = model._meta.db_table, model._meta.pk
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(_value(model, field) for field in model._meta.concrete_fields)
    count = _COUNTS.get(table, _FEW)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values.replace(':last', str(last))} "
            f"FROM (SELECT * FROM {table} ORDER BY {pk.column} LIMIT 1) t CROSS JOIN generate_series(1, {count}) n"
        )
        assert cursor.rowcount == count, f"{table} has no row to copy"
        if isinstance(pk, models.AutoField):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{pk.column}'), {last + count + 1})")
        if table == "ledger_transaction":
            cursor.execute(f"SELECT setval('ledger_transaction_number_seq', {last + count + 1})")


def _value(model: Any, field: Any) -> str:
    told = _VALUES.get(model._meta.db_table, {}).get(field.column)
    if told is not None:
        return told
    here = f"t.{field.column}"
    if field.remote_field is not None:
        is_copied = field.remote_field.model._meta.db_table in settings.BIG_TABLES
        return f"CASE WHEN {here} IS NOT NULL THEN {_id(field.target_field)} END" if is_copied else here
    if field.primary_key or isinstance(field, models.UUIDField):
        return _id(field)
    if isinstance(field, models.CharField) and (field.max_length or 0) >= 12 and field.name in _unique_names(model):
        return f"CASE WHEN {here} IS NOT NULL THEN {_id(field)} END"
    return here


def _id(field: Any) -> str:
    if isinstance(field, models.UUIDField):
        return "('019c0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
    return "lpad(n::text, 12, '0')" if isinstance(field, models.CharField) else _ID


def _unique_names(model: Any) -> set[str]:
    together = {name for rule in model._meta.constraints for name in getattr(rule, "fields", ())}
    return together | {field.name for field in model._meta.concrete_fields if field.unique}


@contextmanager
def _without_triggers() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relname = ANY(%s)",
            [list(settings.BIG_TABLES)],
        )
        triggers = cursor.fetchall()
        # Those of foreign keys rest too: each copy names what is copied with it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, trigger in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield
        for table, trigger in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
        cursor.execute("SET LOCAL session_replication_role = origin")
