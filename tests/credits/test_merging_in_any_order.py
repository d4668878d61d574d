"""Merge, spend, refund, hold, expiry, moves and approvals in any order: nothing is lost and nothing is made."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ledger.errors import DomainError
from ledger.models import Account, Lot, Transaction
from ledger.money import from_minor
from ledger.operations import expire_credit, issue_credit, place_hold, refund_spend, release_hold, spend_credit
from ledger.queries import get_wallet, list_findings
from storecredit.credits.operations import (
    CUSTOMER,
    CustomerRequestKind,
    RequestKind,
    approve_about_customer,
    approve_request,
    ask_about_customer,
    undo_about_customer,
)
from tests.credits.requests import given_approver, given_limit, given_request, party_of
from tests.factories.giftcards import GiftCardFactory
from tests.factories.people import UserFactory, permissions_named
from tests.scenarios import API, NOW, SYSTEM, given_customer

PROFILE = settings(
    max_examples=6,
    stateful_step_count=20,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
who = st.integers(min_value=0, max_value=2)
amounts = st.integers(min_value=1, max_value=60)
places = st.integers(min_value=0, max_value=10**6)
spans = st.sampled_from([timedelta(hours=1), timedelta(days=1), timedelta(days=3)])


class Shop(RuleBasedStateMachine):
    """Three customers who may turn out to be one. Everybody is asked for by the number that they always had."""

    def __init__(self) -> None:
        super().__init__()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.now: datetime = NOW
        self.customers = [given_customer(number=f"C-{place}") for place in range(3)]
        self.ann = party_of(UserFactory.create(username="ann", permissions=["credits.ask_about_customer"]))
        bob = given_approver("bob", per_request="1000.00 USD")
        given_limit(bob, "1000.00 GBP")
        self.bob = party_of(bob)
        bob.user_permissions.add(*permissions_named("credits.decide_about_customer"))
        self.spends: list[Transaction] = []
        self.holds: list[Any] = []
        self.asked: list[Any] = []
        self.credit: list[Any] = []
        self.owed = 0
        for customer in self.customers:
            GiftCardFactory.create(customer_id=customer.pk, amount=from_minor(100, "GBP"))
            self.owed += 100

    def teardown(self) -> None:
        try:
            assert list(list_findings()) == []
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.all_or_nothing.__exit__(None, None, None)

    @rule(at=who, amount=amounts, life=st.one_of(st.none(), spans))
    def give(self, at: int, amount: int, life: timedelta | None) -> None:
        ends = self.now + life if life else None
        if self._try(
            issue_credit, wallet=self._wallet(at), amount=from_minor(amount, "GBP"), actor=API, expires_at=ends
        ):
            self.owed += amount

    @rule(at=who, amount=amounts)
    def spend(self, at: int, amount: int) -> None:
        account_id = self._wallet(at).account_id
        if account_id and (
            entry := self._try(spend_credit, account_id=account_id, amount=from_minor(amount, "GBP"), actor=API)
        ):
            self.spends.append(entry)
            self.owed -= amount

    @precondition(lambda self: self.spends)
    @rule(place=places, amount=amounts)
    def refund(self, place: int, amount: int) -> None:
        spend = self.spends[place % len(self.spends)]
        if self._try(refund_spend, transaction_id=spend.pk, amount=from_minor(amount, "GBP"), actor=API):
            self.owed += amount

    @rule(at=who, amount=amounts)
    def hold(self, at: int, amount: int) -> None:
        account_id = self._wallet(at).account_id
        ends = self.now + timedelta(days=2)
        if account_id and (
            hold := self._try(
                place_hold, account_id=account_id, amount=from_minor(amount, "GBP"), expires_at=ends, actor=API
            )
        ):
            self.holds.append(hold)

    @precondition(lambda self: self.holds)
    @rule(place=places)
    def release(self, place: int) -> None:
        self._try(release_hold, hold_id=self.holds.pop(place % len(self.holds)).pk, actor=API)

    @rule(span=spans)
    def time_passes_and_credit_expires(self, span: timedelta) -> None:
        self.now += span
        self._expired(lambda: expire_credit(actor=SYSTEM, now=self.now))

    @rule(at=who, amount=amounts)
    def ask_for_credit(self, at: int, amount: int) -> None:
        wanted: dict[str, Any] = {"kind": RequestKind.STORE_CREDIT, "attributes": {CUSTOMER: self.customers[at].number}}
        self.credit.append(given_request(f"0.{amount:02d} GBP", now=self.now, **wanted))

    @precondition(lambda self: self.credit)
    @rule(place=places)
    def approve_credit(self, place: int) -> None:
        request = self.credit.pop(place % len(self.credit))
        if self._try(approve_request, request_id=request.pk, party=self.bob, version=1):
            self.owed += request.amount_minor

    @rule(at=who, to=who, amount=amounts, moves=st.booleans())
    def ask_about(self, at: int, to: int, amount: int, moves: bool) -> None:
        what: dict[str, Any] = {"kind": CustomerRequestKind.MERGE}
        if moves:
            what = {"kind": CustomerRequestKind.MOVE, "amount": from_minor(amount, "GBP")}
        ids = {"customer_id": self.customers[at].pk, "other_id": self.customers[to].pk}
        if request := self._try(ask_about_customer, party=self.ann, note="one person", **ids, **what):
            self.asked.append(request)

    @precondition(lambda self: self.asked)
    @rule(place=places)
    def approve(self, place: int) -> None:
        request = self.asked[place % len(self.asked)]
        before = self._pieces()
        done: list[Any] = []
        self._expired(
            lambda: done.append(self._try(approve_about_customer, request_id=request.pk, party=self.bob, note="yes"))
        )
        # Whatever moved kept its funding and its last day.
        gone = before - self._pieces()
        assert all(ends is not None and ends <= self.now for _, ends in gone)

    @precondition(lambda self: self.asked)
    @rule(place=places)
    def undo(self, place: int) -> None:
        request = self.asked[place % len(self.asked)]
        self._expired(lambda: self._try(undo_about_customer, request_id=request.pk, party=self.bob, note="by mistake"))

    @invariant()
    def nothing_is_lost_or_made(self) -> None:
        held = Account.objects.aggregate(total=Sum("balance_minor"))["total"]
        assert held == self.owed
        for customer in self.customers:
            customer.refresh_from_db()
            if customer.merged_into_id is not None:
                mine = Account.objects.filter(customer=customer)
                assert {(account.kind, account.status, account.balance_minor) for account in mine} <= {
                    ("STORE_CREDIT", "CLOSED", 0)
                }

    def _wallet(self, at: int) -> Any:
        return get_wallet(customer=self.customers[at].number, currency="GBP", test_mode=False, now=self.now)

    def _pieces(self) -> Counter[tuple[str, datetime | None]]:
        """How much there is of each funding and last day."""
        pieces: Counter[tuple[str, datetime | None]] = Counter()
        for lot in Lot.objects.filter(remaining_minor__gt=0):
            pieces[lot.funding, lot.expires_at] += lot.remaining_minor
        return pieces

    def _expired(self, doing: Any) -> None:
        """What expires is not owed any more, and nothing else that is done in here changes what is."""
        before = set(Transaction.objects.filter(type="EXPIRE").values_list("pk", flat=True))
        doing()
        new = Transaction.objects.filter(type="EXPIRE").exclude(pk__in=before)
        self.owed += new.aggregate(total=Sum("amount_minor"))["total"] or 0

    def _try(self, operation: Any, **arguments: Any) -> Any:
        try:
            with transaction.atomic():
                return operation(now=self.now, **arguments)
        except DomainError:
            return None


@pytest.mark.django_db
def test_nothing_is_lost_or_made_in_any_order():
    run_state_machine_as_test(Shop, settings=PROFILE)
