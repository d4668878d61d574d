import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from moneyed import Money
from rest_framework.exceptions import ErrorDetail, ValidationError

from giftcards.operations import seal_number
from storecredit.api.fields import (
    Choice,
    Currency,
    FreeObject,
    HeldCurrency,
    Integer,
    IsoMoment,
    Metadata,
    MetadataMember,
    Name,
    Note,
    PositiveAmount,
    Text,
    Uuid,
    find_too_fine,
)
from storecredit.api.json_text import decimal_text
from storecredit.api.serializers import Serializer, Validated
from storecredit.credits.operations import CUSTOMER, NUMBER, NewRequest, RequestKind, RequestStatus

MAX_CREDITS: Final = 50
MAX_ATTRIBUTES_BYTES: Final = 16 * 1024
MAX_OFFSET: Final = 1_000_000
#: Of a list that has no end.
MAX_OFFSET_OF_ALL: Final = 10_000
#: How many unknown members an answer names.
_MOST_TOLD: Final = 3
PAGE_SIZE: Final = 50
_NUMBER_FORM: Final = re.compile(r"[!-.0-~]{4,64}")


class CreditId(Uuid):
    """The id of a credit."""

    what: ClassVar[str] = "the UUID of a credit"


class Attributes(FreeObject):
    """What a merchant says of a credit. Of a card's number a fingerprint keeps no more than is shown to anybody."""

    def canonical(self, value: dict[str, Any], version: int) -> Any:
        number = value.get(NUMBER)
        kept = value | ({NUMBER: mask(number)} if isinstance(number, str) else {})
        return super().canonical(kept, version)


class AmountInCurrency(Serializer):
    """The amount in another currency."""

    currency = Currency(help_text="ISO 4217 code in capitals.")
    group = Name(max_length=64, optional=True, help_text="What the amount belongs to, as you group amounts.")
    amount = PositiveAmount(
        help_text="In major units of the currency, with no more decimals than it has.",
    )

    def validate(self, attrs: Any) -> Any:
        """An amount may not be finer than its currency."""
        return _refuse(attrs, find_too_fine({"amount": attrs["amount"]}, attrs["currency"]))


class OrderCreditCreate(Serializer):
    """A credit that is asked for."""

    amount = PositiveAmount(
        help_text="In major units of the currency, more than 0, with no more decimals than it has.",
    )
    currency = Currency(help_text="ISO 4217 code in capitals, for example USD.")
    reasonCode = Text(source="reason_code", max_length=32, min_length=1, help_text="Code of an active reason.")
    source = Name(  # type: ignore[assignment]  # a member, which its class does not keep
        max_length=64, min_length=1, help_text="Where it was asked for, for example CSR."
    )
    type = Choice(
        choices=RequestKind.values,
        component="OrderCreditType",
        help_text="`GIFT_CARD`: onto a card. Ours: `STORE_CREDIT`, onto a customer's store credit.",
    )
    amountInCurrencies = AmountInCurrency(
        source="amounts",
        many=True,
        max_length=MAX_CREDITS,
        optional=True,
        help_text="The same amount in other currencies, for information.",
    )
    attributes = Attributes(
        max_bytes=MAX_ATTRIBUTES_BYTES,
        optional=True,
        help_text="Yours, up to 16 KiB. `giftCardNumber` names the card: one that exists, or the number of one that is "
        "to be made; left out, the card gets a generated number. `STORE_CREDIT` needs `customerId`, a customer number "
        "or document id.",
    )
    employeeId = Name(source="employee_id", max_length=64, optional=True, help_text="Employee who initiated it.")
    note = Note(optional=True, help_text="Up to 500 characters; empty is the same as none.")
    paymentCounter = Integer(
        source="payment_counter",
        min_value=1,
        max_value=2**31 - 1,
        optional=True,
        help_text="Which payment of the order it refunds.",
    )
    policyCode = Text(
        source="policy_code",
        max_length=64,
        optional=True,
        help_text="Approval policy. Left out or unknown: the default policy.",
    )
    subReasonCode = Name(source="sub_reason_code", max_length=64, optional=True, help_text="Your own sub-reason.")
    metadata = Metadata(about="the credit")

    def validate(self, attrs: Any) -> Any:
        """An amount may not be finer than its currency, and the payee is named as the type demands."""
        wrongs = find_too_fine({"amount": attrs["amount"]}, attrs["currency"]) | _find_wrong_payee(attrs)
        if attrs["type"] == RequestKind.STORE_CREDIT and (attrs.get("attributes") or {}).get(CUSTOMER) is None:
            missing = ErrorDetail("is required for STORE_CREDIT.", code="required")
            wrongs.setdefault("attributes", {})[CUSTOMER] = [missing]
        return _refuse(attrs, wrongs)


class OrderCreditsCreate(Serializer):
    """Credits that are asked for together: all or none."""

    credits = OrderCreditCreate(many=True, min_length=1, max_length=MAX_CREDITS, help_text="What is asked for.")


