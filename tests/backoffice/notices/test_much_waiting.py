"""However much waits that is not somebody's to decide: they find what is, and no page costs more for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from storecredit.backoffice.models import ChangeKind, ImportRun, ImportState
from storecredit.finance.operations import ask_correction
from tests.backoffice.staff import Staff
from tests.credits.requests import given_limit, given_policy, party_of_client
from tests.factories.api import ApiClientFactory
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import CustomerRequestFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.imports import ImportRunFactory
from tests.factories.people import GroupFactory, UserFactory
from tests.factories.periods import BreakageRateFactory, CorrectionFactory
from tests.scenarios import NOW, given_credit, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def given_file(sums: dict[str, int], name: str = "cards.csv") -> ImportRun:
    facts = {"sums_minor": sums}
    return ImportRunFactory.create(state=ImportState.CHECKED, rows=1, faults=0, facts=facts, file_name=name)


def badge(staff: Staff) -> str | None:
    """The number beside the list, in the menu of any page; None without the entry."""
    page = staff.open(reverse("admin:notices"))
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    numbers = [
        str(item.get("badge") or "")
        for item in items
        if item["link"] == reverse("admin:waiting") and item["has_permission"]
    ]
    return numbers[0] if numbers else None


def test_whoever_may_decide_the_last_of_many_batches_finds_it():
    manager = Staff("Card manager", "Approver", username="manager")
    given_limit(manager.user, "100.00 GBP")
    other = UserFactory.create()
    for _ in range(100):
        CardBatchFactory.create(amount=money("1000.00 GBP"), planned_by_id=other.pk, waits=True)
    CardBatchFactory.create(name="Fair", amount=money("1.00 GBP"), planned_by_id=other.pk, waits=True)

    page = manager.open(reverse("admin:waiting"))

    assert [[row[1].label for row in table.rows] for table in page.context["tables"]] == [["Fair"]]
    assert badge(manager) == "1"


def test_whoever_may_confirm_the_last_of_many_files_finds_it():
    finance = Staff("Finance", username="finance")
    own = given_file({"GBP": 1})
    ImportRun.objects.filter(pk=own.pk).update(started_by=finance.user)
    for _ in range(100):
        given_file({"GBP": 0})
    given_file({"GBP": 1}, "last.csv")

    page = finance.open(reverse("admin:waiting"))

    assert [[row[1].label for row in table.rows] for table in page.context["tables"]] == [["Gift cards: last.csv"]]


def test_a_hundred_and_more_that_are_theirs_are_counted_to_ninety_nine():
    finance = Staff("Finance", username="finance")
    for _ in range(101):
        given_file({"GBP": 1})

    assert badge(finance) == "99+"


def test_whoever_decides_requests_alone_has_the_list_in_the_menu():
    assert badge(Staff(username="decider", permissions=["credits.decide_request"])) == ""
    assert badge(Staff(username="agent")) is None


def given_of_each_kind(numbers: range) -> None:
    other = UserFactory.create()
    client = ApiClientFactory.create()
    for number in numbers:
        AccessChangeFactory.create()
        AccessChangeFactory.create(kind=ChangeKind.ROLE, subject_id=str(GroupFactory.create().pk))
        limit = {"user_id": other.pk, "group_id": None, "currency": f"X{number:02}"}
        AccessChangeFactory.create(
            kind=ChangeKind.APPROVER_LIMIT, subject_id="", subject_label=str(number), after=limit
        )
        CorrectionFactory.create()
        ask_correction(
            party=party_of_client(client.pk, owner=other),
            account_id=given_credit("5.00 GBP").pk,
            amount=money("1.00 GBP"),
            note="Miscounted",
            now=NOW,
        )
        BreakageRateFactory.create(year=2000 + number)
        CustomerRequestFactory.create()
        CardBatchFactory.create(amount=money("1.00 GBP"), planned_by_id=other.pk, waits=True)
        given_file({"GBP": 1})


def test_an_ordinary_page_asks_no_more_of_the_database_however_much_waits():
    everything = Staff(username="everything", is_superuser=True)
    given_limit(everything.user, "100.00 GBP", "1000.00 GBP")
    given_policy("GBP", second="500.00")
    costs = []
    counts = []
    given_of_each_kind(range(1))
    badge(everything)
    for numbers in (range(0), range(1, 20)):
        given_of_each_kind(numbers)
        with CaptureQueriesContext(connection) as captured:
            counts.append(badge(everything))
        costs.append(len(captured))

    assert counts == ["9", "99+"]
    assert costs[0] == costs[1]
