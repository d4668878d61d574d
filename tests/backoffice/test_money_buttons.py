"""Issue, debit, adjust, reverse: a form, a review that shows before and after, and one posting."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.models import Account
from ledger.operations import AccountStatus
from tests.backoffice.staff import (
    address_of,
    agreement_of,
    changes_of,
    errors_of,
    facts_of,
    page_url,
    said,
    step_url,
    text_of,
    value_in,
)
from tests.scenarios import (
    NOW,
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_hold,
    given_reasons,
    given_spend,
    history_of,
    lots_of,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db


def test_issuing_shows_before_and_after_and_then_posts(agent):
    account = given_credit("40.00 GBP")

    review = agent.review(
        step_url(account, "issue"), amount="25.50", reason="GW", note="A late parcel", reference="ORDER-7"
    )

    assert changes_of(review) == [("Balance", "£40.00", "£65.50"), ("Can be spent", "£40.00", "£65.50")]
    assert facts_of(review) == {
        "Customer": str(account.customer),
        "Account": account.number,
        "Amount": "+£25.50",
        "Good through": "for ever",
        "Books to": "Goodwill",
        "Reason": "Goodwill",
        "Note": "A late parcel",
        "Reference": "ORDER-7",
    }
    assert history_of(account) == [("ISSUE", "40.00")]

    answer = agent.confirm(review)

    assert (answer.status_code, answer.url) == (302, page_url(account.customer))
    assert said(answer) == ["Issued £25.50. The balance is now £65.50."]
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "25.50")]


def test_the_books_say_who_issued_through_which_door_and_why(agent):
    account = given_credit("40.00 GBP")

    review = agent.review(step_url(account, "issue"), amount="1", reason="GW", note="Sorry", reference="ORDER-7")
    agent.client.post(address_of(review), agreement_of(review), headers={"X-Request-Id": "req-9"})

    entry = entries_of(account)[-1]
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("STAFF", str(agent.user.pk), "agent")
    assert (entry.door, entry.request_id, entry.created_at) == ("admin", "req-9", NOW)
    assert (entry.reason_id, entry.note, entry.reference) == ("GW", "Sorry", "ORDER-7")
    assert (entry.key or "").startswith("admin:")


def test_the_first_credit_in_a_currency_opens_the_account(agent):
    customer = given_customer()

    review = agent.review(step_url(customer, "issue"), amount_currency="JPY", amount="500", reason="GW")

    assert changes_of(review) == [("Balance", "¥0", "¥500"), ("Can be spent", "¥0", "¥500")]
    assert facts_of(review)["Account"] == "a new one is opened"
    assert not Account.objects.exists()
    assert agent.confirm(review).url == page_url(customer)
    assert balance_of(Account.objects.get(customer=customer)) == "500"


def test_credit_is_good_through_the_day_that_staff_name(agent):
    account = given_account("GBP")

    review = agent.review(step_url(account, "issue"), amount="10", reason="GW", good_through="2026-05-31")

    assert facts_of(review)["Good through"] == "31 May 2026"
    agent.confirm(review)
    assert lots_of(account) == [("10.00", datetime(2026, 6, 1, tzinfo=UTC))]


def test_without_a_day_credit_lives_as_long_as_its_reason_says(agent):
    account = given_account("GBP")

    review = agent.review(step_url(account, "issue"), amount="10", reason="PR")

    assert facts_of(review)["Good through"] == "2 Aug 2026"
    assert facts_of(review)["Books to"] == "Promotion"


def test_debiting_takes_first_what_expires_first_and_says_so(agent):
    account = given_credit("30.00 GBP", expires_at=days(10))
    given_credit("30.00 GBP", to=account)

    review = agent.review(step_url(account, "debit"), amount="45", reason="EC")

    assert changes_of(review) == [("Balance", "£60.00", "£15.00"), ("Can be spent", "£60.00", "£15.00")]
    first, second = entries_of(account)
    assert facts_of(review)["Takes"] == (
        f"£30.00 of Issue {first.number}, good through 14 May 2026\n"
        f"£15.00 of Issue {second.number}, good through for ever"
    )
    agent.confirm(review)
    assert history_of(account)[-1] == ("REDEEM", "-45.00")


@pytest.mark.parametrize(
    ("direction", "amount", "after", "entry"),
    [("add", "5.25", "£45.25", ("ADJUST", "5.25")), ("take", "5.25", "£34.75", ("ADJUST", "-5.25"))],
)
def test_adjusting_puts_a_balance_right_in_both_directions(finance, direction, amount, after, entry):
    account = given_credit("40.00 GBP")

    review = finance.review(step_url(account, "adjust"), direction=direction, amount=amount, reason="EC")

    assert changes_of(review)[0] == ("Balance", "£40.00", after)
    assert facts_of(review)["Books to"] == "Adjustments"
    assert said(finance.confirm(review)) == [f"Adjusted by £5.25. The balance is now {after}."]
    assert history_of(account)[-1] == entry


def test_reversing_undoes_a_transaction_and_links_both(finance):
    account = given_credit("40.00 GBP")
    spend = given_spend("15.00 GBP", account=account)

    answer = finance.do(step_url(spend, "reverse"), reason="EC", note="Wrong customer")

    assert answer.url == page_url(spend)
    reversal = entries_of(account)[-1]
    assert (reversal.type, reversal.amount_minor, reversal.reverses_id) == ("REVERSE", 1500, spend.id)
    page = text_of(finance.open(page_url(spend)))
    assert f"Linked to Reversal {reversal.number}" in page
    assert "Reverse, Ask for a correction: it was reversed or refunded already." in page


def test_a_double_click_posts_once(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")

    answers = [agent.confirm(review) for _ in range(3)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page_url(account.customer))] * 3
    assert history_of(account) == [("ISSUE", "40.00"), ("REDEEM", "-10.00")]
    assert said(answers[-1])[-1] == "This was done already, and was not done twice."


def test_two_reviews_are_two_postings(agent):
    account = given_credit("40.00 GBP")
    first = agent.review(step_url(account, "issue"), amount="1", reason="GW")
    agent.confirm(first)

    agent.do(step_url(account, "issue"), amount="1", reason="GW")

    assert balance_of(account) == "42.00"


def test_a_review_that_has_become_untrue_is_shown_again_and_nothing_is_posted(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    given_spend("5.00 GBP", account=account)

    with nothing_moves():
        refused = agent.confirm(review)

    assert (refused.status_code, refused.url) == (302, address_of(review))
    again = agent.follow(refused)
    assert changes_of(again) == [("Balance", "£35.00", "£25.00"), ("Can be spent", "£35.00", "£25.00")]
    assert "Things have changed since your review, so nothing was done." in text_of(again)
    assert agent.confirm(again).status_code == 302
    assert balance_of(account) == "25.00"


def test_a_hold_placed_since_the_review_counts_as_a_change(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    given_hold("20.00 GBP", account=account)

    with nothing_moves():
        again = agent.follow(agent.confirm(review))

    assert changes_of(again)[1] == ("Can be spent", "£20.00", "£10.00")


def test_credit_gone_since_the_review_is_refused_on_the_form(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    given_spend("39.00 GBP", account=account)

    with nothing_moves():
        answer = agent.confirm(review)

    assert list(errors_of(answer)) == ["amount"]
    assert "1.00 to spend" in errors_of(answer)["amount"][0]


def test_going_back_from_the_review_keeps_the_input(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC", note="Two lamps")

    with nothing_moves():
        answer = agent.client.get(review.context["form_url"])

    form = answer.context["form"]
    assert (value_in(form["amount"]), form["reason"].value(), form["note"].value()) == ("10", "EC", "Two lamps")


def test_what_was_reviewed_is_what_is_posted_whatever_else_is_sent(agent):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")

    agent.confirm(review, amount="40", reason="GW")

    assert history_of(account)[-1] == ("REDEEM", "-10.00")


@pytest.mark.parametrize("tampered", ["", "x", "bm9uZQ:1abcde:none"])
def test_a_review_that_nobody_made_posts_nothing(agent, tampered):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")

    with nothing_moves():
        answer = agent.send(address_of(review), agreed=tampered)

    assert (answer.status_code, answer.url) == (302, address_of(review))
    assert said(answer) == ["That review is too old or incomplete. Nothing was done; look at it as it is now."]


def test_a_review_is_good_for_an_hour(agent, time_machine):
    account = given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    time_machine.move_to(NOW + timedelta(hours=1, seconds=1), tick=False)
    agent.prove_again()

    with nothing_moves():
        answer = agent.confirm(review)

    assert said(answer) == ["That review is too old or incomplete. Nothing was done; look at it as it is now."]


def test_a_review_cannot_be_used_for_another_account_or_by_somebody_else(agent, administrator):
    account, other = given_credit("40.00 GBP"), given_credit("40.00 GBP")
    review = agent.review(step_url(account, "debit"), amount="10", reason="EC")
    query = address_of(review).partition("?")[2]

    with nothing_moves():
        elsewhere = agent.send(f"{step_url(other, 'debit')}?{query}", **agreement_of(review))
        otherwise = agent.send(f"{step_url(account, 'issue')}?{query}", **agreement_of(review))
        somebody = administrator.confirm(review)

    assert [elsewhere.status_code, otherwise.status_code, somebody.status_code] == [403, 403, 403]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"amount": "", "reason": "GW"}, "amount", "This field is required."),
        ({"amount": "1"}, "reason", "This field is required."),
        ({"amount": "1", "reason": "NO"}, "reason", "Select a valid choice. NO is not one of the available choices."),
        ({"amount": "0", "reason": "GW"}, "amount", "£0.00 is not an amount that can be posted."),
        ({"amount": "-1", "reason": "GW"}, "amount", "−£1.00 is not an amount that can be posted."),
        ({"amount": "1.005", "reason": "GW"}, "amount", "1.005 has more decimals than GBP has."),
        ({"amount": "NaN", "reason": "GW"}, "amount", "Enter a number such as 1000.00, in plain figures."),
        ({"amount": "1e30", "reason": "GW"}, "amount", "Enter a number such as 1000.00, in plain figures."),
        ({"amount": "9" * 21, "reason": "GW"}, "amount", "Ensure that there are no more than 20 digits in total."),
        ({"amount": "99999999999999", "reason": "GW"}, "amount", "is more than an account can hold."),
        (
            {"amount": "1", "reason": "GW", "good_through": "2026-05-03"},
            "good_through",
            "The expiry is not in the future.",
        ),
        ({"amount": "1", "reason": "GW", "good_through": "9999-12-31"}, "good_through", "That day is too far away."),
        ({"amount": "1", "reason": "GW", "note": "\0"}, "note", "Null characters are not allowed."),
        ({"amount": "1", "reason": "NOTE"}, "note", "Reason NOTE needs a note."),
        ({"amount": "1", "reason": "ORDER"}, "reference", "Reason ORDER needs the order as its reference."),
        ({"amount": "1", "reason": "OFF"}, "reason", "OFF is not one of the available choices."),
    ],
)
def test_what_the_books_refuse_stands_in_words_at_its_field(agent, data, field, words):
    given_reasons()
    account = given_credit("40.00 GBP")

    with nothing_moves():
        answer = agent.send(step_url(account, "issue"), **data)

    assert answer.status_code == 200
    errors = errors_of(answer)
    assert list(errors) == [field]
    assert errors[field][0].endswith(words)


def test_an_account_closed_since_the_page_was_opened_refuses_credit(agent):
    customer = given_customer()
    account = given_account("GBP", customer=customer)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    with nothing_moves():
        direct = agent.send(step_url(account, "issue"), amount="1", reason="GW")
        through_customer = agent.send(step_url(customer, "issue"), amount_currency="GBP", amount="1", reason="GW")

    assert direct.status_code == 409
    assert "This cannot be done: the account is closed." in text_of(direct)
    assert errors_of(through_customer) == {"amount": [f"Account {account.number} is closed."]}
