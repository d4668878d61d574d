import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ledger.queries import Reason
from storecredit.api.cards import NUMBER_HERE
from storecredit.api.fields import (
    BookedAmount,
    Choice,
    CurrencyCode,
    FreeObject,
    Integer,
    IsoMilliseconds,
    ShownMetadata,
    StrictField,
    Text,
    TextOrNull,
    Uuid,
)
from storecredit.api.json_text import Json, to_json
from storecredit.api.serializers import Serializer
from storecredit.credits.operations import NUMBER, OrderKind, RequestKind, RequestStatus
from storecredit.credits.queries import ApprovalPolicy, Chance, CreditRequest
from storecredit.dialects.fabric.serializers.requests import MAX_CREDITS, PAGE_SIZE

#: Where a card's number goes in an answer as it is stored.
_MARK: Final = f'"{NUMBER}":{NUMBER_HERE}'


class KeptAmount(StrictField):
    """An amount that is kept as it was sent and goes out as a number."""

    def to_representation(self, value: str) -> Decimal:
        return Decimal(value)

    def describe(self) -> dict[str, Any]:
        return {"type": "number", "exclusiveMinimum": 0}


class OtherAmount(Serializer):
    """The same amount in another currency."""

    currency = CurrencyCode(help_text="ISO 4217 code.")
    group = Text(required=False, help_text="As it was sent.")
    amount = KeptAmount(help_text="In major units.")


class OrderCredit(Serializer):
    """A credit that was asked for on an order."""

    amount = BookedAmount(
        minor="request.amount_minor", currency="request.currency", help_text="In major units of the currency."
    )
    currency = CurrencyCode(source="request.currency", help_text="ISO 4217 code.")
    reasonCode = Text(source="request.reason_id", help_text="Code of the reason.")
    source = Text(  # type: ignore[assignment]  # a member, which its class does not keep
        source="request.source", help_text="Where it was asked for."
    )
    type = Choice(
        source="request.kind",
        choices=RequestKind.values,
        component="OrderCreditType",
        help_text="What it is; `STORE_CREDIT` is ours.",
    )
    amountInCurrencies = OtherAmount(
        source="request.amounts", many=True, max_length=MAX_CREDITS, help_text="The same amount in other currencies."
    )
    attributes = FreeObject(
        help_text="Yours. `giftCardNumber` is whole in the answer to a request that sent it, in the one to the request "
        "that confirmed the credit, and for a key with `gift_cards:reveal`; else its last four: `****7QX2`."
    )
    metadata = ShownMetadata(source="request.metadata", about="the credit")
    createdAt = IsoMilliseconds(source="request.created_at", help_text="When it was asked for, UTC.")
    creditId = Uuid(source="request.pk", help_text="UUID of the credit.")
    employeeId = TextOrNull(source="request.employee", help_text="Employee who initiated it; or null.")
    note = TextOrNull(source="request.note", help_text="The note; or null.")
    paymentCounter = Integer(
        source="request.payment_counter", allow_null=True, help_text="Which payment of the order it refunds; or null."
    )
    policyCode = TextOrNull(source="request.policy_code", help_text="Approval policy that was asked for; or null.")
    statusCode = Choice(
        source="request.status",
        choices=RequestStatus.values,
        component="OrderCreditStatus",
        help_text="Its status.",
    )
    subReasonCode = TextOrNull(source="request.sub_reason", help_text="Your own sub-reason; or null.")
    updatedAt = IsoMilliseconds(source="request.updated_at", help_text="When it last changed, UTC.")
    version = Integer(
        source="request.version",
        min_value=1,
        help_text="Ours: rises when whom it pays changes, and when it is put forward again after it failed.",
    )
    approvalsMissing = Integer(
        source="approvals_missing",
        min_value=1,
        required=False,
        help_text="Ours: how many more people have to approve it; only where this call was an approval that was not "
        "the last one needed.",
    )
    approvalNotice = Text(
        source="notice",
        required=False,
        help_text="Ours: that fewer people can approve it than have to; only where it was asked for with this call.",
    )


class OrderCredits(Serializer):
    """Credits that were asked for together."""

    credits = OrderCredit(many=True, max_length=MAX_CREDITS)


class OrderCreditListPlace(Serializer):
    """Which part of a list an answer shows."""

    offset = Integer(min_value=0, help_text="How many were passed over.")
    limit = Integer(min_value=1, help_text="How many are shown at most.")
    count = Integer(min_value=0, help_text="How many there are in all.")


class OrderCreditList(Serializer):
    """Some of an order's credits."""

    credits = OrderCredit(many=True, max_length=2 * PAGE_SIZE)
    query = OrderCreditListPlace()


