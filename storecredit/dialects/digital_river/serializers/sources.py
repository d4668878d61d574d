from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Self

from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, Choice, Draft, HeldCurrency, Maybe
from storecredit.api.old_fields.inner import Inner
from storecredit.api.old_fields.plain import Flag, Uuid
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind
from storecredit.checkouts.operations import SourceType
from storecredit.checkouts.queries import Source
from storecredit.dialects.digital_river.serializers.shapes import (
    AMOUNT,
    CREATED,
    CURRENCY,
    LIVE,
    OWNER_OUT,
    TEXT,
    UUID_OUT,
    LineNumber,
    Owner,
    amount_in,
    major,
    moment,
    record,
    said,
    show_some,
    show_stored,
    to_stored,
    too_fine,
)
from storecredit.dialects.digital_river.serializers.tender import (
    CUSTOMER_CREDIT,
    TENDER_OUT,
    TENDERS,
    TYPES,
    WIRE_NAMES,
    EmptyObject,
    Tender,
    TenderObject,
    find_secrets,
    refuse,
    show_tender,
)

#: Members that may look like a card's number and are none.
_NO_SECRETS: Final = ("paymentSessionId", "amount")


class SourceIn(Body):
    """Something that can pay."""

    type = Choice("What pays. All but `customerCredit` is recorded here and processed elsewhere.", choices=TYPES)
    amount = amount_in("Positive amount in major units of the currency, exact in its smallest unit.")
    currency = Maybe(HeldCurrency("ISO 4217 code. Needed without paymentSessionId, whose checkout gives it otherwise."))
    payment_session_id = Maybe(Uuid("`payment.session.id` of a checkout.", wire="paymentSessionId"))
    upstream_id = Maybe(
        LineNumber(
            "Of `customerCredit`: number of the account, store credit or a gift card's (its `accountNumber`), or the "
            "number of the gift card itself. Unknown ones are counted: see the miss limit.",
            max_length=128,
            min_length=1,
            wire="upstreamId",
        )
    )
    owner = Maybe(Inner("Whose it is. Left out: whom the session's checkout bills.", of=Owner))
    reusable = Maybe(Flag("Ours: external tender whose amount later store credit may lower."))
    customer_credit = Maybe(EmptyObject("Of `customerCredit`: an empty object.", wire=CUSTOMER_CREDIT))

    credit_card = Maybe(TenderObject("creditCard"))
    google_pay = Maybe(TenderObject("googlePay"))
    apple_pay = Maybe(TenderObject("applePay"))
    amazon_pay = Maybe(TenderObject("amazonPay"))
    pay_pal = Maybe(TenderObject("payPal"))
    pay_pal_credit = Maybe(TenderObject("payPalCredit"))
    pay_pal_billing = Maybe(TenderObject("payPalBilling"))
    wire_transfer = Maybe(TenderObject("wireTransfer"))
    klarna_credit = Maybe(TenderObject("klarnaCredit"))
    alipay = Maybe(TenderObject("alipay"))
    konbini = Maybe(TenderObject("konbini"))
    direct_debit = Maybe(TenderObject("directDebit"))
    online_banking = Maybe(TenderObject("onlineBanking"))

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> Draft[Self]:
        """Read the members, unless one of them holds what must never come in."""
        # A gift card may be numbered like a payment card.
        line = ("upstreamId",) if members.get("type") == CUSTOMER_CREDIT else ()
        faults = list(find_secrets(members, besides=(*_NO_SECRETS, *line)))
        return refuse(faults) if faults else super().read(members)

    def check(self) -> Iterable[Fault]:
        """Each type needs its own object; a line of credit its number, and external tender its currency."""
        if getattr(self, self.own_member) is None:
            yield Fault(FaultKind.MISSING, f"{self.type} is required.", member=self.type)
        if self.is_credit and self.upstream_id is None:
            yield Fault(FaultKind.MISSING, "upstreamId is required.", member="upstreamId")
        if self.is_credit and self.reusable:
            yield Fault(FaultKind.VALUE, "reusable can be true for external tender alone.", member="reusable")
        if self.currency is None and self.payment_session_id is None:
            yield Fault(FaultKind.MISSING, "currency or paymentSessionId is required.", member="currency")
        if self.currency is not None:
            yield from too_fine({"amount": self.amount}, self.currency)

    @property
    def is_credit(self) -> bool:
        """Whether it is a line of credit here."""
        return self.type == CUSTOMER_CREDIT

    @property
    def own_member(self) -> str:
        """The attribute that is named like the type."""
        return TYPES[self.type].value.lower()

    @property
    def new_source(self) -> dict[str, Any]:
        """What it says, as checkouts take it. Of external tender no id is kept."""
        tender: Tender | None = None if self.is_credit else getattr(self, self.own_member)
        return {
            "type": TYPES[self.type],
            "amount": self.amount,
            "currency": self.currency,
            "payment_session_id": self.payment_session_id,
            "upstream_id": (self.upstream_id or "") if self.is_credit else "",
            "owner": to_stored(self.owner),
            "details": tender.details if tender is not None else None,
            "reusable": bool(self.reusable),
        }


