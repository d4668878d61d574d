"""What pays for a checkout: what fits and is set aside, and what does not."""

from datetime import timedelta
from uuid import uuid4

import pytest

from giftcards.errors import CardNotUsable, MustRedeemWhole
from giftcards.operations import block_card
from ledger.errors import (
    AccountNotOpen,
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    CurrencyMismatch,
    InsufficientCredit,
)
from ledger.models import Hold
from ledger.operations import AccountStatus, Why
from storecredit.checkouts.errors import (
    CheckoutNotFound,
    LineOfAnotherCustomer,
    SessionNotFound,
    SessionUpdateNotAllowed,
    SourceIncomplete,
    SourceNotAttachable,
    SourceNotFound,
    SourceTooLarge,
    TenderRefusesCredit,
    UpstreamUnknown,
)
from storecredit.checkouts.models import Source
from storecredit.checkouts.operations import (
    SourceType,
    change_checkout,
    create_source,
    detach_source,
)
from storecredit.checkouts.queries import get_checkout, get_source
from tests.checkouts.stage import (
    ACT,
    BILL_TO,
    attach,
    given_checkout,
    given_credit_source,
    given_tender,
    refused,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import (
    NOW,
    STAFF,
    days,
    given_account,
    given_credit,
    given_customer,
    held_in,
    money,
    set_status,
    spendable_in,
)

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = timedelta(minutes=30)


def state_of(source: Source, now=NOW) -> str:
    return get_source(source_id=source.pk, test_mode=source.test_mode).state_at(now)


def seen(checkout, now=NOW):
    return get_checkout(checkout_id=checkout.checkout.pk, test_mode=False, now=now)


# What pays


def test_sets_attached_credit_aside_for_half_an_hour():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="27.01 GBP")
    source = given_credit_source("12.50 GBP", account=account)
    assert held_in(account) == "0.00"

    detail = attach(checkout, source)

    assert (held_in(account), spendable_in(account)) == ("12.50", "37.50")
    assert Hold.objects.get().expires_at == NOW + HALF_AN_HOUR
    assert (detail.session.contributed_minor, detail.session.remaining_minor) == (1250, 1451)
    assert state_of(source) == "CHARGEABLE"


def test_sets_credit_aside_once_however_often_it_is_attached():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()
    source = given_credit_source("12.50 GBP", account=account)
    attach(checkout, source)

    attach(checkout, source)

    assert (held_in(account), Hold.objects.count()) == ("12.50", 1)


def test_takes_currency_and_owner_of_a_source_from_its_session():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()

    source = given_credit_source("1.00 GBP", account=account, payment_session_id=checkout.checkout.session_id)

    assert (source.currency, source.checkout_id, source.place) == ("GBP", checkout.checkout.pk, None)
    assert source.owner == {"first_name": "Chase", "last_name": "Marshall", "address": BILL_TO["address"]}


def test_attaches_a_source_as_the_checkout_begins():
    account = given_credit("50.00 GBP")
    source = given_credit_source("10.00 GBP", account=account)

    checkout = given_checkout(total="10.00 GBP", source_id=source.pk)

    assert (checkout.session.state, held_in(account)) == ("requires_confirmation", "10.00")


def test_takes_a_gift_card_by_its_account_number():
    card = account_of(given_card("25.00 GBP"))

    attach(given_checkout(total="25.00 GBP"), given_credit_source("25.00 GBP", account=card))

    assert held_in(card) == "25.00"


def test_lowers_what_reusable_tender_pays_when_credit_comes_later():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="27.01 GBP")
    card = given_tender("27.01 GBP", reusable=True)
    attach(checkout, card)
    source = given_credit_source("12.50 GBP", account=account)

    detail = attach(checkout, source)

    paid = {each.pk: each.contributed_minor for each in detail.sources}
    assert paid == {card.pk: 1451, source.pk: 1250}
    assert detail.session.state == "requires_confirmation"