class ListedOrderCredit(OrderCredit):
    """A credit in a list of credits of whatever orders."""

    orderName = Choice(
        source="request.order_kind",
        choices=[kind.value for kind in OrderKind if kind.value],
        component="OrderName",
        help_text="By what its order is named, as in the path under which it is found.",
    )
    orderNameValue = Text(source="request.order_value", help_text="The order's id, number or id in another system.")


class ListedOrderCreditsPlace(OrderCreditListPlace):
    """Which part of a list an answer shows."""

    count = Integer(
        min_value=0,
        help_text="How many there are up to the end of this part, and one more if there are more: never all of them.",
    )


class ListedOrderCredits(Serializer):
    """Some of the credits of all orders."""

    credits = ListedOrderCredit(many=True, max_length=2 * PAGE_SIZE)
    query = ListedOrderCreditsPlace()


class EligibleReason(Serializer):
    """A reason for which credit can be asked."""

    code = Text(help_text="Code of a reason.")
    description = Text(source="label", help_text="The reason in words.")


class OrderCreditsEligibility(Serializer):
    """What can be asked for."""

    orderId = Text(source="order", help_text="The order as the path names it.")
    description = Text(help_text="What can be asked for, for people.")
    eligibleReasonCodes = EligibleReason(source="reasons", many=True, help_text="The active reasons.")
    policyType = Text(source="policy_type", help_text="What the policy is for: always `credits`.")
    policyName = Text(
        source="policy_name",
        help_text="The approval policy that credits of your key fall under; `default` if there is none.",
    )


def look_at(request: CreditRequest, *, whole: bool = False, approvals_missing: int = 0, notice: str = "") -> Any:
    """
    A credit as an answer knows it.

    :param whole: whether a mark stands in the place of the card's number, to be put in as the answer goes out.
    """
    optional = {"approvals_missing": approvals_missing, "notice": notice}
    return {
        "request": request,
        "attributes": request.attributes | ({NUMBER: NUMBER_HERE} if whole else {}),
        **{name: value for name, value in optional.items() if value},
    }


def look_at_several(
    requests: Sequence[CreditRequest], *, whole: Iterable[bool], chances: Mapping[UUID, Chance]
) -> dict[str, Any]:
    """
    Credits that were asked for together.

    :param chances: of those that are pending, whether anybody can approve them.
    """
    shown = [
        look_at(request, whole=its, notice=_say_chance(chances.get(request.pk)))
        for request, its in zip(requests, whole, strict=True)
    ]
    return {"credits": shown}


def look_at_eligibility(order: str, reasons: Iterable[Reason], policy: ApprovalPolicy | None) -> dict[str, Any]:
    """What can be asked for; the reason that needs nothing but itself comes first."""
    return {
        "order": order,
        "description": "Credits can be asked for this order.",
        "reasons": sorted(reasons, key=lambda reason: reason.code != "EC"),
        "policy_type": "credits",
        "policy_name": str(policy) if policy else "default",
    }


def put_numbers(text: Json, numbers: Iterable[str]) -> Json:
    """An answer with the cards' numbers in their places, one after the other."""
    parts = text.split(_MARK)
    put = [parts[0]]
    for number, part in zip(numbers, parts[1:], strict=True):
        put += [f'"{NUMBER}":{to_json(number)}', part]
    return Json("".join(put))


def read_marked(text: Json) -> list[tuple[int, UUID, bool]]:
    """Place, id and whether confirmed, of each credit of a stored answer in which a card's number has to be put."""
    shown: Mapping[str, Any] = json.loads(text.replace(_MARK, f'"{NUMBER}":true'))
    return [
        (place, UUID(credit["creditId"]), credit["statusCode"] == RequestStatus.CONFIRMED)
        for place, credit in enumerate(credits_in(shown))
        if credit["attributes"].get(NUMBER) is True
    ]


def credits_in(shown: Mapping[str, Any]) -> list[Any]:
    """The credits of an answer, which may be one."""
    found: list[Any] = shown.get("credits", [shown])
    return found


def _say_chance(chance: Chance | None) -> str:
    """Nothing, or that nobody can approve it; whom the shop has is not told."""
    if chance is None or not chance.is_none:
        return ""
    needed = "one more approval is" if chance.missing == 1 else f"{chance.missing} more approvals are"
    people = "nobody" if not chance.names else "one person" if len(chance.names) == 1 else f"{len(chance.names)} people"
    return f"It cannot be approved as things stand: {needed} needed and {people} can give one."
