"""
Stories from a shop, with what the bookkeeper finds in the counter accounts afterwards.

What an account gains its counter account gives: a counter account below zero has paid for credit, one above zero has
taken it in. Over all of them and the customers' balances together the books sum to zero.
"""

import pytest

from ledger.models import Account, Transaction
from ledger.money import from_minor
from ledger.operations import (
    AccountKind,
    TransactionType,
    Why,
    adjust_credit,
    capture_hold,
    expire_credit,
    refund_spend,
    release_hold,
    reverse_transaction,
    transfer_credit,
    void_credit,
)
from ledger.queries import list_findings, sum_undone_minor
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    counter_balances,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    history_of,
    lots_of,
    money,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_balance():
    yield
    owed: dict[str, int] = {}
    given: dict[str, int] = {}
    for account in Account.objects.all():
        owed[account.currency] = owed.get(account.currency, 0) + account.balance_minor
        for entry in entries_of(account):
            given[account.currency] = given.get(account.currency, 0) - entry.amount_minor
    assert {currency: owed[currency] + given.get(currency, 0) for currency in owed} == dict.fromkeys(owed, 0)
    assert list(list_findings()) == []


def fundings_of(account: Account) -> dict[str, str]:
    """What is left of each kind of credit in the account."""
    left: dict[str, int] = {}
    for lot in account.lots.filter(remaining_minor__gt=0):
        left[lot.funding] = left.get(lot.funding, 0) + lot.remaining_minor
    return {funding: str(from_minor(left[funding], account.currency).amount) for funding in sorted(left)}


def through_transfers() -> dict[str, tuple[int, int]]:
    """How many entries went through TRANSFERS, and what they come to in minor units, by reference."""
    found: dict[str, tuple[int, int]] = {}
    for entry in Transaction.objects.filter(counter_account="TRANSFERS"):
        entries, total_minor = found.get(entry.reference, (0, 0))
        found[entry.reference] = (entries + 1, total_minor + entry.amount_minor)
    return found


def test_goodwill_is_given_and_spent():
    account = given_credit("25.00 GBP", why=Why(reason="GW"))
    given_spend("20.00 GBP", account=account)

    assert balance_of(account) == "5.00"
    assert counter_balances() == {"GOODWILL GBP": "-25.00", "SALES GBP": "20.00"}


def test_a_gift_card_is_bought_topped_up_and_forgotten():
    card = given_credit("50.00 GBP", to=given_account(kind=AccountKind.GIFT_CARD), funding="PAID", expires_at=days(365))
    given_credit("20.00 GBP", to=card, type=TransactionType.LOAD, why=Why(reason="PD"), expires_at=days(365))
    given_spend("55.00 GBP", account=card)
    expire_credit(actor=SYSTEM, now=days(365))

    assert balance_of(card) == "0.00"
    assert counter_balances() == {"BREAKAGE GBP": "15.00", "CASH GBP": "-70.00", "SALES GBP": "55.00"}


def test_a_promotion_that_nobody_used_costs_nothing():
    account = given_credit("10.00 GBP", why=Why(reason="PR"))
    given_credit("5.00 GBP", to=account, why=Why(reason="GW"), expires_at=days(90))
    given_spend("4.00 GBP", account=account)
    expire_credit(actor=SYSTEM, now=days(90))

    assert history_of(account) == [
        ("ISSUE", "10.00"),
        ("ISSUE", "5.00"),
        ("REDEEM", "-4.00"),
        ("EXPIRE", "-6.00"),
        ("EXPIRE", "-5.00"),
    ]
    assert counter_balances() == {"PROMOTION GBP": "-4.00", "SALES GBP": "4.00"}


def test_a_return_is_kept_as_credit_and_half_of_it_comes_back_twice():
    account = given_credit("80.00 GBP", why=Why(reason="RT", reference="order 1"))
    spend = given_spend("60.00 GBP", account=account, why=Why(reference="order 2"))
    refund_spend(transaction_id=spend.pk, amount=money("30.00 GBP"), actor=API, now=days(1))
    refund_spend(transaction_id=spend.pk, amount=money("10.00 GBP"), actor=API, now=days(2))

    assert balance_of(account) == "60.00"
    assert counter_balances() == {"RETURNS GBP": "-80.00", "SALES GBP": "20.00"}


def test_a_mistake_is_undone_and_leaves_its_trace():
    account = given_credit("500.00 GBP", why=Why(reason="GW"))
    reverse_transaction(transaction_id=entries_of(account)[0].pk, actor=STAFF, now=NOW, why=Why(note="fifty was meant"))
    given_credit("50.00 GBP", to=account, why=Why(reason="GW"))

    assert history_of(account) == [("ISSUE", "500.00"), ("REVERSE", "-500.00"), ("ISSUE", "50.00")]
    assert counter_balances() == {"GOODWILL GBP": "-50.00"}


def test_a_lost_card_is_replaced():
    lost = given_credit("50.00 GBP", to=given_account(kind=AccountKind.GIFT_CARD), funding="PAID", expires_at=days(30))
    given_spend("12.50 GBP", account=lost)
    replacement = given_account(kind=AccountKind.GIFT_CARD)
    transfer_credit(
        source_id=lost.pk,
        target_id=replacement.pk,
        amount=money("37.50 GBP"),
        actor=STAFF,
        now=NOW,
        why=Why(reference="lost 1"),
    )
    expire_credit(actor=SYSTEM, now=days(30))

    assert (balance_of(lost), balance_of(replacement)) == ("0.00", "0.00")
    assert counter_balances() == {"BREAKAGE GBP": "37.50", "CASH GBP": "-50.00", "SALES GBP": "12.50"}


