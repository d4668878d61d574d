from uuid import UUID

import pytest

from ledger.errors import (
    AccountNotOpen,
    AmountNotPositive,
    CurrencyMismatch,
    ExpiryInThePast,
    HoldLastsLonger,
    HoldNotFound,
    HoldNotOpen,
    HoldTooSmall,
    InsufficientCredit,
    MovementKeyUsed,
)
from ledger.models import Hold
from ledger.operations import (
    AccountStatus,
    Why,
    capture_hold,
    expire_credit,
    extend_hold,
    place_hold,
    release_hold,
    release_timed_out_holds,
)
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    counter_balances,
    days,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    held_in,
    history_of,
    lots_of,
    money,
    refused,
    set_status,
    spendable_in,
)

pytestmark = pytest.mark.django_db


def capture(hold, amount=None, *, now=NOW, **more):
    value = money(amount) if amount else None
    return capture_hold(hold_id=hold.pk, amount=value, actor=API, now=now, **more)


def parts_of(hold):
    return list(hold.hold_lots.order_by("id").values_list("amount_minor", "captured_minor"))


def test_sets_credit_aside_from_the_lots_that_a_spend_would_take():
    account = given_credit("50.00 GBP")
    given_credit("30.00 GBP", to=account, expires_at=days(3))

    hold = place_hold(
        account_id=account.pk,
        amount=money("40.00 GBP"),
        expires_at=days(2),
        actor=API,
        now=NOW,
        why=Why(reference="checkout 1", key="hold-1"),
    )

    hold.refresh_from_db()
    assert (hold.amount_minor, hold.captured_minor, hold.status) == (4000, 0, "OPEN")
    assert (hold.expires_at, hold.created_at, hold.reference, hold.key) == (days(2), NOW, "checkout 1", "hold-1")
    assert (hold.actor_kind, hold.actor_id, hold.actor_label) == ("API", "1", "web shop")
    assert (hold.door, hold.request_id, hold.closed_at, hold.closed_by) == ("api:tiquo", "req-1", None, "")
    assert [part.lot.expires_at for part in hold.hold_lots.order_by("id")] == [days(3), None]
    assert parts_of(hold) == [(3000, 0), (1000, 0)]
    assert (balance_of(account), held_in(account), spendable_in(account)) == ("80.00", "40.00", "40.00")
    assert history_of(account) == [("ISSUE", "50.00"), ("ISSUE", "30.00")]


def test_several_holds_share_a_lot():
    account = given_credit("100.00 GBP")

    first, second = given_hold("60.00 GBP", account=account), given_hold("40.00 GBP", account=account)
    with refused(InsufficientCredit) as caught:
        given_hold("0.01 GBP", account=account)
    capture(first)
    release_hold(hold_id=second.pk, actor=API, now=NOW)

    assert caught.value.available == money("0.00 GBP")
    assert (balance_of(account), held_in(account), spendable_in(account)) == ("40.00", "0.00", "40.00")


def test_a_capture_spends_what_was_set_aside():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)

    entry = capture(hold, why=Why(note="shipped", key="capture-1", details={"parcel": 1}), now=days(1))

    entry.refresh_from_db()
    hold.refresh_from_db()
    assert (entry.type, entry.amount_minor, entry.counter_account) == ("REDEEM", -6000, "SALES")
    assert (entry.hold_id, entry.reference, entry.note, entry.key) == (hold.pk, "order 1", "shipped", "capture-1")
    assert (hold.status, hold.captured_minor, hold.closed_at, hold.closed_by) == ("CAPTURED", 6000, days(1), "web shop")
    assert (balance_of(account), held_in(account), spendable_in(account)) == ("40.00", "0.00", "40.00")


def test_a_partial_capture_leaves_the_rest_set_aside():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)

    capture(hold, "25.00 GBP", final=False, why=Why(reference="parcel 1"))
    between = (balance_of(account), held_in(account), spendable_in(account))
    capture(hold, "10.00 GBP", final=False, why=Why(reference="parcel 2"))
    capture(hold, "25.00 GBP", final=False, why=Why(reference="parcel 3"))

    hold.refresh_from_db()
    assert between == ("75.00", "35.00", "40.00")
    assert (hold.status, hold.captured_minor) == ("CAPTURED", 6000)
    assert history_of(account)[1:] == [("REDEEM", "-25.00"), ("REDEEM", "-10.00"), ("REDEEM", "-25.00")]
    assert (balance_of(account), held_in(account)) == ("40.00", "0.00")


