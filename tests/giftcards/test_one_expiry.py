"""A card and all that is on it end together, whatever comes back to it, when and by what way."""

from datetime import UTC, date, datetime, timedelta

import pytest

from giftcards.errors import CardNotUsable
from giftcards.models import CardState
from giftcards.operations import (
    NewCard,
    block_card,
    expire_cards,
    extend_card,
    refund_redemption,
    reload_card,
    replace_card,
    reverse_card_transaction,
    unblock_card,
    void_card,
)
from giftcards.queries import list_findings
from ledger.errors import RefundExceedsSpend
from ledger.models import Account, AccountKind, Transaction
from ledger.operations import Why, capture_hold, release_hold
from tests.factories.ledger import ReasonFactory
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, seen, timeline, totals
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    counter_balances,
    days,
    given_customer,
    given_hold,
    lots_of,
    money,
    refused,
    set_refund_life,
)

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 5, 10)
OVER = datetime(2026, 5, 11, tzinfo=UTC)
NEXT_YEAR = date(2027, 6, 30)
IN_JULY_2027 = datetime(2027, 7, 1, tzinfo=UTC)


def given_card_to(day: date | None = LAST_DAY, amount: str = "100.00 GBP", **more) -> NewCard:
    return given_card(amount, expires_on=day, time_zone="UTC", **more)


def refund(entry: Transaction, amount: str, *, now: datetime, actor=API) -> Transaction:
    return refund_redemption(transaction_id=entry.id, amount=money(amount), actor=actor, now=now)


def midnight_after(count: int) -> datetime:
    """The end of the day that is so many days after NOW's."""
    return datetime(2026, 5, 5, tzinfo=UTC) + timedelta(days=count)


def assert_one_expiry(card: NewCard, *, ends: datetime | None) -> None:
    """The card ends then, and so does every lot of it, open or spent."""
    assert row_of(card).expires_at == ends
    assert {lot.expires_at for lot in account_of(card).lots.all()} == {ends}
    assert list(list_findings()) == []


def test_what_comes_back_by_a_clock_that_is_behind_the_sweeps_gives_the_second_life_too():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)
    expire_cards(actor=SYSTEM, now=OVER)

    refund(entry, "60.00 GBP", now=OVER - timedelta(seconds=5))

    assert (row_of(card).state, totals(card, now=OVER)[3]) == ("ACTIVE", "60.00")
    # From the last day's end, which is later than that clock says.
    assert_one_expiry(card, ends=OVER + timedelta(days=30))
    assert expire_cards(actor=SYSTEM, now=OVER + timedelta(days=29))[1].lots == 0


def test_what_comes_back_to_an_expired_replacement_gives_it_the_whole_second_life():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)
    heir = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    expire_cards(actor=SYSTEM, now=OVER)
    assert (row_of(heir).state, totals(heir, now=OVER)[2]) == ("EXPIRED", "0.00")

    refund(entry, "60.00 GBP", now=days(11))

    assert_one_expiry(heir, ends=midnight_after(41))
    assert (seen(heir, now=days(11)).state, totals(heir, now=days(11))[3]) == (CardState.ACTIVE, "60.00")
    given_redemption("60.00 GBP", card=heir, now=midnight_after(41) - timedelta(seconds=1))
    assert expire_cards(actor=SYSTEM, now=days(42))[1].lots == 0


def test_a_refund_finds_the_new_last_day_of_a_card_that_was_extended_while_it_was_empty():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    extend_card(card_id=card.id, expires_on=NEXT_YEAR, actor=STAFF, now=NOW)

    refund(entry, "100.00 GBP", now=NOW)

    assert_one_expiry(card, ends=IN_JULY_2027)
    assert expire_cards(actor=SYSTEM, now=OVER)[1].lots == 0
    assert totals(card, now=OVER)[3] == "100.00"


def test_so_does_a_refund_after_the_old_last_day():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    extend_card(card_id=card.id, expires_on=NEXT_YEAR, actor=STAFF, now=NOW)

    refund(entry, "100.00 GBP", now=days(11))

    assert_one_expiry(card, ends=IN_JULY_2027)
    assert (seen(card, now=days(11)).state, totals(card, now=days(11))[3]) == (CardState.ACTIVE, "100.00")


def test_what_comes_back_to_a_once_endless_card_ends_with_it():
    card = given_card_to(None)
    entry = given_redemption("100.00 GBP", card=card)
    extend_card(card_id=card.id, expires_on=LAST_DAY, actor=STAFF, now=NOW)
    expire_cards(actor=SYSTEM, now=OVER)

    refund(entry, "100.00 GBP", now=days(11))

    assert_one_expiry(card, ends=midnight_after(41))
    assert totals(card, now=days(11))[3] == "100.00"
    expire_cards(actor=SYSTEM, now=midnight_after(41))
    assert (row_of(card).state, totals(card)[2]) == ("EXPIRED", "0.00")
    assert counter_balances() == {"BREAKAGE GBP": "100.00", "CASH GBP": "-100.00"}


