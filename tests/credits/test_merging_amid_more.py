"""
Mergers, moves and their undoing amid all that can be under way on either side: purchases half captured, reversals of
entries of before, corrections and credit requests that wait, are sent to somebody else, fail, come back or are
refused, frozen accounts, voided cards, other last days. Against the plain shop, as `test_merging_in_any_order`.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from giftcards.operations import undo_transaction, void_card
from ledger.errors import AccountNotOpen, ExpiryUnchanged
from ledger.models import Account, Transaction
from ledger.money import from_minor
from ledger.operations import AccountStatus, Ending, Why, capture_hold, set_account_status
from storecredit.credits.operations import (
    CUSTOMER,
    RequestKind,
    RequestStatus,
    approve_request,
    cancel_about_customer,
    fail_request,
    refuse_about_customer,
    reject_request,
    retry_request,
    set_status,
)
from storecredit.finance.operations import approve_correction, ask_correction, cancel_correction
from tests.credits.requests import given_request
from tests.credits.test_merging_in_any_order import PROFILE, Shop, amounts, currencies, lives, places, who
from tests.ledger import plain_books as plain
from tests.scenarios import API, STAFF

ON_PURPOSE = Why(note="on purpose")


class BusyShop(Shop):
    def __init__(self) -> None:
        super().__init__()
        self.corrections: list[tuple[Any, Callable[[], object]]] = []
        self.loads: list[tuple[Any, int]] = []

    # Purchases and what undoes them

    @precondition(lambda self: self.holds)
    @rule(place=places, amount=amounts, is_final=st.booleans())
    def capture(self, place: int, amount: int, is_final: bool) -> None:
        row, held = self.holds[place % len(self.holds)]
        done: list[plain.PlainEntry] = []
        expected = not held.account.frozen and self._plainly(
            lambda: done.append(plain.capture(held, amount, self.now, final=is_final))
        )
        given = from_minor(amount, held.account.currency)
        entry = self._try(capture_hold, hold_id=row.pk, amount=given, final=is_final, actor=API)
        assert bool(entry) == expected
        if entry:
            self.spends.append((entry, done[0]))

    @precondition(lambda self: self.entries or self.spends)
    @rule(place=places)
    def reverse(self, place: int) -> None:
        """An entry of whenever, by staff: what stands on a closed account stays, whoever it is today."""
        known = [*self.entries, *self.spends, *self._moves()]
        row, entry = known[place % len(known)]
        expected = self._plainly(lambda: self._reverse_plainly(entry))
        done = self._try(undo_transaction, transaction_id=row.pk, actor=STAFF.agreed(), why=ON_PURPOSE)
        assert bool(done) == expected

    # What waits for a second person

    @rule(at=who, amount=amounts, currency=currencies, is_more=st.booleans())
    def ask_to_adjust(self, at: int, amount: int, currency: str, is_more: bool) -> None:
        account = self.plain.accounts.get((at, currency))
        if account is None:
            return

        def do() -> object:
            self._require_movable(account)
            if is_more:
                return plain.add(account, "ADJUST", amount, "GOODWILL", None, self.now)
            return plain.spend(account, "ADJUST", amount, self.now, by_staff=True)

        given = from_minor(amount if is_more else -amount, currency)
        self._ask(do, account_id=self._account(at, currency).pk, amount=given)

    @precondition(lambda self: self.entries or self.spends)
    @rule(place=places)
    def ask_to_reverse(self, place: int) -> None:
        known = [*self.entries, *self.spends, *self._moves()]
        row, entry = known[place % len(known)]
        self._ask(lambda: self._reverse_plainly(entry), entry_id=row.pk)

    @rule(at=who, currency=currencies, place=places, life=lives)
    def ask_for_another_last_day(self, at: int, currency: str, place: int, life: timedelta | None) -> None:
        account = self.plain.accounts.get((at, currency))
        if account is None or not account.lots:
            return
        which, ends = place % len(account.lots), self.now + life if life else None
        lot, row = account.lots[which], self._account(at, currency).lots.order_by("id")[which]

        def do() -> object:
            if not lot.remaining or lot.expires_at == ends:
                raise plain.Refused(ExpiryUnchanged)
            lot.expires_at = ends
            self.plain.changed.append(lot)
            return lot

        self._ask(do, lot_id=row.pk, ending=Ending(ends))

    @precondition(lambda self: self.corrections)
    @rule(place=places)
    def approve_a_correction(self, place: int) -> None:
        row, do = self.corrections[place % len(self.corrections)]
        expected = self._plainly(do)
        done = self._try(approve_correction, correction_id=row.pk, party=self.bob)
        assert bool(done) == expected
        if done:
            self.corrections.remove((row, do))

    @precondition(lambda self: self.corrections)
    @rule(place=places)
    def withdraw_a_correction(self, place: int) -> None:
        row, _ = self.corrections.pop(place % len(self.corrections))
        assert self._try(cancel_correction, correction_id=row.pk, party=self.ann)

    @precondition(lambda self: self.credit)
    @rule(place=places, at=who, what=st.sampled_from(["fail", "retry", "reject", "redirect"]))
    def something_else_becomes_of_a_request(self, place: int, at: int, what: str) -> None:
        request, payee = self.credit[place % len(self.credit)]
        said: dict[str, Any] = {"request_id": request.pk, "party": self.ann}
        if what == "fail":
            self._try(fail_request, **said)
        elif what == "retry":
            self._try(retry_request, **said)
        elif what == "reject":
            if self._try(reject_request, **said):
                self.credit.remove((request, payee))
        else:
            said |= {"status": RequestStatus.PENDING, "may_decide": True, "attributes": {CUSTOMER: self._number(at)}}
            request.refresh_from_db()
            if request.status == "PENDING" and self._try(set_status, **said):
                self.credit.remove((request, payee))
                self.credit.append((request, self.plain.become[at]))

    @rule(place=st.integers(min_value=0, max_value=3), amount=amounts)
    def ask_for_credit_on_a_card(self, place: int, amount: int) -> None:
        def do(now: Any) -> Any:
            asked: dict[str, Any] = {"kind": RequestKind.GIFT_CARD, "card_id": self.cards[place].pk}
            return given_request(f"0.{amount:02d} GBP", now=now, **asked)

        if request := self._try(do):
            self.loads.append((request, place))

    @precondition(lambda self: self.loads)
    @rule(place=places, is_meant=st.booleans())
    def end_a_request_on_a_card(self, place: int, is_meant: bool) -> None:
        request, card = self.loads[place % len(self.loads)]
        doing = approve_request if is_meant else reject_request
        if self._try(doing, request_id=request.pk, party=self.bob):
            self.loads.remove((request, card))

    @precondition(lambda self: any(each.state == "PENDING" for each in self.plain.mergers))
    @rule(is_asker=st.booleans())
    def nothing_comes_of_a_merger(self, is_asker: bool) -> None:
        place = next(at for at, each in enumerate(self.plain.mergers) if each.state == "PENDING")
        doing, party = (cancel_about_customer, self.ann) if is_asker else (refuse_about_customer, self.bob)
        assert self._try(doing, request_id=self.asked[place].pk, party=party, note="no")
        self.plain.mergers[place].state = "REJECTED"

    # States

    @rule(at=who, currency=currencies, is_meant=st.sampled_from([False, True]))
    def freeze_or_open(self, at: int, currency: str, is_meant: bool) -> None:
        account = self.plain.accounts.get((at, currency))
        if account is None or self.plain.is_closed(account) or not (is_meant or account.frozen):
            return
        account.frozen = not account.frozen
        status = AccountStatus.FROZEN if account.frozen else AccountStatus.OPEN
        assert self._try(set_account_status, account_id=self._account(at, currency).pk, status=status, actor=STAFF)

    @rule(place=st.integers(min_value=0, max_value=3), is_meant=st.sampled_from([False, False, True]))
    def void(self, place: int, is_meant: bool) -> None:
        if is_meant:
            self._try(void_card, card_id=self.cards[place].pk, actor=STAFF, why=ON_PURPOSE)
            self.plain.voided.add(place)

    # How it is tried

    def _account(self, at: int, currency: str) -> Account:
        return Account.objects.get(customer=self.customers[at], currency=currency, kind="STORE_CREDIT")

    def _moves(self) -> list[tuple[Transaction, plain.PlainEntry]]:
        """The transfers of what was done, the side that was named."""
        moves: list[tuple[Transaction, plain.PlainEntry]] = []
        for request, merger in zip(self.asked, self.plain.mergers, strict=True):
            if merger.moves:
                request.refresh_from_db()
                rows = {row.currency: row for row in Transaction.objects.filter(pk__in=request.result["moves"])}
                moves += [(rows[move.account.currency], move) for move in merger.moves]
        return moves

    def _require_movable(self, *accounts: plain.PlainAccount) -> None:
        if self.plain.is_closed(*accounts):
            raise plain.Refused(AccountNotOpen)

    def _reverse_plainly(self, entry: plain.PlainEntry) -> object:
        other = [entry.other_side.account] if entry.other_side else []
        self._require_movable(entry.account, *other)
        return plain.reverse(entry, self.now)

    def _ask(self, do: Callable[[], object], **wanted: Any) -> None:
        if row := self._try(ask_correction, party=self.ann, note="wrong", **wanted):
            self.corrections.append((row, do))

    def _is_waited_for(self, place: int) -> bool:
        owners = {self.plain.cards[card] for _, card in self.loads}
        return self.plain.mergers[place].twin in owners or super()._is_waited_for(place)


@pytest.mark.django_db
def test_nothing_is_lost_or_made_whatever_is_under_way():
    run_state_machine_as_test(BusyShop, settings=PROFILE)
