"""Checkouts, orders and events as staff meet them."""

from typing import Any

from ledger.models import Account, Hold
from storecredit.checkouts.models import CalloutHold, CreditDeduction, Source, UnreturnedCredit, WebhookEvent
from storecredit.checkouts.queries import CheckoutDetail, OrderDetail
from tests.checkouts.events import accepted, credit, deliver, event, given_secret
from tests.checkouts.stage import attach, given_checkout, given_credit_source, given_tender, order
from tests.factories.checkouts import UnreturnedCreditFactory
from tests.factories.vendor import CalloutHoldFactory
from tests.scenarios import given_credit, money


def given_checkout_with_credit(account: Account | None = None, amount: str = "10.00 GBP") -> CheckoutDetail:
    """An open checkout over 64.00 with a line of credit set aside for it."""
    account = account or given_credit("40.00 GBP")
    return attach(given_checkout(total="64.00 GBP"), given_credit_source(amount, account=account))


def hold_of(checkout: CheckoutDetail) -> Hold:
    source = Source.objects.select_related("hold__account").get(checkout=checkout.checkout, hold__isnull=False)
    assert source.hold is not None
    return source.hold


def given_order_with_card(account: Account | None = None) -> OrderDetail:
    """An order over 30.00, 10.00 of it from a line of credit and the rest with a card."""
    account = account or given_credit("40.00 GBP")
    begun = attach(given_checkout(total="30.00 GBP"), given_credit_source("10.00 GBP", account=account))
    return order(attach(begun, given_tender("20.00 GBP", details={"brand": "Visa", "last_four_digits": "4242"})))


def given_callout(account: Account | None = None, amount: str = "15.00 GBP") -> CalloutHold:
    """Credit that a checkout at the vendor asked for."""
    account = account or given_credit("40.00 GBP")
    return CalloutHoldFactory.create(account=account, session_id="session-1", amount=money(amount).amount)


def given_shortfall(account: Account | None = None, amount: str = "50.00") -> CreditDeduction:
    """An order at the vendor that counted on more than the 40.00 there were."""
    given_secret()
    deliver(accepted(credit(account or given_credit("40.00 GBP"), amount)))
    return CreditDeduction.objects.get()


def given_failed_event() -> WebhookEvent:
    """An event that says it is an order and is none."""
    given_secret()
    return deliver(event("order.accepted", {"id": "245558830336", "currency": "GBP"}))


def given_unreturned(account: Account | None = None) -> UnreturnedCredit:
    """10.00 of a cancelled order that could not go back to its frozen account."""
    account = account or given_credit("40.00 GBP")
    return UnreturnedCreditFactory.create(order__source__account=account)


def given_live_secret() -> Any:
    """A secret that works."""
    return given_secret()