def test_raises_what_reusable_tender_pays_when_credit_is_detached():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="27.01 GBP")
    card = given_tender("27.01 GBP", reusable=True)
    attach(checkout, card)
    source = given_credit_source("12.50 GBP", account=account)
    attach(checkout, source)

    detach_source(checkout_id=checkout.checkout.pk, source_id=source.pk, **ACT)

    card.refresh_from_db()
    assert (card.contributed_minor, seen(checkout).session.remaining_minor) == (2701, 0)


def test_limits_credit_beside_reusable_tender_to_what_other_credit_leaves():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_tender("20.00 GBP", reusable=True))
    attach(checkout, given_credit_source("12.00 GBP", account=account))

    with refused(SourceTooLarge) as caught:
        attach(checkout, given_credit_source("8.01 GBP", account=account))

    assert (caught.value.remaining, caught.value.requested) == (money("8.00 GBP"), money("8.01 GBP"))


# What does not fit


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount": "0"}, AmountNotPositive),
        ({"amount": "-1"}, AmountNotPositive),
        ({"amount": "0.001"}, AmountNotExact),
        ({"amount": "90071992547409.92"}, AmountTooLarge),
        ({"currency": "EUR"}, CurrencyMismatch),
        ({"currency": None}, SourceIncomplete),
        ({"upstream_id": ""}, UpstreamUnknown),
        ({"upstream_id": "SC0"}, UpstreamUnknown),
        ({"upstream_id": "\0"}, UpstreamUnknown),
        ({"reusable": True}, SourceIncomplete),
        ({"details": {"brand": "Visa"}}, SourceIncomplete),
        ({"payment_session_id": uuid4()}, SessionNotFound),
        ({"test_mode": True}, UpstreamUnknown),
    ],
)
def test_refuses_a_line_of_credit_that_cannot_be(fields, error):
    account = given_credit("50.00 GBP")
    said = {"amount": "1.00", "currency": "GBP", "upstream_id": account.number} | ACT | fields

    with refused(error):
        create_source(type=SourceType.CUSTOMER_CREDIT, **said | {"amount": money(f"{said['amount']} GBP").amount})


@pytest.mark.parametrize("status", [AccountStatus.FROZEN, AccountStatus.CLOSED])
def test_refuses_a_line_that_is_not_open(status):
    account = given_account()
    set_status(account_id=account.pk, status=status)

    with refused(UpstreamUnknown):
        given_credit_source("1.00 GBP", account=account)


@pytest.mark.parametrize(
    "details",
    [
        {"number": "4111111111111111"},
        {"brand": "4111111111111111"},
        {"last_four_digits": "41111"},
        {"last_four_digits": 1111},
        {"expiration_month": 13},
        {"expiration_year": 4111111111111111},
        {"expiration_month": True},
        {"cvv": "123"},
    ],
)
def test_keeps_of_a_card_only_what_stands_on_a_receipt(details):
    kept = {"brand": "Visa", "last_four_digits": "1111", "expiration_month": 7, "expiration_year": 2027}
    assert given_tender("1.00 GBP", details=kept).details == kept

    with refused(SourceIncomplete):
        given_tender("1.00 GBP", details=details)


def test_refuses_a_source_for_more_than_is_left_to_pay():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_credit_source("15.00 GBP", account=account))

    for source in (given_credit_source("5.01 GBP", account=account), given_tender("5.01 GBP")):
        with refused(SourceTooLarge) as caught:
            attach(checkout, source)
        assert (caught.value.remaining, caught.value.requested) == (money("5.00 GBP"), money("5.01 GBP"))


def test_refuses_credit_after_a_primary_source_that_is_used_once():
    account = given_credit("50.00 GBP")
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_tender("10.00 GBP"))

    with refused(SessionUpdateNotAllowed):
        attach(checkout, given_credit_source("10.00 GBP", account=account))


def test_refuses_a_second_primary_source():
    checkout = given_checkout(total="20.00 GBP")
    attach(checkout, given_tender("10.00 GBP"))

    with refused(SessionUpdateNotAllowed):
        attach(checkout, given_tender("10.00 GBP", type=SourceType.PAY_PAL))


