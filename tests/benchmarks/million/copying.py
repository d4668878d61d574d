"""
How the template becomes a million entries: each row is copied 1,999 times by one statement a table.

A copy of age n has its integer ids n strides lower and is n half days older, as UUIDs that begin with a clock are; what
lies in the future stays there. Names that must be one of a kind end in n. What SQL cannot make (codes and their seals,
folded words, check digits) is made here, and joined.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from giftcards.models import GiftCard
from giftcards.models.codes import new_code, seal_code
from ledger.models import Account, Customer
from ledger.models.identifiers import luhn_check_digit
from ledger.operations.sums import sum_accounts_anew
from storecredit.credits.models import CreditRequest
from tests.benchmarks.million.template import CUSTOMERS

#: How far the ids of a copy lie below those of the one before: more than the template has of anything.
STRIDE = 1000
#: Two copies a day.
_COPIES_A_DAY = 2
_MILLISECONDS_A_COPY = 24 * 3600 * 1000 // _COPIES_A_DAY
_FUNCTIONS = f"""
    CREATE FUNCTION pg_temp.aged(value uuid, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE WHEN substr(value::text, 15, 1) = '7' THEN
        (lpad(to_hex(('x' || substr(replace(value::text, '-', ''), 1, 12))::bit(48)::bigint
                     - n * {_MILLISECONDS_A_COPY}::bigint), 12, '0') || substr(replace(value::text, '-', ''), 13))::uuid
      ELSE overlay(value::text PLACING lpad(to_hex(n), 6, '0') FROM 31)::uuid END $$;
    CREATE FUNCTION pg_temp.aged(value text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE WHEN value = '' THEN '' WHEN value ~ '^[0-9]{{12}}$'
        THEN lpad(((value::bigint + n * 104729::bigint) % 1000000000000)::text, 12, '0')
        WHEN value ~ '^credit-request:[0-9a-f]{{32}}$'
        THEN 'credit-request:' || replace(pg_temp.aged(substr(value, 16)::uuid, n)::text, '-', '')
        ELSE value || '-' || n END $$;
"""
_WORDS = {
    "credits_creditrequestword": ("credits_creditrequest", "request_id"),
    "giftcards_cardword": ("giftcards_giftcard", "card_id"),
    "ledger_customerword": ("ledger_customer", "customer_id"),
}
#: Batches are few in a shop and many here.
_COPIED = ("giftcards_cardbatch", *(table for table in settings.BIG_TABLES if table not in _WORDS))
#: Texts that are one of a kind, or name something that is.
_AGED_TEXTS = {"reference", "key", "sale_id", "order_value", "event_id", "order_id", "source_id", "session_id", "name"}
#: Numbers that name a row though no foreign key says so.
_NAMING = {"number", "told_by", "customer_id"}
#: What is made here: for each table and column the column of `made_…` that holds it.
_MADE = {
    "ledger_customer": ["number", "first_name", "last_name", "email", "phone", "folded"],
    "ledger_account": ["number"],
    "giftcards_giftcard": ["code_digest", "code_cipher", "last_four", "recipient_name", "recipient_email", "folded"],
    "credits_creditrequest": ["folded"],
}
_SURNAMES = (
    "Ashby", "Bell", "Carver", "Dunn", "Ellis", "Frost", "Garner", "Holt", "Irwin", "Jarvis", "Kemp", "Lowell", "Marsh",
    "Nolan", "Orton", "Pryce", "Quill", "Reyes", "Sloan", "Thorne", "Usher", "Vance", "Wilder", "Yates", "Zeller",
)  # fmt: skip


def copy_template(*, copies: int, now: datetime) -> None:
    """Make so many copies; the template is the newest of all."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        _make_rows(cursor, copies)
        with _triggers_at_rest(cursor):
            for table in _COPIED:
                _copy(cursor, table, copies, now)
            for words, (table, owner) in _WORDS.items():
                cursor.execute(f"DELETE FROM {words}")
                cursor.execute(
                    f"INSERT INTO {words} ({owner}, word) SELECT id, unnest(string_to_array(folded, ' ')) FROM {table} "
                    f"WHERE folded <> ''"
                )
        sum_accounts_anew()
        cursor.execute("VACUUM (ANALYZE)")


def _copy(cursor: Any, table: str, copies: int, now: datetime) -> None:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(_value(table, field) for field in model._meta.concrete_fields)
    made = f"JOIN made_{table} m ON m.old = t.id AND m.n = age.n" if table in _MADE else ""
    if table == "giftcards_cardevent":
        made = "JOIN made_giftcards_giftcard m ON m.old = t.card_id AND m.n = age.n"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
        f"FROM generate_series({copies}, 1, -1) AS age(n) CROSS JOIN (SELECT * FROM {table}) t {made}",
        {"now": now, "today": now.date()},
    )


def _value(table: str, field: Any) -> str:
    here, column = f"t.{field.column}", field.column
    if column in _MADE.get(table, ()):
        return f"m.{column}"
    if table == "giftcards_cardevent" and column in ("code_digest", "recipient_name", "recipient_email"):
        return f"CASE WHEN {here} IS NOT NULL THEN m.{column} END"
    if column == "upstream_id" and table in ("checkouts_source", "checkouts_creditdeduction"):
        return f"CASE WHEN t.account_id IS NULL THEN {here} ELSE {_number_of_account()} END"
    if column == "document_id":
        # Its next letter is another than that of the id that is copied, which could end as a copy's does.
        other = f"CASE substr({here}, 13, 1) WHEN '0' THEN '1' ELSE '0' END"
        return f"left({here}, 12) || {other} || lpad(to_hex(age.n), 4, '0')"
    kind = field.target_field if field.remote_field is not None else field
    if field.remote_field is not None and field.remote_field.model._meta.db_table not in _COPIED:
        return here
    return _aged(here, kind, is_name=field.primary_key or field.remote_field is not None or column in _NAMING)


def _aged(here: str, kind: Any, *, is_name: bool) -> str:
    if isinstance(kind, models.UUIDField):
        return f"pg_temp.aged({here}, age.n)"
    if isinstance(kind, models.IntegerField):
        return f"{here} - {STRIDE} * age.n" if is_name else here
    if isinstance(kind, models.CharField):
        return f"pg_temp.aged({here}::text, age.n)" if is_name or kind.column in _AGED_TEXTS else here
    if isinstance(kind, models.DateTimeField):
        return (
            f"CASE WHEN {here} > %(now)s THEN {here} ELSE {here} - make_interval(days => age.n / {_COPIES_A_DAY}) END"
        )
    if isinstance(kind, models.DateField):
        return f"CASE WHEN {here} >= %(today)s THEN {here} ELSE {here} - age.n / {_COPIES_A_DAY} END"
    return here


def _number_of_account() -> str:
    return "(SELECT number FROM made_ledger_account a WHERE a.old = t.account_id AND a.n = age.n)"


def _make_rows(cursor: Any, copies: int) -> None:
    """Tables of this session with what is made here, by the template's id and the copy's age."""
    drawn = random.Random(1)
    ages = range(1, copies + 1)
    # Read before: while a COPY runs, its connection answers nothing else.
    _fill(cursor, "ledger_customer", _list_customers(list(Customer.objects.order_by("pk")), drawn, ages))
    numbers = list(Account.objects.order_by("pk").values_list("pk", "number"))
    _fill(cursor, "ledger_account", _list_accounts(numbers, drawn, ages))
    _fill(cursor, "giftcards_giftcard", _list_cards(list(GiftCard.objects.order_by("pk")), drawn, ages))
    _fill(cursor, "credits_creditrequest", _list_requests(list(CreditRequest.objects.order_by("pk")), ages))


def _fill(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    columns = ", ".join(_MADE[table])
    cursor.execute(f"CREATE TEMP TABLE made_{table} AS SELECT id AS old, 0 AS n, {columns} FROM {table} LIMIT 0")
    with cursor.copy(f"COPY made_{table} (old, n, {columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"CREATE INDEX ON made_{table} (old, n)")
    cursor.execute(f"ANALYZE made_{table}")


def _list_customers(customers: list[Customer], drawn: random.Random, ages: range) -> Iterator[tuple[Any, ...]]:
    for customer in customers:
        last = int(customer.number.rpartition("-")[2])
        first_name, known = customer.first_name, customer.document_id
        for n in ages:
            number = last - CUSTOMERS * n
            customer.number = f"CUST-{number:06d}"
            customer.document_id = f"{known[:12]}{'1' if known[12] == '0' else '0'}{n:04x}"
            customer.last_name = _surname(drawn)
            customer.email = f"{first_name}.{customer.last_name}{number}@example.com".lower().lstrip(".")
            customer.phone = customer.phone and f"+44 7{drawn.randrange(10**9):09d}"
            yield (
                customer.pk, n, customer.number, first_name, customer.last_name, customer.email, customer.phone,
                customer.fold_words(),
            )  # fmt: skip


def _list_accounts(numbers: list[tuple[int, str]], drawn: random.Random, ages: range) -> Iterator[tuple[int, int, str]]:
    taken = {number for _, number in numbers}
    for pk, old in numbers:
        for n in ages:
            number = old
            while number in taken:
                digits = f"{drawn.randrange(10**11):011d}"
                number = f"{old[:2]}{digits}{luhn_check_digit(digits)}"
            taken.add(number)
            yield pk, n, number


def _list_cards(cards: list[GiftCard], drawn: random.Random, ages: range) -> Iterator[tuple[Any, ...]]:
    for card in cards:
        first_name = card.recipient_name.partition(" ")[0]
        for n in ages:
            code = seal_code(new_code())
            if first_name:
                card.recipient_name = f"{first_name} {_surname(drawn)}"
            yield (
                card.pk, n, code.digest, code.cipher, code.last_four, card.recipient_name, card.recipient_email,
                card.fold_words(),
            )  # fmt: skip


def _list_requests(requests: list[CreditRequest], ages: range) -> Iterator[tuple[Any, ...]]:
    for request in requests:
        order = request.order_value
        for n in ages:
            request.order_value = _aged_text(order, n)
            yield request.pk, n, request.fold_words()


def _aged_text(text: str, n: int) -> str:
    """As the function in the database has it."""
    if len(text) == 12 and text.isdigit():
        return f"{(int(text) + n * 104729) % 10**12:012d}"
    return text and f"{text}-{n}"


def _surname(drawn: random.Random) -> str:
    return f"{drawn.choice(_SURNAMES)}{drawn.choice(_SURNAMES).lower()}"


@contextmanager
def _triggers_at_rest(cursor: Any) -> Iterator[None]:
    """No trigger, nor one of a foreign key, looks at what is copied: what it would say was said of the template."""
    cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
    triggers = cursor.fetchall()
    for table, name in triggers:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        cursor.execute("RESET session_replication_role")
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
