"""A statement of account to print: reached from customers, accounts and cards, in the shop's days, adding up."""

import pytest

from ledger.operations import Why
from storecredit.backoffice.books import statements
from tests.backoffice.staff import errors_of, page_url, text_of
from tests.giftcards.cards import account_of, given_card, row_of
from tests.scenarios import NOW, days, given_account, given_credit, given_customer, given_spend, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def url_of(target):
    return page_url(target).replace("/change/", "/statement/")


def rows_of(page, title):
    return [tuple(row) for row in _cells(page, title)]


def _cells(page, title):
    section = next(each for each in page.context["sections"] if f"{each.title} {each.number}" == title)
    yield ("", "", section.opening)
    for line in section.lines:
        yield (line.what.partition(" ")[0], line.amount, line.balance)
    yield ("", "", section.closing)


def test_a_customers_statement_tells_each_accounts_movements_between_its_balances(finance):
    customer = given_customer(first_name="Ada", last_name="Byron", number="SHOP-7")
    pounds = given_credit("50.00 GBP", customer=customer, now=days(-40), why=Why(reference="ORDER-1"))
    given_spend("12.50 GBP", account=pounds, now=days(-20), why=Why(reference="ORDER-2"))
    given_spend("7.50 GBP", account=pounds, now=days(0), why=Why(reference="ORDER-3"))
    euros = given_credit("9.99 EUR", customer=customer, now=days(-1))
    first, last = days(-30).date(), days(-1).date()

    with nothing_moves():
        page = finance.open(url_of(customer), first=first.isoformat(), last=last.isoformat())

    assert rows_of(page, f"Store credit in GBP {pounds.number}") == [
        ("", "", "£50.00"),
        ("Redemption", "−£12.50", "£37.50"),
        ("", "", "£37.50"),
    ]
    assert rows_of(page, f"Store credit in EUR {euros.number}") == [
        ("", "", "€0.00"),
        ("Issue", "+€9.99", "€9.99"),
        ("", "", "€9.99"),
    ]
    text = text_of(page)
    for words in ("Ada Byron", "SHOP-7", "ORDER-2", "In all £0.00 came and −£12.50 went."):
        assert words in text
    assert "ORDER-3" not in text
    assert "Test money" not in text


def test_gift_cards_join_it_when_asked_for_and_each_currency_is_summed(finance):
    customer = given_customer()
    given_credit("50.00 GBP", customer=customer)
    card = given_card("25.00 GBP", customer_id=customer.pk)
    asked = {"first": "2020-01-01", "last": NOW.date().isoformat()}

    without = finance.open(url_of(customer), **asked)
    with_cards = finance.open(url_of(customer), **asked, cards="on")

    assert [each.number for each in without.context["sections"]] != []
    assert account_of(card).number not in text_of(without)
    assert rows_of(with_cards, f"Gift card in GBP {account_of(card).number}")[-1] == ("", "", "£25.00")
    (total,) = with_cards.context["totals"]
    assert (total.currency, total.opening, total.came, total.went, total.closing) == (
        "GBP",
        "£0.00",
        "+£75.00",
        "£0.00",
        "£75.00",
    )


def test_its_days_are_the_shops_whatever_zone_the_viewer_chose(finance, settings):
    account = given_credit("10.00 GBP", now=NOW.replace(day=1, hour=23, minute=30))
    settings.TIME_ZONE = "Europe/Berlin"
    asked = NOW.date().replace(day=2).isoformat()

    page = finance.open(url_of(account), first=asked, last=asked)

    assert page.context["sections"][0].opening == "£0.00"
    assert [line.amount for line in page.context["sections"][0].lines] == ["+£10.00"]


def test_test_money_says_that_it_is(finance):
    account = given_credit("10.00 GBP", to=given_account(test_mode=True))

    page = finance.open(url_of(account))

    assert "Test money: nothing of this is owed to anybody." in text_of(page)


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        ("2026-02-30", "2026-03-01", "first", "Enter a valid date."),
        ("2026-03-02", "2026-03-01", "last", "This is before the first day."),
        ("2026-03-02", "2999-03-01", "last", "This day is still to come."),
        ("", "2026-03-01", "first", "This field is required."),
        ("0001-01-01", "2026-03-01", "first", "That day is too long ago."),
    ],
)
def test_a_period_that_is_none_gives_no_statement_and_says_why(finance, first, last, field, words):
    account = given_credit("10.00 GBP")

    page = finance.open(url_of(account), first=first, last=last)

    assert errors_of(page)[field] == [words]
    assert "sections" not in page.context


def test_too_many_movements_ask_for_a_shorter_period(finance, monkeypatch):
    monkeypatch.setattr(statements, "MOST_MOVEMENTS", 1)
    account = given_credit("10.00 GBP")
    given_spend("1.00 GBP", account=account)

    page = finance.open(url_of(account))

    assert "There are more than 1 movements. Choose a shorter period." in text_of(page)
    assert "sections" not in page.context


def test_pages_of_customers_accounts_and_cards_lead_to_it_and_it_shows_no_more_than_they_do(viewer):
    customer = given_customer()
    account = given_credit("10.00 GBP", customer=customer)
    card = row_of(given_card(customer_id=customer.pk))

    ways = {target: viewer.open(page_url(target)).content.decode() for target in (customer, account, card)}
    viewer.user.groups.clear()

    assert url_of(customer) in ways[customer]
    assert url_of(account) in ways[account]
    assert url_of(card.account) in ways[card]
    assert [viewer.open(url_of(target)).status_code for target in (customer, account)] == [403, 403]
