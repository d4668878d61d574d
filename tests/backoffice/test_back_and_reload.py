"""Back, Reload, two tabs, a second form, a login that ended: what was meant once is booked once, and a page says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from ledger.models import Customer, StaffIntent
from ledger.operations import AccountStatus
from storecredit.backoffice.books.money import IssueToAccount
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import (
    PASSWORD,
    Staff,
    address_of,
    agreement_of,
    changes_of,
    facts_of,
    page_url,
    said,
    step_url,
    text_of,
    value_in,
)
from tests.credits.requests import given_issue_limit, given_limit
from tests.giftcards.cards import given_card
from tests.giftcards.cards import row_of as card_row
from tests.scenarios import NOW, given_credit, given_customer, given_spend, history_of, nothing_moves, set_status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ISSUE = {"amount": "1.11", "reason": "GW"}
DONE = "This was done already, and is not done twice."


@pytest.fixture
def account(db):
    return given_credit("40.00 GBP")


@pytest.fixture
def url(account):
    return step_url(account, "issue")


def twins_of(review):
    return [twin.text for twin in review.context["review"].twins]


def test_issue_back_reload_issue_is_one_entry(agent, account, url):
    review = agent.review(url, **ISSUE)
    agent.confirm(review)

    back = agent.client.get(address_of(review))
    reload = agent.client.get(address_of(review))
    again = agent.confirm(review)

    assert DONE in text_of(back)
    assert DONE in text_of(reload)
    assert (again.status_code, again.url) == (302, page_url(account.customer))
    assert said(again) == ["This was done already, and was not done twice."]
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]


def test_issue_back_back_and_the_form_once_more_offers_a_new_one_and_books_nothing(agent, account, url):
    form = agent.open(url)
    agent.confirm(agent.review_from(form, **ISSUE))

    with nothing_moves():
        back = agent.client.get(address_of(form))
        sent = agent.client.post(address_of(form), ISSUE, follow=True)

    assert [DONE in text_of(page) for page in (back, sent)] == [True, True]
    assert back.context["done_url"] == page_url(account.customer)
    assert back.context["again_url"] == url
    agent.do(back.context["again_url"], **ISSUE)
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11"), ("ISSUE", "1.11")]


def test_a_review_has_an_address_that_shows_it_again_without_the_form(agent, account, url):
    review = agent.review(url, **ISSUE, note="A late parcel")

    with nothing_moves():
        again = agent.client.get(address_of(review))

    assert (changes_of(again), facts_of(again)) == (changes_of(review), facts_of(review))
    assert address_of(review) == f"{url}?review={StaffIntent.objects.get().token}"
    assert agent.confirm(again).url == page_url(account.customer)


def test_what_was_typed_stands_in_no_address_and_is_forgotten_once_it_is_done(agent, url):
    form = agent.open(url)
    sent = agent.send(address_of(form), amount="7.77", reason="GW", note="Her birthday", reference="ORDER-7")
    assert "Her+birthday" in StaffIntent.objects.get().data

    review = agent.follow(sent)
    done = agent.confirm(review)

    addresses = "".join([address_of(form), sent.url, address_of(review), done.url])
    assert not any(text in addresses for text in ("7.77", "birthday", "ORDER-7"))
    assert StaffIntent.objects.get().data == ""


def test_a_form_that_is_changed_after_its_review_is_still_the_same_intent(agent, account, url):
    first = agent.review(url, **ISSUE)
    form = agent.client.get(first.context["form_url"])
    second = agent.review_from(form, amount="2.22", reason="GW")

    assert value_in(form.context["form"]["amount"]) == "1.11"
    agent.confirm(second)
    agent.confirm(first)

    assert StaffIntent.objects.count() == 1
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "2.22")]


def test_a_review_in_one_tab_is_not_confirmed_after_the_form_was_changed_in_another(agent, account, url):
    first = agent.review(url, **ISSUE)
    second = agent.review_from(agent.client.get(first.context["form_url"]), **ISSUE, note="Said later")

    with nothing_moves():
        refused = agent.confirm(first)

    assert refused.url == address_of(second)
    assert said(refused) == ["Things have changed since your review, so nothing was done. This is how it would be now."]
    agent.confirm(agent.follow(refused))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]


@pytest.mark.parametrize("again", ["the review", "the form"])
def test_what_is_loaded_or_sent_while_its_twin_is_confirmed_says_that_it_is_done(
    agent, account, url, monkeypatch, again
):
    form = agent.open(url)
    review = agent.review_from(form, **ISSUE)
    tab = Client()
    tab.cookies = agent.client.cookies

    def confirm_first(step):
        monkeypatch.setattr(IssueToAccount, "refusal", lambda step: "")
        tab.post(address_of(review), agreement_of(review))
        return ""

    monkeypatch.setattr(IssueToAccount, "refusal", confirm_first)
    answer = agent.client.get(address_of(review)) if again == "the review" else agent.send(address_of(form), **ISSUE)

    assert (answer.status_code, answer.url) == (302, page_url(account.customer))
    assert "This was done already, and was not done twice." in said(answer)
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]


def test_one_review_in_two_tabs_pays_once_and_two_forms_pay_twice(agent, account, url):
    review = agent.review(url, **ISSUE)
    tabs = [agent.client.get(address_of(review)) for _ in range(2)]
    other = agent.review(url, **ISSUE)

    for tab in tabs:
        agent.confirm(tab)
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]

    refused = agent.confirm(other)
    agent.confirm(agent.follow(refused))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11"), ("ISSUE", "1.11")]


def test_a_review_that_has_become_untrue_keeps_its_intent(agent, account):
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    given_spend("5.00 GBP", account=account)
    newer = agent.follow(agent.confirm(review))

    agent.confirm(newer)
    agent.confirm(newer)

    assert address_of(newer) == address_of(review)
    assert history_of(account) == [("ISSUE", "40.00"), ("REDEEM", "-5.00"), ("REDEEM", "-10.00")]


def test_what_can_no_longer_be_done_is_told_on_the_reviews_address_too(agent, account):
    review = agent.review(step_url(account, "debit"), amount="30", reason="EC")
    given_spend("39.00 GBP", account=account)

    short = agent.client.get(address_of(review))
    given_spend("1.00 GBP", account=account)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    closed = agent.client.get(address_of(review))

    assert "1.00 to spend" in str(short.context["form"].errors["amount"])
    assert short.context["form_url"] == f"{step_url(account, 'debit')}?intent={StaffIntent.objects.get().token}"
    assert "This cannot be done: the account is closed." in text_of(closed)


def test_an_intent_is_its_persons_own(agent, administrator, url):
    form = agent.open(url)
    review = agent.review_from(form, **ISSUE)

    with nothing_moves():
        answers = [
            administrator.client.get(address_of(form)),
            administrator.client.post(address_of(form), ISSUE),
            administrator.client.get(address_of(review)),
            administrator.confirm(review),
        ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert agent.confirm(review).status_code == 302


@pytest.mark.parametrize("token", ["", "x", "../../x", "a" * 31, "a" * 33, "é" * 32, "\0" * 32])
def test_an_address_that_names_no_intent_leads_to_a_new_form(agent, url, token):
    with nothing_moves():
        answers = [agent.open(url, intent=token), agent.open(url, review=token)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("form" in answer.context for answer in answers)


def test_a_review_that_is_not_there_says_that_nothing_was_done(agent, url):
    with nothing_moves():
        answers = [agent.client.get(f"{url}?review={'x' * 32}"), agent.send(f"{url}?review={'x' * 32}", agreed="x")]

    assert [answer.url for answer in answers] == [url, url]
    assert said(agent.send(f"{url}?review={'x' * 32}", agreed="x"))[-1] == (
        "That review is no longer here. Nothing was done; start again."
    )


def test_what_was_not_confirmed_within_a_day_is_forgotten_and_what_was_done_is_not(agent, account, url, time_machine):
    done, left = agent.review(url, **ISSUE), agent.review(url, amount="2.22", reason="GW")
    agent.confirm(done)
    time_machine.move_to(NOW + timedelta(days=1, seconds=1), tick=False)
    agent.client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    agent.review(url, amount="3.33", reason="GW")

    with nothing_moves():
        answers = [agent.confirm(left), agent.confirm(done)]

    assert [answer.url for answer in answers] == [url, page_url(account.customer)]


def test_a_person_keeps_so_many_unconfirmed_and_no_more(agent, url, monkeypatch, time_machine):
    monkeypatch.setattr("storecredit.backoffice.kit.intents._MOST_KEPT", 2)
    reviews = []
    for minute in range(4):
        time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
        reviews.append(agent.review(url, **ISSUE))

    shown = [agent.client.get(address_of(review)).status_code for review in reviews]

    assert shown == [302, 200, 200, 200]


def test_whoever_is_signed_out_is_told_that_nothing_was_done_and_finds_the_review_again(agent, account, url):
    review = agent.review(url, **ISSUE)
    agent.client.logout()

    with nothing_moves():
        refused = agent.confirm(review)

    login = agent.client.get(refused.url)
    assert "You are signed out, so what you sent was not done. Sign in and look at it again." in text_of(login)
    signed_in = agent.client.post(refused.url, {"username": "agent", "password": PASSWORD})
    assert signed_in.url == address_of(review)
    agent.confirm(agent.client.get(signed_in.url))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]


def test_a_page_from_before_another_login_says_that_nothing_was_done(agent, url):
    review = agent.review(url, **ISSUE)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = agent.client.cookies

    with nothing_moves():
        refused: Any = browser.post(address_of(review), agreement_of(review))

    assert refused.status_code == 403
    assert "Nothing was done." in text_of(refused)


# A like amount


def test_the_review_tells_of_the_same_amount_for_the_same_customer_within_the_hour(agent, account, url, time_machine):
    agent.do(url, **ISSUE)
    entry = account.transactions.order_by("-number")[0]
    time_machine.move_to(NOW + timedelta(minutes=7), tick=False)

    same = agent.review(step_url(account.customer, "issue"), amount_currency="GBP", **ISSUE)
    other = agent.review(url, amount="1.12", reason="GW")
    foreign = agent.review(step_url(account.customer, "issue"), amount_currency="EUR", **ISSUE)

    told = f"£1.11 was issued to this customer 7 minutes ago by agent (Issue {entry.number})."
    assert twins_of(same) == [told]
    assert told in text_of(same)
    assert (twins_of(other), twins_of(foreign)) == ([], [])


def test_after_an_hour_nothing_is_told_and_another_customers_credit_never(agent, account, url, time_machine):
    given_credit("1.11 GBP")
    agent.do(url, **ISSUE)

    time_machine.move_to(NOW + timedelta(minutes=60), tick=False)
    agent.prove_again()
    assert len(twins_of(agent.review(url, **ISSUE))) == 1
    time_machine.move_to(NOW + timedelta(minutes=60, seconds=1), tick=False)
    assert twins_of(agent.review(url, **ISSUE)) == []


@pytest.mark.parametrize("minutes", [8, 59])
def test_minutes_that_pass_do_not_outdate_a_review(agent, account, url, time_machine, minutes):
    agent.do(url, **ISSUE)
    time_machine.move_to(NOW + timedelta(minutes=7), tick=False)
    review = agent.review(url, **ISSUE)

    # Before the review is too old, its twin's words have moved, or the twin is older than an hour.
    time_machine.move_to(NOW + timedelta(minutes=7 + minutes), tick=False)
    agent.prove_again()
    answer = agent.confirm(review)

    assert answer.url == page_url(account.customer)
    assert history_of(account)[1:] == [("ISSUE", "1.11"), ("ISSUE", "1.11")]


def test_a_twin_that_came_after_the_review_is_told_before_anything_is_booked(agent, proprietor, account, url):
    review = agent.review(url, **ISSUE)
    proprietor.do(url, **ISSUE)
    # The balance is back where the review saw it: only the twin tells.
    proprietor.do(step_url(account, "debit"), amount="1.11", reason="EC")

    with nothing_moves():
        refused = agent.confirm(review)

    [told] = twins_of(agent.follow(refused))
    assert told.startswith("£1.11 was issued to this customer just now by proprietor (Issue ")


def test_adjusting_up_tells_of_twins_and_down_does_not(finance, agent, account, url):
    agent.do(url, **ISSUE)

    up = finance.review(step_url(account, "adjust"), direction="add", **ISSUE)
    down = finance.review(step_url(account, "adjust"), direction="take", **ISSUE | {"reason": "EC", "note": "wrong"})

    assert (len(twins_of(up)), twins_of(down)) == (1, [])
    finance.confirm(up)
    newest = twins_of(agent.review(url, **ISSUE))[0]
    assert newest.startswith("£1.11 was added by an adjustment for this customer just now by finance (Adjustment ")


def test_asking_and_approving_tell_of_twins_that_were_issued_or_asked_for(agent, account, url):
    given_issue_limit(Group.objects.get(name="Agent"), "1.00 GBP")
    approver = Staff("Approver")
    given_limit(approver.user, "50.00 GBP")
    given_credit("1.11 GBP", customer=account.customer)
    agent.do(url, **ISSUE)
    first = CreditRequest.objects.get()

    asking = agent.review(url, **ISSUE)
    agent.confirm(asking)
    second = CreditRequest.objects.exclude(pk=first.pk).get()
    approving = approver.review(step_url(second, "approve"), note="")

    asked = f"£1.11 was asked for this customer just now by agent ({first}), and waits for approval."
    assert len(twins_of(asking)) == len(twins_of(approving)) == 2
    assert twins_of(asking)[1] == twins_of(approving)[1] == asked


def test_cards_for_a_customer_tell_of_twins_of_any_kind(agent):
    customer = given_customer(number="SHOP-7")
    make = "/admin/giftcards/giftcard/add/"
    making = {"amount_currency": "GBP", "amount": "20", "funding": "PAID", "reloadable": "on"}
    agent.do(make, **making, customer="SHOP-7")

    again = agent.review(make, **making, customer="SHOP-7")
    for_nobody = agent.review(make, **making)
    store_credit = agent.review(step_url(customer, "issue"), amount_currency="GBP", amount="20", reason="GW")

    [told] = twins_of(again)
    assert told.startswith("£20.00 was issued to this customer just now by agent (Issue ")
    assert twins_of(store_credit) == [told]
    assert twins_of(for_nobody) == []


def test_reloading_a_bearers_card_twice_with_one_amount_tells_of_it(agent):
    card = card_row(given_card("25.00 GBP"))
    agent.do(step_url(card, "reload"), amount="5", funding="PAID")

    [told] = twins_of(agent.review(step_url(card, "reload"), amount="5", funding="PAID"))

    assert told.startswith("£5.00 was loaded for this card just now by agent (Load ")
    assert not Customer.objects.exists()