class OrderCreditStatusUpdate(Serializer):
    """A credit's new status, and what may be said with it."""

    creditId = CreditId(source="credit_id", help_text="UUID of the credit.")
    statusCode = Choice(
        source="status_code",
        choices=RequestStatus.values,
        component="OrderCreditStatus",
        help_text="The status that it shall have. `CONFIRMED` issues it. The present one again: note and attributes "
        "alone.",
    )
    attributes = Attributes(
        max_bytes=MAX_ATTRIBUTES_BYTES,
        optional=True,
        help_text="Merged into the credit's own, member by member; null takes one out. `giftCardNumber` with "
        "`CONFIRMED` names the card that is to be made.",
    )
    note = Note(optional=True, help_text="Takes the place of the note; empty takes it out. Up to 500 characters.")
    version = Integer(
        min_value=1,
        max_value=2**31 - 1,
        optional=True,
        help_text="Ours: the version that you saw; 409 if it is another now.",
    )

    def validate(self, attrs: Any) -> Any:
        """The payee is well named."""
        return _refuse(attrs, _find_wrong_payee(attrs))

    def canonical(self, value: Validated, version: int) -> dict[str, Any]:
        """An empty note is not none here: it takes the present one out."""
        emptied = {"note": ""} if value.get("note") == "" else {}
        return super().canonical(value, version) | emptied


class OrderCreditListing(Serializer):
    """Which credits of an order are asked for."""

    may_be_absent = True
    statusCode = Choice(
        source="status_code",
        choices=RequestStatus.values,
        component="OrderCreditStatus",
        optional=True,
        help_text="Only credits of this status.",
    )
    createdFrom = IsoMoment(
        source="created_from", optional=True, help_text="Only credits created then or later, ISO 8601."
    )
    createdTo = IsoMoment(source="created_to", optional=True, help_text="Only credits created before then, ISO 8601.")
    offset = Integer(
        min_value=0, max_value=MAX_OFFSET, optional=True, help_text="How many credits to pass over; 0 if left out."
    )
    limit = Integer(
        min_value=1,
        max_value=2 * PAGE_SIZE,
        optional=True,
        help_text=f"How many credits to show at most; {PAGE_SIZE} if left out.",
    )
    metadata = MetadataMember(
        allow_null=True,
        help_text="Ours: only credits whose metadata has this one member. Objects and arrays are not searched.",
    )


class AllCreditsListing(OrderCreditListing):
    """Which credits of whatever orders are asked for. A member that is none of these would not narrow the list."""

    extra_schema = {"additionalProperties": False}

    type = Choice(
        source="kind",
        choices=RequestKind.values,
        component="OrderCreditType",
        optional=True,
        help_text="Only credits of this type.",
    )
    currency = HeldCurrency(optional=True, help_text="Only credits in this currency, ISO 4217.")
    reasonCode = Text(
        source="reason_code",
        max_length=32,
        min_length=1,
        optional=True,
        help_text="Only credits for the reason with this code.",
    )
    offset = Integer(
        min_value=0,
        max_value=MAX_OFFSET_OF_ALL,
        optional=True,
        help_text="How many credits to pass over; 0 if left out. What lies further back is reached with createdTo.",
    )

    def to_internal_value(self, data: Any) -> Validated:
        """What is asked for, and nothing beside it."""
        unknown = [name for name in data if name not in self.fields] if isinstance(data, dict) else []
        if unknown:
            complaint = f"is no member here; there are: {', '.join(self.fields)}."
            told = [name.encode("unicode_escape").decode()[:60] for name in unknown[:_MOST_TOLD]]
            raise ValidationError({name: [ErrorDetail(complaint, code="value")] for name in told})
        return super().to_internal_value(data)


def wanted_by(credit: Mapping[str, Any]) -> NewRequest:
    """What is asked for."""
    return NewRequest(
        amount=Money(credit["amount"], credit["currency"]),
        kind=RequestKind(credit["type"]),
        reason=credit["reason_code"],
        source=credit["source"],
        note=credit.get("note") or "",
        attributes=credit.get("attributes") or {},
        metadata=credit.get("metadata") or {},
        amounts=[
            {
                "currency": other["currency"],
                **({"group": other["group"]} if other.get("group") else {}),
                "amount": decimal_text(other["amount"]),
            }
            for other in credit.get("amounts") or ()
        ],
        employee=credit.get("employee_id") or "",
        payment_counter=credit.get("payment_counter"),
        policy_code=credit.get("policy_code") or "",
        sub_reason=credit.get("sub_reason_code") or "",
    )


def read_number(attributes: Mapping[str, Any] | None) -> str | None:
    """The card's number among attributes."""
    number = (attributes or {}).get(NUMBER)
    return number if isinstance(number, str) else None


def mask(number: str) -> str:
    """What anybody may see of a number: `****7QX2`."""
    sealed = seal_number(number)
    return f"****{sealed.code.last_four if sealed else ''}"


def _refuse(attrs: Any, wrongs: Mapping[str, Any]) -> Any:
    if wrongs:
        raise ValidationError(dict(wrongs))
    return attrs


def _find_wrong_payee(attrs: Mapping[str, Any]) -> dict[str, Any]:
    said = attrs.get("attributes") or {}
    wrongs = {
        member: [found]
        for member in (NUMBER, CUSTOMER)
        if said.get(member) is not None and (found := _find_wrong_name(member, said[member]))
    }
    return {"attributes": wrongs} if wrongs else {}


def _find_wrong_name(member: str, value: Any) -> ErrorDetail | None:
    if not isinstance(value, str):
        return ErrorDetail("must be a string.", code="type")
    if member == NUMBER and not _NUMBER_FORM.fullmatch(value):
        return ErrorDetail("must be 4 to 64 printable ASCII characters without blanks and slashes.", code="value")
    if member == CUSTOMER and not 1 <= len(value) <= 64:
        return ErrorDetail("must have 1 to 64 characters.", code="value")
    return None