@pytest.mark.parametrize("side", [0, 1])
def test_credit_moved_to_the_wrong_customer_is_moved_back_as_if_nothing_had_been(side: int):
    ada, bea = (
        given_credit("50.00 GBP", funding="PAID", expires_at=days(30)),
        given_credit("8.00 GBP", why=Why(reason="GW")),
    )
    given_credit("10.00 GBP", to=ada, why=Why(reason="PR"))
    before = [(balance_of(each), lots_of(each), fundings_of(each)) for each in (ada, bea)]
    books_before = counter_balances()

    legs = transfer_credit(
        source_id=ada.pk, target_id=bea.pk, amount=money("55.00 GBP"), actor=STAFF, now=NOW, why=Why(reference="case 7")
    )
    moved = [(balance_of(each), fundings_of(each)) for each in (ada, bea)]
    reverse_transaction(transaction_id=legs[side].pk, actor=STAFF, now=NOW, why=Why(note="Bea is another customer"))

    assert moved == [
        ("5.00", {"PROMOTION": "5.00"}),
        ("63.00", {"GOODWILL": "8.00", "PAID": "50.00", "PROMOTION": "5.00"}),
    ]
    assert [(balance_of(each), lots_of(each), fundings_of(each)) for each in (ada, bea)] == before
    assert history_of(ada)[-2:] == [("TRANSFER", "-55.00"), ("REVERSE", "55.00")]
    assert history_of(bea)[-2:] == [("TRANSFER", "55.00"), ("REVERSE", "-55.00")]
    assert through_transfers() == {"case 7": (4, 0)}
    assert (
        counter_balances() == books_before == {"CASH GBP": "-50.00", "GOODWILL GBP": "-8.00", "PROMOTION GBP": "-10.00"}
    )


def test_a_refund_of_the_wrong_purchase_is_reversed_and_the_right_one_refunded():
    account = given_credit("80.00 GBP", funding="PAID", expires_at=days(30))
    lamp = given_spend("50.00 GBP", account=account, why=Why(reference="lamp"))
    chair = given_spend("30.00 GBP", account=account, why=Why(reference="chair"))

    wrong = refund_spend(transaction_id=lamp.pk, amount=money("30.00 GBP"), actor=STAFF, now=days(1))
    reverse_transaction(
        transaction_id=wrong.pk, actor=STAFF, now=days(1), why=Why(note="the chair came back, not the lamp")
    )
    refund_spend(transaction_id=chair.pk, amount=money("30.00 GBP"), actor=STAFF, now=days(1))

    assert history_of(account)[-3:] == [("REFUND", "30.00"), ("REVERSE", "-30.00"), ("REFUND", "30.00")]
    assert (lots_of(account), fundings_of(account)) == ([("30.00", days(30))], {"PAID": "30.00"})
    assert [sum_undone_minor(transaction=spend) for spend in (lamp, chair)] == [0, 3000]
    assert counter_balances() == {"CASH GBP": "-80.00", "SALES GBP": "50.00"}


def test_an_order_ships_in_two_parcels_and_the_rest_is_out_of_stock():
    account = given_credit("100.00 GBP", funding="PAID")
    hold = given_hold("70.00 GBP", account=account)
    for parcel, amount in (("1", "30.00 GBP"), ("2", "25.00 GBP")):
        capture_hold(
            hold_id=hold.pk,
            amount=money(amount),
            actor=API,
            now=NOW,
            final=False,
            why=Why(reference=f"parcel {parcel}"),
        )
    release_hold(hold_id=hold.pk, actor=API, now=NOW)

    assert balance_of(account) == "45.00"
    assert counter_balances() == {"CASH GBP": "-100.00", "SALES GBP": "55.00"}


def test_balances_come_from_an_older_system_and_are_corrected():
    account = given_credit("33.33 GBP", type=TransactionType.IMPORT)
    adjust_credit(
        account_id=account.pk, amount=money("-3.33 GBP"), actor=STAFF, now=NOW, why=Why(note="was spent last week")
    )
    adjust_credit(account_id=account.pk, amount=money("0.50 GBP"), actor=STAFF, now=NOW, why=Why(reason="EC"))

    assert balance_of(account) == "30.50"
    assert counter_balances() == {"ADJUSTMENTS GBP": "2.83", "OPENING GBP": "-33.33"}


def test_a_voided_card_gives_its_value_to_adjustments_until_that_is_undone():
    card = given_credit("40.00 GBP", to=given_account(kind=AccountKind.GIFT_CARD), funding="PAID")
    voided = void_credit(account_id=card.pk, actor=STAFF, now=NOW, why=Why(note="bought with a stolen card"))
    assert voided is not None
    after_the_void = counter_balances()
    reverse_transaction(transaction_id=voided.pk, actor=STAFF, now=NOW, why=Why(note="it was not"))

    assert after_the_void == {"ADJUSTMENTS GBP": "40.00", "CASH GBP": "-40.00"}
    assert counter_balances() == {"CASH GBP": "-40.00"}
    assert lots_of(card) == [("40.00", None)]


def test_currencies_never_mix():
    customer_accounts = [given_credit(amount) for amount in ("10.00 GBP", "1000 JPY", "3.500 KWD")]
    for account, amount in zip(customer_accounts, ("4.00 GBP", "400 JPY", "0.500 KWD"), strict=True):
        given_spend(amount, account=account)

    assert counter_balances() == {
        "GOODWILL GBP": "-10.00",
        "GOODWILL JPY": "-1000",
        "GOODWILL KWD": "-3.500",
        "SALES GBP": "4.00",
        "SALES JPY": "400",
        "SALES KWD": "0.500",
    }
