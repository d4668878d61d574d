"""Of checkouts and their sources."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors import DomainError


class CheckoutNotFound(DomainError):
    """No open or ordered checkout of this mode has that id."""

    code = "checkout_not_found"

    def __init__(self, *, checkout: str) -> None:
        super().__init__(_("There is no checkout %(checkout)s."), checkout=checkout)
        self.checkout = checkout


class SessionNotFound(DomainError):
    """No checkout of this mode has that payment session."""

    code = "session_not_found"

    def __init__(self, *, session: str) -> None:
        super().__init__(_("There is no payment session %(session)s."), session=session)
        self.session = session


class SourceNotFound(DomainError):
    """No source of this mode has that id, or it is not attached to this checkout."""

    code = "source_not_found"

    def __init__(self, *, source: str) -> None:
        super().__init__(_("There is no source %(source)s."), source=source)
        self.source = source


class OrderNotFound(DomainError):
    """No order of this mode has that id."""

    code = "order_not_found"

    def __init__(self, *, order: str) -> None:
        super().__init__(_("There is no order %(order)s."), order=order)
        self.order = order


class RefundNotFound(DomainError):
    """No refund of this mode has that id."""

    code = "refund_not_found"

    def __init__(self, *, refund: str) -> None:
        super().__init__(_("There is no refund %(refund)s."), refund=refund)
        self.refund = refund


class FulfillmentNotFound(DomainError):
    """No fulfilment of this mode has that id."""

    code = "fulfillment_not_found"

    def __init__(self, *, fulfillment: str) -> None:
        super().__init__(_("There is no fulfillment %(fulfillment)s."), fulfillment=fulfillment)
        self.fulfillment = fulfillment


class OrderLimitReached(DomainError):
    """An order has as many fulfilments, or as many refunds, as one can have."""

    code = "order_limit_reached"

    def __init__(self, *, order: str, what: str, most: int) -> None:
        super().__init__(
            _("Order %(order)s has %(most)s %(what)s, and no order has more."), order=order, most=most, what=what
        )
        self.order, self.what, self.most = order, what, most


class ItemNotFound(DomainError):
    """The checkout or order has no such item."""

    code = "item_not_found"

    def __init__(self, *, item: str) -> None:
        super().__init__(_("There is no item %(item)s."), item=item)
        self.item = item


class ItemsMissing(DomainError):
    """At least one item must be named, and none twice."""

    code = "items_missing"

    def __init__(self) -> None:
        super().__init__(_("Name at least one item, and none of them twice."))


class ItemPriceAmbiguous(DomainError):
    """An item has a price per unit or one for the line."""

    code = "item_price_ambiguous"

    def __init__(self, *, sku_id: str) -> None:
        super().__init__(_("Item %(sku_id)s needs a price per unit or one for the line, and not both."), sku_id=sku_id)
        self.sku_id = sku_id


class MemberMalformed(DomainError):
    """Something that is said of a checkout or of a source is missing, or is not what it may be."""

    code = "member_malformed"

    def __init__(self, *, member: str, wrong: str) -> None:
        super().__init__(f"{member} {wrong}.")
        self.member, self.wrong = member, wrong


class CheckoutCurrencyMismatch(DomainError):
    """All amounts of a checkout are in its currency."""

    code = "checkout_currency_mismatch"

    def __init__(self, *, checkout_currency: str, currency: str) -> None:
        super().__init__(
            _("The checkout is in %(checkout_currency)s, not in %(currency)s."),
            checkout_currency=checkout_currency,
            currency=currency,
        )
        self.checkout_currency, self.currency = checkout_currency, currency


class AmountNegative(DomainError):
    """A price, tax or shipping is not less than nothing."""

    code = "amount_negative"

    def __init__(self, *, amount: Money) -> None:
        super().__init__(_("%(amount)s is less than nothing."), amount=amount)
        self.amount = amount


class UpstreamUnknown(DomainError):
    """No open account of this mode has that number."""

    code = "upstream_unknown"

    def __init__(self, *, upstream_id: str) -> None:
        super().__init__(_("%(upstream_id)r is no open line of credit."), upstream_id=upstream_id)
        self.upstream_id = upstream_id


class SourceIncomplete(DomainError):
    """A source needs what its type needs, and takes nothing else."""

    code = "source_incomplete"

    def __init__(self, *, missing: str) -> None:
        super().__init__(_("The source needs %(missing)s."), missing=missing)
        self.missing = missing


class SessionUpdateNotAllowed(DomainError):
    """The checkout, or its payment session, cannot be changed in this way any more."""

    code = "session_update_not_allowed"

    def __init__(self, *, checkout: str, why: str) -> None:
        super().__init__(why)
        self.checkout, self.why = checkout, why


class SourceTooLarge(DomainError):
    """The sources would pay more than the checkout costs."""

    code = "session_source_amount_too_large"

    def __init__(self, *, remaining: Money, requested: Money) -> None:
        super().__init__(
            _("Only %(remaining)s is left to pay; the source is for %(requested)s."),
            remaining=remaining,
            requested=requested,
        )
        self.remaining, self.requested = remaining, requested


class SourceNotAttachable(DomainError):
    """The source was consumed or cancelled, belongs to another checkout, or is in another currency."""

    code = "source_status_invalid_for_session"

    def __init__(self, *, source: str, why: str) -> None:
        super().__init__(_("Source %(source)s %(why)s."), source=source, why=why)
        self.source, self.why = source, why


class TenderRefusesCredit(DomainError):
    """This tender cannot be combined with store credit."""

    code = "tender_refuses_credit"

    def __init__(self, *, tender: str | Promise) -> None:
        super().__init__(_("%(tender)s cannot be combined with store credit."), tender=tender)
        self.tender = tender


class LineOfAnotherCustomer(DomainError):
    """A checkout of a customer takes that customer's lines only, a restricted line its customer's checkouts."""

    code = "line_of_another_customer"

    def __init__(self, *, upstream_id: str) -> None:
        super().__init__(
            _("%(upstream_id)s is not a line of credit of this checkout's customer."), upstream_id=upstream_id
        )
        self.upstream_id = upstream_id


class OrderUnderfunded(DomainError):
    """The sources do not pay for all of it."""

    code = "order_underfunded"

    def __init__(self, *, remaining: Money) -> None:
        super().__init__(_("%(remaining)s is still to be paid."), remaining=remaining)
        self.remaining = remaining


class OrderIncomplete(DomainError):
    """An order needs an e-mail address and somebody who pays."""

    code = "order_incomplete"

    def __init__(self, *, missing: str) -> None:
        super().__init__(_("The checkout needs %(missing)s."), missing=missing)
        self.missing = missing