def test_each_refund_has_its_whole_second_life_and_shares_it_with_what_is_on_the_card():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    expire_cards(actor=SYSTEM, now=OVER)

    refund(entry, "60.00 GBP", now=days(11))
    assert_one_expiry(card, ends=midnight_after(41))
    refund(entry, "40.00 GBP", now=days(40))

    assert_one_expiry(card, ends=midnight_after(70))
    assert totals(card, now=days(69))[3] == "100.00"
    assert [kind for kind, *_ in timeline(card)][3:] == ["REFUND", "EXTENDED", "REFUND", "EXTENDED"]


@pytest.mark.parametrize(("life", "ends"), [(7, 18), (60, 71)])
def test_the_setting_says_how_long_a_second_life_is(life: int, ends: int):
    set_refund_life(life)
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)

    refund(entry, "100.00 GBP", now=days(11))

    assert_one_expiry(card, ends=midnight_after(ends))


def test_a_second_life_is_not_cut_short_by_a_setting_that_became_shorter():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    refund(entry, "60.00 GBP", now=days(11))
    set_refund_life(1)

    refund(entry, "40.00 GBP", now=days(12))

    assert_one_expiry(card, ends=midnight_after(41))


def test_a_refund_before_the_last_day_leaves_that_day_alone():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)

    refund(entry, "100.00 GBP", now=OVER - timedelta(seconds=1))

    assert_one_expiry(card, ends=OVER)
    assert totals(card, now=OVER)[3] == "0.00"


def test_a_card_that_people_gave_a_new_day_in_its_second_life_has_that_day():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    refund(entry, "60.00 GBP", now=days(11))
    extend_card(card_id=card.id, expires_on=date(2026, 6, 20), actor=STAFF, now=days(12))

    refund(entry, "40.00 GBP", now=days(45))

    assert_one_expiry(card, ends=datetime(2026, 6, 21, tzinfo=UTC))


def test_what_had_expired_unswept_does_not_come_back_with_the_card():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)

    refund(entry, "60.00 GBP", now=days(11))

    assert_one_expiry(card, ends=midnight_after(41))
    assert totals(card, now=days(11))[2:] == ("60.00", "60.00")
    assert [(kind, amount) for kind, amount, *_ in timeline(card)][2:4] == [("EXPIRE", "-40.00"), ("REFUND", "60.00")]


def test_what_a_hold_sets_aside_lives_on_with_the_card():
    card = given_card_to()
    hold = given_hold("30.00 GBP", account=account_of(card), expires_at=days(90))
    entry = given_redemption("70.00 GBP", card=card)
    expire_cards(actor=SYSTEM, now=OVER)

    refund(entry, "20.00 GBP", now=days(11))
    release_hold(hold_id=hold.id, actor=API, now=days(12))

    assert_one_expiry(card, ends=midnight_after(41))
    assert totals(card, now=days(12))[2:] == ("50.00", "50.00")


def test_extending_reaches_what_a_hold_sets_aside():
    card = given_card_to()
    hold = given_hold("100.00 GBP", account=account_of(card), expires_at=days(90))
    extend_card(card_id=card.id, expires_on=NEXT_YEAR, actor=STAFF, now=NOW)
    entry = capture_hold(hold_id=hold.id, actor=API, now=days(11))

    refund(entry, "100.00 GBP", now=days(12))

    assert_one_expiry(card, ends=IN_JULY_2027)


def test_a_hold_let_go_after_the_last_day_leaves_nothing_to_spend():
    card = given_card_to()
    hold = given_hold("30.00 GBP", account=account_of(card), expires_at=days(90))
    expire_cards(actor=SYSTEM, now=OVER)

    release_hold(hold_id=hold.id, actor=API, now=days(11))

    assert_one_expiry(card, ends=OVER)
    assert (seen(card, now=days(11)).state, totals(card, now=days(11))[2:]) == (CardState.EXPIRED, ("30.00", "0.00"))


@pytest.mark.parametrize("undone", ["REDEEM", "EXPIRE"])
def test_a_reversal_brings_an_expired_card_back_to_life_as_a_refund_does(undone: str):
    card = given_card_to()
    given_redemption("60.00 GBP", card=card)
    expire_cards(actor=SYSTEM, now=OVER)
    entry = Transaction.objects.get(account_id=card.account_id, type=undone)

    reverse_card_transaction(
        card=seen(card), transaction_id=entry.id, actor=STAFF, now=days(11), why=Why(note="by mistake")
    )

    assert_one_expiry(card, ends=midnight_after(41))
    assert seen(card, now=days(11)).spendable_minor == -entry.amount_minor


