"""Whoever is refused for a limit of theirs is told what works: a correction, a request, tomorrow, a colleague."""

from typing import Any

import pytest

from ledger.models import Account, Transaction
from storecredit.finance.models import Correction
from tests.backoffice.staff import Staff, page_url, step_url, text_of
from tests.credits.requests import given_issue_limit
from tests.factories.people import GroupFactory, permissions_named
from tests.giftcards.cards import given_card
from tests.scenarios import API, given_credit, given_customer, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

RIGHTS = (
    "ledger.view_account", "ledger.view_transaction", "ledger.view_customer", "giftcards.view_giftcard",
    "ledger.adjust_credit", "ledger.reverse_transaction", "giftcards.move_card",
)  # fmt: skip
MORE = ("finance.ask_correction", "ledger.issue_credit", "credits.request_credit")


def given_staff(*rights: str, at_once: str = "20.00 GBP", per_day: str | None = None) -> Staff:
    desk = GroupFactory.create()
    desk.permissions.set(permissions_named(*RIGHTS, *rights))
    limit = given_issue_limit(desk, at_once)
    limit.per_day = per_day
    limit.save()
    grace = Staff(username="grace")
    grace.user.groups.add(desk)
    return grace


def ways_of(answer: Any) -> list[str]:
    return [str(way) for way in answer.context["ways_out"]]


def adjust(staff: Staff, account: Account, amount: str) -> Any:
    form = staff.open(step_url(account, "adjust"))
    return staff.send(
        form.wsgi_request.get_full_path(), direction="add", reason="EC", amount=amount, note="Counted again"
    )


def test_an_adjustment_above_the_limit_is_a_correction_or_a_request():
    account = given_credit("1.00 GBP", customer=given_customer())
    grace = given_staff(*MORE)

    answer = adjust(grace, account, "20.01")

    correction, issue = ways_of(answer)
    assert step_url(account, "ask-correction") in correction
    assert step_url(account, "issue") in issue
    assert "somebody else approves it." in text_of(answer)
    # and both do it
    review = grace.review(
        step_url(account, "ask-correction"),
        direction="add",
        reason="EC",
        amount="20.01",
        month="",
        entry="",
        note="Counted again",
    )
    grace.confirm(review)
    assert Correction.objects.get().amount_minor == 2001


def test_above_the_day_alone_it_can_wait_until_tomorrow():
    account = given_credit("1.00 GBP", customer=given_customer())
    grace = given_staff(per_day="15.00")
    assert adjust(grace, account, "14.00").status_code == 302
    review = grace.review(step_url(account, "adjust"), direction="add", reason="EC", amount="14.00", note="Counted")
    grace.confirm(review)

    answer = adjust(grace, account, "2.00")
    too_much = adjust(grace, account, "15.01")

    asked = "Whoever may ask for corrections can ask for it; somebody else approves it."
    assert ways_of(answer) == [asked, "Tomorrow you can do it by yourself."]
    assert ways_of(too_much) == [asked]


def test_a_reversal_above_the_limit_leads_to_the_correction_and_another_refusal_does_not():
    account = given_credit("50.00 GBP", customer=given_customer())
    spend, small = given_spend("20.01 GBP", account=account, actor=API), given_spend("1.00 GBP", account=account)
    grace = given_staff(*MORE)

    answer = grace.open(step_url(spend, "reverse"))
    [way] = ways_of(answer)
    assert step_url(spend, "ask-correction") in way
    assert "underline" in answer.content.decode()

    grace.confirm(grace.review(step_url(small, "reverse"), reason="EC", note="Twice"))
    assert ways_of(grace.open(step_url(small, "reverse"))) == []


def test_a_refund_above_the_limit_is_a_correction_of_the_whole_purchase_while_nothing_came_back():
    card = given_card("50.00 GBP")
    spend = given_spend("30.00 GBP", account=Account.objects.get(pk=card.account_id))
    grace = given_staff(*MORE)
    row = Transaction.objects.get(pk=spend.pk).account.card
    url = step_url(row, "refund")

    def refund(amount: str) -> Any:
        form = grace.open(url)
        return grace.send(form.wsgi_request.get_full_path(), redemption=str(spend.pk), amount=amount, note="Late")

    [way] = ways_of(refund("20.01"))
    assert step_url(spend, "ask-correction") in way
    assert way.endswith("It gives the whole purchase back.")

    grace.confirm(grace.review(url, redemption=str(spend.pk), amount="5.00", note="Late"))
    assert ways_of(refund("15.01")) == ["A colleague whose limit is higher can do it."]


def test_a_move_above_the_day_is_for_tomorrow_or_a_colleague():
    customer = given_customer()
    grace = given_staff(per_day="20.00")
    small, large = given_card("15.00 GBP", customer_id=customer.pk), given_card("25.00 GBP", customer_id=customer.pk)
    rows = [Account.objects.get(pk=each.account_id).card for each in (small, large)]
    account = given_credit("1.00 GBP", customer=customer)
    grace.confirm(
        grace.review(step_url(account, "adjust"), direction="add", reason="EC", amount="10.00", note="Counted")
    )

    answers = [
        grace.send(grace.open(step_url(row, "move")).wsgi_request.get_full_path(), customer="", why="She asked")
        for row in rows
    ]

    assert [ways_of(answer) for answer in answers] == [
        ["Tomorrow you can do it by yourself."],
        ["A colleague whose limit is higher can do it."],
    ]
    assert page_url(rows[0]) in answers[0].content.decode()


def plan(staff: Staff, amount: str, size: str = "1") -> Any:
    form = staff.open("/admin/giftcards/cardbatch/add/")
    said = {"name": "Fair", "size": size, "amount": amount, "amount_currency": "GBP", "funding": "PAID"}
    return staff.send(form.wsgi_request.get_full_path(), **said)


def test_a_batch_or_a_gift_above_the_limit_is_for_whoever_may_ask_if_there_is_anybody():
    customer = given_customer()
    grace = given_staff("giftcards.add_cardbatch", "giftcards.view_cardbatch", "ledger.issue_credit", per_day="20.00")
    issue = grace.open(step_url(customer, "issue")).wsgi_request.get_full_path()
    given = {"amount": "20.01", "amount_currency": "GBP", "reason": "EC", "note": "Late"}

    alone = [plan(grace, "20.01"), plan(grace, "5.00", "5"), grace.send(issue, **given)]
    ruth = Staff(username="ruth", permissions=["credits.request_credit", "giftcards.add_cardbatch"])
    asked = [plan(grace, "20.01"), grace.send(issue, **given)]
    ruth.user.user_permissions.add(*permissions_named("ledger.issue_credit"))
    both = grace.send(issue, **given)
    too_much = plan(grace, "1000.01")

    another = ["A colleague whose limit is higher can do it."]
    asks = ["A colleague who may ask for credit can do it here: somebody else then approves it."]
    assert [ways_of(answer) for answer in alone] == [another, another, another]
    assert [ways_of(answer) for answer in asked] == [asks, another]
    assert (ways_of(both), ways_of(too_much)) == (asks, [])


def test_a_batch_above_what_is_left_of_the_day_can_wait_until_tomorrow():
    account = given_credit("1.00 GBP", customer=given_customer())
    grace = given_staff("giftcards.add_cardbatch", "giftcards.view_cardbatch", per_day="20.00")
    grace.confirm(
        grace.review(step_url(account, "adjust"), direction="add", reason="EC", amount="10.00", note="Counted")
    )

    assert ways_of(plan(grace, "5.00", "3")) == ["Tomorrow you can do it by yourself."]
