"""
A shop in which anything happens in any order: all that can be done to store credit and to gift cards, for real and for
a test, in several currencies, by workers whose clocks differ, while time is closed at any moment.

What it does follows from its seed alone.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from giftcards.operations import (
    CardRow,
    NewCard,
    assign_card,
    create_card,
    expire_cards,
    extend_card,
    import_cards,
    move_card_to_store_credit,
    redeem_card,
    reload_card,
    replace_card,
    seal_number,
    undo_transaction,
    void_card,
)
from giftcards.operations import refund_redemption as refund_any
from giftcards.queries import get_card_by_id
from ledger.errors import DomainError
from ledger.models import Account, Customer, Hold, Transaction
from ledger.money import from_minor
from ledger.operations import (
    OpeningRow,
    TransactionType,
    Why,
    add_credit,
    adjust_credit,
    capture_hold,
    complete_cuts,
    expire_credit,
    extend_hold,
    import_opening_balances,
    place_hold,
    release_hold,
    release_timed_out_holds,
    spend_credit,
    take_cut,
    transfer_credit,
    void_credit,
)
from storecredit.credits.operations import (
    CustomerRequestKind,
    approve_about_customer,
    ask_about_customer,
    undo_about_customer,
)
from storecredit.credits.queries import CustomerRequest
from tests.credits.requests import party_of
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import UserFactory
from tests.scenarios import API, NOW, STAFF, SYSTEM, given_account, given_customer

CURRENCIES = ("GBP", "JPY", "KWD")
_FUNDINGS = ("PAID", "GOODWILL", "PROMOTION", "REFUND")
_ZONE = "Europe/Berlin"
_SPANS = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=31))
_BEHIND = (timedelta(), timedelta(), timedelta(seconds=7), timedelta(hours=2), timedelta(days=2))


class AnyShop:
    """`cuts` has those that were taken, `done` how often each kind of thing was not refused."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now: datetime = NOW
        self.latest: datetime = NOW
        self.done: Counter[str] = Counter()
        self.cuts: list[Any] = []
        self.customers = [given_customer(number=f"SHOP-{place}") for place in range(6)]
        self.testers = [given_customer(number=f"TEST-{place}", test_mode=True) for place in range(2)]
        for customer in self.customers:
            for currency in CURRENCIES:
                given_account(currency, customer=customer)
        for tester in self.testers:
            given_account("GBP", customer=tester, test_mode=True)
        self.cards: list[NewCard] = []
        self.last: CustomerRequest | None = None
        self.ann = party_of(UserFactory.create(permissions=["credits.ask_about_customer"]))
        bob = UserFactory.create(permissions=["credits.decide_about_customer"])
        for currency in CURRENCIES:
            ApproverLimitFactory.create(user=bob, per_request=from_minor(10**6, currency), per_day=None)
        self.bob = party_of(bob)
        self.files = 0

    def live(self, count: int, *, cut_once_in: int = 0) -> None:
        """Let so many things happen."""
        ways = [name for name in vars(type(self)) if name.startswith("do_")]
        for _ in range(count):
            self._let_time_pass()
            if cut_once_in and not self.random.randrange(cut_once_in):
                self.close_time()
                continue
            name = self.random.choice(ways)
            try:
                with transaction.atomic():
                    getattr(self, name)()
            except DomainError:
                continue
            self.done[name.removeprefix("do_")] += 1

    def close_time(self) -> None:
        """Close time at a moment that may lie before what was booked last, and add it up."""
        boundary = self.latest - self.random.choice(_BEHIND)
        if self.cuts and boundary <= self.cuts[-1].boundary:
            return
        self.cuts.append(take_cut(boundary=boundary, actor=SYSTEM, now=self.latest))
        complete_cuts(now=self.latest)

    def _let_time_pass(self) -> None:
        if not self.random.randrange(3):
            self.latest += self.random.choice(_SPANS)
        self.now = self.latest - self.random.choice(_BEHIND)

    # What can happen to store credit

    def do_add(self) -> None:
        account = self._account()
        add_credit(
            account_id=account.pk,
            amount=self._amount(account),
            type=TransactionType(self.random.choice(["ISSUE", "LOAD"])),
            funding=self.random.choice(_FUNDINGS),
            expires_at=self.random.choice([None, self.now + self.random.choice(_SPANS)]),
            **self._said(),
        )

    def do_spend(self) -> None:
        account = self._account()
        spend_credit(account_id=account.pk, amount=self._amount(account), **self._said())

    def do_adjust(self) -> None:
        account = self._account()
        amount = self._amount(account) * self.random.choice([1, -1])
        adjust_credit(account_id=account.pk, amount=amount, why=Why(note="miscounted"), **self._said())

    def do_void(self) -> None:
        if not self.random.randrange(4):
            void_credit(account_id=self._account().pk, why=Why(note="gone"), **self._said())

    def do_transfer(self) -> None:
        source = self._account()
        into = self.random.choice(list(Account.objects.filter(currency=source.currency, test_mode=source.test_mode)))
        transfer_credit(source_id=source.pk, target_id=into.pk, amount=self._amount(source), **self._said())

    def do_hold(self) -> None:
        account = self._account()
        ends = self.now + self.random.choice(_SPANS)
        place_hold(account_id=account.pk, amount=self._amount(account), expires_at=ends, **self._said())

    def do_capture(self) -> None:
        if hold := self._one_of(Hold.objects.filter(status="OPEN")):
            capture_hold(hold_id=hold.pk, final=self.random.random() < 0.5, **self._said())

    def do_release(self) -> None:
        if hold := self._one_of(Hold.objects.filter(status="OPEN")):
            release_hold(hold_id=hold.pk, **self._said())

    def do_extend_hold(self) -> None:
        if hold := self._one_of(Hold.objects.filter(status="OPEN")):
            extend_hold(hold_id=hold.pk, expires_at=hold.expires_at + timedelta(days=1), **self._said())

    def do_expire(self) -> None:
        release_timed_out_holds(actor=SYSTEM, now=self.now)
        expire_credit(actor=SYSTEM, now=self.now)

    def do_open_balances(self) -> None:
        self.files += 1
        rows = [
            OpeningRow(place + 2, customer.number, "", 70 + place, self.random.choice(CURRENCIES), reference=f"{place}")
            for place, customer in enumerate(self.customers)
            if self.random.random() < 0.5
        ]
        expected: Counter[str] = Counter()
        for row in rows:
            expected[row.currency] += row.balance_minor
        import_opening_balances(rows=rows, expected_minor=expected, source=f"file {self.files}", **self._said())

    def do_merge(self) -> None:
        if not self.random.randrange(3):
            twin, survivor = self.random.sample(self.customers, 2)
            self._ask(CustomerRequestKind.MERGE, twin, survivor)

    def do_move(self) -> None:
        giver, taker = self.random.sample(self.customers, 2)
        self._ask(CustomerRequestKind.MOVE, giver, taker, amount=from_minor(5, self.random.choice(CURRENCIES)))

    def do_take_back(self) -> None:
        if self.last is not None:
            undo_about_customer(request_id=self.last.pk, party=self.bob, now=self.now, note="not so")
            self.last = None

    def _ask(self, kind: CustomerRequestKind, customer: Customer, other: Customer, **what: Any) -> None:
        asked = ask_about_customer(
            kind=kind, customer_id=customer.pk, other_id=other.pk, party=self.ann, now=self.now, note="asked", **what
        )
        self.last = approve_about_customer(request_id=asked.pk, party=self.bob, now=self.now)

    # What can happen to cards

    def do_make_card(self) -> None:
        self.cards.append(
            create_card(
                amount=from_minor(self.random.randint(1, 300), self.random.choice(CURRENCIES)),
                expires_on=self.random.choice([None, self._day()]),
                time_zone=_ZONE,
                test_mode=self.random.random() < 0.2,
                **self._said(),
            )
        )

    def do_import_card(self) -> None:
        self.files += 1
        number = seal_number(f"IMPORTED-{self.files:08}")
        assert number is not None
        row = CardRow(2, number, 90, "GBP", _ZONE, expires_on=self._day())
        import_cards(rows=[row], source=f"file {self.files}", **self._said())

    def do_redeem(self) -> None:
        card = self._card()
        redeem_card(card=card, amount=self._of_card(card), **self._said())

    def do_reload(self) -> None:
        card = self._card()
        reload_card(card=card, amount=self._of_card(card), **self._said())

    def do_extend_card(self) -> None:
        extend_card(card_id=self._card().id, expires_on=self._day(), why=Why(note="was ill"), **self._said())

    def do_replace_card(self) -> None:
        if not self.random.randrange(3):
            self.cards.append(replace_card(card_id=self._card().id, why=Why(note="lost"), **self._said()))

    def do_void_card(self) -> None:
        if not self.random.randrange(4):
            void_card(card_id=self._card().id, why=Why(note="stolen"), **self._said())

    def do_assign_card(self) -> None:
        card, customer = self._card(), self.random.choice(self.customers)
        assign_card(card_id=card.id, customer_id=customer.pk, why=Why(note="theirs"), **self._said())

    def do_move_card(self) -> None:
        if not self.random.randrange(3):
            move_card_to_store_credit(
                card_id=self._card().id,
                customer_id=self.random.choice(self.customers).pk,
                why=Why(note="wants credit"),
                **self._said(),
            )

    def do_expire_cards(self) -> None:
        expire_cards(actor=SYSTEM, now=self.now)

    # What can happen to entries of both

    def do_refund(self) -> None:
        if spend := self._one_of(Transaction.objects.filter(type="REDEEM")):
            amount = from_minor(self.random.randint(1, -spend.amount_minor), spend.currency)
            refund_any(transaction_id=spend.pk, amount=amount, **self._said())

    def do_reverse(self) -> None:
        if entry := self._one_of(Transaction.objects.all()):
            undo_transaction(transaction_id=entry.pk, why=Why(note="by mistake"), **self._said())

    # What it picks

    def _said(self) -> dict[str, Any]:
        return {"actor": self.random.choice([STAFF, STAFF, API]), "now": self.now}

    def _account(self) -> Account:
        found = self._one_of(Account.objects.filter(kind="STORE_CREDIT"))
        assert found is not None
        return found

    def _amount(self, account: Account) -> Any:
        return from_minor(self.random.choice([1, 7, 100, max(account.balance_minor, 1)]), account.currency)

    def _card(self) -> Any:
        if not self.cards:
            self.do_make_card()
        return get_card_by_id(card_id=self.random.choice(self.cards).id, now=self.now)

    def _of_card(self, card: Any) -> Any:
        return from_minor(self.random.choice([1, 7, 50, max(card.balance_minor, 1)]), card.currency)

    def _day(self) -> date:
        return (self.now + self.random.choice(_SPANS)).date()

    def _one_of(self, rows: Any) -> Any:
        count = rows.count()
        return rows.order_by("pk")[self.random.randrange(count)] if count else None
