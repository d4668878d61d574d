"""Checkouts, their orders and what moves of them."""

from typing import Any

from factory.base import Factory
from factory.declarations import LazyAttribute, SubFactory, Trait
from factory.django import DjangoModelFactory
from moneyed import Money

from ledger.models import Account, AccountStatus
from storecredit.checkouts.models import (
    Charge,
    ChargeMovement,
    Checkout,
    CheckoutItem,
    CheckoutRules,
    Fulfillment,
    FulfillmentItem,
    MovementKind,
    Order,
    Refund,
    RefundItem,
    Settlement,
    Source,
    UnreturnedCredit,
)
from storecredit.checkouts.operations import (
    FulfillmentLine,
    NewItem,
    RefundLine,
    SourceType,
    attach_source,
    cancel_order,
    create_checkout,
    create_source,
    fulfill,
    place_order,
    refund_order,
    settle_unreturned_credit,
)
from storecredit.checkouts.queries import CheckoutDetail, OrderDetail
from tests.factories.defaults import API, NOW, STAFF, money
from tests.factories.ledger import AccountEventFactory, AccountFactory, SingleRowFactory

BILL_TO = {
    "name": "Chase Marshall",
    "address": {"line1": "4321 Any Road W", "city": "Minneapolis", "postal_code": "55401", "country": "US"},
}


class CheckoutRulesFactory(SingleRowFactory[CheckoutRules]):
    class Meta:
        model = CheckoutRules


def _currency_of(item: NewItem) -> str:
    price = item.aggregate_price if item.price is None else item.price
    assert price is not None
    return price.currency.code


class CheckoutDetailFactory(Factory[CheckoutDetail]):
    """A checkout of one line at 10.00 with all that belongs to it; it can be ordered once it is paid for."""

    class Meta:
        model = CheckoutDetail

    items = (NewItem(sku_id="sku-1", quantity=1, price=money("10.00 GBP")),)
    currency = LazyAttribute(lambda its: _currency_of(its.items[0]))
    email = "chase@example.com"
    bill_to = BILL_TO
    actor = API
    now = NOW
    test_mode = False

    @classmethod
    def _create(cls, model_class: type[CheckoutDetail], *args: Any, **said: Any) -> CheckoutDetail:
        return create_checkout(**said)


class CheckoutFactory(DjangoModelFactory[Checkout]):
    """The row of a new checkout; what is said of it is said to `CheckoutDetailFactory`."""

    class Meta:
        model = Checkout

    @classmethod
    def _create(cls, model_class: type[Checkout], *args: Any, **said: Any) -> Checkout:
        return CheckoutDetailFactory.create(**said).checkout


class CheckoutItemFactory(DjangoModelFactory[CheckoutItem]):
    """The first line of a checkout."""

    class Meta:
        model = CheckoutItem

    checkout = SubFactory(CheckoutFactory)

    @classmethod
    def _create(cls, model_class: type[CheckoutItem], *args: Any, checkout: Checkout) -> CheckoutItem:
        return checkout.items.earliest("place")


class SourceFactory(DjangoModelFactory[Source]):
    """A credit card that may pay 10.00; `credit=True` for a line of credit, by default of an account of its own."""

    class Meta:
        model = Source

    class Params:
        credit = Trait(
            type=SourceType.CUSTOMER_CREDIT,
            account=SubFactory(
                AccountFactory,
                funded=True,
                currency=LazyAttribute(lambda its: its.factory_parent.worth.currency.code),
            ),
        )

    worth = money("10.00 GBP")
    type = SourceType.CREDIT_CARD
    account = None
    actor = API
    now = NOW
    test_mode = False

    @classmethod
    def _create(cls, model_class: Any, *args: Any, worth: Money, account: Account | None, **said: Any) -> Source:
        if account is not None:
            said |= {"upstream_id": account.number, "test_mode": account.test_mode}
        return create_source(amount=worth.amount, currency=worth.currency.code, **said)


class OrderDetailFactory(Factory[OrderDetail]):
    """A checkout that was ordered, with all that belongs to it: of 10.00, paid for by `source`."""

    class Meta:
        model = OrderDetail

    checkout = SubFactory(CheckoutFactory)
    source = SubFactory(SourceFactory)

    @classmethod
    def _create(cls, model_class: type[OrderDetail], *args: Any, checkout: Checkout, source: Source) -> OrderDetail:
        said: dict[str, Any] = {"checkout_id": checkout.pk, "actor": API, "now": NOW, "test_mode": checkout.test_mode}
        attach_source(source_id=source.pk, **said)
        return place_order(**said)


