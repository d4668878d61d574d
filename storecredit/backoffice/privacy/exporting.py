"""All that is held on one person in one file: JSON for programs, HTML for people. No code and no secret is in it."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from ledger.queries import Customer, find_rows_naming
from ledger.triggers.forgetting import list_forgotten, list_searched
from storecredit.backoffice.privacy.persons import find_person

# By these somebody spends a card, pays a checkout or opens what is sealed.
_SECRET = frozenset(
    {
        *("code_digest", "code_cipher", "code_key", "number_digest", "number_cipher", "number_key"),
        *("session_id", "session_secret", "client_secret", "key", "folded", "fingerprint"),
    }
)


def export_person(*, customer_id: int, now: datetime) -> bytes:
    """
    A ZIP with `person.json` and `person.html`: every row that is a customer's or of whoever was merged into them, by
    its table, and what else names them.

    :raises Customer.DoesNotExist: if there is none.
    """
    held = collect_person(customer_id=customer_id)
    known = Customer.objects.get(pk=customer_id)
    made = timezone.localtime(now).isoformat(timespec="seconds")
    about = {"customer": known.number, "made": made}
    page = render_to_string(
        "backoffice/privacy/person.html",
        about
        | {"tables": [(table, list(rows[0]), [list(row.values()) for row in rows]) for table, rows in held.items()]},
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "person.json", json.dumps(about | {"held": held}, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
        )
        packed.writestr("person.html", page)
    return file.getvalue()


def collect_person(*, customer_id: int) -> dict[str, list[dict[str, Any]]]:
    """What is held on a customer, row by row, by table. Tables that hold nothing are left out."""
    person = find_person(customer_id=customer_id)
    held: dict[str, list[dict[str, Any]]] = {}
    for table, rows in person.list_rows().items():
        held[table] = [_plain(row) for row in rows.order_by("pk").values().iterator()]
    for table, columns in list_searched().items():
        key = list_forgotten()[table][0].key if table in list_forgotten() else "id"
        own = {str(row.get(key)).replace("-", "") for row in held.get(table, [])}
        named = find_rows_naming(table=table, columns=columns, naming=person.naming, key=key)
        others = [each for each in named if str(each).replace("-", "") not in own]
        held[f"{table}: names them"] = list(_read(table, columns, key, others))
    return {table: rows for table, rows in held.items() if rows}


def _read(table: str, columns: Sequence[str], key: str, ids: list[Any]) -> Iterator[dict[str, Any]]:
    """The words of rows that belong to others, or to nobody by a key."""
    with connection.cursor() as cursor:
        for each in ids:
            listed = ", ".join(f'"{name}"' for name in (key, *columns))
            cursor.execute(f"SELECT {listed} FROM {table} WHERE {key} = %s", [each])
            for row in cursor.fetchall():
                yield _plain(dict(zip([key, *columns], row, strict=True)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
        if name not in _SECRET
    }
