"""Many cards of one value: nothing twice, nothing missing, every rule met, the codes taken out once."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from moneyed import Money

from giftcards.errors import (
    BatchNameTaken,
    BatchNotFound,
    BatchNotReady,
    BatchSizeOutOfRange,
    CodesTaken,
    ExpiryNotLater,
    TimeZoneUnknown,
)
from giftcards.models import BatchStatus, CardBatch, CardEvent, GiftCard
from giftcards.operations import (
    bulk,
    make_batch,
    make_portion,
    plan_batch,
    redeem_card,
    take_batch_codes,
    void_card,
)
from giftcards.queries import get_card, list_findings
from ledger.errors import (
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    AmountTooLong,
    CurrencyUnknown,
    ExpiryInThePast,
    ReasonMissing,
)
from ledger.models import Account, Lot, Transaction
from ledger.operations import (
    FirstCredit,
    Funding,
    NewCardAccount,
    TransactionType,
    Why,
    add_first_credits,
    open_card_accounts,
)
from ledger.queries import list_findings as list_ledger_findings
from tests.factories.giftcards import CardBatchFactory
from tests.ledger.attacks import refused_by
from tests.scenarios import API, NOW, STAFF, counter_balances, given_credit, money, nothing_moves, refused

pytestmark = pytest.mark.django_db


def made(batch: CardBatch) -> CardBatch:
    return make_batch(batch_id=batch.pk, actor=STAFF, now=NOW)


@pytest.fixture
def small_portions(monkeypatch):
    monkeypatch.setattr("giftcards.operations.batches.CARDS_AT_ONCE", 2)


def test_the_cards_of_a_batch_are_cards_like_any_other(small_portions):
    batch = CardBatchFactory.create(
        size=5, expires_on=date(2026, 6, 30), time_zone="Pacific/Auckland", reloadable=False, ready=True
    )

    assert (batch.made, batch.status) == (5, BatchStatus.READY)
    cards = list(GiftCard.objects.filter(batch=batch).order_by("batch_place"))
    assert [card.batch_place for card in cards] == [1, 2, 3, 4, 5]
    assert {card.expires_at.isoformat() for card in cards if card.expires_at} == {"2026-06-30T12:00:00+00:00"}
    assert {(card.starting_minor, card.reloadable, card.state) for card in cards} == {(2500, False, "ACTIVE")}
    assert len({card.account.number for card in cards}) == 5
    keys = [entry.key for entry in Transaction.objects.order_by("number")]
    assert keys == [f"batch:{batch.pk}:{place}" for place in range(1, 6)]
    events = CardEvent.objects.values_list("kind", "amount_minor", "balance_after_minor", "sold_after_minor")
    assert set(events) == {("ISSUE", 2500, 2500, 2500)}
    assert counter_balances() == {"CASH GBP": "-125.00"}
    assert {lot.expires_at for lot in Lot.objects.all()} == {cards[0].expires_at}
    assert [*list_findings(), *list_ledger_findings()] == []


def test_a_card_of_a_batch_is_found_by_its_code_and_spent():
    batch = CardBatchFactory.create(size=1, ready=True)
    [(_, number, code)] = take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer")

    card = get_card(code=code.lower(), test_mode=False, now=NOW)
    redeem_card(card=card, amount=money("10.00 GBP"), actor=API, now=NOW)

    after = get_card(code=code, test_mode=False, now=NOW)
    assert (after.account_number, after.spendable_minor, after.redeemed_minor) == (number, 1500, 1000)


@pytest.mark.parametrize(("amount", "minor"), [("2500 JPY", 2500), ("1.250 KWD", 1250)])
def test_a_batch_is_of_one_currency_and_its_minor_unit(amount: str, minor: int):
    CardBatchFactory.create(size=2, amount=money(amount), funding=Funding.PROMOTION, ready=True)

    assert set(Account.objects.values_list("balance_minor", "currency")) == {(minor, amount.split()[1])}
    assert set(Lot.objects.values_list("funding", flat=True)) == {"PROMOTION"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"size": 0}, BatchSizeOutOfRange),
        ({"size": 100_001}, BatchSizeOutOfRange),
        ({"amount": Money(0, "GBP")}, AmountNotPositive),
        ({"amount": Money(-1, "GBP")}, AmountNotPositive),
        ({"amount": Money("0.001", "GBP")}, AmountNotExact),
        ({"amount": Money("10000000000000.00", "GBP")}, AmountTooLong),
        ({"amount": Money(1, "XTS")}, CurrencyUnknown),
        ({"expires_on": date(2026, 5, 3)}, ExpiryNotLater),
        ({"time_zone": "Mars/Olympus"}, TimeZoneUnknown),
        ({"name": "taken"}, BatchNameTaken),
    ],
)
def test_a_batch_that_makes_no_sense_is_not_planned(fields: dict[str, Any], error: Any):
    CardBatchFactory.create(name="taken")
    plan: dict[str, Any] = {"name": "spring", "amount": money("5.00 GBP"), "size": 1, "actor": STAFF, "now": NOW}

    with refused(error):
        plan_batch(**plan | fields)


def test_a_batch_whose_last_day_is_over_is_not_made():
    batch = CardBatchFactory.create(expires_on=date(2026, 5, 4), time_zone="UTC")

    with refused(ExpiryNotLater):
        make_batch(batch_id=batch.pk, actor=STAFF, now=NOW.replace(day=5))


def test_there_is_no_batch_to_make():
    with refused(BatchNotFound):
        make_batch(batch_id=404, actor=STAFF, now=NOW)


@pytest.mark.parametrize("stage", ["open_card_accounts", "write_rows", "add_first_credits", "write_events"])
def test_a_run_that_dies_in_a_portion_is_run_again_and_nothing_is_twice_or_missing(
    small_portions, monkeypatch, stage: str
):
    batch = CardBatchFactory.create(size=5)
    make_portion(batch_id=batch.pk, actor=STAFF, now=NOW)
    real = getattr(bulk, stage)

    def dies_after(**arguments: Any) -> Any:
        real(**arguments)
        raise MemoryError

    monkeypatch.setattr(bulk, stage, dies_after)
    with nothing_moves(), pytest.raises(MemoryError), transaction.atomic():
        make_batch(batch_id=batch.pk, actor=STAFF, now=NOW)
    monkeypatch.setattr(bulk, stage, real)

    assert made(batch).made == 5
    assert made(batch).made == 5
    assert list(GiftCard.objects.order_by("batch_place").values_list("batch_place", flat=True)) == [1, 2, 3, 4, 5]
    assert (Transaction.objects.count(), CardEvent.objects.count(), Lot.objects.count()) == (5, 5, 5)
    assert [*list_findings(), *list_ledger_findings()] == []


def test_account_numbers_that_are_taken_are_drawn_again(monkeypatch):
    taken = Account.objects.get(pk=given_credit("1.00 GBP").pk).number
    draws = iter([taken, "GC-1", "GC-1", "GC-2", "GC-3"])
    monkeypatch.setattr("ledger.operations.bulk.new_account_number", lambda prefix: next(draws))

    opened = open_card_accounts(accounts=[NewCardAccount("GBP"), NewCardAccount("EUR"), NewCardAccount("JPY")], now=NOW)

    assert len({account.id for account in opened}) == 3
    rows = {account.pk: account for account in Account.objects.all()}
    assert [rows[account.id].currency for account in opened] == ["GBP", "EUR", "JPY"]
    assert {account.number for account in opened} == {"GC-1", "GC-2", "GC-3"}


@pytest.mark.parametrize(
    ("credit", "error"),
    [
        ({"amount_minor": 0}, AmountNotPositive),
        ({"amount_minor": 2**53}, AmountTooLarge),
        ({"amount_minor": 100, "expires_at": NOW}, ExpiryInThePast),
    ],
)
def test_first_credits_are_amounts_that_can_be_posted(credit: dict[str, Any], error: Any):
    [account] = open_card_accounts(accounts=[NewCardAccount("GBP")], now=NOW)

    with refused(error):
        give(account.id, **credit)


def test_a_first_credit_is_the_first_or_the_database_refuses_it():
    account = given_credit("5.00 GBP")

    with refused_by("ledger_transaction_one_per_account_sequence"):
        give(account.pk, amount_minor=100)


def test_a_first_credit_is_in_the_currency_of_its_account():
    [account] = open_card_accounts(accounts=[NewCardAccount("GBP")], now=NOW)

    with refused_by("ledger_transaction_currency"):
        give(account.id, amount_minor=100, currency="EUR")


def test_a_key_is_used_once_in_bulk_too():
    accounts = open_card_accounts(accounts=[NewCardAccount("GBP")] * 2, now=NOW)
    give(accounts[0].id, amount_minor=100, key="batch:1:1")

    with refused_by("ledger_transaction_key_once"):
        give(accounts[1].id, amount_minor=100, key="batch:1:1")


def give(account_id: int, *, amount_minor: int, currency: str = "GBP", **more: Any) -> None:
    add_first_credits(
        credits=[FirstCredit(account_id, amount_minor, currency, **more)],
        type=TransactionType.ISSUE,
        funding=Funding.PAID,
        actor=STAFF,
        now=NOW,
    )


# The codes


def test_codes_are_taken_out_once_and_each_card_says_by_whom(small_portions):
    batch = CardBatchFactory.create(name="spring", size=5, ready=True)

    codes = list(take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer"))
    with refused(CodesTaken) as caught:
        take_batch_codes(batch_id=batch.pk, actor=API, now=NOW, note="for the printer")

    assert [place for place, *_ in codes] == [1, 2, 3, 4, 5]
    assert len({code for *_, code in codes}) == 5
    assert [code[-4:] for *_, code in codes] == list(
        GiftCard.objects.order_by("batch_place").values_list("last_four", flat=True)
    )
    assert caught.value.by == "alice"
    revealed = CardEvent.objects.filter(kind="REVEALED")
    said = revealed.values_list("actor_label", "note", "details", "balance_after_minor")
    assert list(said) == [("alice", "for the printer", {"batch": "spring"}, 2500)] * 5
    assert list(list_findings()) == []


def test_codes_are_not_taken_without_saying_why():
    batch = CardBatchFactory.create(size=2, ready=True)

    with refused(ReasonMissing):
        take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note=" ")

    batch.refresh_from_db()
    assert batch.codes_taken_at is None
    assert not CardEvent.objects.filter(kind="REVEALED").exists()


def test_taking_codes_says_so_before_the_first_code_is_out():
    batch = CardBatchFactory.create(size=2, ready=True)

    take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer")

    batch.refresh_from_db()
    assert (batch.codes_taken_by, batch.codes_taken_at) == ("alice", NOW)
    assert CardEvent.objects.filter(kind="REVEALED").count() == 2


def test_a_card_that_was_voided_before_its_code_was_taken_says_so(small_portions):
    batch = CardBatchFactory.create(ready=True)
    card = GiftCard.objects.get(batch=batch, batch_place=2)
    void_card(card_id=card.pk, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    assert len(list(take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer"))) == 3

    event = CardEvent.objects.get(card=card, kind="REVEALED")
    assert (event.state_after, event.balance_after_minor) == ("VOIDED", 0)


def test_codes_are_not_taken_while_cards_are_being_made(small_portions):
    batch = CardBatchFactory.create(size=5)
    make_portion(batch_id=batch.pk, actor=STAFF, now=NOW)

    with refused(BatchNotReady):
        take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer")
