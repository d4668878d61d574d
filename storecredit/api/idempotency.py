"""
One key, one effect, one answer.

Claim, effect and what is needed to answer again commit in one database transaction. A refusal rolls all three back and
so uses nothing up. Several at once: the unique constraint lets one in, the others wait for it and replay its answer.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.http import HttpRequest

from ledger.operations.atomic import operation
from storecredit.api.callers import Caller, Record
from storecredit.api.json_text import Json
from storecredit.api.models import IdempotencyRecord
from storecredit.api.problems import KeyReused
from storecredit.api.serializers import FINGERPRINT_VERSION

#: Does the work and returns the answer to keep.
Effect = Callable[[], Json]

_KEY = re.compile(r"[\x20-\x2b\x2d-\x7e]{1,255}", re.ASCII)
_CLAIM = """
    INSERT INTO api_idempotencyrecord (client_id, namespace, key, fingerprint, version, status, answer, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, '', %s)
    ON CONFLICT (client_id, namespace, key) DO NOTHING
    RETURNING id
"""
_FIND = """
    SELECT fingerprint, version, status, answer
    FROM api_idempotencyrecord WHERE client_id = %s AND namespace = %s AND key = %s
"""
_KEEP = "UPDATE api_idempotencyrecord SET answer = %s WHERE id = %s"


#: What stands in the place of an answer that was erased or has had its time.
ERASED = '{"erased": true}'


class AnswerErased(Exception):
    """What was asked was done, and what was answered is not kept any more. Nothing is done again."""

    def __init__(self, *, status: int) -> None:
        super().__init__(ERASED)
        self.status = status


def forget_answers(*, before: datetime) -> int:
    """
    Empty what was answered to requests with a key. How many that were, 50,000 at most: the rest is for the next time.

    The key, the digest of what was asked, the status and the moment stay for ever: the same request once more has no
    second effect, and is told that its answer is gone.

    :param before: those that came before this moment.
    """
    old = IdempotencyRecord.objects.filter(created_at__lt=before).exclude(answer__in=["", ERASED])
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:50_000])
    return IdempotencyRecord.objects.filter(pk__in=ids).update(answer=ERASED)


def read_idempotency_key(request: HttpRequest) -> str | None:
    """The request's idempotency key if it has a well-formed one: 1 to 255 printable ASCII, no comma, not blank."""
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    return key if _KEY.fullmatch(key) and key.strip() else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, new or given again."""

    status: int
    answer: Json
    replayed: bool


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    What makes two requests the same request. How it is taken has a version, which a record keeps, so that old ones are
    compared as they were taken.

    :param object_id: the primary key of the object that the path names, so that all its names count as one.
        Who was merged into another keeps their own: it is the same request before, meanwhile and after that is undone.
    :param of_body: the fingerprint of the validated body, by its version.
    """

    method: str
    route: str
    object_id: object
    of_body: Callable[[int], str]

    def take(self, version: int) -> str:
        """The fingerprint as it is taken in a version."""
        said = f"{self.method}\n{self.route}\n{self.object_id}\n{self.of_body(version)}"
        return hashlib.sha256(said.encode()).hexdigest()

    def is_of(self, record: Record) -> bool:
        """Whether a record is of this request."""
        return record.fingerprint == self.take(record.version)


def is_kept(*, client_id: int, key: str, namespace: str) -> bool:
    """Whether a client has had something done for a key of a name space."""
    return IdempotencyRecord.objects.filter(client_id=client_id, namespace=namespace, key=key).exists()


def run_once(
    *,
    caller: Caller,
    key: str | None,
    fingerprint: Fingerprint,
    status: int,
    effect: Effect,
    now: datetime,
    namespace: str = "",
) -> Outcome:
    """
    Have the effect once for each key of the client, and its answer as often as the key comes back.

    :param key: None has the effect each time.
    :param status: of the answer when it is new.
    :param namespace: keeps keys apart that may be equal without meaning the same.
    :raises KeyReused: if the key stood for other details.
    :raises AnswerErased: if the answer is not kept any more.
    :raises DomainError: whatever the effect refuses; the key is free again.
    """
    if key is None:
        return Outcome(status=status, answer=operation(effect)(), replayed=False)
    if caller.record is not None and not namespace:
        return _replay(caller.record, fingerprint)

    @operation
    def claim_and_run() -> Outcome:
        with connection.cursor() as cursor:
            moment = connection.ops.adapt_datetimefield_value(now)
            taken = fingerprint.take(FINGERPRINT_VERSION)
            cursor.execute(_CLAIM, [caller.client_id, namespace, key, taken, FINGERPRINT_VERSION, status, moment])
            claimed = cursor.fetchall()
            if not claimed:
                cursor.execute(_FIND, [caller.client_id, namespace, key])
                found = cursor.fetchall()
                return _replay(Record(*found[0]), fingerprint)
            answer = effect()
            cursor.execute(_KEEP, [answer, claimed[0][0]])
            return Outcome(status=status, answer=answer, replayed=False)

    return claim_and_run()


def _replay(record: Record, fingerprint: Fingerprint) -> Outcome:
    if not fingerprint.is_of(record):
        raise KeyReused
    if record.answer == ERASED:
        raise AnswerErased(status=record.status)
    return Outcome(status=record.status, answer=Json(record.answer), replayed=True)
