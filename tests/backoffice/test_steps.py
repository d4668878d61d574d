"""Steps that move no money: freezing, closing, releasing. Django's log says who did it and why."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from ledger.models import Account, AccountStatus, Hold
from tests.backoffice.staff import changes_of, errors_of, page_url, said, step_url, text_of
from tests.scenarios import given_account, given_credit, given_hold, nothing_moves, set_status

pytestmark = pytest.mark.django_db


def log() -> list[tuple[str, str]]:
    """Who did what, without the mark that tells two reviews apart."""
    entries = LogEntry.objects.select_related("user").order_by("pk")
    return [(entry.user.username, entry.change_message.partition(" (confirmation ")[0]) for entry in entries]


def test_freezing_is_reviewed_done_and_logged(finance):
    account = given_credit("40.00 GBP")

    review = finance.review(step_url(account, "freeze"), why="Stolen phone")
    assert changes_of(review) == [("Status", "Open", "Frozen")]
    assert Account.objects.get(pk=account.pk).status == AccountStatus.OPEN
    answer = finance.confirm(review)

    assert said(answer) == [f"Account {account.number} is frozen."]
    assert Account.objects.get(pk=account.pk).status == AccountStatus.FROZEN
    assert log() == [("finance", "Freeze: Stolen phone")]
    history = finance.open(reverse("admin:ledger_account_history", args=[account.pk]))
    assert "Freeze: Stolen phone" in text_of(history)


@pytest.mark.parametrize(
    ("slug", "starts", "ends"),
    [
        ("freeze", AccountStatus.OPEN, AccountStatus.FROZEN),
        ("unfreeze", AccountStatus.FROZEN, AccountStatus.OPEN),
        ("close", AccountStatus.OPEN, AccountStatus.CLOSED),
        ("close", AccountStatus.FROZEN, AccountStatus.CLOSED),
        ("reopen", AccountStatus.CLOSED, AccountStatus.OPEN),
    ],
)
def test_a_second_click_on_a_step_does_nothing_more(finance, slug, starts, ends):
    account = given_account("GBP")
    if starts != AccountStatus.OPEN:
        set_status(account_id=account.pk, status=starts)
    review = finance.review(step_url(account, slug), why="Asked for")

    answers = [finance.confirm(review), finance.confirm(review)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page_url(account))] * 2
    assert Account.objects.get(pk=account.pk).status == ends
    assert len(log()) == 1


def test_a_step_that_somebody_else_took_first_is_refused(finance):
    account = given_account("GBP")
    review = finance.review(step_url(account, "freeze"), why="Asked for")
    finance.do(step_url(account, "freeze"), why="Came first")

    answer = finance.confirm(review)

    assert answer.status_code == 409
    assert "This cannot be done: the account is frozen." in text_of(answer)
    assert log() == [("finance", "Freeze: Came first")]


def test_an_account_that_holds_value_is_not_closed(finance):
    account = given_credit("40.00 GBP")

    answer = finance.send(step_url(account, "close"), why="Moved away")

    assert answer.status_code == 409
    assert "the account still holds £40.00." in text_of(answer)


def test_a_step_without_a_why_is_refused(finance):
    account = given_account("GBP")

    answer = finance.send(step_url(account, "freeze"), why="")

    assert errors_of(answer) == {"why": ["This field is required."]}
    assert log() == []


def test_an_account_offers_the_steps_that_lead_somewhere(finance):
    account = given_account("GBP")

    def offered():
        return [button.label for button in finance.open(page_url(account)).context["buttons"]]

    assert offered() == ["Adjust", "Ask for a correction", "Freeze", "Close"]
    finance.do(step_url(account, "close"), why="Moved away")
    assert offered() == ["Ask for a correction", "Reopen"]


def test_releasing_a_hold_shows_what_can_be_spent_again(finance):
    account = given_credit("40.00 GBP")
    hold = given_hold("15.00 GBP", account=account)

    review = finance.review(step_url(hold, "release"), why="Customer left the shop")
    assert changes_of(review) == [("Set aside", "£15.00", "£0.00"), ("Can be spent", "£25.00", "£40.00")]
    finance.confirm(review)

    hold.refresh_from_db()
    assert (hold.status, hold.closed_by) == ("RELEASED", "finance")
    assert log() == [("finance", "Release: Customer left the shop")]
    assert text_of(finance.open(page_url(hold))).count("Release: the hold is released.") == 1


def test_a_hold_that_has_ended_is_not_released_again(finance):
    hold = given_hold("15.00 GBP", account=given_credit("40.00 GBP"))
    finance.do(step_url(hold, "release"), why="Customer left the shop")

    with nothing_moves():
        answer = finance.send(step_url(hold, "release"), why="Once more")

    assert answer.status_code == 409
    assert Hold.objects.get().status == "RELEASED"
