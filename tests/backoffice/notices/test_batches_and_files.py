"""A batch of cards and a file that wait are told of, listed and counted, and decided for a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse

from giftcards.models import CardBatch, GiftCard
from giftcards.operations import plan_batch
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.models import AccessChange, Notice, NoticeChoice, Preferences
from storecredit.backoffice.notices.planning import plan_notices
from storecredit.backoffice.notices.sending import send_notices
from tests.backoffice.imports.files import address, start
from tests.backoffice.imports.stage import BALANCES, CARDS, checked
from tests.backoffice.staff import Staff, list_url, page_url, step_url, text_of
from tests.credits.requests import given_approver, given_limit, given_policy, given_request
from tests.factories.giftcards import CardBatchFactory
from tests.scenarios import NOW, STAFF, given_customer, money, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "first_run")]


@pytest.fixture
def first_run(settings, db):
    """The command has run before, and mail goes out."""
    settings.MAIL_GOES_OUT = True
    settings.SITE_URL = "https://credit.example.com"
    plan_notices(now=NOW)


@pytest.fixture
def planner(db) -> Staff:
    return Staff("Card manager", "Approver", "Agent", username="planner", email="planner@example.com")


@pytest.fixture
def approver(db) -> Staff:
    person = Staff("Approver", username="max", email="max@example.com")
    given_limit(person.user, "2000.00 GBP")
    return person


def given_batch_that_waits(planner: Staff, name: str = "Fair", amount: str = "25.00 GBP") -> CardBatch:
    return CardBatchFactory.create(name=name, amount=money(amount), size=41, planned_by_id=planner.user.pk, waits=True)


def tell(now=NOW):
    """Run it; the mails of this run, each as whom it went to, its subject and its lines."""
    mail.outbox = []
    plan_notices(now=now)
    send_notices(now=now)
    return [(each.to[0], each.subject, each.body) for each in mail.outbox]


def waiting(staff: Staff) -> list[tuple[str, list[list[Any]]]]:
    """The tables of the list of what waits."""
    page = staff.open(reverse("admin:waiting"))
    return [(table.title, table.rows) for table in page.context["tables"]]


def badge(staff: Staff) -> str:
    """The number beside the list, on any page."""
    page = staff.open(reverse("admin:index"))
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    return next((str(item.get("badge") or "") for item in items if item["link"] == reverse("admin:waiting")), "none")


def test_a_batch_that_waits_is_told_of_once_to_those_who_may_approve_it_alone(planner, approver):
    given_limit(planner.user, "2000.00 GBP")
    less = Staff("Approver", username="less", email="less@example.com")
    given_limit(less.user, "1024.99 GBP")
    batch = given_batch_that_waits(planner)

    told, again = tell(), tell()

    [(to, subject, text)] = told
    assert (to, subject) == ("max@example.com", "1 batch of gift cards waits for your approval")
    assert f"- Card batch {batch.pk}\n  https://credit.example.com{page_url(batch)}\n" in text
    assert again == []
    assert [badge(each) for each in (approver, less, planner)] == ["1", "", ""]
    [(title, [[_since, what, worth, asker]])] = waiting(approver)
    assert (title, what.label, worth) == ("1 batch of gift cards waits for your approval", "Fair", "£1,025.00")
    assert asker == batch.created_by
    assert "Nothing waits for you." in text_of(less.open(reverse("admin:waiting")))
    assert "1 batch of gift cards waits for your approval" in text_of(approver.open(reverse("admin:index")))


def test_a_change_of_access_is_listed_by_whom_it_is_about_and_mailed_without(planner):
    asker = Staff("Administrator", username="asker")
    decider = Staff("Administrator", username="root", email="root@example.com")
    asker.send(page_url(planner.user), username="planner", email="planner@example.com", is_active="on", groups=[
        Group.objects.get(name="Finance").pk, *planner.user.groups.values_list("pk", flat=True),
    ])  # fmt: skip
    change = AccessChange.objects.get()

    [(to, subject, text)] = tell()

    assert (to, subject) == ("root@example.com", "1 change of access waits for your approval")
    assert f"- What a person may do\n  https://credit.example.com{page_url(change)}\n" in text
    [(_, [[_since, what, asked_by]])] = waiting(decider)
    assert (what.label, asked_by) == ("What a person may do: planner", "asker")


def test_a_batch_that_needs_two_waits_for_nobody(planner, approver):
    given_policy("GBP", second="1000.00")
    batch = given_batch_that_waits(planner)

    assert tell() == []
    assert badge(approver) == ""
    assert "nobody, until a limit or a role is changed" in text_of(approver.open(page_url(batch)))


def test_whoever_planned_a_batch_is_told_that_it_was_rejected_and_sees_why(planner, approver):
    batch = given_batch_that_waits(planner)
    tell()

    own = planner.open(step_url(batch, "reject"))
    approver.do(step_url(batch, "reject"), why="The fair is off")
    with nothing_moves():
        refused = planner.client.post(step_url(batch, "make"), headers={"accept": "application/json"})

    assert "you planned it yourself: somebody else has to decide it." in text_of(own)
    batch.refresh_from_db()
    assert (batch.status, batch.waits, batch.rejected_by) == ("REJECTED", False, approver.user)
    assert refused.json()["refused"] == "Batch Fair was rejected: none of its cards is made."
    [(to, subject, text)] = tell()
    assert (to, subject) == ("planner@example.com", "1 batch of gift cards that you planned is decided")
    assert f"- Card batch {batch.pk}: rejected\n" in text
    assert "max rejected it on" in text_of(planner.open(page_url(batch)))
    assert "The fair is off" in text_of(planner.open(page_url(batch)))
    mine = planner.open(reverse("admin:credits_creditrequest_mine")).context["table"]
    assert [row[-2:] for row in mine.rows] == [["max", "The fair is off"]]
    assert badge(approver) == ""
    # and its name is free again
    plan_batch(name="Fair", amount=money("1.00 GBP"), size=1, actor=STAFF, now=NOW)
    assert GiftCard.objects.count() == 0


def test_no_way_round_leaves_a_rejected_batch_with_cards_or_without_a_reason(planner, approver):
    batch = given_batch_that_waits(planner)
    told = {"waits": False, "status": "REJECTED", "rejected_at": NOW, "rejected_because": "x"}
    for wrong in (
        told | {"rejected_by": planner.user},
        told | {"rejected_by": approver.user, "rejected_because": ""},
        told | {"rejected_by": approver.user, "made": 1},
        told | {"rejected_by": approver.user, "waits": True},
        {"rejected_by": approver.user},
    ):
        with pytest.raises(DatabaseError, match=r"cardbatch_rejected_with_reason|made_once"), transaction.atomic():
            CardBatch.objects.filter(pk=batch.pk).update(**wrong)


def test_an_approved_batch_is_told_of_to_its_planner_as_they_chose(planner, approver):
    Preferences.objects.create(person=planner.user, notices_decided=NoticeChoice.DAILY)
    batch = given_batch_that_waits(planner)
    approver.do(step_url(batch, "approve"), note="")

    mine = planner.open(reverse("admin:credits_creditrequest_mine")).context["table"]
    assert ["Planned" in str(row[3]) for row in mine.rows] == [True]
    assert tell() == []
    [(to, _subject, text)] = tell(NOW + timedelta(days=1))
    assert (to, f"- Card batch {batch.pk}: approved\n" in text) == ("planner@example.com", True)


def test_a_file_that_waits_is_told_of_to_those_who_may_confirm_it_and_its_end_to_who_uploaded_it():
    finance = Staff("Finance", username="finance", email="finance@example.com")
    controller = Staff("Finance", username="controller", email="controller@example.com")
    Staff("Agent", username="agent", email="agent@example.com")
    run = checked(finance, "cards", CARDS)

    told, again = tell(), tell()

    [(to, subject, text)] = told
    assert (to, subject) == ("controller@example.com", "1 uploaded file waits for your confirmation")
    assert f"- Gift cards\n  https://credit.example.com{address(run, 'change')}" in text
    assert again == []
    assert [badge(each) for each in (controller, finance)] == ["1", ""]
    [(_title, [[_since, what, worth, asker]])] = waiting(controller)
    assert (what.label, worth, asker) == ("Gift cards: file.csv", "£30.00", "finance")

    run.refresh_from_db()
    controller.send(address(run, "reject"), version=run.version, why="Not ours")
    assert [(to, subject) for to, subject, _text in tell()] == [
        ("finance@example.com", "1 file that you uploaded is decided")
    ]
    assert badge(controller) == ""
    assert sorted(Notice.objects.values_list("kind", "state")) == [("FILE", "SENT"), ("FILE_END", "SENT")]


def test_whoever_uploaded_a_file_is_told_that_it_was_stopped_after_they_were_told_that_it_was_confirmed(monkeypatch):
    monkeypatch.setattr(Kind, "slice_rows", 1)
    finance, controller = given_finance("finance"), given_finance("controller")
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)
    start(controller, run, count=2, GBP="30.00")
    confirmed = tell()
    run.refresh_from_db()
    mine = finance.open(reverse("admin:credits_creditrequest_mine")).context["table"]
    assert ["Running" in str(row[3]) for row in mine.rows] == [True]

    controller.send(address(run, "stop"), version=run.version, why="The wrong file")
    stopped, again = tell(), tell()

    ends = [text.splitlines() for _to, _subject, text in (*confirmed, *stopped)]
    assert [to for to, *_rest in (*confirmed, *stopped)] == ["finance@example.com", "finance@example.com"]
    assert "- Opening balances of store credit: confirmed" in ends[0]
    assert "- Opening balances of store credit: stopped halfway" in ends[1]
    assert again == []


def test_whoever_stops_their_own_file_is_not_told_of_it(monkeypatch):
    monkeypatch.setattr(Kind, "slice_rows", 1)
    finance, controller = given_finance("finance"), given_finance("controller")
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)
    start(controller, run, count=2, GBP="30.00")
    run.refresh_from_db()
    finance.send(address(run, "stop"), version=run.version, why="The wrong file")

    assert tell() == []


def given_finance(name: str) -> Staff:
    return Staff("Finance", username=name, email=f"{name}@example.com")


def test_a_file_that_brings_no_money_waits_for_nobody_else():
    finance = given_finance("finance")
    checked(finance, "cards", "number,balance,currency\nAAAA-1111,0.00,GBP\n")

    table = finance.open(reverse("admin:credits_creditrequest_mine")).context["table"]

    assert ["Checked" in str(row[3]) for row in table.rows] == [True]


def test_one_list_has_requests_and_all_else_and_its_number_counts_both(planner, approver):
    given_batch_that_waits(planner)
    given_limit(approver.user, "100.00 USD")
    request = given_request("21.50 USD", by=given_approver("asker", "1.00 USD"))

    titles = [title for title, _rows in waiting(approver)]

    assert titles == ["Credit requests", "1 batch of gift cards waits for your approval"]
    assert badge(approver) == "2"
    assert str(request) in text_of(approver.open(reverse("admin:waiting")))


def test_the_list_of_batches_tells_what_waits(planner, viewer):
    given_batch_that_waits(planner)

    assert "Waits for approval" in text_of(viewer.open(list_url(CardBatch), waits__exact="1"))
