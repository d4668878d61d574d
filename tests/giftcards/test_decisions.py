"""What is decided about a card: blocked, voided, replaced, extended, assigned, moved, revealed."""

from datetime import date, timedelta

import pytest

from giftcards.errors import (
    CardHasNoCustomer,
    CardNotFound,
    CardNotUsable,
    ExpiryNotLater,
)
from giftcards.models import CardEvent, CardState
from giftcards.operations import (
    assign_card,
    block_card,
    extend_card,
    move_card_to_store_credit,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    reveal_code,
    unblock_card,
    void_card,
)
from giftcards.queries import get_card, get_card_by_id
from ledger.errors import (
    CustomerNotFound,
    InsufficientCredit,
    ReasonMissing,
)
from ledger.models import Account, AccountKind
from ledger.operations import Why
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, seen, timeline, totals
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    days,
    given_customer,
    given_hold,
    history_of,
    lots_of,
    money,
    refused,
)

pytestmark = pytest.mark.django_db


def test_a_blocked_card_is_not_spent_until_it_is_unblocked():
    card = given_card()

    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    with refused(CardNotUsable) as caught:
        given_redemption("1.00 GBP", card=card)
    unblock_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="found"))
    given_redemption("1.00 GBP", card=card)

    assert (caught.value.state, caught.value.verb) == ("Blocked", "redeemed")
    assert [(kind, state) for kind, _, _, state in timeline(card)] == [
        ("ISSUE", "ACTIVE"),
        ("BLOCKED", "BLOCKED"),
        ("UNBLOCKED", "ACTIVE"),
        ("REDEEM", "ACTIVE"),
    ]


def test_a_card_read_before_it_was_blocked_is_refused_by_its_account():
    card = given_card()
    stale = seen(card)
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))

    with refused(CardNotUsable) as caught:
        redeem_card(card=stale, amount=money("1.00 GBP"), actor=API, now=NOW)

    assert caught.value.state == "Blocked"


@pytest.mark.parametrize("operation", [block_card, void_card, replace_card, reveal_code])
def test_whoever_takes_a_card_away_or_looks_at_its_code_says_why(operation):
    card = given_card()

    with refused(ReasonMissing):
        operation(card_id=card.id, actor=STAFF, now=NOW, why=Why(note=" "))


def test_a_voided_card_has_lost_its_value_for_good():
    card = given_card()
    given_redemption("5.00 GBP", card=card)

    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    assert timeline(card)[-1] == ("VOID", "-20.00", "0.00", "VOIDED")
    assert totals(card) == ("25.00", "5.00", "0.00", "0.00")
    assert account_of(card).status == "CLOSED"


def test_an_empty_card_is_voided_with_an_event_and_no_entry():
    card = given_card("0 GBP")

    assert void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong")) is None

    assert timeline(card) == [("ACTIVATED", "0.00", "0.00", "ACTIVE"), ("VOIDED", "0.00", "0.00", "VOIDED")]


def test_a_card_is_not_voided_while_a_hold_sets_its_value_aside():
    card = given_card()
    given_hold("5.00 GBP", account=account_of(card))

    with refused(InsufficientCredit):
        void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))


def test_a_replacement_takes_value_owner_and_expiry_and_both_are_linked():
    owner = given_customer()
    card = given_card(customer_id=owner.pk, expires_on=date(2026, 6, 30), time_zone="Europe/London")
    given_redemption("5.00 GBP", card=card)
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))

    new = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    assert [(kind, amount, state) for kind, amount, _, state in timeline(card)][2:] == [
        ("BLOCKED", "0.00", "BLOCKED"),
        ("TRANSFER", "-20.00", "BLOCKED"),
        ("REPLACED", "0.00", "BLOCKED"),
        ("VOIDED", "0.00", "VOIDED"),
    ]
    assert timeline(new) == [("ACTIVATED", "0.00", "0.00", "ACTIVE"), ("TRANSFER", "20.00", "20.00", "ACTIVE")]
    assert (row_of(card).replaced_by_id, row_of(card).state) == (new.id, "VOIDED")
    assert (row_of(new).customer_id, row_of(new).expires_on) == (owner.pk, date(2026, 6, 30))
    assert get_card(code=new.code, test_mode=False, now=NOW).spendable_minor == 2000


def test_a_refund_of_what_a_replaced_card_bought_goes_to_its_replacement():
    card = given_card()
    entry = given_redemption("5.00 GBP", card=card)
    new = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    refund_redemption(transaction_id=entry.id, amount=money("5.00 GBP"), actor=API, now=NOW)

    assert totals(new)[2] == "25.00"
    assert balance_of(account_of(card)) == "0.00"


