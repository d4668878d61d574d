"""Batches of requests, as a file brings them in."""

import hashlib
import itertools
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User

from storecredit.credits.models import CreditRequest, CreditRequestBatch
from storecredit.credits.operations import BatchLine, Order, OrderKind, import_requests
from tests.credits.requests import given_person, party_of, wanted
from tests.scenarios import NOW

_files = itertools.count(1)


def given_batch(
    *amounts: str, by: User | None = None, lines: Sequence[dict[str, Any]] = (), name: str = "goodwill.csv"
) -> CreditRequestBatch:
    """
    A batch with a request of each amount, 10 and 20 USD unless others are named; asked for by alice.

    :param lines: fields of each request's `NewRequest`, in the order of the amounts.
    """
    amounts = amounts or ("10.00 USD", "20.00 USD")
    fields = [*lines, *[{}] * (len(amounts) - len(lines))]
    return import_requests(
        name=name,
        file_digest=hashlib.sha256(str(next(_files)).encode()).hexdigest(),
        lines=[
            BatchLine(line=line, order=Order(kind=OrderKind.NUMBER, value=f"O-{line}"), wanted=wanted(amount, **its))
            for line, (amount, its) in enumerate(zip(amounts, fields, strict=True), start=2)
        ],
        party=party_of(by or given_person("alice")),
        now=NOW,
    )


def lines(*fields: dict[str, Any]) -> list[BatchLine]:
    """The lines of a file that asks for these, one after the other, for one order."""
    order = Order(kind=OrderKind.NUMBER, value="O-1")
    return [BatchLine(line=line, order=order, wanted=wanted(**its)) for line, its in enumerate(fields, start=2)]


def requests_of(batch: CreditRequestBatch) -> list[CreditRequest]:
    """The batch's requests, in the order of the file."""
    return list(CreditRequest.objects.filter(batch=batch).order_by("batch_line"))


def states_of(batch: CreditRequestBatch) -> list[str]:
    """The state of each request, in the order of the file."""
    return [request.status for request in requests_of(batch)]