def test_taking_a_load_back_gives_nobody_a_second_life():
    card = given_card_to()
    load = reload_card(card=seen(card), amount=money("5.00 GBP"), actor=API, now=NOW)
    given_hold("100.00 GBP", account=account_of(card), expires_at=days(90))

    reverse_card_transaction(
        card=seen(card), transaction_id=load.id, actor=STAFF, now=days(11), why=Why(note="not paid")
    )

    assert_one_expiry(card, ends=OVER)


def test_what_comes_back_goes_to_the_heir_of_an_heir():
    first = given_card_to()
    entry = given_redemption("60.00 GBP", card=first)
    second = replace_card(card_id=first.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    third = replace_card(card_id=second.id, actor=STAFF, now=NOW, why=Why(note="lost again"))
    expire_cards(actor=SYSTEM, now=OVER)

    refund(entry, "25.00 GBP", now=days(11))
    refund(entry, "35.00 GBP", now=days(40))

    assert_one_expiry(third, ends=midnight_after(70))
    assert totals(third, now=days(69))[3] == "60.00"


def test_a_replacement_of_a_card_in_its_second_life_is_in_its_second_life():
    card = given_card_to()
    entry = given_redemption("100.00 GBP", card=card)
    refund(entry, "60.00 GBP", now=days(11))
    heir = replace_card(card_id=card.id, actor=STAFF, now=days(12), why=Why(note="lost"))

    refund(entry, "40.00 GBP", now=days(40))

    assert_one_expiry(heir, ends=midnight_after(70))
    assert totals(heir, now=days(69))[3] == "100.00"


def test_an_heir_that_was_extended_takes_what_comes_back_until_its_own_last_day():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)
    heir = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    extend_card(card_id=heir.id, expires_on=NEXT_YEAR, actor=STAFF, now=NOW)

    refund(entry, "60.00 GBP", now=NOW)

    assert_one_expiry(heir, ends=IN_JULY_2027)


def test_what_comes_back_of_a_voided_card_lives_a_second_life_in_its_customers_store_credit():
    owner = given_customer()
    card = given_card_to(customer_id=owner.pk)
    entry = given_redemption("60.00 GBP", card=card)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    refund(entry, "60.00 GBP", now=days(11))

    credit = Account.objects.get(customer=owner, kind=AccountKind.STORE_CREDIT)
    assert lots_of(credit) == [("60.00", days(41))]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_second_life_ends_with_a_day_where_the_card_is(zone: str):
    card = given_card("100.00 GBP", expires_on=LAST_DAY, time_zone=zone)
    entry = given_redemption("100.00 GBP", card=card)

    refund(entry, "100.00 GBP", now=days(11))

    ends = row_of(card).expires_at
    assert ends is not None
    assert days(41) <= ends < days(42)
    assert_one_expiry(card, ends=ends)


def test_a_blocked_card_that_is_over_lives_again_blocked():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))

    refund(entry, "60.00 GBP", now=days(11), actor=STAFF)
    assert row_of(card).state == "BLOCKED"
    unblock_card(card_id=card.id, actor=STAFF, now=days(12), why=Why(note="found"))

    assert_one_expiry(card, ends=midnight_after(41))
    assert (seen(card, now=days(12)).state, totals(card, now=days(12))[3]) == (CardState.ACTIVE, "60.00")


def test_a_blocked_card_that_is_over_is_not_extended():
    card = given_card_to()
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))

    for change in (
        lambda: extend_card(card_id=card.id, expires_on=NEXT_YEAR, actor=STAFF, now=days(11)),
        lambda: replace_card(card_id=card.id, actor=STAFF, now=days(11), why=Why(note="lost")),
    ):
        with refused(CardNotUsable) as caught:
            change()
        assert caught.value.state == "Expired"


def test_a_refund_that_is_refused_leaves_an_expired_card_as_it_was():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)

    with refused(RefundExceedsSpend):
        refund(entry, "60.01 GBP", now=days(11))


def test_a_refusal_that_the_caller_lives_with_leaves_an_expired_card_as_it_was():
    card = given_card_to()
    entry = given_redemption("60.00 GBP", card=card)
    before = timeline(card)

    with pytest.raises(RefundExceedsSpend):
        refund(entry, "60.01 GBP", now=days(11))

    assert (timeline(card), row_of(card).expires_at) == (before, OVER)
    assert_one_expiry(card, ends=OVER)


def test_a_reason_gives_what_is_on_a_card_no_life_of_its_own():
    ReasonFactory.create(code="PR30", expires_in_days=30)
    card = given_card("5.00 GBP", why=Why(reason="PR30"))

    reload_card(card=seen(card), amount=money("5.00 GBP"), actor=STAFF, now=NOW, why=Why(reason="PR30"))

    assert_one_expiry(card, ends=None)
