"""A like amount for the same receiver within the last hour, as a review tells it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.operations import TransactionType
from storecredit.backoffice.approvals.words import amount_of, request_url, time_ago
from storecredit.backoffice.kit import Twin, money_text
from storecredit.backoffice.kit.rows import transaction_url
from storecredit.credits.queries import Receiver, list_twin_entries, list_twin_requests

#: What a customer was given, and what a card was.
_GIVEN = {
    TransactionType.ISSUE: (
        _("%(amount)s was issued to this customer %(ago)s by %(person)s (%(entry)s)."),
        _("%(amount)s was issued to this card %(ago)s by %(person)s (%(entry)s)."),
    ),
    TransactionType.LOAD: (
        _("%(amount)s was loaded for this customer %(ago)s by %(person)s (%(entry)s)."),
        _("%(amount)s was loaded for this card %(ago)s by %(person)s (%(entry)s)."),
    ),
    TransactionType.ADJUST: (
        _("%(amount)s was added by an adjustment for this customer %(ago)s by %(person)s (%(entry)s)."),
        _("%(amount)s was added by an adjustment for this card %(ago)s by %(person)s (%(entry)s)."),
    ),
}
_ASKED = (
    _("%(amount)s was asked for this customer %(ago)s by %(person)s (%(request)s), and waits for approval."),
    _("%(amount)s was asked for this card %(ago)s by %(person)s (%(request)s), and waits for approval."),
)


def find_twins(*, receiver: Receiver, amount: Money, now: datetime, besides: Collection[UUID]) -> list[Twin]:
    """
    What the receiver was given of the same amount, or is to be given, newest first.

    :param besides: the entries and requests that the step itself has made.
    """
    place = 0 if receiver.customer_id is not None else 1
    entries = [
        Twin(
            key=f"entry {entry.pk}",
            text=_GIVEN[TransactionType(entry.type)][place]
            % {
                "amount": money_text(entry.amount_minor, entry.currency),
                "ago": _ago(entry.created_at, now),
                "person": entry.actor_label,
                "entry": entry,
            },
            url=transaction_url(entry.pk),
        )
        for entry in list_twin_entries(receiver=receiver, amount=amount, now=now, besides=besides)
    ]
    requests = [
        Twin(
            key=f"request {request.pk}",
            text=_ASKED[place]
            % {
                "amount": amount_of(request),
                "ago": _ago(request.created_at, now),
                "person": request.requested_label,
                "request": request,
            },
            url=request_url(request),
        )
        for request in list_twin_requests(receiver=receiver, amount=amount, now=now, besides=besides)
    ]
    return entries + requests


def _ago(moment: datetime, now: datetime) -> str:
    """`7 minutes ago`."""
    return time_ago(moment, now).replace("\xa0", " ")
