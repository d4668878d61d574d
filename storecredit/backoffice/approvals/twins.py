"""A like amount for the same receiver within the last hour, as a review tells it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timesince import timesince
from moneyed import Money

from ledger.operations import TransactionType
from storecredit.backoffice.approvals.words import amount_of, request_url
from storecredit.backoffice.kit import Twin, money_text
from storecredit.backoffice.kit.rows import transaction_url
from storecredit.credits.queries import Receiver, list_twin_entries, list_twin_requests

_GIVEN = {
    TransactionType.ISSUE: "was issued to",
    TransactionType.LOAD: "was loaded for",
    TransactionType.ADJUST: "was added by an adjustment for",
}


def find_twins(*, receiver: Receiver, amount: Money, now: datetime, besides: Collection[UUID]) -> list[Twin]:
    """
    What the receiver was given of the same amount, or is to be given, newest first.

    :param besides: the entries and requests that the step itself has made.
    """
    whom = "this customer" if receiver.customer_id is not None else "this card"
    entries = [
        Twin(
            key=f"entry {entry.pk}",
            text=f"{money_text(entry.amount_minor, entry.currency)} {_GIVEN[TransactionType(entry.type)]} {whom} "
            f"{_ago(entry.created_at, now)} by {entry.actor_label} ({entry}).",
            url=transaction_url(entry.pk),
        )
        for entry in list_twin_entries(receiver=receiver, amount=amount, now=now, besides=besides)
    ]
    requests = [
        Twin(
            key=f"request {request.pk}",
            text=f"{amount_of(request)} was asked for {whom} {_ago(request.created_at, now)} by "
            f"{request.requested_label} ({request}), and waits for approval.",
            url=request_url(request),
        )
        for request in list_twin_requests(receiver=receiver, amount=amount, now=now, besides=besides)
    ]
    return entries + requests


def _ago(moment: datetime, now: datetime) -> str:
    """`7 minutes ago`."""
    if now - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, now, depth=1)} ago".replace("\xa0", " ")
