"""A line for each row of which a person's words are erased, before they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from storecredit.audit.models import Erasure


@dataclass(frozen=True, slots=True)
class NewErasure:
    """
    A row that is about to be erased.

    :param name: how the seals name it; blank where it is not sealed.
    :param digest_sealed: the digest of the text that was or will be sealed.
    :param digest_left: the digest of the text that will be left.
    """

    row_id: str
    name: str = ""
    digest_sealed: str = ""
    digest_left: str = ""


@transaction.atomic
def record_erasures(*, table: str, rows: Iterable[NewErasure], customer_id: int, now: datetime) -> None:
    """
    Write down of which rows of a table a customer's words are erased, in the transaction that erases them.

    :raises IntegrityError: if two people did not decide it, or it was done to a row before.
    """
    Erasure.objects.bulk_create(
        (
            Erasure(
                table_name=table,
                row_id=row.row_id,
                row_name=row.name,
                customer_id=customer_id,
                digest_sealed=row.digest_sealed,
                digest_left=row.digest_left,
                created_at=now,
            )
            for row in rows
        ),
        batch_size=500,
    )
