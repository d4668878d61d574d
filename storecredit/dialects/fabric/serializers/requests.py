import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moneyed import Money

from giftcards.operations import seal_number
from ledger.money import decimals
from ledger.text import TextKind
from storecredit.api.json_text import decimal_text
from storecredit.api.old_fields import (
    Amount,
    Body,
    Choice,
    Currency,
    Field,
    FreeObject,
    Integer,
    IsoMoment,
    Items,
    Maybe,
    Text,
    Wrong,
)
from storecredit.api.old_fields.base import name_type
from storecredit.api.old_fields.money import count_decimals
from storecredit.api.problems import Fault, FaultKind
from storecredit.credits.operations import CUSTOMER, NUMBER, NewRequest, RequestKind, RequestStatus
from storecredit.dialects.fabric.serializers.ids import read_id

MAX_CREDITS: Final = 50
MAX_ATTRIBUTES_BYTES: Final = 16 * 1024
MAX_OFFSET: Final = 1_000_000
PAGE_SIZE: Final = 50
#: The last whole amount that fits a balance in every currency.
MAX_AMOUNT: Final = 9_007_199_254_740
_FINEST: Final = 3
_NUMBER_FORM: Final = re.compile(r"[!-.0-~]{4,64}")


class CreditId(Field[Any]):
    """The id of a credit."""

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise Wrong(f"must be a string, not {name_type(value)}.", FaultKind.TYPE)
        found = read_id(value)
        if found is None:
            raise Wrong("must be the UUID of a credit.")
        return found

    def canonical(self, value: Any) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Attributes(FreeObject):
    """What a merchant says of a credit. Of a card's number a fingerprint keeps no more than is shown to anybody."""

    def canonical(self, value: dict[str, Any]) -> Any:
        number = value.get(NUMBER)
        return super().canonical(value | ({NUMBER: mask(number)} if isinstance(number, str) else {}))


class AmountInCurrency(Body):
    """The amount in another currency."""

    currency = Currency("ISO 4217 code in capitals.")
    group = Maybe(Text("What the amount belongs to, as you group amounts.", max_length=64, kind=TextKind.NAME))
    amount = Amount(
        "In major units of the currency, with no more decimals than it has.",
        above=0,
        maximum=MAX_AMOUNT,
        decimals=_FINEST,
    )

    def check(self) -> Iterable[Fault]:
        """An amount may not be finer than its currency."""
        yield from _too_fine(self.amount, self.currency)


class CreditIn(Body):
    """A credit that is asked for."""

    amount = Amount(
        "In major units of the currency, more than 0, with no more decimals than it has.",
        above=0,
        maximum=MAX_AMOUNT,
        decimals=_FINEST,
    )
    currency = Currency("ISO 4217 code in capitals, for example USD.")
    reason_code = Text("Code of an active reason.", max_length=32, min_length=1, wire="reasonCode")
    source = Text("Where it was asked for, for example CSR.", max_length=64, kind=TextKind.NAME, min_length=1)
    type = Choice(
        "`GIFT_CARD`: onto a card. Ours: `STORE_CREDIT`, onto a customer's store credit.", choices=RequestKind.values
    )
    amounts = Maybe(
        Items(
            "The same amount in other currencies, for information.",
            of=AmountInCurrency,
            at_least=0,
            at_most=MAX_CREDITS,
            wire="amountInCurrencies",
        )
    )
    attributes = Maybe(
        Attributes(
            "Yours, up to 16 KiB. `giftCardNumber` names the card: one that exists, or the number of one that is to be "
            "made; left out, the card gets a generated number. `STORE_CREDIT` needs `customerId`, a customer number or "
            "document id.",
            max_bytes=MAX_ATTRIBUTES_BYTES,
        )
    )
    employee_id = Maybe(Text("Employee who initiated it.", max_length=64, kind=TextKind.NAME, wire="employeeId"))
    note = Maybe(Text("Up to 500 characters.", max_length=500, kind=TextKind.NOTE))
    payment_counter = Maybe(
        Integer("Which payment of the order it refunds.", minimum=1, maximum=2**31 - 1, wire="paymentCounter")
    )
    policy_code = Maybe(
        Text("Approval policy. Left out or unknown: the default policy.", max_length=64, wire="policyCode")
    )
    sub_reason_code = Maybe(Text("Your own sub-reason.", max_length=64, kind=TextKind.NAME, wire="subReasonCode"))

    def check(self) -> Iterable[Fault]:
        """An amount may not be finer than its currency, and the payee is named as the type demands."""
        yield from _too_fine(self.amount, self.currency)
        yield from _check_attributes(self.attributes)
        if self.type == RequestKind.STORE_CREDIT and (self.attributes or {}).get(CUSTOMER) is None:
            member = f"attributes.{CUSTOMER}"
            yield Fault(FaultKind.MISSING, f"{member} is required for STORE_CREDIT.", member)

    @property
    def number(self) -> str | None:
        """The card's number, if the request names one."""
        return read_number(self.attributes)

    def wanted(self) -> NewRequest:
        """What is asked for."""
        return NewRequest(
            amount=Money(self.amount, self.currency),
            kind=RequestKind(self.type),
            reason=self.reason_code,
            source=self.source,
            note=self.note or "",
            attributes=self.attributes or {},
            amounts=[
                {
                    "currency": other.currency,
                    **({"group": other.group} if other.group is not None else {}),
                    "amount": decimal_text(other.amount),
                }
                for other in self.amounts or ()
            ],
            employee=self.employee_id or "",
            payment_counter=self.payment_counter,
            policy_code=self.policy_code or "",
            sub_reason=self.sub_reason_code or "",
        )