def test_keeps_credit_and_amazon_pay_apart_whichever_comes_first():
    account = given_credit("50.00 GBP")
    with_credit, with_amazon = given_checkout(), given_checkout()
    attach(with_credit, given_credit_source("10.00 GBP", account=account))
    attach(with_amazon, given_tender("10.00 GBP", type=SourceType.AMAZON_PAY))

    with refused(TenderRefusesCredit):
        attach(with_credit, given_tender("10.00 GBP", type=SourceType.AMAZON_PAY))
    with refused(TenderRefusesCredit):
        attach(with_amazon, given_credit_source("10.00 GBP", account=account))


def test_refuses_to_set_aside_more_than_the_line_has():
    account = given_credit("9.99 GBP")
    checkout = given_checkout()

    with refused(InsufficientCredit) as caught:
        attach(checkout, given_credit_source("10.00 GBP", account=account))

    assert caught.value.available == money("9.99 GBP")


def test_refuses_a_source_of_another_checkout_and_one_in_another_currency():
    account = given_credit("50.00 GBP")
    source = given_credit_source("1.00 GBP", account=account)
    attach(given_checkout(), source)

    with refused(SourceNotAttachable):
        attach(given_checkout(), source)
    with refused(SourceNotAttachable):
        attach(given_checkout(), given_tender("1.00 EUR"))


def test_refuses_another_customers_line_where_the_checkout_is_a_customers():
    owner, other = given_customer(), given_customer()
    account = given_credit("50.00 GBP", customer=owner)
    bearer_card = account_of(given_card("25.00 GBP"))
    checkout = given_checkout(customer=other.number)

    for line in (account, bearer_card):
        with refused(LineOfAnotherCustomer):
            attach(checkout, given_credit_source("1.00 GBP", account=line))

    attach(given_checkout(customer=owner.document_id), given_credit_source("1.00 GBP", account=account))
    assert held_in(account) == "1.00"


def test_refuses_a_customer_whose_lines_the_attached_ones_are_not():
    account = given_credit("50.00 GBP")
    checkout = given_checkout()
    attach(checkout, given_credit_source("1.00 GBP", account=account))

    with refused(LineOfAnotherCustomer):
        change_checkout(checkout_id=checkout.checkout.pk, changes={"customer": given_customer().number}, **ACT)


def test_follows_the_rules_of_a_gift_card():
    owner = given_customer()
    restricted = given_card("25.00 GBP", customer_id=owner.pk, customer_only=True)
    whole = given_card("25.00 GBP", must_redeem_whole=True)
    early = given_card("25.00 GBP", valid_from=days(1))
    blocked = given_card("25.00 GBP")
    source = given_credit_source("5.00 GBP", account=account_of(blocked))
    block_card(card_id=blocked.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    with refused(LineOfAnotherCustomer):
        attach(given_checkout(), given_credit_source("5.00 GBP", account=account_of(restricted)))
    with refused(MustRedeemWhole):
        attach(given_checkout(), given_credit_source("5.00 GBP", account=account_of(whole)))
    with refused(CardNotUsable):
        attach(given_checkout(), given_credit_source("5.00 GBP", account=account_of(early)))
    with refused(CardNotUsable):
        attach(given_checkout(), source)

    attach(given_checkout(customer=owner.number), given_credit_source("5.00 GBP", account=account_of(restricted)))
    attach(given_checkout(), given_credit_source("25.00 GBP", account=account_of(whole)))


def test_refuses_a_line_that_was_frozen_since_its_source_was_made():
    account = given_credit("50.00 GBP")
    source = given_credit_source("5.00 GBP", account=account)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with refused(AccountNotOpen):
        attach(given_checkout(), source)


def test_hides_the_other_modes_checkouts_and_sources():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("5.00 GBP", account=account)

    with refused(CheckoutNotFound):
        change_checkout(checkout_id=checkout.checkout.pk, changes={}, **ACT | {"test_mode": True})
    with refused(SourceNotFound):
        get_source(source_id=source.pk, test_mode=True)
