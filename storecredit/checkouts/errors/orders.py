"""Of orders, charges and refunds."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors import DomainError


class AlreadyOrdered(DomainError):
    """The checkout was ordered before."""

    code = "already_ordered"

    def __init__(self, *, order: str) -> None:
        super().__init__(_("The checkout became order %(order)s."), order=order)
        self.order = order


class HoldTimedOut(DomainError):
    """What was set aside for a source is set aside no more; a new source is needed."""

    code = "hold_timed_out"

    def __init__(self, *, source: str) -> None:
        super().__init__(
            _("The credit of source %(source)s was set aside for too long; a new source is needed."), source=source
        )
        self.source = source


class SourceNotCharged(DomainError):
    """The line of credit was blocked since its amount was set aside."""

    code = "source_not_charged"

    def __init__(self, *, source: str) -> None:
        super().__init__(_("Source %(source)s cannot be charged: its line of credit is blocked."), source=source)
        self.source = source


class QuantityTooLarge(DomainError):
    """More units than the line has left for this."""

    code = "quantity_too_large"

    def __init__(self, *, item: str, left: int, requested: int) -> None:
        super().__init__(
            _("Item %(item)s has %(left)s left; %(requested)s was asked for."),
            item=item,
            left=left,
            requested=requested,
        )
        self.item, self.left, self.requested = item, left, requested


class NothingToCancel(DomainError):
    """All of the order was captured or cancelled before."""

    code = "nothing_to_cancel"

    def __init__(self, *, order: str) -> None:
        super().__init__(_("Order %(order)s has nothing left to cancel."), order=order)
        self.order = order


class RefundAmbiguous(DomainError):
    """A refund names an amount, a percentage or items: one of them."""

    code = "refund_ambiguous"

    def __init__(self) -> None:
        super().__init__(_("Name an amount, a percentage or items, and only one of them."))


class RefundTooLarge(DomainError):
    """Less is captured and not refunded."""

    code = "refund_too_large"

    def __init__(self, *, refundable: Money, requested: Money) -> None:
        super().__init__(
            _("%(refundable)s can be refunded; %(requested)s was asked for."),
            refundable=refundable,
            requested=requested,
        )
        self.refundable, self.requested = refundable, requested


class RefundCurrencyMismatch(DomainError):
    """A refund is in the order's currency."""

    code = "refund_currency_mismatch"

    def __init__(self, *, order_currency: str, currency: str) -> None:
        super().__init__(
            _("The order is in %(order_currency)s, not in %(currency)s."),
            order_currency=order_currency,
            currency=currency,
        )
        self.order_currency, self.currency = order_currency, currency


class PercentOutOfRange(DomainError):
    """More than nothing, and not more than all of it."""

    code = "percent_out_of_range"

    def __init__(self, *, percent: Decimal) -> None:
        super().__init__(_("A percentage is more than 0 and at most 100, with at most four decimals."))
        self.percent = percent
