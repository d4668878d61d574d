"""
What the sources of a checkout pay, as of one moment.

Credit counts while it is set aside, swept or not. Reusable tender pays what the credit leaves, up to its own amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from storecredit.checkouts.models import Checkout, CheckoutStatus, Source, SourceState


@dataclass(frozen=True, slots=True)
class Funding:
    """The attached sources that pay, and credit that timed out. Amounts in minor units."""

    total_minor: int
    credits: Sequence[Source]
    primary: Source | None
    lapsed: Sequence[Source]

    @property
    def credit_minor(self) -> int:
        return sum(source.amount_minor for source in self.credits)

    @property
    def primary_minor(self) -> int:
        """What the primary source pays of it."""
        if self.primary is None:
            return 0
        if not self.primary.reusable:
            return self.primary.amount_minor
        return max(0, min(self.primary.amount_minor, self.total_minor - self.credit_minor))

    @property
    def contributed_minor(self) -> int:
        return self.credit_minor + self.primary_minor

    @property
    def remaining_minor(self) -> int:
        return self.total_minor - self.contributed_minor

    @property
    def paying(self) -> list[Source]:
        """The sources that pay, in the order in which they were attached."""
        sources = [*self.credits, *([self.primary] if self.primary else [])]
        return sorted(sources, key=lambda source: source.place or 0)


@dataclass(frozen=True, slots=True)
class Session:
    """A checkout's payment session. Amounts in minor units; `state` as the vendor's documents name it."""

    id: str
    currency: str
    contributed_minor: int
    remaining_minor: int
    state: str
    client_secret: str


def list_attached() -> QuerySet[Source]:
    """Attached sources with what their funding needs, in the order in which they were attached."""
    return Source.objects.filter(place__isnull=False).select_related("hold", "account").order_by("place")


def read_funding(checkout: Checkout, now: datetime, *, attached: Sequence[Source] | None = None) -> Funding:
    """
    What pays for an open checkout at `now`, or what paid for an ordered one.

    :param attached: its `list_attached`, where they are at hand.
    """
    if attached is None:
        attached = list(list_attached().filter(checkout=checkout))
    if checkout.status == CheckoutStatus.ORDERED:
        live = [source for source in attached if source.state == SourceState.CONSUMED]
        lapsed: list[Source] = []
    else:
        live = [source for source in attached if source.state_at(now) == SourceState.CHARGEABLE]
        lapsed = [source for source in attached if source not in live]
    return Funding(
        total_minor=checkout.total_minor,
        credits=[source for source in live if source.is_credit],
        primary=next((source for source in live if not source.is_credit), None),
        lapsed=lapsed,
    )


def session_of(checkout: Checkout, funding: Funding) -> Session:
    """The payment session as the doors show it."""
    if checkout.status == CheckoutStatus.ORDERED:
        state = "complete"
    elif funding.remaining_minor > 0:
        state = "requires_source"
    else:
        state = "requires_confirmation"
    return Session(
        id=str(checkout.session_id),
        currency=checkout.currency,
        contributed_minor=funding.contributed_minor,
        remaining_minor=funding.remaining_minor,
        state=state,
        client_secret=checkout.client_secret,
    )
