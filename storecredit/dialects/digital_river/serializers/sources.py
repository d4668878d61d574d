from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from rest_framework.exceptions import ErrorDetail, ValidationError

from storecredit.api.fields import (
    BookedAmount,
    Boolean,
    CurrencyCode,
    HeldCurrency,
    PositiveAmount,
    Text,
    Uuid,
    find_too_fine,
)
from storecredit.api.problems import BadRequest
from storecredit.api.serializers import Serializer, Validated
from storecredit.checkouts import queries
from storecredit.checkouts.operations import SourceType
from storecredit.dialects.digital_river.serializers.shapes import (
    ISO_CODE,
    IsoSeconds,
    LineNumber,
    LiveMode,
    Owner,
    Placed,
    Shown,
    State,
    to_stored,
)
from storecredit.dialects.digital_river.serializers.tender import (
    CUSTOMER_CREDIT,
    TYPES,
    EmptyObject,
    Tender,
    TypeName,
    details_of,
    find_secrets,
)

#: Members that may look like a card's number and are none.
_NO_SECRETS: Final = ("paymentSessionId", "amount")
SOURCE_STATES: Final = ("chargeable", "consumed", "cancelled")
_UPSTREAM: Final = "Number of the account, as it was sent; that of a gift card's account where the card's own was sent."


class Tenders(Serializer):
    """With the object that is named like the type, which tells what is known of the card."""

    #: Whether null stands for an object that is left out.
    takes_null: ClassVar[bool] = False

    def get_fields(self) -> dict[str, Any]:
        """The objects after what every type has, before what tells a test."""
        fields = super().get_fields()
        last = {name: fields.pop(name) for name in ("liveMode",) if name in fields}
        return fields | {name: self._field_of(name) for name in TYPES} | last

    def _field_of(self, name: str) -> Any:
        kept_as = TYPES[name].value.lower()
        said: dict[str, Any] = {"required": False, "allow_null": self.takes_null} | (
            {} if kept_as == name else {"source": kept_as}
        )
        if name == CUSTOMER_CREDIT:
            return EmptyObject(help_text="Of `customerCredit`: an empty object.", **said)
        return Tender(help_text=f"Of `{name}`: what is known of the card.", **said)


class PaymentSourceCreate(Tenders):
    """Something that can pay."""

    takes_null = True

    type = TypeName(help_text="What pays. All but `customerCredit` is recorded here and processed elsewhere.")
    amount = PositiveAmount(
        help_text="Positive amount in major units of the currency, exact in its smallest unit.",
    )
    currency = HeldCurrency(
        optional=True, help_text="ISO 4217 code. Needed without paymentSessionId, whose checkout gives it otherwise."
    )
    paymentSessionId = Uuid(source="payment_session_id", optional=True, help_text="`payment.session.id` of a checkout.")
    upstreamId = LineNumber(
        source="upstream_id",
        optional=True,
        help_text="Of `customerCredit`: number of the account, store credit or a gift card's (its `accountNumber`), or "
        "the number of the gift card itself. Unknown ones are counted: see the miss limit.",
    )
    owner = Owner(optional=True, help_text="Whose it is. Left out: whom the session's checkout bills.")
    reusable = Boolean(optional=True, help_text="Ours: external tender whose amount later store credit may lower.")

    def to_internal_value(self, data: Any) -> Validated:
        """The members, unless one of them holds what must never come in."""
        if isinstance(data, Mapping):
            # A gift card may be numbered like a payment card.
            line = ("upstreamId",) if data.get("type") == CUSTOMER_CREDIT else ()
            secrets = list(find_secrets(data, besides=(*_NO_SECRETS, *line)))
            if secrets:
                raise BadRequest.of(secrets)
        return super().to_internal_value(data)

    def validate(self, attrs: Any) -> Any:
        """Each type needs its own object; a line of credit its number, and external tender its currency."""
        wrongs = {name: [ErrorDetail(complaint, code="required")] for name, complaint in _find_missing(attrs)}
        if attrs["type"] == CUSTOMER_CREDIT and attrs.get("reusable"):
            wrongs["reusable"] = [ErrorDetail("can be true for external tender alone.", code="value")]
        if attrs.get("currency") is not None:
            wrongs |= find_too_fine({"amount": attrs["amount"]}, attrs["currency"])
        if wrongs:
            raise ValidationError(wrongs)
        return attrs


