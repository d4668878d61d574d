"""
Checkouts in any order of steps: the credit that orders took less what came back is what their charges say, always.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ledger.errors import DomainError
from ledger.models import Account, Transaction
from ledger.money import from_minor
from ledger.operations import AccountStatus, release_timed_out_holds
from storecredit.checkouts.models import Charge, Source, UnreturnedCredit
from storecredit.checkouts.operations import (
    RefundLine,
    cancel_order,
    change_checkout,
    delete_checkout,
    detach_source,
    expire_checkouts,
    refund_order,
)
from storecredit.checkouts.queries import get_order
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    given_checkout,
    given_credit_source,
    given_tender,
    item,
    order,
    send,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, SYSTEM, given_credit, set_status

settings.register_profile(
    "checkouts",
    max_examples=7,
    stateful_step_count=25,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
places = st.integers(min_value=0, max_value=10**6)
amounts = st.sampled_from([1, 250, 700, 1000, 2000])
counts = st.integers(min_value=0, max_value=3)


class Checkouts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.now = NOW
        self.accounts = [given_credit("60.00 GBP"), account_of(given_card("40.00 GBP"))]
        self.started = {account.pk: account.balance_minor for account in Account.objects.all()}
        self.checkouts: list[Any] = [self._new()]
        self.sources: list[Source] = []
        self.orders: list[str] = []
        self.buy(700, 1000, False)
        self.send_some(0, 0, 3, 0)
        self.refund(0, 2000, 0)

    def teardown(self) -> None:
        try:
            assert all_is_well()
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.all_or_nothing.__exit__(None, None, None)

    @rule()
    def begin(self) -> None:
        self.checkouts.append(self._new())

    @rule(first=amounts, second=amounts, reusable=st.booleans())
    def buy(self, first: int, second: int, reusable: bool) -> None:
        """A whole purchase: something from each line, the rest by card."""
        self.checkouts.append(self._new())
        at = len(self.checkouts) - 1
        if reusable:
            self.attach_the_rest_by_card(at, reusable)
        self.attach_credit(at, 0, first)
        self.attach_credit(at, 1, second)
        if not reusable:
            self.attach_the_rest_by_card(at, reusable)
        self.place(at)

    @rule(at=places, where=places, amount=amounts)
    def attach_credit(self, at: int, where: int, amount: int) -> None:
        account = self.accounts[where % 2]
        source = self._try(lambda: given_credit_source(_gbp(amount), account=account, now=self.now))
        if source is not None:
            self.sources.append(source)
            self._try(lambda: attach(self._checkout(at), source, self.now))

    @rule(at=places, reusable=st.booleans())
    def attach_the_rest_by_card(self, at: int, reusable: bool) -> None:
        checkout = self._checkout(at)
        rest = checkout.checkout.total_minor - sum(
            Source.objects.filter(checkout_id=checkout.checkout.pk, state="CHARGEABLE").values_list(
                "contributed_minor", flat=True
            )
        )
        if rest > 0:
            source = given_tender(_gbp(rest), reusable=reusable, now=self.now)
            self.sources.append(source)
            self._try(lambda: attach(checkout, source, self.now))

    @rule(at=places, where=places)
    def attach_again(self, at: int, where: int) -> None:
        if self.sources:
            self._try(lambda: attach(self._checkout(at), self.sources[where % len(self.sources)], self.now))

    @rule(where=places)
    def detach(self, where: int) -> None:
        if self.sources:
            source = Source.objects.get(pk=self.sources[where % len(self.sources)].pk)
            if source.checkout_id is not None:
                pk = source.checkout_id
                self._try(lambda: detach_source(checkout_id=pk, source_id=source.pk, **self._act))

    @rule(at=places, units=st.integers(min_value=1, max_value=4))
    def change(self, at: int, units: int) -> None:
        pk = self._checkout(at).checkout.pk
        self._try(lambda: change_checkout(checkout_id=pk, changes={"items": [item("7.01 GBP", units)]}, **self._act))

    @rule(at=places, once_in_three=st.integers(min_value=1, max_value=3))
    def delete(self, at: int, once_in_three: int) -> None:
        if once_in_three == 1:
            self._try(lambda: delete_checkout(checkout_id=self._checkout(at).checkout.pk, **self._act))

    @rule(at=places)
    def place(self, at: int) -> None:
        placed = self._try(lambda: order(self._checkout(at), self.now))
        if placed is not None:
            self.orders.append(placed.order.pk)

    @rule(at=places, place=st.integers(min_value=0, max_value=1), quantity=counts, cancelled=counts)
    def send_some(self, at: int, place: int, quantity: int, cancelled: int) -> None:
        if self.orders:
            of = get_order(order_id=self._order(at), test_mode=False)
            self._try(lambda: send(of, place % len(of.items), quantity, cancelled, self.now))

    @rule(at=places, once_in_three=st.integers(min_value=1, max_value=3))
    def cancel(self, at: int, once_in_three: int) -> None:
        if self.orders and once_in_three == 1:
            self._try(lambda: cancel_order(order_id=self._order(at), **self._act))

    @rule(at=places, amount=amounts, units=counts)
    def refund(self, at: int, amount: int, units: int) -> None:
        if not self.orders:
            return
        of = get_order(order_id=self._order(at), test_mode=False)
        what: dict[str, Any] = {"amount": from_minor(amount, "GBP")}
        if units:
            what = {"items": [RefundLine(of.items[0].pk, units)]}
        self._try(lambda: refund_order(order_id=of.order.pk, currency="GBP", **what, **self._act))

    @rule(minutes=st.sampled_from([1, 29, 30, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(which=st.booleans())
    def sweep(self, which: bool) -> None:
        if which:
            expire_checkouts(actor=SYSTEM, now=self.now)
        else:
            release_timed_out_holds(actor=SYSTEM, now=self.now)

    @rule(where=places, frozen=st.booleans())
    def freeze(self, where: int, frozen: bool) -> None:
        account = self.accounts[0]
        set_status(account_id=account.pk, status=AccountStatus.FROZEN if frozen else AccountStatus.OPEN)

    @invariant()
    def credit_taken_less_credit_given_back_is_what_the_charges_say(self) -> None:
        charges = Charge.objects.filter(source__type="CUSTOMER_CREDIT").select_related("source")
        for account in self.accounts:
            own = [charge for charge in charges if charge.source.account_id == account.pk]
            says = sum(charge.amount_minor - charge.cancelled_minor - charge.refunded_minor for charge in own)
            moved = sum(Transaction.objects.filter(account=account).values_list("amount_minor", flat=True))
            waiting = sum(UnreturnedCredit.objects.filter(account=account).values_list("amount_minor", flat=True))
            stored = Account.objects.get(pk=account.pk)
            assert self.started[account.pk] - moved - waiting == says
            assert (stored.balance_minor, stored.balance_minor >= stored.held_minor >= 0) == (moved, True)

    @property
    def _act(self) -> dict[str, Any]:
        return ACT | {"now": self.now}

    def _new(self) -> Any:
        return given_checkout(item("10.00 GBP", 3), item("3.33 GBP", 2, "sku-2"), now=self.now)

    def _checkout(self, at: int) -> Any:
        return self.checkouts[at % len(self.checkouts)]

    def _order(self, at: int) -> str:
        return self.orders[at % len(self.orders)]

    def _try(self, step: Any) -> Any:
        """What the step returns, or None where it is refused; then it has changed nothing."""
        try:
            with transaction.atomic():
                return step()
        except DomainError:
            return None


def _gbp(amount_minor: int) -> str:
    return f"{from_minor(amount_minor, 'GBP').amount} GBP"


@pytest.mark.django_db
def test_orders_keep_the_credit_that_their_charges_say():
    run_state_machine_as_test(Checkouts, settings=settings.get_profile("checkouts"))