def test_a_final_capture_releases_the_rest():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)

    capture(hold, "25.00 GBP")

    hold.refresh_from_db()
    assert (hold.status, hold.captured_minor) == ("CAPTURED", 2500)
    assert (balance_of(account), held_in(account), spendable_in(account)) == ("75.00", "0.00", "75.00")


def test_captures_take_the_lots_in_the_order_in_which_they_were_set_aside():
    account = given_credit("10.00 GBP")
    given_credit("10.00 GBP", to=account, expires_at=days(3))
    hold = given_hold("20.00 GBP", account=account)
    given_credit("10.00 GBP", to=account, expires_at=days(1))

    capture(hold, "4.00 GBP", final=False)
    capture(hold, "9.00 GBP", final=False)

    assert parts_of(hold) == [(1000, 1000), (1000, 300)]
    assert lots_of(account) == [("7.00", None), ("10.00", days(1))]


def test_a_hold_over_more_lots_than_are_read_at_once_is_captured():
    account = given_account()
    for _ in range(103):
        given_credit("0.01 GBP", to=account)

    capture(given_hold("1.02 GBP", account=account), "1.01 GBP")

    assert (balance_of(account), held_in(account)) == ("0.02", "0.00")


def test_a_release_gives_everything_back():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)

    released = release_hold(hold_id=hold.pk, actor=STAFF, now=days(1))

    assert (released.status, released.closed_at, released.closed_by) == ("RELEASED", days(1), "alice")
    assert (balance_of(account), held_in(account), spendable_in(account)) == ("100.00", "0.00", "100.00")


def test_a_hold_is_not_captured_after_its_time_but_still_released():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account, expires_at=days(1))

    with refused(HoldNotOpen) as caught:
        capture(hold, now=days(1))
    with refused(HoldNotOpen):
        extend_hold(hold_id=hold.pk, expires_at=days(9), actor=API, now=days(1))
    release_hold(hold_id=hold.pk, actor=API, now=days(1))

    assert (caught.value.hold, caught.value.status) == (str(hold.pk), "Timed out")
    assert held_in(account) == "0.00"


def test_holds_that_timed_out_are_released_together():
    account, other = given_credit("100.00 GBP"), given_credit("100.00 GBP")
    due = [given_hold("10.00 GBP", account=account, expires_at=days(1)) for _ in range(3)]
    due.append(given_hold("10.00 GBP", account=other, expires_at=days(2)))
    later = given_hold("5.00 GBP", account=other, expires_at=days(2.1))
    captured = given_hold("7.00 GBP", account=other, expires_at=days(1))
    capture(captured)

    counts = [release_timed_out_holds(actor=SYSTEM, now=days(2)) for _ in range(2)]

    assert counts == [4, 0]
    assert {hold.status for hold in Hold.objects.filter(pk__in=[hold.pk for hold in due])} == {"EXPIRED"}
    ended = Hold.objects.get(pk=due[0].pk)
    assert (ended.closed_at, ended.closed_by) == (days(2), "expire_credit")
    assert (Hold.objects.get(pk=later.pk).status, Hold.objects.get(pk=captured.pk).status) == ("OPEN", "CAPTURED")
    assert (held_in(account), held_in(other)) == ("0.00", "5.00")


def test_an_open_hold_may_be_extended():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account, expires_at=days(1))

    extended = extend_hold(hold_id=hold.pk, expires_at=days(3), actor=API, now=NOW)
    capture(hold, now=days(2))

    assert extended.expires_at == days(3)
    assert balance_of(account) == "40.00"


def test_a_hold_is_not_made_to_end_sooner():
    hold = given_hold("60.00 GBP", account=given_credit("100.00 GBP"), expires_at=days(2))

    with refused(HoldLastsLonger):
        extend_hold(hold_id=hold.pk, expires_at=days(1), actor=API, now=NOW)
    extend_hold(hold_id=hold.pk, expires_at=days(2), actor=API, now=NOW)

    assert Hold.objects.get(pk=hold.pk).expires_at == days(2)


