"""An expiry is a day in a time zone: usable through its last second there, and not after, swept or not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from giftcards.errors import CardNotUsable
from giftcards.models import CardEvent, CardState
from giftcards.operations import block_card, end_of_day, expire_cards, extend_card, today_in, unblock_card
from ledger.operations import Why, capture_hold, expire_credit
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, seen, timeline, totals
from tests.scenarios import API, NOW, STAFF, SYSTEM, counter_balances, days, given_hold, money, refused

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "ends_at"),
    [
        ("UTC", date(2026, 6, 30), "2026-07-01T00:00:00"),
        ("Pacific/Auckland", date(2026, 6, 30), "2026-06-30T12:00:00"),
        ("Pacific/Auckland", date(2026, 12, 31), "2026-12-31T11:00:00"),
        # Clocks go forward in Auckland on 27 September 2026, and back on 5 April 2026.
        ("Pacific/Auckland", date(2026, 9, 26), "2026-09-26T12:00:00"),
        ("Pacific/Auckland", date(2026, 9, 27), "2026-09-27T11:00:00"),
        ("Pacific/Auckland", date(2026, 4, 4), "2026-04-04T11:00:00"),
        ("Pacific/Auckland", date(2026, 4, 5), "2026-04-05T12:00:00"),
        # In Los Angeles forward on 8 March 2026, back on 1 November 2026.
        ("America/Los_Angeles", date(2026, 3, 7), "2026-03-08T08:00:00"),
        ("America/Los_Angeles", date(2026, 3, 8), "2026-03-09T07:00:00"),
        ("America/Los_Angeles", date(2026, 10, 31), "2026-11-01T07:00:00"),
        ("America/Los_Angeles", date(2026, 11, 1), "2026-11-02T08:00:00"),
        ("America/Los_Angeles", date(2028, 2, 29), "2028-03-01T08:00:00"),
        ("Pacific/Auckland", date(2028, 2, 29), "2028-02-29T11:00:00"),
        ("Pacific/Auckland", date(2027, 2, 28), "2027-02-28T11:00:00"),
        # Where clocks go forward at midnight the day ends when it is one o'clock at once.
        ("America/Santiago", date(2026, 9, 5), "2026-09-06T04:00:00"),
        # Samoa had no 30 December 2011: the 29th ended when the 31st began.
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T10:00:00"),
    ],
)
def test_a_day_ends_with_its_last_second_there(zone: str, day: date, ends_at: str):
    end = datetime.fromisoformat(ends_at).replace(tzinfo=UTC)

    assert end_of_day(day, zone) == end
    assert today_in(zone, end - SECOND) == day
    assert today_in(zone, end) > day


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Auckland", date(2026, 9, 26)),
        ("Pacific/Auckland", date(2026, 9, 27)),
        ("Pacific/Auckland", date(2027, 4, 4)),
        ("America/Los_Angeles", date(2026, 11, 1)),
        ("America/Los_Angeles", date(2027, 3, 14)),
        ("America/Los_Angeles", date(2028, 2, 29)),
    ],
)
def test_a_card_is_spent_in_the_last_second_of_its_day_and_not_in_the_next(zone: str, day: date):
    card = given_card(expires_on=day, time_zone=zone)
    end = end_of_day(day, zone)

    given_redemption("10.00 GBP", card=card, now=end - SECOND)
    with refused(CardNotUsable) as caught:
        given_redemption("1.00 GBP", card=card, now=end)

    assert caught.value.state == "Expired"
    assert seen(card, now=end).last_second == end - SECOND
    assert totals(card, now=end) == ("25.00", "10.00", "15.00", "0.00")


def test_a_sweep_marks_the_card_and_books_what_was_bought_to_breakage():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")
    given_redemption("10.00 GBP", card=card)

    marked, booked = expire_cards(actor=SYSTEM, now=datetime(2026, 7, 1, tzinfo=UTC))

    assert (marked, booked.lots, booked.amount_minor) == (1, 1, {"GBP": 1500})
    assert timeline(card)[2:] == [
        ("EXPIRED", "0.00", "15.00", "EXPIRED"),
        ("EXPIRE", "-15.00", "0.00", "EXPIRED"),
    ]
    assert counter_balances() == {"BREAKAGE GBP": "15.00", "CASH GBP": "-25.00", "SALES GBP": "10.00"}


def test_a_sweep_one_second_early_does_nothing():
    given_card(expires_on=date(2026, 6, 30), time_zone="UTC")

    marked, booked = expire_cards(actor=SYSTEM, now=datetime(2026, 7, 1, tzinfo=UTC) - SECOND)

    assert (marked, booked.lots) == (0, 0)


def test_a_second_sweep_does_nothing():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")
    later = datetime(2026, 7, 1, tzinfo=UTC)
    expire_cards(actor=SYSTEM, now=later)
    before = timeline(card)

    marked, booked = expire_cards(actor=SYSTEM, now=later)

    assert (marked, booked.lots, timeline(card)) == (0, 0, before)


def test_a_sweep_counts_only_what_it_marked_itself(monkeypatch):
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")

    def extended_meanwhile(*, account_ids):
        extend_card(card_id=card.id, expires_on=days(400).date(), actor=STAFF, now=NOW)

    monkeypatch.setattr("giftcards.operations.expiry.lock_account_rows", extended_meanwhile)

    marked, _ = expire_cards(actor=SYSTEM, now=datetime(2026, 7, 1, tzinfo=UTC))

    assert (marked, row_of(card).state) == (0, "ACTIVE")


def test_many_cards_are_marked_in_portions(monkeypatch):
    monkeypatch.setattr("giftcards.operations.expiry._CARDS_AT_ONCE", 2)
    cards = [given_card(expires_on=date(2026, 6, 30), time_zone="UTC") for _ in range(5)]
    told: list[int] = []

    marked, booked = expire_cards(actor=SYSTEM, now=datetime(2026, 7, 1, tzinfo=UTC), on_cards=told.append)

    assert (marked, booked.lots, told) == (5, 5, [2, 4, 5])
    assert CardEvent.objects.filter(kind="EXPIRED", card_id__in=[card.id for card in cards]).count() == 5


def test_a_hold_placed_in_time_is_captured_after_the_last_day():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")
    hold = given_hold("10.00 GBP", account=account_of(card), expires_at=days(90))
    later = datetime(2026, 7, 1, tzinfo=UTC)

    expire_cards(actor=SYSTEM, now=later)
    assert totals(card, now=later) == ("25.00", "0.00", "10.00", "0.00")
    capture_hold(hold_id=hold.id, amount=money("4.00 GBP"), actor=API, now=later + SECOND)
    expire_credit(actor=SYSTEM, now=later + 2 * SECOND)

    assert [(kind, amount) for kind, amount, *_ in timeline(card)][1:] == [
        ("EXPIRED", "0.00"),
        ("EXPIRE", "-15.00"),
        ("REDEEM", "-4.00"),
        ("EXPIRE", "-6.00"),
    ]


def test_a_blocked_card_waits_for_the_sweep_until_it_is_unblocked():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    later = datetime(2026, 7, 1, tzinfo=UTC)

    assert expire_cards(actor=SYSTEM, now=later)[0] == 0
    unblock_card(card_id=card.id, actor=STAFF, now=later, why=Why(note="found"))

    assert (seen(card, now=later).state, expire_cards(actor=SYSTEM, now=later)[0]) == (CardState.EXPIRED, 1)


def test_a_card_extended_in_time_is_not_swept():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")
    extend_card(card_id=card.id, expires_on=date(2026, 7, 31), actor=STAFF, now=NOW)
    july = datetime(2026, 7, 1, tzinfo=UTC)

    assert expire_cards(actor=SYSTEM, now=july)[1].lots == 0
    given_redemption("25.00 GBP", card=card, now=july)


@pytest.mark.parametrize(("amount", "currency", "minor"), [("2500 JPY", "JPY", 2500), ("1.250 KWD", "KWD", 1250)])
def test_other_currencies_expire_by_their_own_minor_unit(amount: str, currency: str, minor: int):
    given_card(amount, expires_on=date(2026, 6, 30), time_zone="UTC")

    _, booked = expire_cards(actor=SYSTEM, now=datetime(2026, 7, 1, tzinfo=UTC))

    assert booked.amount_minor == {currency: minor}
