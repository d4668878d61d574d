"""
Mergers, moves, spends, refunds, holds, imports, expiry, approvals and undoing in any order, over hours and days,
against a plain shop: nothing is lost, nothing is made, and whatever number is used finds whoever it is about today.

After each step each account has the very lots that the plain shop has, with their funding and their last moments.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from giftcards.models import GiftCard
from giftcards.operations import assign_card
from ledger.errors import AccountNotOpen, CustomerNotFound, DomainError
from ledger.models import Account, Lot, Transaction
from ledger.money import from_minor
from ledger.operations import (
    CustomerRow,
    OpeningRow,
    expire_credit,
    import_customers,
    import_opening_balances,
    issue_credit,
    place_hold,
    refund_spend,
    release_hold,
    release_timed_out_holds,
    spend_credit,
)
from ledger.queries import find_account, get_customer, get_wallet, list_findings
from storecredit.backoffice.privacy.anonymising import anonymise, find_traces
from storecredit.credits.operations import (
    CUSTOMER,
    CustomerRequestKind,
    RequestKind,
    approve_about_customer,
    approve_request,
    ask_about_customer,
    undo_about_customer,
)
from tests.credits.merged_books import PlainMerger, PlainShop
from tests.credits.requests import given_approver, given_limit, given_request, party_of
from tests.factories.giftcards import GiftCardFactory
from tests.factories.people import UserFactory, permissions_named
from tests.ledger import plain_books as plain
from tests.scenarios import API, NOW, SYSTEM, given_customer

PROFILE = settings(
    max_examples=5,
    stateful_step_count=25,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
CUSTOMERS = 4
who = st.integers(min_value=0, max_value=CUSTOMERS - 1)
amounts = st.integers(min_value=1, max_value=60)
currencies = st.sampled_from(["GBP", "GBP", "JPY"])
places = st.integers(min_value=0, max_value=10**6)
spans = st.sampled_from([timedelta(hours=1), timedelta(hours=1), timedelta(days=1), timedelta(days=3)])
lives = st.one_of(st.none(), spans)


class Shop(RuleBasedStateMachine):
    """Customers who may turn out to be one. Everybody is asked for by the number that they always had."""

    def __init__(self) -> None:
        super().__init__()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.now: datetime = NOW
        self.customers = [given_customer(number=f"C-{place}") for place in range(CUSTOMERS)]
        self.ann = party_of(UserFactory.create(username="ann", permissions=["credits.ask_about_customer"]))
        bob = given_approver("bob", per_request="1000.00 USD")
        for most in ("1000.00 GBP", "100000 JPY"):
            given_limit(bob, most)
        self.bob = party_of(bob)
        bob.user_permissions.add(*permissions_named("credits.decide_about_customer"))
        self.plain = PlainShop(become=list(range(CUSTOMERS)), cards=list(range(CUSTOMERS)))
        amounts = [100, 100, 100, 0]
        self.cards = [
            GiftCardFactory.create(customer_id=each.pk, amount=from_minor(amount, "GBP"))
            for each, amount in zip(self.customers, amounts, strict=True)
        ]
        self.spends: list[tuple[Transaction, plain.PlainEntry]] = []
        self.entries: list[tuple[Transaction, plain.PlainEntry]] = []
        self.holds: list[Any] = []
        self.asked: list[Any] = []
        self.credit: list[tuple[Any, int]] = []
        self.files: dict[tuple[int, str, str], int] = {}
        # The last one has nothing: they can be made anonymous.
        for at in range(CUSTOMERS - 1):
            self.give(at, 40, "GBP", timedelta(days=1))
            self.give(at, 30, "JPY", None)

    def teardown(self) -> None:
        try:
            assert list(list_findings()) == []
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.all_or_nothing.__exit__(None, None, None)

    # What can happen

    @rule(at=who, amount=amounts, currency=currencies, life=lives)
    def give(self, at: int, amount: int, currency: str, life: timedelta | None) -> None:
        ends = self.now + life if life else None
        wallet = get_wallet(customer=self._number(at), currency=currency, test_mode=False, now=self.now)
        given = from_minor(amount, currency)
        if entry := self._try(issue_credit, wallet=wallet, amount=given, actor=API, expires_at=ends):
            account = self.plain.account(at, currency)
            self.entries.append((entry, plain.add(account, "ISSUE", amount, "GOODWILL", ends, self.now)))

    @rule(at=who, amount=amounts, currency=currencies)
    def spend(self, at: int, amount: int, currency: str) -> None:
        self._both(
            lambda account: plain.spend(account, "REDEEM", amount, self.now, by_staff=False),
            spend_credit,
            self.spends.append,
            at=at,
            amount=from_minor(amount, currency),
        )

    @precondition(lambda self: self.spends)
    @rule(place=places, amount=amounts)
    def refund(self, place: int, amount: int) -> None:
        """Of what somebody bought, whoever they have become."""
        spend, entry = self.spends[place % len(self.spends)]
        target = self.plain.heir_of(entry.account)
        given = from_minor(amount, spend.currency)
        done: list[plain.PlainEntry] = []
        expected = not target.frozen and self._plainly(
            lambda: done.append(plain.refund(entry, target, amount, self.now))
        )
        row = self._try(refund_spend, transaction_id=spend.pk, amount=given, actor=API)
        assert bool(row) == expected
        if row:
            self.entries.append((row, done[0]))

    @rule(at=who, amount=amounts, currency=currencies)
    def hold(self, at: int, amount: int, currency: str) -> None:
        ends = self.now + timedelta(days=2)

        def keep(both: tuple[Any, plain.PlainHold]) -> None:
            self.holds.append(both)
            self.plain.holds.append(both[1])

        self._both(
            lambda account: plain.hold(account, amount, ends, self.now),
            place_hold,
            keep,
            at=at,
            amount=from_minor(amount, currency),
            expires_at=ends,
        )

    @precondition(lambda self: self.holds)
    @rule(place=places)
    def release(self, place: int) -> None:
        row, held = self.holds.pop(place % len(self.holds))
        expected = self._plainly(lambda: plain.release(held))
        assert bool(self._try(release_hold, hold_id=row.pk, actor=API)) == expected

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule()
    def credit_expires(self) -> None:
        release_timed_out_holds(actor=SYSTEM, now=self.now)
        plain.time_out(self.plain.holds, self.now)
        swept = plain.expire(list(self.plain.accounts.values()), self.now)
        assert expire_credit(actor=SYSTEM, now=self.now).lots == swept

    @rule(at=who, amount=amounts, currency=currencies, reference=st.sampled_from(["", "old till"]))
    def import_a_file(self, at: int, amount: int, currency: str, reference: str) -> None:
        """Balances under the numbers of before; the same file once more brings in nothing."""
        known = (at, currency, reference)
        amount = self.files.get(known, amount)
        row = OpeningRow(2, self._number(at), "", amount, currency, reference=reference)
        import_customers(rows=[CustomerRow(self._number(at), {"first_name": "Old"})], now=self.now)
        expected = {currency: amount}
        try:
            with transaction.atomic():
                import_opening_balances(rows=[row], expected_minor=expected, actor=API, now=self.now, source="a till")
        except AccountNotOpen:
            assert self.plain.account(at, currency).frozen
            return
        if known not in self.files:
            self.files[known] = amount
            plain.add(self.plain.account(at, currency), "IMPORT", amount, "IMPORTED", None, self.now)

    @rule(place=st.integers(min_value=0, max_value=CUSTOMERS - 1), to=who)
    def assign(self, place: int, to: int) -> None:
        owner = get_customer(identifier=self._number(to), test_mode=False)
        card: dict[str, Any] = {"card_id": self.cards[place].pk, "customer_id": owner.pk, "customer_only": False}
        if self._try(assign_card, actor=API, **card):
            self.plain.cards[place] = self.plain.become[to]

    @rule(at=who, amount=amounts)
    def ask_for_credit(self, at: int, amount: int) -> None:
        wanted: dict[str, Any] = {"kind": RequestKind.STORE_CREDIT, "attributes": {CUSTOMER: self._number(at)}}
        self.credit.append((given_request(f"0.{amount:02d} GBP", now=self.now, **wanted), self.plain.become[at]))

    @precondition(lambda self: self.credit)
    @rule(place=places)
    def approve_credit(self, place: int) -> None:
        request, payee = self.credit[place % len(self.credit)]
        if self._try(approve_request, request_id=request.pk, party=self.bob):
            self.credit.remove((request, payee))
            # Whoever waits to be paid is not merged meanwhile.
            assert self.plain.become[payee] == payee
            plain.add(self.plain.account(payee, "GBP"), "ISSUE", request.amount_minor, "GOODWILL", None, self.now)

    @rule(at=who, to=who, amount=amounts, currency=currencies, is_move=st.booleans())
    def ask_about(self, at: int, to: int, amount: int, currency: str, is_move: bool) -> None:
        what: dict[str, Any] = {"kind": CustomerRequestKind.MERGE}
        if is_move:
            what = {"kind": CustomerRequestKind.MOVE, "amount": from_minor(amount, currency)}
        ids = {"customer_id": self.customers[at].pk, "other_id": self.customers[to].pk}
        if request := self._try(ask_about_customer, party=self.ann, note="one person", **ids, **what):
            self.asked.append(request)
            self.plain.mergers.append(PlainMerger(at, to, (amount, currency) if is_move else None))

    @precondition(lambda self: self.asked)
    @rule(back=st.integers(min_value=0, max_value=3))
    def approve(self, back: int) -> None:
        place = max(len(self.asked) - 1 - back, 0)
        merger = self.plain.mergers[place]
        doing = "merge" if merger.amount is None else "move"
        is_possible = merger.state == "PENDING" and self.plain.can(doing, place, self.now)
        done = self._try(approve_about_customer, request_id=self.asked[place].pk, party=self.bob, note="yes")
        if done:
            getattr(self.plain, doing)(merger, self.now)
        else:
            # Nothing but a credit request or another question that waits stands against it.
            assert not is_possible or self._is_waited_for(place)

    @precondition(lambda self: self.asked)
    @rule(back=st.integers(min_value=0, max_value=3))
    def undo(self, back: int) -> None:
        place = max(len(self.asked) - 1 - back, 0)
        merger = self.plain.mergers[place]
        is_possible = merger.state == "APPROVED" and self.plain.can("undo", place, self.now)
        done = self._try(undo_about_customer, request_id=self.asked[place].pk, party=self.bob, note="by mistake")
        assert bool(done) == is_possible
        if done:
            self.plain.undo(merger, self.now)

    @rule(at=who, is_meant=st.sampled_from([False, False, True]))
    def forget(self, at: int, is_meant: bool) -> None:
        """Somebody is made anonymous, and whoever became them with them."""
        if not is_meant:
            return

        def do(now: datetime) -> int:
            kind, customer = CustomerRequestKind.ANONYMISE, self.customers[at]
            asked = ask_about_customer(kind=kind, customer_id=customer.pk, party=self.ann, now=now, note="asked")
            request = approve_about_customer(request_id=asked.pk, party=self.bob, now=now)
            traces = find_traces(customer_id=customer.pk)
            return anonymise(request=request, traces=traces, actor=self.bob.actor, now=now)

        if self._try(do) is not None:
            self.plain.nobody |= {each for each, is_now in enumerate(self.plain.become) if is_now == at}

    # What must then be so

    @invariant()
    def each_account_has_the_lots_that_the_plain_shop_has(self) -> None:
        rows = {(row.customer_id, row.currency): row for row in Account.objects.filter(kind="STORE_CREDIT")}
        assert rows.keys() == {(self.customers[at].pk, code) for at, code in self.plain.accounts}
        for (at, code), account in self.plain.accounts.items():
            row = rows[self.customers[at].pk, code]
            assert (row.balance_minor, row.held_minor) == (account.balance, account.held)
            assert (row.status == "CLOSED") == ((at, code) in self.plain.closed)
            lots = Lot.objects.filter(account=row).order_by("id")
            stored = lots.values_list("remaining_minor", "reserved_minor", "funding", "expires_at")
            assert list(stored) == [(lot.remaining, lot.reserved, lot.funding, lot.expires_at) for lot in account.lots]

    @invariant()
    def each_number_finds_whoever_it_is_today(self) -> None:
        for at, customer in enumerate(self.customers):
            is_now = self.customers[self.plain.become[at]]
            for known_as in (self._number(at), customer.document_id):
                assert get_customer(identifier=known_as, test_mode=False) == is_now
            customer.refresh_from_db()
            assert (customer.status == "archived") == (self.plain.become[at] != at or at in self.plain.nobody)
        for at, code in self.plain.closed:
            old = Account.objects.get(customer=self.customers[at], currency=code, kind="STORE_CREDIT")
            heir = find_account(number=old.number, test_mode=False)
            assert heir is not None
            assert (heir.customer_id, heir.currency) == (self.customers[self.plain.become[at]].pk, code)

    @invariant()
    def each_card_is_whose_it_should_be(self) -> None:
        owners = [GiftCard.objects.get(pk=card.pk).customer_id for card in self.cards]
        assert owners == [self.customers[owner].pk for owner in self.plain.cards]

    # How it is tried

    def _number(self, at: int) -> str:
        return f"C-{at}"

    def _is_waited_for(self, place: int) -> bool:
        merger = self.plain.mergers[place]
        paid = {payee for _, payee in self.credit}
        others = [each for each in self.plain.mergers if each.state == "PENDING" and each is not merger]
        return merger.twin in paid or any(
            {each.twin, each.survivor} & {merger.twin, merger.survivor} for each in others
        )

    def _both(self, plainly: Any, operation: Any, keep: Callable[[Any], None], **arguments: Any) -> None:
        """On the account that a number leads to; both do it, or both refuse."""
        at, amount = arguments.pop("at"), arguments["amount"]
        wallet = get_wallet(customer=self._number(at), currency=amount.currency.code, test_mode=False, now=self.now)
        if wallet.account_id is None:
            return
        account = self.plain.account(at, amount.currency.code)
        done: list[Any] = []
        expected = not account.frozen and self._plainly(lambda: done.append(plainly(account)))
        row = self._try(operation, account_id=wallet.account_id, actor=API, **arguments)
        assert bool(row) == expected
        if row:
            keep((row, done[0]))

    def _plainly(self, doing: Callable[[], Any]) -> bool:
        try:
            doing()
        except plain.Refused:
            return False
        return True

    def _try(self, operation: Any, **arguments: Any) -> Any:
        try:
            with transaction.atomic():
                return operation(now=self.now, **arguments)
        except CustomerNotFound:
            raise
        except DomainError:
            return None


@pytest.mark.django_db
def test_nothing_is_lost_or_made_in_any_order():
    run_state_machine_as_test(Shop, settings=PROFILE)
