"""Many requests as the page shows them on which they are decided."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from storecredit.backoffice.approvals.words import age_of, amount_of, doubt_words, payee_of, request_url
from storecredit.backoffice.kit import (
    DASH,
    Column,
    Link,
    Table,
    moments,
    money_text,
    numbers,
    reasons,
    stacked,
    strong,
    tick_box,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.queries import CreditRequest, RequestContext


def doubts_of(contexts: Mapping[UUID, RequestContext]) -> dict[UUID, str]:
    """What is odd about which, a line for each doubt."""
    return {
        pk: format_html_join(
            "", '<div class="bo-warn bo-small">{}</div>', ((doubt_words(each),) for each in context.doubts)
        )
        for pk, context in contexts.items()
    }


def requests_table(
    title: str,
    name: str,
    requests: list[CreditRequest],
    last: str,
    told: Mapping[UUID, str],
    contexts: Mapping[UUID, RequestContext],
    ticked: Collection[UUID] | None = None,
) -> Table:
    """
    Requests, with what is told of each in the last column.

    :param ticked: those that will be decided, where each has a box that says so.
    """
    columns: tuple[Column | str, ...] = (
        numbers(gettext("Amount")),
        gettext("For"),
        gettext("Why"),
        gettext("Order"),
        moments(gettext("Asked for")),
        reasons(last),
    )
    rows = [
        [
            strong(Link(amount_of(request), request_url(request))),
            stacked(*payee_of(request, contexts[request.pk])),
            shipped(request.reason.label),
            request.order_value or DASH,
            stacked(request.requested_label, age_of(request, timezone.now())),
            told[request.pk],
        ]
        for request in requests
    ]
    if ticked is not None:
        columns = (gettext("Include"), *columns)
        rows = [[_box(request, request.pk in ticked), *row] for request, row in zip(requests, rows, strict=True)]
    return Table(title=title, id=name, columns=columns, rows=rows)


def _box(request: CreditRequest, is_ticked: bool) -> SafeString:
    """Whether this one is decided with the others, in the version that is on the page."""
    label = gettext("Include %(request)s over %(amount)s") % {"request": request, "amount": amount_of(request)}
    return tick_box(value=f"{request.pk.hex}:{request.version}", label=label, is_ticked=is_ticked)


def sums_of(requests: list[CreditRequest]) -> list[tuple[str, str]]:
    """How many there are in each currency, and their sum."""
    return [
        (
            count_words(sum(request.currency == currency for request in requests)),
            money_text(sum(request.amount_minor for request in requests if request.currency == currency), currency),
        )
        for currency in sorted({request.currency for request in requests})
    ]


def count_words(count: int) -> str:
    """`3 requests`."""
    return ngettext("%(count)s request", "%(count)s requests", count) % {"count": count}