class OrderFactory(DjangoModelFactory[Order]):
    """The row of a new order; what is said of it is said to `OrderDetailFactory`."""

    class Meta:
        model = Order

    @classmethod
    def _create(cls, model_class: type[Order], *args: Any, **said: Any) -> Order:
        return OrderDetailFactory.create(**said).order


class ChargeFactory(DjangoModelFactory[Charge]):
    """What the first source pays of an order."""

    class Meta:
        model = Charge

    order = SubFactory(OrderFactory)

    @classmethod
    def _create(cls, model_class: type[Charge], *args: Any, order: Order) -> Charge:
        return order.charges.earliest("place")


class FulfillmentFactory(DjangoModelFactory[Fulfillment]):
    """One unit of an order's first line was sent."""

    class Meta:
        model = Fulfillment

    order = SubFactory(OrderFactory)

    @classmethod
    def _create(cls, model_class: type[Fulfillment], *args: Any, order: Order) -> Fulfillment:
        line = FulfillmentLine(order.checkout.items.earliest("place").pk, 1, 0)
        return fulfill(order_id=order.pk, items=[line], actor=API, now=NOW, test_mode=order.test_mode)


class FulfillmentItemFactory(DjangoModelFactory[FulfillmentItem]):
    class Meta:
        model = FulfillmentItem

    fulfillment = SubFactory(FulfillmentFactory)

    @classmethod
    def _create(cls, model_class: type[FulfillmentItem], *args: Any, fulfillment: Fulfillment) -> FulfillmentItem:
        return fulfillment.items.get()


class RefundFactory(DjangoModelFactory[Refund]):
    """What one unit of an order's first line cost goes back; `order` has sent it."""

    class Meta:
        model = Refund

    order = LazyAttribute(lambda its: FulfillmentFactory.create().order)
    reason = "too small"

    @classmethod
    def _create(cls, model_class: type[Refund], *args: Any, order: Order, reason: str) -> Refund:
        return refund_order(
            order_id=order.pk,
            currency=order.currency,
            items=[RefundLine(order.checkout.items.earliest("place").pk, 1)],
            reason=reason,
            actor=API,
            now=NOW,
            test_mode=order.test_mode,
        )


class RefundItemFactory(DjangoModelFactory[RefundItem]):
    class Meta:
        model = RefundItem

    refund = SubFactory(RefundFactory)

    @classmethod
    def _create(cls, model_class: type[RefundItem], *args: Any, refund: Refund) -> RefundItem:
        return refund.items.get()


class ChargeMovementFactory(DjangoModelFactory[ChargeMovement]):
    """What sending a unit has captured."""

    class Meta:
        model = ChargeMovement

    fulfillment = SubFactory(FulfillmentFactory)

    @classmethod
    def _create(cls, model_class: type[ChargeMovement], *args: Any, fulfillment: Fulfillment) -> ChargeMovement:
        return fulfillment.movements.get(kind=MovementKind.CAPTURE)


class UnreturnedCreditFactory(DjangoModelFactory[UnreturnedCredit]):
    """The credit of a cancelled order that could not go back, for its account is frozen."""

    class Meta:
        model = UnreturnedCredit

    order = SubFactory(OrderFactory, source=SubFactory(SourceFactory, credit=True))

    @classmethod
    def _create(cls, model_class: type[UnreturnedCredit], *args: Any, order: Order) -> UnreturnedCredit:
        account = order.charges.get().source.account
        AccountEventFactory.create(account=account, to_status=AccountStatus.FROZEN)
        cancel_order(order_id=order.pk, actor=API, now=NOW, test_mode=order.test_mode)
        return model_class.objects.get(account=account, reference=order.pk)


class SettlementFactory(DjangoModelFactory[Settlement]):
    """Staff have settled credit that could not go back."""

    class Meta:
        model = Settlement

    unreturned = SubFactory(UnreturnedCreditFactory)
    resolution = "paid out in cash"

    @classmethod
    def _create(
        cls, model_class: type[Settlement], *args: Any, unreturned: UnreturnedCredit, resolution: str
    ) -> Settlement:
        settle_unreturned_credit(unreturned_id=unreturned.pk, resolution=resolution, actor=STAFF, now=NOW)
        return model_class.objects.get(unreturned=unreturned)