_OWN_OBJECTS: Final[dict[str, Schema]] = {
    CUSTOMER_CREDIT: {"type": "object", "description": "Of `customerCredit`: empty."},
    **{name: said(TENDER_OUT, f"Of `{name}`: what is known of the card.") for name in TENDERS},
}
_TYPE_OUT: Final[Schema] = {"type": "string", "enum": list(TYPES), "description": "What pays."}
_UPSTREAM_OUT: Final = said(
    TEXT, "Number of the account, as it was sent; that of a gift card's account where the card's own was sent."
)
#: A source as checkouts and orders show it.
PAYING_SOURCE: Final = record(
    {
        "id": said(UUID_OUT, "Id of the source."),
        "type": _TYPE_OUT,
        "amount": said(AMOUNT, "What it pays, in major units."),
        "upstreamId": _UPSTREAM_OUT,
        "owner": OWNER_OUT,
        **_OWN_OBJECTS,
    },
    optional=["upstreamId", "owner", *TYPES],
)
SOURCE = Component(
    "PaymentSource",
    record(
        {
            "id": said(UUID_OUT, "Id of the source."),
            "createdTime": CREATED,
            "type": _TYPE_OUT,
            "currency": CURRENCY,
            "amount": said(AMOUNT, "In major units; of attached reusable tender what it pays."),
            "reusable": {"type": "boolean", "description": "Whether later store credit may lower its amount."},
            "state": {
                "type": "string",
                "enum": ["chargeable", "consumed", "cancelled"],
                "description": "`consumed` once its order was accepted; `cancelled` credit is set aside no more.",
            },
            "upstreamId": _UPSTREAM_OUT,
            "owner": OWNER_OUT,
            "paymentSessionId": said(UUID_OUT, "Payment session of the checkout that it is for."),
            "clientSecret": said(TEXT, "What the shopper's browser knows it by."),
            **_OWN_OBJECTS,
            "liveMode": LIVE,
        },
        optional=["upstreamId", "owner", "paymentSessionId", *TYPES],
    ),
)


def show_source(source: Source, now: datetime) -> Json:
    """A source as it stands at `now`."""
    shown = {
        "id": str(source.pk),
        "createdTime": moment(source.created_at),
        "type": WIRE_NAMES[source.type],
        "currency": source.currency,
        "amount": _amount(source),
        "reusable": source.reusable,
        "state": source.state_at(now).value.lower(),
        **show_some(upstreamId=source.upstream_id, owner=_show_owner(source)),
        **({"paymentSessionId": str(source.checkout.session_id)} if source.checkout is not None else {}),
        "clientSecret": source.secret,
        WIRE_NAMES[source.type]: show_tender(source.details),
        "liveMode": not source.test_mode,
    }
    return Json(to_json(shown))


def show_paying(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """The sources of a checkout or an order: the primary one, then credit in the order in which it was attached."""
    ordered = sorted(sources, key=lambda source: (source.type == SourceType.CUSTOMER_CREDIT, source.place or 0))
    return [
        {
            "id": str(source.pk),
            "type": WIRE_NAMES[source.type],
            "amount": _amount(source),
            **show_some(upstreamId=source.upstream_id, owner=_show_owner(source)),
            WIRE_NAMES[source.type]: show_tender(source.details),
        }
        for source in ordered
    ]


def _amount(source: Source) -> Any:
    lowered = source.reusable and source.place is not None
    return major(source.contributed_minor if lowered else source.amount_minor, source.currency)


def _show_owner(source: Source) -> dict[str, Any] | None:
    return show_stored(Owner, source.owner) if source.owner else None
