"""
Operations in any order, over days and months, by workers whose clocks differ, against the books in plain Python.

After each step every account has the balance, the held amount, the spendable amount and the very lots that the plain
books have; after each run nothing is wrong in the books.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ledger.errors import DomainError
from ledger.models import Account, Hold, Lot, Transaction
from ledger.money import from_minor
from ledger.operations import (
    AccountStatus,
    TransactionType,
    Why,
    add_credit,
    adjust_credit,
    capture_hold,
    complete_cuts,
    expire_credit,
    extend_hold,
    place_hold,
    refund_spend,
    release_hold,
    release_timed_out_holds,
    reverse_transaction,
    spend_credit,
    take_cut,
    transfer_credit,
    void_credit,
)
from ledger.queries import list_closings, list_findings, sum_spendable_minor, verify_seals
from tests.ledger import plain_books as plain
from tests.scenarios import API, NOW, STAFF, SYSTEM, given_account, set_status

settings.register_profile(
    "books",
    max_examples=18,
    stateful_step_count=40,
    deadline=None,
    database=None,
    # Without the explanation of failures, whose tracing takes most of the time.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

CURRENCIES = ("GBP", "GBP", "JPY")
accounts_ = st.integers(min_value=0, max_value=len(CURRENCIES) - 1)
amounts = st.one_of(st.integers(min_value=1, max_value=30), st.integers(min_value=1, max_value=300))
# Hours and days, so that lots and holds often end at the very moment at which something happens.
spans = st.sampled_from([timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=31)])
lives = st.one_of(st.none(), spans)
behind = st.sampled_from([timedelta(), timedelta(), timedelta(seconds=7), timedelta(hours=2)])
places = st.integers(min_value=0, max_value=10**6)
fundings = st.sampled_from(["PAID", "GOODWILL", "PROMOTION", "REFUND"])


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.now: datetime = NOW
        self.latest: datetime = NOW
        self.rows = [given_account(currency) for currency in CURRENCIES]
        self.accounts = [plain.PlainAccount(currency) for currency in CURRENCIES]
        self.entries: list[tuple[Transaction, plain.PlainEntry]] = []
        self.holds: list[tuple[Hold, plain.PlainHold]] = []
        self.cuts: list[tuple[int, datetime, Any]] = []
        for at in range(len(CURRENCIES)):
            for life in (None, timedelta(days=3), timedelta(days=31)):
                self.adjust_up(at, 200, life)

    def teardown(self) -> None:
        try:
            self.every_cut_stands_and_any_two_differ_by_what_happened_between()
            assert list(list_findings()) == []
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.all_or_nothing.__exit__(None, None, None)

    # What can happen

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.latest += span
        self.now = self.latest

    @rule(late=behind)
    def another_worker_goes_on(self, late: timedelta) -> None:
        """One whose clock is behind, unless it is right."""
        self.now = self.latest - late

    @rule(at=accounts_, amount=amounts, life=lives, funding=fundings, kind=st.sampled_from(["ISSUE", "LOAD", "IMPORT"]))
    def add(self, at: int, amount: int, life: timedelta | None, funding: str, kind: str) -> None:
        expires_at = self.now + life if life else None
        self._post(
            lambda: plain.add(self.accounts[at], kind, amount, funding, expires_at, self.now),
            add_credit,
            account_id=self.rows[at].pk,
            amount=self._money(at, amount),
            type=TransactionType(kind),
            funding=funding,
            expires_at=expires_at,
        )

    @rule(at=accounts_, amount=amounts, by_staff=st.booleans())
    def spend(self, at: int, amount: int, by_staff: bool) -> None:
        self._post(
            lambda: plain.spend(self.accounts[at], "REDEEM", amount, self.now, by_staff=by_staff),
            spend_credit,
            account_id=self.rows[at].pk,
            amount=self._money(at, amount),
            actor=STAFF if by_staff else API,
        )

    @rule(at=accounts_, amount=amounts)
    def adjust_down(self, at: int, amount: int) -> None:
        self._post(
            lambda: plain.spend(self.accounts[at], "ADJUST", amount, self.now, by_staff=True),
            adjust_credit,
            account_id=self.rows[at].pk,
            amount=self._money(at, -amount),
            why=Why(note="why"),
        )

    @rule(at=accounts_, amount=amounts, life=lives)
    def adjust_up(self, at: int, amount: int, life: timedelta | None) -> None:
        expires_at = self.now + life if life else None
        self._post(
            lambda: plain.add(self.accounts[at], "ADJUST", amount, "GOODWILL", expires_at, self.now),
            adjust_credit,
            account_id=self.rows[at].pk,
            amount=self._money(at, amount),
            expires_at=expires_at,
            why=Why(note="why"),
        )

    @rule(at=accounts_, once_in_five=st.integers(min_value=1, max_value=5))
    def void(self, at: int, once_in_five: int) -> None:
        if once_in_five > 1:
            return
        self._post(
            lambda: plain.void(self.accounts[at], self.now),
            void_credit,
            account_id=self.rows[at].pk,
            why=Why(note="why"),
        )

    @rule(source=accounts_, into=accounts_, amount=amounts)
    def transfer(self, source: int, into: int, amount: int) -> None:
        self._post(
            lambda: plain.transfer(self.accounts[source], self.accounts[into], amount, self.now),
            transfer_credit,
            source_id=self.rows[source].pk,
            target_id=self.rows[into].pk,
            amount=self._money(source, amount),
        )

    @precondition(lambda self: self.entries)
    @rule(place=places)
    def reverse(self, place: int) -> None:
        row, entry = self.entries[place % len(self.entries)]
        self._post(
            lambda: plain.reverse(entry, self.now),
            reverse_transaction,
            transaction_id=row.pk,
            why=Why(note="by mistake"),
        )

    @precondition(lambda self: self.entries)
    @rule(place=places, to=st.one_of(st.none(), accounts_), amount=amounts)
    def refund(self, place: int, to: int | None, amount: int) -> None:
        spends = [pair for pair in self.entries if pair[1].type == "REDEEM"] or self.entries
        row, entry = spends[place % len(spends)]
        account = entry.account if to is None else self.accounts[to]
        self._post(
            lambda: plain.refund(entry, account, amount, self.now),
            refund_spend,
            transaction_id=row.pk,
            to_account_id=None if to is None else self.rows[to].pk,
            amount=from_minor(amount, row.currency),
        )

    @rule(at=accounts_, amount=amounts, life=spans)
    def hold(self, at: int, amount: int, life: timedelta) -> None:
        both = self._both(
            lambda: plain.hold(self.accounts[at], amount, self.now + life, self.now),
            place_hold,
            account_id=self.rows[at].pk,
            amount=self._money(at, amount),
            expires_at=self.now + life,
        )
        if both:
            self.holds.append((both[1], both[0]))

    @precondition(lambda self: self.holds)
    @rule(place=places, amount=st.one_of(st.none(), amounts), final=st.booleans())
    def capture(self, place: int, amount: int | None, final: bool) -> None:
        row, held = self.holds[place % len(self.holds)]
        self._post(
            lambda: plain.capture(held, amount, self.now, final=final),
            capture_hold,
            hold_id=row.pk,
            amount=None if amount is None else from_minor(amount, held.account.currency),
            final=final,
        )

    @precondition(lambda self: self.holds)
    @rule(place=places)
    def release(self, place: int) -> None:
        row, held = self.holds[place % len(self.holds)]
        self._both(lambda: plain.release(held), release_hold, hold_id=row.pk)

    @precondition(lambda self: self.holds)
    @rule(place=places, life=spans)
    def extend(self, place: int, life: timedelta) -> None:
        row, held = self.holds[place % len(self.holds)]
        until = self.now + life
        self._both(lambda: plain.extend(held, until, self.now), extend_hold, hold_id=row.pk, expires_at=until)

    @rule()
    def holds_time_out(self) -> None:
        expected = plain.time_out([held for _, held in self.holds], self.now)
        assert release_timed_out_holds(actor=SYSTEM, now=self.now) == expected

    @rule()
    def credit_expires(self) -> None:
        before = [len(account.entries) for account in self.accounts]
        assert expire_credit(actor=SYSTEM, now=self.now).lots == plain.expire(self.accounts, self.now)
        for row, account, known in zip(self.rows, self.accounts, before, strict=True):
            swept = Transaction.objects.filter(account=row, sequence__gt=known).order_by("sequence")
            self.entries += list(zip(swept, account.entries[known:], strict=True))

    @rule(at=accounts_, frozen=st.booleans())
    def freeze(self, at: int, frozen: bool) -> None:
        status = AccountStatus.FROZEN if frozen else AccountStatus.OPEN
        set_status(account_id=self.rows[at].pk, status=status)
        self.accounts[at].frozen = frozen

    @rule(ago=behind)
    def time_is_closed(self, ago: timedelta) -> None:
        boundary = self.latest - ago
        both = self._both(
            lambda: plain.close_time(self.accounts, boundary),
            take_cut,
            boundary=boundary,
            now=self.latest,
            actor=SYSTEM,
        )
        if both:
            complete_cuts(now=self.latest)
            number = both[1].number
            self.cuts.append((number, boundary, list_closings(number=number)))

    # What must then be so

    def every_cut_stands_and_any_two_differ_by_what_happened_between(self) -> None:
        beginnings = [(0, NOW - timedelta(days=365), {}), *self.cuts]
        for place, (number, boundary, closings) in enumerate(self.cuts, start=1):
            assert list_closings(number=number) == closings
            for _, after, opening in beginnings[:place]:
                sums: dict[tuple[str, str, str], int] = {}
                for bucket, figure in closings.items():
                    key = (bucket.currency, bucket.funding, bucket.type)
                    before = opening[bucket].closing_minor if bucket in opening else 0
                    sums[key] = sums.get(key, 0) + figure.closing_minor - before
                moved = {key: amount for key, amount in sums.items() if amount}
                assert moved == plain.sum_span(self.accounts, after, boundary)
        assert list(verify_seals()) == []

    @invariant()
    def both_books_agree(self) -> None:
        for row, account in zip(self.rows, self.accounts, strict=True):
            stored = Account.objects.get(pk=row.pk)
            assert (stored.balance_minor, stored.held_minor) == (account.balance, account.held)
            assert stored.sequence == len(account.entries)
            dates = list(
                Transaction.objects.filter(account=row).order_by("sequence").values_list("created_at", flat=True)
            )
            assert dates == [entry.at for entry in account.entries] == sorted(dates)
            assert sum_spendable_minor(account_id=row.pk, now=self.now) == account.spendable(self.now)
            lots = Lot.objects.filter(account=row).order_by("id")
            assert [(lot.amount_minor, lot.remaining_minor, lot.reserved_minor, lot.funding) for lot in lots] == [
                (lot.amount, lot.remaining, lot.reserved, lot.funding) for lot in account.lots
            ]
            assert [lot.expires_at for lot in lots] == [lot.expires_at for lot in account.lots]

    @invariant()
    def holds_agree(self) -> None:
        stored = {hold.pk: (hold.status, hold.captured_minor) for hold in Hold.objects.all()}
        assert stored == {row.pk: (held.status, held.captured) for row, held in self.holds}

    def _money(self, at: int, amount: int) -> Any:
        return from_minor(amount, CURRENCIES[at])

    def _post(self, plainly: Callable[[], Any], operation: Callable[..., Any], **arguments: Any) -> None:
        both = self._both(plainly, operation, **arguments)
        if both is None or both[0] is None:
            return
        expected, posted = (pair if isinstance(pair, tuple) else (pair,) for pair in both)
        for entry, row in zip(expected, posted, strict=True):
            assert (row.type, row.amount_minor) == (entry.type, entry.amount)
            self.entries.append((row, entry))

    def _both(self, plainly: Callable[[], Any], operation: Callable[..., Any], **arguments: Any) -> Any:
        """What the plain books and the real ones return; None if both refuse, which must be for the same reason."""
        arguments = {"actor": STAFF, "now": self.now} | arguments
        error: type[DomainError] | None = None
        try:
            expected = plainly()
        except plain.Refused as refusal:
            error = refusal.error
        if error is None:
            with transaction.atomic():
                return expected, operation(**arguments)
        with pytest.raises(error) as caught, transaction.atomic():
            operation(**arguments)
        assert type(caught.value) is error
        return None


@pytest.mark.django_db
def test_the_books_do_what_the_plain_books_do():
    run_state_machine_as_test(Books, settings=settings.get_profile("books"))
