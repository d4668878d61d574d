"""A checkout: what it costs, what each change of it renews, and what lets go of what is set aside for it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ledger.errors import (
    AmountNotExact,
    AmountTooLarge,
    CustomerNotFound,
    InsufficientCredit,
    ReasonMissing,
)
from ledger.models import Hold
from storecredit.checkouts.errors import (
    AmountNegative,
    CheckoutCurrencyMismatch,
    CheckoutNotFound,
    ItemNotFound,
    ItemPriceAmbiguous,
    ItemsMissing,
    NotAHoldOfCheckouts,
    QuantityTooLarge,
    SessionUpdateNotAllowed,
    SourceNotAttachable,
    SourceNotFound,
    SourceTooLarge,
)
from storecredit.checkouts.models import Checkout, Source
from storecredit.checkouts.operations import (
    NewItem,
    change_checkout,
    create_checkout,
    delete_checkout,
    detach_source,
    expire_checkouts,
    release_stuck_hold,
)
from storecredit.checkouts.queries import get_checkout, get_source
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    given_checkout,
    given_credit_source,
    given_tender,
    item,
    order,
    refused,
)
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    days,
    given_credit,
    held_in,
    money,
)

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = timedelta(minutes=30)


def state_of(source: Source, now=NOW) -> str:
    return get_source(source_id=source.pk, test_mode=source.test_mode).state_at(now)


def seen(checkout, now=NOW):
    return get_checkout(checkout_id=checkout.checkout.pk, test_mode=False, now=now)


# What it costs


def test_costs_its_items_shipping_and_tax():
    checkout = given_checkout(
        item("10.00 GBP", 2),
        NewItem(sku_id="sku-2", quantity=3, aggregate_price=money("5.00 GBP")),
        total_tax=money("2.01 GBP"),
        total_shipping=money("3.00 GBP"),
    )

    assert checkout.checkout.total_minor == 3001
    assert [(line.sku_id, line.quantity, line.amount_minor) for line in checkout.items] == [
        ("sku-1", 2, 2000),
        ("sku-2", 3, 500),
    ]
    session = checkout.session
    assert (session.contributed_minor, session.remaining_minor, session.state) == (0, 3001, "requires_source")


def test_does_not_add_tax_that_its_prices_include():
    checkout = given_checkout(item("10.00 GBP"), total_tax=money("1.00 GBP"), tax_included=True)

    assert checkout.checkout.total_minor == 1000


@pytest.mark.parametrize(
    ("items", "more", "error"),
    [
        ([], {}, ItemsMissing),
        ([NewItem("sku", 1)], {}, ItemPriceAmbiguous),
        ([NewItem("sku", 1, money("1 GBP"), money("1 GBP"))], {}, ItemPriceAmbiguous),
        ([item("1 GBP", 0)], {}, QuantityTooLarge),
        ([item("1 GBP", 1_000_001)], {}, QuantityTooLarge),
        ([item("-0.01 GBP")], {}, AmountNegative),
        ([item("0.001 GBP")], {}, AmountNotExact),
        ([item("1 EUR")], {}, CheckoutCurrencyMismatch),
        ([item("90071992547409.92 GBP")], {}, AmountTooLarge),
        ([item("90071992547409.91 GBP", 2)], {}, AmountTooLarge),
        ([item("1 GBP")], {"total_tax": money("-1 GBP")}, AmountNegative),
        ([item("1 GBP")], {"total_shipping": money("90071992547409.91 GBP")}, AmountTooLarge),
        ([item("1 GBP")], {"customer": "nobody"}, CustomerNotFound),
        ([item("1 GBP")], {"source_id": uuid4()}, SourceNotFound),
        ([NewItem("sku", 1, money("1 GBP"), id=uuid4())], {}, ItemNotFound),
    ],
)
def test_refuses_a_checkout_that_cannot_be(items, more, error):
    with refused(error):
        create_checkout(currency="GBP", items=items, **ACT, **more)


# What changes it, and what lets go


def test_renews_what_is_set_aside_with_each_change():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()
    attach(checkout, given_credit_source("5.00 GBP", account=account))
    later = NOW + timedelta(minutes=29)

    change_checkout(checkout_id=checkout.checkout.pk, changes={"email": "new@example.com"}, **ACT | {"now": later})

    assert Hold.objects.get().expires_at == later + HALF_AN_HOUR


def test_never_cuts_short_what_is_set_aside():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()
    attach(checkout, given_credit_source("20.00 GBP", account=account), now=NOW + timedelta(seconds=2))

    attach(checkout, given_credit_source("10.00 GBP", account=account), now=NOW)

    lasting = Hold.objects.filter(account=account).order_by("expires_at").values_list("expires_at", flat=True)
    assert list(lasting) == [NOW + timedelta(minutes=30), NOW + timedelta(minutes=30, seconds=2)]


def test_refuses_to_cost_less_than_its_credit_pays():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_credit_source("15.00 GBP", account=account))

    with refused(SourceTooLarge):
        change_checkout(checkout_id=checkout.checkout.pk, changes={"items": [item("14.99 GBP")]}, **ACT)


def test_keeps_the_ids_of_lines_that_stay():
    checkout = given_checkout(item("10.00 GBP"), item("20.00 GBP", sku="sku-2"))
    kept = NewItem("sku-2", 3, money("20.00 GBP"), id=checkout.items[1].pk)

    changed = change_checkout(
        checkout_id=checkout.checkout.pk,
        changes={"items": [kept, item("1.00 GBP")], "total_tax": money("0.50 GBP")},
        **ACT,
    )

    assert [(line.sku_id, line.quantity) for line in changed.items] == [("sku-2", 3), ("sku-1", 1)]
    assert (changed.items[0].pk, changed.checkout.total_minor) == (checkout.items[1].pk, 6150)


def test_cancels_detached_credit_for_good():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)

    detach_source(checkout_id=checkout.checkout.pk, source_id=source.pk, **ACT)

    assert (held_in(account), state_of(source)) == ("0.00", "CANCELLED")
    with refused(SourceNotAttachable):
        attach(checkout, source)
    with refused(SourceNotFound):
        detach_source(checkout_id=checkout.checkout.pk, source_id=source.pk, **ACT)


def test_lets_detached_tender_be_attached_elsewhere():
    checkout, card = given_checkout(), given_tender("5.00 GBP")
    attach(checkout, card)

    detach_source(checkout_id=checkout.checkout.pk, source_id=card.pk, **ACT)
    detail = attach(given_checkout(), card)

    assert detail.session.contributed_minor == 500


def test_frees_everything_when_it_is_deleted():
    account, card = given_credit("50.00 GBP"), given_tender("5.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)
    attach(checkout, card)

    delete_checkout(checkout_id=checkout.checkout.pk, **ACT)

    assert (held_in(account), state_of(source), state_of(card)) == ("0.00", "CANCELLED", "CHARGEABLE")
    with refused(CheckoutNotFound):
        seen(checkout)
    with refused(CheckoutNotFound):
        delete_checkout(checkout_id=checkout.checkout.pk, **ACT)
    assert all_is_well()


def test_changes_nothing_once_it_is_ordered():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(total="5.00 GBP"), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)
    order(checkout)
    pk = checkout.checkout.pk

    for change in (
        lambda: change_checkout(checkout_id=pk, changes={"email": "x@example.com"}, **ACT),
        lambda: delete_checkout(checkout_id=pk, **ACT),
        lambda: attach(checkout, given_tender("1.00 GBP")),
        lambda: detach_source(checkout_id=pk, source_id=source.pk, **ACT),
        lambda: given_credit_source("1.00 GBP", account=account, payment_session_id=checkout.checkout.session_id),
    ):
        with refused(SessionUpdateNotAllowed):
            change()


# Time


def test_counts_credit_no_more_from_the_moment_it_has_timed_out():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)

    before, after = NOW + HALF_AN_HOUR - timedelta(seconds=1), NOW + HALF_AN_HOUR

    assert (seen(checkout, before).session.contributed_minor, state_of(source, before)) == (500, "CHARGEABLE")
    assert (seen(checkout, after).session.contributed_minor, state_of(source, after)) == (0, "CANCELLED")


def test_frees_credit_that_another_checkout_held_too_long_without_waiting_for_the_sweep():
    account = given_credit("10.00 GBP")
    attach(given_checkout(), given_credit_source("10.00 GBP", account=account))
    other, source = given_checkout(), given_credit_source("10.00 GBP", account=account)
    with refused(InsufficientCredit):
        attach(other, source)

    attach(other, source, now=NOW + HALF_AN_HOUR)

    assert held_in(account) == "10.00"
    assert sorted(Hold.objects.values_list("status", flat=True)) == ["EXPIRED", "OPEN"]


def test_sweeps_credit_that_timed_out_and_keeps_the_checkout():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)
    later = NOW + HALF_AN_HOUR

    first = expire_checkouts(actor=SYSTEM, now=later)
    again = expire_checkouts(actor=SYSTEM, now=later)

    assert (first.lapsed, first.given_up, again.lapsed, again.given_up) == (1, 0, 0, 0)
    source.refresh_from_db()
    assert (held_in(account), source.state, source.cancelled_by) == ("0.00", "CANCELLED", "expire_credit")
    assert seen(checkout, later).session.state == "requires_source"
    assert all_is_well()


def test_gives_up_a_checkout_that_nobody_changes_for_a_month():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()
    attach(checkout, given_credit_source("5.00 GBP", account=account))

    done = expire_checkouts(actor=SYSTEM, now=days(30))

    assert (done.lapsed, done.given_up) == (0, 1)
    assert Checkout.objects.get().status == "EXPIRED"
    assert (held_in(account), balance_of(account)) == ("0.00", "50.00")
    with refused(CheckoutNotFound):
        seen(checkout, days(30))


def test_hides_a_checkout_that_is_due_to_be_given_up_before_the_sweep():
    checkout = given_checkout()

    with refused(CheckoutNotFound):
        attach(checkout, given_tender("1.00 GBP"), now=days(30))


# Staff


def test_lets_staff_release_a_stuck_hold_and_keeps_the_reason():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)
    attach(checkout, source)
    hold = Hold.objects.get()

    release_stuck_hold(hold_id=hold.pk, reason="The shopper called.", actor=STAFF, now=NOW)

    source.refresh_from_db()
    assert (held_in(account), source.state) == ("0.00", "CANCELLED")
    assert (source.cancelled_by, source.cancelled_why) == ("alice", "The shopper called.")
    assert all_is_well()


def test_releases_no_hold_without_a_reason_or_that_is_not_a_checkouts():
    account = given_credit("50.00 GBP")
    attach(given_checkout(), given_credit_source("5.00 GBP", account=account))

    with refused(ReasonMissing):
        release_stuck_hold(hold_id=Hold.objects.get().pk, reason=" ", actor=STAFF, now=NOW)
    with refused(NotAHoldOfCheckouts):
        release_stuck_hold(hold_id=uuid4(), reason="why", actor=STAFF, now=NOW)