class PayingSource(Tenders, Placed):
    """A source as checkouts and orders show it."""

    id = Uuid(source="pk", help_text="Id of the source.")
    type = TypeName(help_text="What pays.")
    amount = BookedAmount(minor="paying_minor", minimum=0, help_text="What it pays, in major units.")
    upstreamId = Text(source="upstream_id", required=False, help_text=_UPSTREAM)
    owner = Owner(required=False, help_text="Whose source it is.")

    @staticmethod
    def place_of(instance: Any) -> Any:
        """The primary one first, then credit in the order in which it was attached."""
        return instance.type == SourceType.CUSTOMER_CREDIT, instance.place or 0


class PaymentSource(Tenders, Shown):
    """A source."""

    id = Uuid(source="pk", help_text="Id of the source.")
    createdTime = IsoSeconds(source="created_at", help_text="When it was made, UTC.")
    type = TypeName(help_text="What pays.")
    currency = CurrencyCode(help_text=ISO_CODE)
    amount = BookedAmount(
        minor="paying_minor", minimum=0, help_text="In major units; of attached reusable tender what it pays."
    )
    reusable = Boolean(help_text="Whether later store credit may lower its amount.")
    state = State(
        choices=SOURCE_STATES,
        component="PaymentSourceState",
        help_text="`consumed` once its order was accepted; `cancelled` credit is set aside no more.",
    )
    upstreamId = Text(source="upstream_id", required=False, help_text=_UPSTREAM)
    owner = Owner(required=False, help_text="Whose source it is.")
    paymentSessionId = Uuid(
        source="checkout.session_id", required=False, help_text="Payment session of the checkout that it is for."
    )
    clientSecret = Text(source="secret", help_text="What the shopper's browser knows it by.")
    liveMode = LiveMode(source="test_mode")


class PaymentSourcePage(Serializer):
    """One page of sources."""

    hasMore = Boolean(source="has_more", help_text="Whether there are more in the direction asked for.")
    data: Any = PaymentSource(many=True, max_length=100, help_text="The sources.")


@dataclass(frozen=True, slots=True)
class Standing:
    """A source as it stands at a moment."""

    source: queries.Source
    now: datetime

    @property
    def state(self) -> Any:
        """The state that a reader meets."""
        return self.source.state_at(self.now)

    def __getattr__(self, name: str) -> Any:
        """What the source says of itself."""
        return getattr(self.source, name)


def new_source_of(order: Validated) -> dict[str, Any]:
    """What is asked for, as checkouts take it. Of external tender no id is kept."""
    is_credit = order["type"] == CUSTOMER_CREDIT
    return {
        "type": TYPES[order["type"]],
        "amount": order["amount"],
        "currency": order.get("currency"),
        "payment_session_id": order.get("payment_session_id"),
        "upstream_id": (order.get("upstream_id") or "") if is_credit else "",
        "owner": to_stored(order.get("owner")),
        "details": None if is_credit else details_of(order[_own_member(order)]),
        "reusable": bool(order.get("reusable")),
    }


def _own_member(order: Mapping[str, Any]) -> str:
    """What the code calls the object that is named like the type."""
    return TYPES[order["type"]].value.lower()


def _find_missing(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    missing = []
    if order.get(_own_member(order)) is None:
        missing.append((order["type"], "is required."))
    if order["type"] == CUSTOMER_CREDIT and order.get("upstream_id") is None:
        missing.append(("upstreamId", "is required."))
    if order.get("currency") is None and order.get("payment_session_id") is None:
        missing.append(("currency", "or paymentSessionId is required."))
    return missing
