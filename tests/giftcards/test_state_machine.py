"""
Cards in any order of events, over days and months, with holds, heirs and sweeps between them.

After each step every open lot of a card ends with the card, and all that is on an active card and not held can be
spent; after each run nothing is wrong with cards or books.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from giftcards.models import CardState, GiftCard
from giftcards.operations import (
    assign_card,
    block_card,
    create_card,
    expire_cards,
    extend_card,
    move_card_to_store_credit,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    reverse_card_transaction,
    unblock_card,
    void_card,
)
from giftcards.queries import Card, get_card_by_id
from giftcards.queries import list_findings as list_card_findings
from ledger.errors import DomainError
from ledger.models import Lot, Transaction
from ledger.money import from_minor
from ledger.operations import (
    Why,
    capture_hold,
    expire_credit,
    place_hold,
    release_hold,
    release_timed_out_holds,
)
from ledger.queries import list_findings
from tests.scenarios import API, NOW, STAFF, SYSTEM, given_customer

settings.register_profile(
    "cards",
    max_examples=15,
    stateful_step_count=40,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

places = st.integers(min_value=0, max_value=10**6)
amounts = st.one_of(st.integers(min_value=1, max_value=30), st.integers(min_value=1, max_value=300))
lives = st.one_of(st.none(), st.sampled_from([0, 1, 5, 40]))
zones = st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles"])
spans = st.sampled_from([timedelta(hours=1), timedelta(days=1), timedelta(days=6), timedelta(days=29), timedelta(30)])
actors = st.sampled_from([API, STAFF])
# What ends a card's story is drawn less often than what goes on with it.
once_in_a_while = st.integers(min_value=0, max_value=4)


class Cards(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.all_or_nothing = transaction.atomic()
        self.all_or_nothing.__enter__()
        self.now: datetime = NOW
        self.cards: list[Any] = []
        self.entries: list[Transaction] = []
        self.holds: list[Any] = []
        self.owner = given_customer()
        for life, zone in ((5, "UTC"), (None, "Pacific/Auckland"), (1, "America/Los_Angeles")):
            self.make(300, life, zone, owned=life == 5)

    def teardown(self) -> None:
        try:
            assert [*list_findings(), *list_card_findings()] == []
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.all_or_nothing.__exit__(None, None, None)

    # What can happen

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule(amount=amounts, life=lives, zone=zones, owned=st.booleans(), luck=once_in_a_while)
    def make(self, amount: int, life: int | None, zone: str, owned: bool, luck: int = 0) -> None:
        if luck:
            return
        made = self._try(
            create_card,
            amount=from_minor(amount, "GBP"),
            expires_on=self._day(life),
            time_zone=zone,
            customer_id=self.owner.pk if owned else None,
        )
        self.cards += [made.id] if made else []

    @rule(at=places, amount=amounts, back_by=st.sampled_from([timedelta(0), timedelta(days=2)]))
    def redeem(self, at: int, amount: int, back_by: timedelta) -> None:
        # As it was read some time ago, or just now.
        card = self._seen(at, now=self.now - back_by)
        entry = self._try(redeem_card, card=card, amount=from_minor(amount, "GBP"), actor=API)
        self.entries += [entry] if entry else []

    @rule(at=places)
    def redeem_all(self, at: int) -> None:
        card = self._seen(at)
        entry = self._try(redeem_card, card=card, amount=card.spendable, customer_id=card.customer_id)
        self.entries += [entry] if entry else []

    @rule(at=places, amount=amounts, life=lives, back_by=st.sampled_from([timedelta(0), timedelta(days=2)]))
    def reload(self, at: int, amount: int, life: int | None, back_by: timedelta) -> None:
        card = self._seen(at, now=self.now - back_by)
        entry = self._try(reload_card, card=card, amount=from_minor(amount, "GBP"), expires_on=self._day(life))
        self.entries += [entry] if entry else []

    @precondition(lambda self: self.entries)
    @rule(place=places, amount=st.one_of(st.none(), amounts), actor=actors)
    def refund(self, place: int, amount: int | None, actor: Any) -> None:
        spends = [entry for entry in self.entries if entry.type == "REDEEM"] or self.entries
        entry = spends[place % len(spends)]
        self._try(
            refund_redemption,
            transaction_id=entry.pk,
            amount=from_minor(abs(entry.amount_minor) if amount is None else amount, "GBP"),
            actor=actor,
        )

    @precondition(lambda self: self.entries)
    @rule(place=places)
    def reverse(self, place: int) -> None:
        entry = self.entries[place % len(self.entries)]
        card_id = GiftCard.objects.get(account_id=entry.account_id).pk
        self._try(reverse_card_transaction, card=self._read(card_id), transaction_id=entry.pk)

    @rule(at=places)
    def reverse_what_expired(self, at: int) -> None:
        card = self._seen(at)
        expired = Transaction.objects.filter(account_id=card.account_id, type="EXPIRE", reversals=None)
        for entry in expired.order_by("sequence")[:1]:
            self._try(reverse_card_transaction, card=card, transaction_id=entry.pk)

    @rule(at=places, life=st.sampled_from([0, 1, 5, 40]), zone=st.one_of(st.none(), zones))
    def extend(self, at: int, life: int, zone: str | None) -> None:
        self._try(extend_card, card_id=self._card_id(at), expires_on=self._day(life), time_zone=zone)

    @rule(at=places, luck=once_in_a_while)
    def block(self, at: int, luck: int) -> None:
        if not luck:
            self._try(block_card, card_id=self._card_id(at))

    @rule()
    def unblock(self) -> None:
        for card_id in GiftCard.objects.filter(state=CardState.BLOCKED).order_by("pk").values_list("pk", flat=True)[:1]:
            self._try(unblock_card, card_id=card_id)

    @rule(at=places)
    def replace(self, at: int) -> None:
        made = self._try(replace_card, card_id=self._card_id(at))
        self.cards += [made.id] if made else []

    @rule(at=places, luck=once_in_a_while)
    def void(self, at: int, luck: int) -> None:
        if not luck:
            self._try(void_card, card_id=self._card_id(at))

    @rule(at=places, named=st.booleans(), luck=once_in_a_while)
    def move(self, at: int, named: bool, luck: int) -> None:
        if not luck:
            owner_id = self.owner.pk if named else None
            self._try(move_card_to_store_credit, card_id=self._card_id(at), customer_id=owner_id)

    @rule(at=places, owned=st.booleans(), only=st.booleans())
    def assign(self, at: int, owned: bool, only: bool) -> None:
        owner_id = self.owner.pk if owned else None
        self._try(assign_card, card_id=self._card_id(at), customer_id=owner_id, customer_only=only)

    @rule(at=places, amount=amounts, span=spans)
    def hold(self, at: int, amount: int, span: timedelta) -> None:
        hold = self._try(
            place_hold,
            account_id=self._seen(at).account_id,
            amount=from_minor(amount, "GBP"),
            expires_at=self.now + span,
        )
        self.holds += [hold] if hold else []

    @precondition(lambda self: self.holds)
    @rule(place=places, amount=st.one_of(st.none(), amounts), final=st.booleans())
    def capture(self, place: int, amount: int | None, final: bool) -> None:
        hold = self.holds[place % len(self.holds)]
        part = None if amount is None else from_minor(amount, "GBP")
        entry = self._try(capture_hold, hold_id=hold.pk, amount=part, final=final)
        self.entries += [entry] if entry else []

    @precondition(lambda self: self.holds)
    @rule(place=places)
    def release(self, place: int) -> None:
        self._try(release_hold, hold_id=self.holds[place % len(self.holds)].pk, why=None)

    @rule()
    def holds_time_out(self) -> None:
        release_timed_out_holds(actor=SYSTEM, now=self.now)

    @rule(marks=st.booleans())
    def sweep(self, marks: bool) -> None:
        if marks:
            expire_cards(actor=SYSTEM, now=self.now)
        else:
            expire_credit(actor=SYSTEM, now=self.now)

    # What must then be so

    @invariant()
    def every_open_lot_ends_with_its_card(self) -> None:
        ends = {card.account_id: card.expires_at for card in GiftCard.objects.all()}
        for lot in Lot.objects.filter(account_id__in=ends, remaining_minor__gt=0):
            assert lot.expires_at == ends[lot.account_id]

    @invariant()
    def all_that_is_on_an_active_card_can_be_spent(self) -> None:
        for card_id in self.cards:
            card = self._read(card_id)
            if card.state == CardState.ACTIVE:
                assert card.spendable_minor == card.balance_minor - card.held_minor

    def _day(self, life: int | None) -> date | None:
        return None if life is None else (self.now + timedelta(days=life)).date()

    def _card_id(self, at: int) -> Any:
        return self.cards[at % len(self.cards)]

    def _seen(self, at: int, now: datetime | None = None) -> Card:
        return self._read(self._card_id(at), now)

    def _read(self, card_id: Any, now: datetime | None = None) -> Card:
        return get_card_by_id(card_id=card_id, now=now or self.now)

    def _try(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        """What the operation returns; None if it is refused, with all that it had written taken back."""
        arguments = {"actor": STAFF, "now": self.now, "why": Why(note="why")} | arguments
        if arguments["why"] is None:
            del arguments["why"]
        try:
            with transaction.atomic():
                return operation(**arguments)
        except DomainError:
            return None


@pytest.mark.django_db
def test_a_card_and_what_is_on_it_never_part():
    run_state_machine_as_test(Cards, settings=settings.get_profile("cards"))
