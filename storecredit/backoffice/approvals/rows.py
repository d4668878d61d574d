"""Requests as other pages list them."""

from collections.abc import Iterable

from django.utils.translation import gettext

from storecredit.backoffice.approvals.words import STATUS_COLOURS, amount_of, request_link, status_of
from storecredit.backoffice.kit import DASH, Shown, Table, moment, moments, numbers, reasons, stacked, state_tag, strong
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.queries import CreditRequest


def requests_table(requests: Iterable[CreditRequest], beside: Shown = None) -> Table:
    """
    Requests whose reason is at hand.

    :param beside: the way to all of them.
    """
    return Table(
        title=gettext("Credit requests"),
        id="credit-requests",
        beside=beside,
        columns=(
            moments(gettext("Asked for")),
            gettext("Request"),
            numbers(gettext("Amount")),
            reasons(gettext("Why")),
            gettext("Status"),
            gettext("Decided by"),
        ),
        rows=[
            [
                stacked(moment(request.created_at), request.requested_label),
                request_link(request),
                strong(amount_of(request)),
                shipped(request.reason.label),
                state_tag(status_of(request), STATUS_COLOURS),
                request.decided_label or DASH,
            ]
            for request in requests
        ],
    )