def test_credit_that_expires_while_it_is_held_can_be_captured_and_what_is_released_is_swept_next():
    # The worked example of rule 9: 60 until today, 40 for ever, a hold of 60.
    account = given_credit("60.00 GBP", expires_at=days(1), funding="PAID")
    given_credit("40.00 GBP", to=account)
    hold = given_hold("60.00 GBP", account=account)
    tomorrow = days(1.5)

    assert spendable_in(account, now=tomorrow) == "40.00"
    swept_while_held = expire_credit(actor=SYSTEM, now=tomorrow)
    capture(hold, "45.00 GBP", now=tomorrow)
    swept_after = expire_credit(actor=SYSTEM, now=tomorrow)

    assert (swept_while_held.lots, swept_after.lots, swept_after.amount_minor) == (0, 1, {"GBP": 1500})
    assert history_of(account)[2:] == [("REDEEM", "-45.00"), ("EXPIRE", "-15.00")]
    assert (balance_of(account), spendable_in(account, now=tomorrow)) == ("40.00", "40.00")
    assert counter_balances() == {
        "BREAKAGE GBP": "15.00",
        "CASH GBP": "-60.00",
        "GOODWILL GBP": "-40.00",
        "SALES GBP": "45.00",
    }


def test_the_forty_can_be_spent_before_the_capture_too():
    account = given_credit("60.00 GBP", expires_at=days(1))
    given_credit("40.00 GBP", to=account)
    hold = given_hold("60.00 GBP", account=account)

    given_spend("40.00 GBP", account=account, now=days(2))
    with refused(InsufficientCredit):
        given_spend("0.01 GBP", account=account, now=days(2))
    capture(hold, now=days(2))

    assert balance_of(account) == "0.00"


@pytest.mark.parametrize("end", [capture, lambda hold: release_hold(hold_id=hold.pk, actor=API, now=NOW)])
def test_refuses_a_hold_that_has_ended(end):
    hold = given_hold("60.00 GBP", account=given_credit("100.00 GBP"))
    end(hold)

    with refused(HoldNotOpen):
        capture(hold, "0.01 GBP")
    with refused(HoldNotOpen):
        release_hold(hold_id=hold.pk, actor=API, now=NOW)
    with refused(HoldNotOpen):
        extend_hold(hold_id=hold.pk, expires_at=days(9), actor=API, now=NOW)


def test_refuses_to_capture_more_than_the_hold_has_left():
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)
    capture(hold, "50.00 GBP", final=False)

    with refused(HoldTooSmall) as caught:
        capture(hold, "10.01 GBP")

    assert (caught.value.left, caught.value.requested) == (money("10.00 GBP"), money("10.01 GBP"))


def test_refuses_amounts_that_are_none():
    hold = given_hold("60.00 GBP", account=given_credit("100.00 GBP"))

    with refused(AmountNotPositive):
        capture(hold, "0.00 GBP")
    with refused(AmountNotPositive):
        capture(hold, "-1.00 GBP")
    with refused(CurrencyMismatch):
        capture(hold, "1.00 EUR")


def test_refuses_a_hold_that_does_not_exist():
    nowhere = Hold(id=UUID(int=1))

    with refused(HoldNotFound):
        capture(nowhere)
    with refused(HoldNotFound):
        release_hold(hold_id=nowhere.pk, actor=API, now=NOW)
    with refused(HoldNotFound):
        extend_hold(hold_id=nowhere.pk, expires_at=days(9), actor=API, now=NOW)


@pytest.mark.parametrize("expires_at", [NOW, days(-1)])
def test_refuses_a_time_out_that_has_passed(expires_at):
    account = given_credit("100.00 GBP")
    hold = given_hold("60.00 GBP", account=account)

    with refused(ExpiryInThePast):
        given_hold("1.00 GBP", account=account, expires_at=expires_at)
    with refused(ExpiryInThePast):
        extend_hold(hold_id=hold.pk, expires_at=expires_at, actor=API, now=NOW)


def test_a_capture_on_a_frozen_account_is_for_staff_and_a_release_for_anybody():
    account = given_credit("100.00 GBP")
    first, second = given_hold("10.00 GBP", account=account), given_hold("10.00 GBP", account=account)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with refused(AccountNotOpen):
        capture(first)
    capture_hold(hold_id=first.pk, actor=STAFF, now=NOW)
    release_hold(hold_id=second.pk, actor=API, now=NOW)

    assert (balance_of(account), held_in(account)) == ("90.00", "0.00")


def test_a_capture_with_a_used_key_leaves_the_hold_open():
    account = given_credit("100.00 GBP", why=Why(key="issue-1"))
    hold = given_hold("60.00 GBP", account=account)

    with refused(MovementKeyUsed):
        capture(hold, why=Why(key="issue-1"))

    assert Hold.objects.get().status == "OPEN"
