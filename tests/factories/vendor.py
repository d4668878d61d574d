"""What the vendor tells and asks, where checkouts run there and the credit is kept here."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Model
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from ledger.models import Account
from storecredit.checkouts.models import (
    CalloutHold,
    CreditDeduction,
    DeductionMovement,
    VendorGiveBack,
    VendorOrder,
    WebhookEvent,
    WebhookSecret,
)
from storecredit.checkouts.operations import add_webhook_secret, approve_credit_line, process_event, store_event
from tests.factories.defaults import API, NOW, STAFF, SYSTEM
from tests.factories.ledger import AccountFactory

SECRET = "whsec-0123456789abcdef0123456789abcdef"


class WebhookSecretFactory(DjangoModelFactory[WebhookSecret]):
    """A secret that the vendor may sign with; two of one mode may be live."""

    class Meta:
        model = WebhookSecret

    secret = SECRET
    label = "shop"
    test_mode = False
    actor = STAFF
    now = NOW

    @classmethod
    def _create(cls, model_class: type[WebhookSecret], *args: Any, **said: Any) -> WebhookSecret:
        return add_webhook_secret(**said)


class WebhookEventFactory(DjangoModelFactory[WebhookEvent]):
    """An event that has come in and was processed: one of a type that means nothing here, unless others are named."""

    class Meta:
        model = WebhookEvent

    event_id = LazyFunction(lambda: str(uuid4()))
    type = "customer.created"
    thing: Any = {}
    test_mode = False
    now = NOW

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **said: Any) -> WebhookEvent:
        told = {"id": said["event_id"], "type": said["type"], "data": {"object": said["thing"]}}
        body = json.dumps(told | {"liveMode": not said["test_mode"]}, default=float).encode()
        event = store_event(body=body, test_mode=said["test_mode"], now=said["now"])
        return process_event(event_id=event.pk, actor=SYSTEM, now=said["now"])


class CalloutHoldFactory(DjangoModelFactory[CalloutHold]):
    """Credit that a checkout at the vendor asked for."""

    class Meta:
        model = CalloutHold

    account = SubFactory(AccountFactory, funded=True)
    client_id = "7"
    session_id = Sequence(lambda n: f"session-{n}")
    amount = Decimal("10.00")
    actor = API
    now = NOW

    @classmethod
    def _create(cls, model_class: type[CalloutHold], *args: Any, account: Account, **said: Any) -> CalloutHold:
        approve_credit_line(upstream_id=account.number, test_mode=account.test_mode, **said)
        return model_class.objects.get(client_id=said["client_id"], session_id=said["session_id"], account=account)


class CreditDeductionFactory(DjangoModelFactory[CreditDeduction]):
    """An order was accepted at the vendor and took 10.00, or `amount`, of an account's credit."""

    class Meta:
        model = CreditDeduction

    account = SubFactory(AccountFactory, funded=True)
    order_id = Sequence(lambda n: f"{245558830336 + n}")
    source_id = "source-1"
    amount = Decimal("10.00")

    @classmethod
    def _create(
        cls,
        model_class: type[CreditDeduction],
        *args: Any,
        account: Account,
        order_id: str,
        source_id: str,
        amount: Decimal,
    ) -> CreditDeduction:
        source = {"id": source_id, "type": "customerCredit", "amount": amount, "upstreamId": account.number}
        thing = {"id": order_id, "currency": account.currency, "payment": {"sources": [source]}}
        event = WebhookEventFactory.create(type="order.accepted", thing=thing, test_mode=account.test_mode)
        return model_class.objects.get(event=event)


class VendorOrderFactory(DjangoModelFactory[VendorOrder]):
    """The order of a deduction."""

    class Meta:
        model = VendorOrder

    @classmethod
    def _create(cls, model_class: type[VendorOrder], *args: Any, **said: Any) -> VendorOrder:
        return CreditDeductionFactory.create(**said).order


class DeductionMovementFactory(DjangoModelFactory[DeductionMovement]):
    """What a deduction took."""

    class Meta:
        model = DeductionMovement

    deduction = SubFactory(CreditDeductionFactory)

    @classmethod
    def _create(cls, model_class: type[DeductionMovement], *args: Any, deduction: CreditDeduction) -> Model:
        return deduction.movements.get()


class VendorGiveBackFactory(DjangoModelFactory[VendorGiveBack]):
    """An order was cancelled at the vendor: what its deduction took has gone back."""

    class Meta:
        model = VendorGiveBack

    deduction = SubFactory(CreditDeductionFactory)

    @classmethod
    def _create(cls, model_class: type[VendorGiveBack], *args: Any, deduction: CreditDeduction) -> VendorGiveBack:
        thing = {"id": deduction.order.order_id, "currency": deduction.currency}
        WebhookEventFactory.create(type="order.cancelled", thing=thing, test_mode=deduction.order.test_mode)
        return model_class.objects.get(order=deduction.order)
