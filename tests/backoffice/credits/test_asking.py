"""Above the issue limit of their role, what staff would have given becomes a request, and the page says so."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from giftcards.models import CardBatch, GiftCard
from giftcards.queries import get_card_by_id
from storecredit.backoffice.access.roles import ROLES
from storecredit.credits.models import CreditRequest, GivenDay, IssueLimit
from storecredit.credits.operations import approve_request
from tests.backoffice.credits.buttons import nothing_changes, nothing_is_issued
from tests.backoffice.staff import Staff, changes_of, errors_of, facts_of, page_url, said, step_url, text_of
from tests.credits.requests import given_approver, given_ceiling, given_issue_limit, party_of, row_of
from tests.giftcards.cards import given_card
from tests.giftcards.cards import row_of as card_row
from tests.scenarios import NOW, given_credit, given_customer, history_of, money, wallet_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MAKE = reverse("admin:giftcards_giftcard_add")
PLAN = reverse("admin:giftcards_cardbatch_add")


@pytest.fixture
def limited(agent):
    """An agent who issues up to 50 USD by themself."""
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 USD")
    return agent


@pytest.fixture
def customer(db):
    return given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")


def issuing(amount="50.01", **more):
    return {
        "amount_currency": "USD",
        "amount": amount,
        "reason": "GW",
        "note": "Late again",
        "reference": "ORDER-7",
        **more,
    }


def making(amount="50.01", **more):
    return {"amount_currency": "USD", "amount": amount, "funding": "PAID", "reloadable": "on", **more}


def approved(request):
    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)
    return row_of(request)


def test_at_the_limit_it_is_issued_and_above_it_is_asked_for(limited, customer):
    url = step_url(customer, "issue")
    form = text_of(limited.open(url))
    assert "You issue up to $50.00 at once by yourself; more, or another currency, becomes a request" in form
    limited.do(url, **issuing("50.00"))
    assert CreditRequest.objects.count() == 0

    with nothing_is_issued():
        reviewed = limited.review(url, **issuing())
        assert CreditRequest.objects.count() == 0
        done = limited.confirm(reviewed)

    assert changes_of(reviewed) == [("Credit request", "–", "waits for approval")]
    assert "Ask for approval" in text_of(reviewed)
    assert facts_of(reviewed)["Above your limit"] == (
        "$50.01 is above your limit of $50.00. Nothing is issued before somebody else approves it."
    )
    request = CreditRequest.objects.get()
    assert (request.kind, request.amount_minor, request.currency, request.reason_id, request.note) == (
        "STORE_CREDIT",
        5001,
        "USD",
        "GW",
        "Late again",
    )
    assert (request.order_kind, request.order_value, request.door) == ("order-number", "ORDER-7", "admin")
    assert (request.payee_customer, request.requested_by, request.status) == (customer, limited.user, "PENDING")
    assert done.url == page_url(customer)
    (told,) = said(done)
    assert told.startswith("$50.01 is above your limit of $50.00: it is asked for as <a ")
    assert page_url(request) in told
    approved(request)
    assert wallet_of(customer, "USD").spendable_minor == 10001


def test_a_second_click_asks_once(limited, customer):
    reviewed = limited.review(step_url(customer, "issue"), **issuing())

    answers = [limited.confirm(reviewed), limited.confirm(reviewed)]

    assert [answer.url for answer in answers] == [page_url(customer)] * 2
    assert CreditRequest.objects.count() == 1


def test_from_an_account_it_is_asked_for_too_and_in_a_currency_without_a_limit_whatever_the_amount(limited, customer):
    dollars, pounds = given_credit("1.00 USD", customer=customer), given_credit("1.00 GBP", customer=customer)

    limited.do(step_url(dollars, "issue"), amount="60", reason="GW")
    limited.do(step_url(pounds, "issue"), amount="0.01", reason="GW")

    asked = {(request.amount_minor, request.currency) for request in CreditRequest.objects.all()}
    assert asked == {(6000, "USD"), (1, "GBP")}
    assert "You issue up to £0.00 at once by yourself" in text_of(limited.open(step_url(pounds, "issue")))
    assert [entry[1] for entry in history_of(pounds)] == ["1.00"]


def test_the_limit_of_one_role_leaves_nothing_in_other_currencies_whatever_other_roles_have(limited, customer):
    limited.user.groups.add(Group.objects.get(name="Card manager"))

    limited.do(step_url(customer, "issue"), **(issuing("0.01") | {"amount_currency": "GBP"}))

    assert CreditRequest.objects.get().currency == "GBP"


def test_of_several_roles_the_largest_limit_counts_and_without_one_the_ceiling(limited, customer):
    desk = Group.objects.get(name="Card manager")
    limited.user.groups.add(desk)
    given_issue_limit(desk, "80.00 USD")

    limited.do(step_url(customer, "issue"), **issuing("80.00"))
    Staff(username="root", is_superuser=True).do(step_url(customer, "issue"), **issuing("1000"))

    assert CreditRequest.objects.count() == 0
    assert wallet_of(customer, "USD").spendable_minor == 108000


@pytest.mark.parametrize("superuser", [False, True])
def test_whoever_has_no_limit_asks_for_what_is_above_the_shops_ceiling(customer, superuser):
    chief = Staff(username="chief", is_superuser=True) if superuser else Staff(*ROLES)
    url = step_url(customer, "issue")

    with nothing_is_issued():
        reviewed = chief.review(url, **issuing("12345678901.99"))
        chief.confirm(reviewed)

    assert CreditRequest.objects.get().amount_minor == 1234567890199
    assert facts_of(reviewed)["Above your limit"].startswith("$12,345,678,901.99 is above your limit of $1,000.00.")
    assert "You issue up to $1,000.00 at once by yourself" in text_of(chief.open(url))


def test_the_ceiling_is_the_shops_own_in_each_currency(customer):
    given_ceiling("20.00 USD")
    chief = Staff(*ROLES)

    chief.do(step_url(customer, "issue"), **issuing("20.00"))
    chief.do(step_url(customer, "issue"), **issuing("20.01"))
    chief.do(step_url(customer, "issue"), **(issuing("1000") | {"amount_currency": "GBP"}))

    assert [request.amount_minor for request in CreditRequest.objects.all()] == [2001]
    assert (wallet_of(customer, "USD").spendable_minor, wallet_of(customer).spendable_minor) == (2000, 100000)


def test_a_card_of_a_batch_keeps_to_the_ceiling():
    chief = Staff(*ROLES)
    batch = {"name": "Fair", "amount_currency": "USD", "funding": "PAID", "size": "5"}

    refused = chief.send(PLAN, amount="1000.01", **batch)
    chief.do(PLAN, amount="1000.00", **batch)

    assert (list(errors_of(refused)), CardBatch.objects.count()) == (["amount"], 1)


def test_what_a_request_cannot_hold_is_refused_under_its_field(limited, customer):
    url = step_url(customer, "issue")

    with nothing_changes():
        answers = [
            limited.send(url, **issuing(reference="x" * 65)),
            limited.send(url, **issuing("50.001")),
            limited.send(url, **issuing(good_through="2026-01-01")),
        ]

    assert [list(errors_of(answer)) for answer in answers] == [["reference"], ["amount"], ["good_through"]]


def test_whoever_may_not_ask_is_refused_with_the_limit(limited, customer):
    Group.objects.get(name="Agent").permissions.remove(Permission.objects.get(codename="request_credit"))

    with nothing_changes():
        answer = limited.send(step_url(customer, "issue"), **issuing())

    assert "is more than may be issued at once" in errors_of(answer)["amount"][0]


def test_a_card_above_the_limit_is_asked_for_with_all_that_it_shall_be(limited, customer):
    data = making(
        reason="GW",
        customer="SHOP-7",
        customer_only="on",
        must_redeem_whole="on",
        recipient_name="Theo",
        recipient_email="theo@example.com",
        valid_from="2026-06-01",
        good_through="2026-12-31",
        reference="ORDER-7",
    )

    with nothing_is_issued():
        done = limited.do(MAKE, **data)

    request = CreditRequest.objects.get()
    assert GiftCard.objects.count() == 0
    assert done.url == page_url(request)
    stored = approved(request)
    card = GiftCard.objects.get()
    assert stored.issued_card == card
    assert (card.customer, card.customer_only, card.must_redeem_whole, card.reloadable) == (customer, True, True, True)
    assert (card.recipient_name, card.recipient_email, card.sale_id) == ("Theo", "theo@example.com", "ORDER-7")
    assert (str(card.valid_from), str(card.expires_on)) == ("2026-06-01 00:00:00+00:00", "2026-12-31")
    assert card.account.balance_minor == 5001


def test_a_card_above_the_limit_needs_a_reason_and_one_within_it_does_not(limited):
    with nothing_changes():
        refused = limited.send(MAKE, **making())

    assert errors_of(refused) == {"reason": ["This is above your limit and has to be approved: choose a reason."]}
    assert limited.do(MAKE, **making("50.00")).status_code == 200
    assert (GiftCard.objects.count(), CreditRequest.objects.count()) == (1, 0)


def test_a_test_card_is_asked_for_as_a_test(limited):
    limited.do(MAKE, **making(reason="GW", test_mode="on"))

    assert CreditRequest.objects.get().test_mode is True


def test_a_reload_above_the_limit_is_asked_for(limited):
    card = given_card("10.00 USD", expires_on=NOW.date())
    url = step_url(card_row(card), "reload")
    data = {"amount": "60", "funding": "PAID", "reason": "GW"}

    with nothing_changes():
        moving = limited.send(url, good_through="2026-12-31", **data)
    with nothing_is_issued():
        reviewed = limited.review(url, **data)
        done = limited.confirm(reviewed)

    assert list(errors_of(moving)) == ["good_through"]
    assert facts_of(reviewed)["Good through"] == "4 May 2026"
    request = CreditRequest.objects.get()
    assert (request.payee_card_id, request.amount_minor) == (card.id, 6000)
    assert done.url == page_url(card_row(card))
    assert page_url(request) in limited.open(done.url).content.decode()
    approved(request)
    assert get_card_by_id(card_id=card.id, now=NOW).spendable == money("70.00 USD")


def test_what_cannot_be_asked_for_is_refused_above_the_limit_in_words(customer):
    proprietor = Staff(*ROLES)
    given_issue_limit(Group.objects.get(name="Administrator"), "50.00 USD")
    account = given_credit("100.00 USD", customer=customer)
    batch = {"amount_currency": "USD", "funding": "PAID", "amount": "5.01"}

    with nothing_changes():
        adding = proprietor.send(
            step_url(account, "adjust"), direction="add", amount="50.01", reason="EC", note="wrong"
        )

    assert list(errors_of(adding)) == ["amount"]
    assert "More than $50.00 is not added here" in text_of(proprietor.open(step_url(account, "adjust")))
    assert "worth more than $50.00, none is made before somebody else has approved" in text_of(proprietor.open(PLAN))
    proprietor.do(step_url(account, "adjust"), direction="take", amount="60", reason="EC", note="wrong")
    proprietor.do(PLAN, name="Small fair", size="9", **batch)
    proprietor.do(PLAN, name="Fair", size="10", **batch)
    assert history_of(account)[-1] == ("ADJUST", "-60.00")
    assert dict(CardBatch.objects.values_list("name", "waits")) == {"Small fair": False, "Fair": True}


def test_above_what_is_left_of_the_day_it_is_asked_for(limited, customer):
    IssueLimit.objects.update(per_day=money("80.00 USD"))
    url = step_url(customer, "issue")
    limited.do(url, **issuing("50.00"))
    assert "Today you can still give $30.00 by yourself." in text_of(limited.open(url))

    with nothing_is_issued():
        reviewed = limited.review(url, **issuing("30.01"))
        limited.confirm(reviewed)
    assert facts_of(reviewed)["Above your limit"] == (
        "$30.01 and what you gave today are above your limit of $80.00 a day. Nothing is issued before somebody else "
        "approves it."
    )
    approved(CreditRequest.objects.get())
    # what another person approved has used up nothing
    limited.do(url, **issuing("30.00"))

    assert [row.given_minor for row in GivenDay.objects.all()] == [8000]


def test_a_batch_above_what_is_left_of_the_day_waits(db, today):
    chief = Staff("Card manager", "Agent")
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 USD")
    IssueLimit.objects.update(per_day=money("80.00 USD"))
    for name, size in (("one", "5"), ("two", "4"), ("three", "3")):
        chief.do(PLAN, name=name, size=size, amount="10.00", amount_currency="USD", funding="PAID", reloadable="on")

    waiting = CardBatch.objects.order_by("pk").values_list("name", "waits")
    assert list(waiting) == [("one", False), ("two", True), ("three", False)]
    assert [row.given_minor for row in GivenDay.objects.all()] == [8000]
