"""A currency that was taken off the list: staff read, correct and pay out what is held in it, and give no more."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import reverse

from giftcards.operations import void_card
from ledger import money as currencies
from ledger.operations import Why
from ledger.queries import list_findings, sum_liabilities
from storecredit.checkouts.operations import cancel_order
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, CreditRequest, IssueCeiling, IssueLimit
from storecredit.credits.operations import approve_request
from tests.backoffice.staff import Staff, errors_of, list_url, page_url, step_url, text_of
from tests.callers import given_client
from tests.checkouts.stage import ACT, all_is_well, attach, given_checkout, given_credit_source, order
from tests.credits.requests import given_approver, given_limit, given_person, given_policy, given_request, party_of
from tests.factories.giftcards import CardBatchFactory
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of
from tests.ledger.commands.running import run
from tests.scenarios import (
    NOW,
    STAFF,
    balance_of,
    days,
    given_credit,
    given_customer,
    given_spend,
    history_of,
    money,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    assert list(list_findings()) == []
    assert all_is_well()


@pytest.fixture
def account(db):
    return given_credit("100.00 HUF", customer=given_customer(), expires_at=days(9))


@pytest.fixture
def card(db):
    return given_card("50.00 HUF", code="TILL-0001")


@pytest.fixture
def forint_is_gone(monkeypatch, account, card):
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})


def pages_of_everything() -> Iterator[str]:
    """The overview, each list, and the page of each row that there is."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        yield list_url(model)
        for row in model._default_manager.all()[:20]:
            yield page_url(row)


def test_every_page_that_shows_it_is_shown(today, monkeypatch, account, card):
    given_spend("10.00 HUF", account=account)
    given_redemption("10.00 HUF", card=card)
    CardBatchFactory.create(amount=money("5.00 HUF"))
    order(attach(given_checkout(total="30.00 HUF"), given_credit_source("30.00 HUF", account=account)))
    given_request("20.00 HUF", by=given_person("rita"))
    given_limit(given_person("paul"), "100.00 HUF", "200.00 HUF")
    given_policy("HUF", second="50.00")
    given_client(issue_limits={"HUF": 1000})
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})
    chief = Staff(username="chief", is_superuser=True)

    answers = {url: chief.client.get(url, follow=True).status_code for url in pages_of_everything()}
    overview = text_of(chief.open(reverse("admin:index")))

    assert {url: status for url, status in answers.items() if status != 200} == {}
    assert len(answers) > 40
    assert "HUF" in overview
    inbox = text_of(chief.open(list_url(CreditRequest), amount_minor_from="20", amount_minor_to="20"))
    assert "HUF 20.00" in inbox
    assert [(owed.currency, owed.owed_minor) for owed in sum_liabilities(now=NOW)] == [("HUF", 10000)]


@pytest.mark.usefixtures("forint_is_gone")
def test_staff_debit_adjust_and_reverse_it(proprietor, account):
    proprietor.do(step_url(account, "debit"), amount="30", reason="EC")
    spend = account.transactions.get(type="REDEEM")
    proprietor.do(step_url(spend, "reverse"), reason="EC")
    proprietor.do(step_url(account, "adjust"), direction="take", amount="5", reason="EC")

    assert history_of(account)[1:] == [("REDEEM", "-30.00"), ("REVERSE", "30.00"), ("ADJUST", "-5.00")]


@pytest.mark.usefixtures("forint_is_gone")
def test_staff_issue_none_of_it_and_read_why(proprietor, account, card):
    says = "'HUF' is not the code of a currency in circulation."
    with nothing_moves():
        to_account = proprietor.send(step_url(account, "issue"), amount="1", reason="GW")
        to_customer = proprietor.send(
            step_url(account.customer, "issue"), amount_currency="HUF", amount="1", reason="GW"
        )
        reloaded = proprietor.send(step_url(row_of(card), "reload"), amount="1", funding="PAID")

    assert [answer.status_code for answer in (to_account, to_customer, reloaded)] == [200, 200, 200]
    assert says in text_of(to_account)
    assert list(errors_of(to_customer)) == ["amount"]
    assert says in text_of(reloaded)


@pytest.mark.usefixtures("forint_is_gone")
@pytest.mark.parametrize(
    ("model", "data"),
    [
        (ApproverLimit, {"per_request": "1"}),
        (ApprovalPolicy, {"second_approval_above": "1"}),
        (IssueLimit, {"amount": "1"}),
        (IssueCeiling, {"amount": "1"}),
    ],
)
def test_no_limit_and_no_policy_is_made_for_it(today, model, data):
    chief = Staff(username="chief", is_superuser=True)

    answer = chief.send(reverse(f"admin:credits_{model._meta.model_name}_add"), currency="HUF", **data)

    assert "currency" in errors_of(answer)
    assert not model.objects.filter(currency="HUF").exists()


@pytest.mark.usefixtures("forint_is_gone", "today")
@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("set_approver_limit", "alice", "HUF", "100"), "is not the code of a currency in circulation"),
        (("create_api_client", "till", "--issue-limit", "HUF 100"), "HUF is not a currency in circulation"),
        (("create_api_client", "till", "--issue-limit-per-day", "HUF 100"), "HUF is not a currency in circulation"),
        (
            ("generate_cards", "--new", "Fair", "--count", "2", "--amount", "5", "--currency", "HUF"),
            "'HUF' is not the code of a currency in circulation",
        ),
        (("import_cards", "cards.csv", "--currency", "HUF", "--dry-run"), "'HUF' is not the code of a currency"),
    ],
)
def test_no_command_takes_it_for_something_new(tmp_path, monkeypatch, command, why):
    given_person("alice")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards.csv").write_text("number,balance\nAAAA-1111,5.00\n")

    with nothing_moves():
        done = run(*command)

    assert done.code != 0
    assert why in done.err


@pytest.mark.usefixtures("forint_is_gone")
def test_the_books_are_reconciled_and_what_expires_is_swept(account, time_machine):
    time_machine.move_to(days(10), tick=False)

    swept, checked = run("expire_credit"), run("reconcile")

    assert (swept.code, checked.code) == (0, 0)
    assert balance_of(account) == "0.00"


def test_what_cannot_go_back_to_a_card_that_is_gone_is_asked_for_and_paid_out(monkeypatch, card):
    source = given_credit_source("30.00 HUF", account=account_of(card))
    placed = order(attach(given_checkout(total="30.00 HUF"), source))
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="stolen"))
    paul = given_approver("paul", "100.00 HUF")
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})

    cancel_order(order_id=placed.order.pk, **ACT)
    request = CreditRequest.objects.get()
    approve_request(request_id=request.pk, party=party_of(paul), now=NOW)

    assert (request.amount_minor, request.currency) == (3000, "HUF")
    assert CreditRequest.objects.get().status == "CONFIRMED"


@pytest.mark.usefixtures("today")
def test_what_was_spent_with_a_voided_card_comes_back_as_its_customers_first_credit_in_it(finance, monkeypatch):
    customer = given_customer()
    card = given_card("50.00 HUF", customer_id=customer.pk)
    spend = given_redemption("20.00 HUF", card=card)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="stolen"))
    monkeypatch.setattr(currencies, "CURRENCIES", currencies.CURRENCIES - {"HUF"})

    finance.do(step_url(row_of(card), "refund"), redemption=spend.pk, amount="20", note="Sent back")

    assert balance_of(customer.accounts.get(kind="STORE_CREDIT")) == "20.00"