class CreditsIn(Body):
    """Credits that are asked for together: all or none."""

    credits = Items("What is asked for.", of=CreditIn, at_least=1, at_most=MAX_CREDITS)


class StatusIn(Body):
    """A credit's new status, and what may be said with it."""

    credit_id = CreditId("UUID of the credit.", wire="creditId")
    status_code = Choice(
        "The status that it shall have. `CONFIRMED` issues it. The present one again: note and attributes alone.",
        choices=RequestStatus.values,
        wire="statusCode",
    )
    attributes = Maybe(
        Attributes(
            "Merged into the credit's own, member by member; null takes one out. `giftCardNumber` with `CONFIRMED` "
            "names the card that is to be made.",
            max_bytes=MAX_ATTRIBUTES_BYTES,
        )
    )
    note = Maybe(Text("Takes the place of the note. Up to 500 characters.", max_length=500, kind=TextKind.NOTE))
    version = Maybe(Integer("Ours: the version that you saw; 409 if it is another now.", minimum=1, maximum=2**31 - 1))

    def check(self) -> Iterable[Fault]:
        """The payee is well named."""
        yield from _check_attributes(self.attributes)

    @property
    def number(self) -> str | None:
        """The card's number, if the request names one."""
        return read_number(self.attributes)


class CreditFilter(Body):
    """Which credits of an order are asked for."""

    may_be_absent = True
    status_code = Maybe(Choice("Only credits of this status.", choices=RequestStatus.values, wire="statusCode"))
    created_from = Maybe(IsoMoment("Only credits created then or later, ISO 8601.", wire="createdFrom"))
    created_to = Maybe(IsoMoment("Only credits created before then, ISO 8601.", wire="createdTo"))
    offset = Maybe(Integer("How many credits to pass over; 0 if left out.", minimum=0, maximum=MAX_OFFSET))
    limit = Maybe(
        Integer(f"How many credits to show at most; {PAGE_SIZE} if left out.", minimum=1, maximum=2 * PAGE_SIZE)
    )


def read_number(attributes: Mapping[str, Any] | None) -> str | None:
    """The card's number among attributes."""
    number = (attributes or {}).get(NUMBER)
    return number if isinstance(number, str) else None


def mask(number: str) -> str:
    """What anybody may see of a number: `****7QX2`."""
    sealed = seal_number(number)
    return f"****{sealed.code.last_four if sealed else ''}"


def _too_fine(amount: Any, currency: str) -> Iterable[Fault]:
    places = decimals(currency)
    if count_decimals(amount) > places:
        yield Fault(FaultKind.VALUE, f"amount must have at most {places} decimals in {currency}.", "amount")


def _check_attributes(attributes: Mapping[str, Any] | None) -> Iterable[Fault]:
    for member in (NUMBER, CUSTOMER):
        value = (attributes or {}).get(member)
        where = f"attributes.{member}"
        if value is None:
            continue
        if not isinstance(value, str):
            yield Fault(FaultKind.TYPE, f"{where} must be a string.", where)
        elif member == NUMBER and not _NUMBER_FORM.fullmatch(value):
            complaint = "must be 4 to 64 printable ASCII characters without blanks and slashes."
            yield Fault(FaultKind.VALUE, f"{where} {complaint}", where)
        elif member == CUSTOMER and not 1 <= len(value) <= 64:
            yield Fault(FaultKind.VALUE, f"{where} must have 1 to 64 characters.", where)
