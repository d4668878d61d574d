import pytest

from ledger.errors import CurrencyMismatch, CustomerNotActive, ExpiryInThePast
from ledger.models import Account, Lot
from ledger.operations import TransactionType, Why, add_credit, issue_credit
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    counter_balances,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    history_of,
    lots_of,
    money,
    refused,
    wallet_of,
)

pytestmark = pytest.mark.django_db


def issue(customer, amount="25.00 GBP", *, now=NOW, **more):
    value = money(amount)
    wallet = wallet_of(customer, value.currency.code, now=now)
    return issue_credit(wallet=wallet, amount=value, actor=API, now=now, **more)


def test_the_first_credit_in_a_currency_opens_the_account():
    customer = given_customer()

    entry = issue(customer)

    account = Account.objects.get()
    assert (account.customer_id, account.kind, account.currency) == (customer.pk, "STORE_CREDIT", "GBP")
    assert (account.status, account.test_mode, account.created_at) == ("OPEN", False, NOW)
    assert (entry.account_id, entry.sequence, entry.amount_minor, entry.balance_after_minor) == (
        account.pk,
        1,
        2500,
        2500,
    )
    assert history_of(account) == [("ISSUE", "25.00")]


def test_the_next_credit_goes_to_the_same_account_and_another_currency_to_its_own():
    customer = given_customer()

    entries = [issue(customer), issue(customer, "10.00 GBP"), issue(customer, "7.00 EUR")]

    pounds, euros = Account.objects.order_by("id")
    assert [entry.account_id for entry in entries] == [pounds.pk, pounds.pk, euros.pk]
    assert (balance_of(pounds), balance_of(euros)) == ("35.00", "7.00")


def test_a_wallet_read_before_the_account_was_opened_still_finds_it():
    customer = given_customer()
    stale = wallet_of(customer)
    issue(customer)

    issue_credit(wallet=stale, amount=money("10.00 GBP"), actor=API, now=NOW)

    assert balance_of(Account.objects.get()) == "35.00"


def test_a_test_customer_has_test_accounts():
    issue(given_customer(test_mode=True))

    assert Account.objects.get().test_mode


def test_everything_that_is_said_is_kept():
    customer = given_customer()

    entry = issue(
        customer, why=Why(note="sorry", reference="order 7", key="issue-7", details={"category": "late"}), now=days(1)
    )

    entry.refresh_from_db()
    assert (entry.note, entry.reference, entry.key, entry.details) == (
        "sorry",
        "order 7",
        "issue-7",
        {"category": "late"},
    )
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("API", "1", "web shop")
    assert (entry.door, entry.request_id, entry.created_at) == ("api:tiquo", "req-1", days(1))
    assert len(entry.document_id) == 17
    assert entry.document_id.startswith("k")


@pytest.mark.parametrize(
    ("given", "funding", "counter_account"),
    [
        ({}, "GOODWILL", "GOODWILL"),
        ({"funding": "PAID"}, "PAID", "CASH"),
        ({"funding": "PROMOTION"}, "PROMOTION", "PROMOTION"),
        ({"funding": "REFUND"}, "REFUND", "RETURNS"),
        ({"funding": "IMPORTED"}, "IMPORTED", "OPENING"),
        ({"why": Why(reason="GW")}, "GOODWILL", "GOODWILL"),
        ({"why": Why(reason="EC")}, "GOODWILL", "ADJUSTMENTS"),
        ({"why": Why(reason="RT")}, "REFUND", "RETURNS"),
        ({"why": Why(reason="PD")}, "PAID", "CASH"),
        ({"why": Why(reason="GW"), "funding": "PAID"}, "PAID", "GOODWILL"),
    ],
)
def test_the_reason_or_the_funding_says_where_it_is_booked(given, funding, counter_account):
    entry = issue(given_customer(), **given)

    assert (entry.lots.get().funding, entry.counter_account, entry.reason_id) == (
        funding,
        counter_account,
        given.get("why", Why()).reason,
    )


@pytest.mark.parametrize(
    ("given", "expires_at"),
    [
        ({}, None),
        ({"expires_at": days(10)}, days(10)),
        ({"why": Why(reason="PR")}, days(90)),
        ({"why": Why(reason="PR"), "expires_at": days(10)}, days(10)),
        ({"why": Why(reason="GW")}, None),
    ],
)
def test_credit_lives_as_long_as_it_is_given_or_as_its_reason_says(given, expires_at):
    entry = issue(given_customer(), **given)

    assert entry.lots.get().expires_at == expires_at


@pytest.mark.parametrize("expires_at", [NOW, days(-1)])
def test_refuses_credit_that_has_expired_already(expires_at):
    customer = given_customer()
    wallet = wallet_of(customer)

    with refused(ExpiryInThePast):
        issue_credit(wallet=wallet, amount=money("1.00 GBP"), actor=API, now=NOW, expires_at=expires_at)
    with refused(ExpiryInThePast):
        add_credit(
            account_id=given_account().pk,
            amount=money("1.00 GBP"),
            type=TransactionType.LOAD,
            actor=API,
            now=NOW,
            expires_at=expires_at,
        )


@pytest.mark.parametrize("status", ["banned", "archived"])
def test_refuses_new_credit_to_a_customer_who_is_banned_or_archived(status):
    customer = given_customer(status=status, number="CUST-9")
    wallet = wallet_of(customer)

    with refused(CustomerNotActive) as caught:
        issue_credit(wallet=wallet, amount=money("1.00 GBP"), actor=STAFF, now=NOW)

    assert str(caught.value) == f"Customer CUST-9 is {status} and is given no new credit."


def test_an_inactive_customer_is_given_credit():
    issue(given_customer(status="inactive"))

    assert balance_of(Account.objects.get()) == "25.00"


def test_refuses_another_currency_than_the_wallet_has():
    wallet = wallet_of(given_customer(), "GBP")

    with refused(CurrencyMismatch) as caught:
        issue_credit(wallet=wallet, amount=money("1.00 EUR"), actor=API, now=NOW)

    assert (caught.value.account_currency, caught.value.currency) == ("GBP", "EUR")


def test_a_load_is_one_lot_too():
    account = given_credit("25.00 GBP", type=TransactionType.LOAD, funding="PAID", expires_at=days(3))

    assert history_of(account) == [("LOAD", "25.00")]
    assert lots_of(account) == [("25.00", days(3))]
    assert counter_balances() == {"CASH GBP": "-25.00"}


def test_an_import_is_an_opening_balance_of_imported_credit():
    account = given_credit("25.00 GBP", type=TransactionType.IMPORT)

    assert history_of(account) == [("IMPORT", "25.00")]
    assert entries_of(account)[0].counter_account == "OPENING"
    assert Lot.objects.get().funding == "IMPORTED"


def test_an_import_may_say_what_the_credit_was():
    given_credit("25.00 GBP", type=TransactionType.IMPORT, funding="PAID")
    given_credit("25.00 GBP", type=TransactionType.IMPORT, why=Why(reason="PR"))

    assert [lot.funding for lot in Lot.objects.order_by("id")] == ["PAID", "PROMOTION"]
    assert counter_balances() == {"OPENING GBP": "-50.00"}
