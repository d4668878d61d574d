"""Batches of requests, as a file brings them in."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User

from storecredit.credits.models import CreditRequest, CreditRequestBatch
from storecredit.credits.operations import BatchLine, Order, OrderKind
from tests.credits.requests import given_person, wanted
from tests.factories.credits import CreditRequestBatchFactory
from tests.scenarios import money


def given_batch(
    *amounts: str, by: User | None = None, lines: Sequence[dict[str, Any]] = (), **fields: Any
) -> CreditRequestBatch:
    """
    A batch with a request of each amount, 10 and 20 USD unless others are named; asked for by alice.

    :param lines: fields of each request's `NewRequest`, in the order of the amounts.
    """
    amounts = amounts or ("10.00 USD", "20.00 USD")
    fields_of_each = [*lines, *[{}] * (len(amounts) - len(lines))]
    return CreditRequestBatchFactory.create(
        wanted=[{"amount": money(amount), **its} for amount, its in zip(amounts, fields_of_each, strict=True)],
        party__person=by or given_person("alice"),
        **fields,
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