def test_a_refund_of_what_a_voided_card_bought_goes_to_its_customers_store_credit():
    owner = given_customer()
    card, bearer = given_card(customer_id=owner.pk), given_card()
    entries = [given_redemption("5.00 GBP", card=each) for each in (card, bearer)]
    for each in (card, bearer):
        void_card(card_id=each.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    refund_redemption(transaction_id=entries[0].id, amount=money("5.00 GBP"), actor=API, now=NOW)
    with refused(CardNotUsable):
        refund_redemption(transaction_id=entries[1].id, amount=money("5.00 GBP"), actor=API, now=NOW)

    credit = Account.objects.get(customer=owner, kind=AccountKind.STORE_CREDIT)
    assert history_of(credit) == [("REFUND", "5.00")]


def test_extending_moves_the_card_and_its_credit_together():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")

    expires_at = extend_card(
        card_id=card.id, expires_on=date(2026, 7, 31), actor=STAFF, now=NOW, why=Why(note="asked for it")
    )

    assert (row_of(card).expires_at, lots_of(account_of(card))) == (expires_at, [("25.00", expires_at)])
    event = CardEvent.objects.get(card_id=card.id, kind="EXTENDED")
    assert event.details == {"from": "2026-06-30", "to": "2026-07-31", "time_zone": "UTC"}


@pytest.mark.parametrize("day", [date(2026, 6, 29), date(2026, 5, 3)])
def test_an_expiry_is_never_moved_to_an_earlier_day(day: date):
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")

    with refused(ExpiryNotLater):
        extend_card(card_id=card.id, expires_on=day, actor=STAFF, now=NOW)


def test_a_card_that_lived_for_ever_shares_its_new_last_day_with_its_credit():
    card = given_card()

    expires_at = extend_card(
        card_id=card.id, expires_on=date(2026, 6, 30), time_zone="UTC", actor=STAFF, now=NOW, why=Why(note="as printed")
    )

    assert expires_at is not None
    assert lots_of(account_of(card)) == [("25.00", expires_at)]
    assert seen(card, now=expires_at).spendable_minor == 0


def test_a_card_is_assigned_and_given_back_to_its_bearer():
    owner = given_customer()
    card = given_card()

    assign_card(card_id=card.id, customer_id=owner.pk, customer_only=True, actor=STAFF, now=NOW)
    assign_card(card_id=card.id, customer_id=None, actor=STAFF, now=NOW)

    details = [event.details for event in CardEvent.objects.filter(card_id=card.id, kind="ASSIGNED").order_by("id")]
    assert details == [{"customer": owner.pk, "customer_only": True}, {"customer": None, "customer_only": False}]
    assert (row_of(card).customer_id, row_of(card).customer_only) == (None, False)


def test_all_that_can_be_spent_moves_to_the_customers_store_credit():
    owner = given_customer()
    card = given_card(customer_id=owner.pk, expires_on=date(2026, 6, 30), time_zone="UTC")
    given_redemption("5.00 GBP", card=card)

    move_card_to_store_credit(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="asked for it"))

    credit = Account.objects.get(customer=owner, kind=AccountKind.STORE_CREDIT)
    assert (history_of(credit), lots_of(credit)) == ([("TRANSFER", "20.00")], [("20.00", row_of(card).expires_at)])
    assert timeline(card)[-1] == ("TRANSFER", "-20.00", "0.00", "ACTIVE")
    assert totals(card) == ("25.00", "5.00", "0.00", "0.00")


def test_a_bearers_card_moves_only_to_a_customer_who_is_named():
    card, customer = given_card(), given_customer()

    with refused(CardHasNoCustomer):
        move_card_to_store_credit(card_id=card.id, actor=STAFF, now=NOW)
    move_card_to_store_credit(card_id=card.id, customer_id=customer.pk, actor=STAFF, now=NOW)

    assert totals(card)[2] == "0.00"


def test_revealing_gives_the_code_and_stays_in_the_history():
    card = given_card(code="shop-0001")

    code = reveal_code(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="sent to the wrong address"))

    assert code == "shop-0001"
    event = CardEvent.objects.get(card_id=card.id, kind="REVEALED")
    assert (event.actor_label, event.note) == ("alice", "sent to the wrong address")


def test_a_card_of_the_other_mode_is_not_found():
    card = given_card(test_mode=True)

    assert get_card(code=card.code, test_mode=True, now=NOW).id == card.id
    for look in (
        lambda: get_card(code=card.code, test_mode=False, now=NOW),
        lambda: get_card_by_id(card_id=card.id, test_mode=False, now=NOW),
    ):
        with pytest.raises(CardNotFound):
            look()


def test_a_card_reads_in_one_statement_whatever_its_history(django_assert_num_queries):
    card = given_card("100.00 GBP")
    for _ in range(5):
        given_redemption("1.00 GBP", card=card)

    with django_assert_num_queries(1):
        its = get_card(code=card.code, test_mode=False, now=NOW + timedelta(seconds=1))

    assert its.redeemed_minor == 500


def test_a_pending_card_becomes_active_by_the_clock():
    card = given_card(valid_from=days(1))

    states = [seen(card, now=now).state for now in (NOW, days(1) - timedelta(seconds=1), days(1))]

    assert states == [CardState.PENDING, CardState.PENDING, CardState.ACTIVE]


def test_a_card_belongs_to_nobody_of_the_other_mode():
    card, tester = given_card("25.00 GBP"), given_customer(test_mode=True)

    with refused(CustomerNotFound):
        assign_card(card_id=card.id, customer_id=tester.pk, actor=STAFF, now=NOW)
    with refused(CustomerNotFound):
        move_card_to_store_credit(card_id=card.id, customer_id=tester.pk, actor=STAFF, now=NOW)


def test_a_reload_takes_the_last_day_that_the_card_has_when_it_is_locked():
    card = given_card("25.00 GBP", expires_on=date(2026, 6, 30), time_zone="UTC")
    read_before = seen(card)
    extend_card(card_id=card.id, expires_on=date(2026, 7, 31), actor=STAFF, now=NOW)

    reload_card(card=read_before, amount=money("5.00 GBP"), actor=API, now=NOW)

    assert {lot.expires_at for lot in account_of(card).lots.all()} == {row_of(card).expires_at}
