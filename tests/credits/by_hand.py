"""Requests, votes and confirmations statement by statement, as the operations write them; a test spoils one value."""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from ledger.models.identifiers import new_uuid7
from storecredit.credits.models import CreditRequest
from tests.ledger.attacks import insert, moment, post_by_hand, run
from tests.scenarios import NOW, given_account


def vote(request: CreditRequest, person: User, **spoilt: Any) -> None:
    """A vote as an approval writes it, behind the line of the history that tells of it."""
    where = {name: spoilt[name] for name in ("request_id", "version") if name in spoilt}
    tell(request, "VOTED", person=person, **where)
    bare_vote(request, person, **spoilt)


def bare_vote(request: CreditRequest, person: User, **spoilt: Any) -> None:
    """A vote of which no line tells."""
    row = {
        "request_id": request.pk,
        "version": request.version,
        "person_id": person.pk,
        "label": person.username,
        "door": "admin",
        "note": "",
        "created_at": moment(NOW),
    }
    insert("credits_creditrequestvote", **row | spoilt)


def entry_for(request: CreditRequest, amount: int = 2150, **spoilt: Any) -> Any:
    """An entry as the one that pays a request out."""
    return post_by_hand(given_account("USD"), amount, **{"key": f"credit-request:{request.pk.hex}"} | spoilt)


def confirm(request: CreditRequest, entry: Any, **spoilt: Any) -> None:
    """Confirmation by hand, behind the line that tells of it."""
    tell(request, "APPROVED", to_status="CONFIRMED", person_id=spoilt.get("decided_by_id"))
    columns = {
        "status": "CONFIRMED",
        "transaction_id": entry,
        "decided_at": moment(NOW),
        "decided_label": "bob",
    } | spoilt
    values = [getattr(value, "hex", value) for value in columns.values()]
    marks = ", ".join(f"{name} = %s" for name in columns)
    run(f"UPDATE credits_creditrequest SET {marks} WHERE id = %s", *values, request.pk.hex)


def copy_of(request: CreditRequest, **spoilt: Any) -> dict[str, Any]:
    """The columns of a second request like it, as the database holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM credits_creditrequest WHERE id = %s", [request.pk.hex])
        names = [column[0] for column in cursor.description or ()]
        values = dict(zip(names, cursor.fetchone() or (), strict=True))
    return values | {"id": new_uuid7()} | spoilt


def tell_version(request: CreditRequest, kind: str = "PAYEE_CHANGED", from_status: str = "PENDING") -> None:
    """The line that tells of a request's next version, as a change of its payee writes it."""
    tell(request, kind, from_status=from_status, version=request.version + 1)


def tell(
    request: CreditRequest,
    kind: str,
    *,
    from_status: str = "PENDING",
    to_status: str = "PENDING",
    person: User | None = None,
    **spoilt: Any,
) -> None:
    """A line of a request's history."""
    row = {
        "request_id": request.pk,
        "kind": kind,
        "from_status": from_status,
        "to_status": to_status,
        "version": request.version,
        "note": "",
        "person_id": person.pk if person else None,
        "actor_kind": "STAFF",
        "actor_id": "1",
        "actor_label": person.username if person else "alice",
        "door": "admin",
        "request_header_id": "",
        "created_at": moment(NOW),
    }
    insert("credits_creditrequestevent", **row | spoilt)
