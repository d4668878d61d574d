"""
How a shop comes to have many rows in each big table, in seconds: the oldest row of each is copied, with ids, references
and unique names of its own for each copy. Nobody takes statistics.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max

from ledger.metadata import Member

#: Customers, cards, entries and what hangs on each of them.
MANY = 50_000
#: What is filled: of cuts a shop takes one a night, and a posting looks at the newest alone; nobody was forgotten here.
FILLED = tuple(table for table in settings.BIG_TABLES if not table.startswith(("ledger_cut", "audit_erasure")))
#: How many tenths of that other tables have than one. Of sources, with a hold each, a page looks up some fifty by their
#: ids: with few of them all ways there cost the planner alike.
_TENTHS = {
    "api_idempotencyrecord": 10, "checkouts_source": 10, "giftcards_cardevent": 10, "giftcards_cardmetadatum": 10,
    "giftcards_giftcard": 10,
    "ledger_account": 20, "ledger_customer": 10, "ledger_hold": 10, "ledger_lot": 10, "ledger_transaction": 10,
    "ledger_transactionmetadatum": 10,
}  # fmt: skip
# The ids of copies: behind all that was there before them, and before what comes after.
_ID = "(:last + n)"
#: Every second account is a customer's store credit, the others stand behind cards; entries are on both.
_IS_CARD = "n % 2 = 1"
#: By what the oldest row is known of tables whose ids do not say it: all that is made in one moment has random ones.
_OLDEST = {"checkouts_checkout": "status DESC", "giftcards_giftcard": "account_id", "ledger_transaction": "number"}
#: Tables of words, which triggers fill, and whose they are.
_WORDS = {
    "credits_creditrequestword": ("credits_creditrequest", "request_id"),
    "giftcards_cardword": ("giftcards_giftcard", "card_id"),
    "ledger_customerword": ("ledger_customer", "customer_id"),
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
        "customer_id": f"CASE WHEN NOT {_IS_CARD} THEN :last + n / 2 END",
        "balance_minor": "500", "held_minor": "0", "sequence": "1",
    },
    "ledger_transaction": {
        "account_id": _ID, "number": _ID, "sequence": "1", "reference": "'order ' || n", "hold_id": "NULL",
        "reverses_id": "NULL", "type": "'ISSUE'", "amount_minor": "500", "balance_after_minor": "500",
    },
    "ledger_lot": {
        "account_id": _ID, "amount_minor": "500", "remaining_minor": "500", "reserved_minor": "0",
    },
    "giftcards_giftcard": {
        "account_id": ":last + 2 * n - 1", "last_four": "lpad(to_hex(n), 4, '0')", "batch_place": "NULL",
        "batch_id": "NULL", "recipient_name": "'Grace Hopper' || n", "recipient_email": "'g' || n || '@example.com'",
        "folded": "'grace hopper' || n || ' g' || n",
    },
    "giftcards_cardevent": {"code_digest": "NULL"},
    "checkouts_checkout": {"status": "'ORDERED'", "upstream_id": "'shop ' || n", "email": "'e' || n || '@example.com'"},
    "checkouts_source": {"state": "'CONSUMED'"},
    "checkouts_creditdeduction": {"source_id": "'source ' || n", "upstream_id": "'line ' || n"},
    "ledger_cut": {"boundary": "t.boundary - n * interval '1 minute'"},
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


def fill_shop(*, many: int = MANY, filled: Collection[str] = FILLED) -> None:
    """Copy the oldest row of each big table many times, without any trigger: see `resting_where_asked`."""
    tables: dict[str, Any] = {model._meta.db_table: model for model in apps.get_models()}
    copied = [tables[name] for name in filled if name not in _WORDS]
    last = max(_last_id(model) for model in copied)
    # Whoever asks for rest forgets all plans, so that is another connection. Triggers of foreign keys rest too: each
    # copy names what is copied with it.
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in copied:
            _copy(cursor, model, last, many)
        for table, (owners, column) in ((table, _WORDS[table]) for table in filled if table in _WORDS):
            ids = f"SELECT {_id(tables[owners]._meta.pk)} FROM generate_series(1, {_count(owners, many)}) n"
            cursor.execute(
                f"INSERT INTO {table} ({column}, word) SELECT id, unnest(string_to_array(folded, ' ')) FROM {owners} "
                f"WHERE id IN ({ids.replace(':last', str(last))})"
            )


def _count(table: str, many: int) -> int:
    return many // 10 * _TENTHS.get(table, 1)


def _last_id(model: Any) -> int:
    name = "number" if model._meta.db_table == "ledger_transaction" else "pk"
    if name == "pk" and not isinstance(model._meta.pk, models.AutoField):
        return 0
    last: int = model._default_manager.aggregate(last=Max(name))["last"] or 0
    return last


def _copy(cursor: Any, model: Any, last: int, many: int) -> None:
    table, pk = model._meta.db_table, model._meta.pk
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(_value(model, field) for field in model._meta.concrete_fields).replace(":last", str(last))
    count = _count(table, many)
    oldest = f"SELECT * FROM {table} ORDER BY {_OLDEST.get(table, pk.column)} LIMIT 1"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
        f"FROM ({oldest}) t CROSS JOIN generate_series(1, {count}) n"
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
def resting_where_asked() -> Iterator[None]:
    """
    The triggers of the big tables rest while `session_replication_role` asks for it, and nobody counts the tables.

    Whatever changes a table's definition, a trigger put down or statistics too, has all its plans made anew. So this
    comes before the plans whose being kept is to be seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relname = ANY(%s)",
            [list(settings.BIG_TABLES)],
        )
        triggers = cursor.fetchall()
        _alter("ENABLE TRIGGER", triggers)
        _alter("SET", [(table, "(autovacuum_enabled = false)") for table in settings.BIG_TABLES])
    try:
        yield
    finally:
        _alter("RESET", [(table, "(autovacuum_enabled)") for table in settings.BIG_TABLES])
        _alter("ENABLE ALWAYS TRIGGER", triggers)


def _alter(change: str, of_tables: Iterable[tuple[str, str]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, what in of_tables:
            cursor.execute(f"ALTER TABLE {table} {change} {what}")
