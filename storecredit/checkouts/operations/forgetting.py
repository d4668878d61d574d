"""What checkouts and the vendor's events said of whoever bought, once it is over and has had its time."""

import hashlib
from datetime import datetime

from django.db import connection
from django.db.models import Q

from storecredit.checkouts.models import Checkout, CheckoutStatus, Source, SourceState

#: So many rows at a run at most: what is left is for the next one.
MOST_ROWS = 50_000
_ROWS_AT_ONCE = 500
_BODIES = """
    SELECT id, body FROM checkouts_webhookevent
    WHERE state IN ('PROCESSED', 'IGNORED', 'SETTLED') AND received_at < %s
      AND length(body) > 2 AND substr(body, 1, 15) <> %s
    ORDER BY id LIMIT %s
"""


def forget_bodies(*, before: datetime) -> int:
    """
    Put digest and length in the place of the bodies of events that are done with. How many that were.

    What an event was, of which order, when it came and what became of it stays; whoever has the body can show that it
    was this one. The same event that comes once more is known by its id, as ever.

    :param before: those that came before this moment.
    """
    count = 0
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(before)
        while count < MOST_ROWS:
            cursor.execute(_BODIES, [moment, b'{"erased": true', _ROWS_AT_ONCE])
            rows = [(_told(bytes(body)), event_id) for event_id, body in cursor.fetchall()]
            cursor.executemany("UPDATE checkouts_webhookevent SET body = %s WHERE id = %s", rows)
            count += len(rows)
            if len(rows) < _ROWS_AT_ONCE:
                break
    return count


def forget_buyers(*, before: datetime) -> int:
    """
    Empty who bought, at which address, and what was said of how they paid, of checkouts that are over and of sources
    that are used up or cancelled. How many rows that were. Amounts, lines, orders and references stay.

    :param before: those that were last changed, and sources that were made, before this moment.
    """
    over = Checkout.objects.exclude(status=CheckoutStatus.OPEN).filter(updated_at__lt=before)
    named = over.exclude(email="", bill_to__isnull=True).order_by("pk")[:MOST_ROWS]
    gone = Checkout.objects.filter(pk__in=list(named.values_list("pk", flat=True))).update(email="", bill_to=None)
    used_up = Source.objects.filter(state__in=[SourceState.CONSUMED, SourceState.CANCELLED], created_at__lt=before)
    owned = used_up.filter(Q(owner__isnull=False) | ~Q(details={})).order_by("pk")[:MOST_ROWS]
    return gone + Source.objects.filter(pk__in=list(owned.values_list("pk", flat=True))).update(owner=None, details={})


def _told(body: bytes) -> bytes:
    return f'{{"erased": true, "sha256": "{hashlib.sha256(body).hexdigest()}", "bytes": {len(body)}}}'.encode()
