"""One list of all that anybody did, wherever it is written down."""

import html
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from giftcards.models import GiftCard
from giftcards.operations import block_card
from ledger.operations import AccountStatus, Actor, ActorKind, Why, set_account_status
from storecredit.api.operations import change_api_client
from storecredit.audit.models import Activity, ActivityKind
from storecredit.audit.operations import Subject, record_activity
from storecredit.backoffice.activity.asking import Asked
from storecredit.backoffice.activity.pages import ActivityAdmin, ActivityFilter
from storecredit.backoffice.activity.sources import SOURCES
from storecredit.backoffice.models import Comment
from tests.backoffice.exporting import lines_of, take
from tests.backoffice.staff import Staff, list_url, page_url, text_of
from tests.callers import given_client
from tests.factories.audit import ActivityFactory
from tests.factories.people import GroupFactory, UserFactory
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def acting_as(user: User) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=str(user.pk), label=user.username, door="admin")


def given_a_week_of(user: User):
    """A thing of each kind that somebody did, a minute apart: a customer's credit, a card's block, and more."""
    actor = acting_as(user)
    customer = given_customer(first_name="Ada", last_name="Byron")
    account = given_credit("5.00 GBP", customer=customer, actor=actor, now=NOW - timedelta(minutes=5))
    card = given_card(customer_id=customer.pk, now=NOW - timedelta(days=30))
    block_card(card_id=card.id, actor=actor, now=NOW - timedelta(minutes=4), why=Why(note="Lost"))
    set_account_status(
        account_id=account.pk,
        status=AccountStatus.FROZEN,
        actor=actor,
        now=NOW - timedelta(minutes=3),
        note="Asked to",
    )
    Comment.objects.create(customer=customer, author=user, text="She rang", created_at=NOW - timedelta(minutes=2))
    record_activity(
        actor=actor,
        kind=ActivityKind.LIMIT_CHANGED,
        subject=Subject(kind="credits.issueceiling", id="1", label="GBP"),
        before={"amount": "10", "currency": "GBP"},
        after={"amount": "20", "currency": "GBP"},
        address="203.0.113.7",
        now=NOW - timedelta(minutes=1),
    )
    return customer, account, card


def listed(staff: Staff, **asked: str) -> list[list[str]]:
    """Who, door, what, of what, what is told and from where: row by row, as the list is taken out."""
    lines = lines_of(take(staff, Activity, f"?{urlencode(asked)}"))
    assert lines[0][1:] == ["Who", "Door", "What was done", "Of what", "Told", "Address"]
    return [line[1:] for line in lines[1:]]


def test_what_a_colleague_did_last_week_is_one_click_from_their_page(administrator):
    anna = UserFactory.create(username="anna")

    page = administrator.open(page_url(anna))

    url = f"{list_url(Activity)}?who=STAFF%3A{anna.pk}&amp;on_from={NOW - timedelta(days=7):%Y-%m-%d}"
    assert f'href="{url}"' in page.content.decode()
    assert "What they did last week" in text_of(page)
    assert administrator.client.get(html.unescape(url)).status_code == 200


def test_all_that_somebody_did_stands_in_one_list_newest_first_wherever_it_is_written(finance):
    anna = UserFactory.create(username="anna")
    customer, opened, card = given_a_week_of(anna)
    account, card_row = opened.number, GiftCard.objects.select_related("account").get(pk=card.id)
    masked, card_account = str(card_row), card_row.account.number

    assert listed(finance, who="anna") == [
        ["anna", "Admin", "Limit changed", "GBP", "Amount: 10 → 20", "203.0.113.7"],
        ["anna", "Admin", "Comment", str(customer), "She rang", ""],
        ["anna", "Admin", "Account changed", account, "Open → Frozen Asked to", ""],
        ["anna", "Admin", "Blocked", masked, "Lost", ""],
        ["anna", "Admin", "Account changed", card_account, "Open → Frozen Lost", ""],
        ["anna", "Admin", "Issue", account, "'+£5.00", ""],
    ]


def test_it_is_narrowed_to_an_object_a_kind_a_door_and_days(finance):
    anna = UserFactory.create(username="anna")
    customer, account, card = given_a_week_of(anna)

    def kinds(**asked: str) -> list[str]:
        return [line[2] for line in listed(finance, **asked)]

    assert kinds(of=customer.number) == [
        "Comment",
        "Account changed",
        "Blocked",
        "Account changed",
        "Issue",
        "Issue",
    ]
    assert kinds(of=f"giftcards.giftcard:{card.id}") == ["Blocked", "Issue"]
    assert kinds(of=f"ledger.account:{account.pk}", who="anna") == ["Account changed", "Issue"]
    assert kinds(of="GBP-is-nothing") == []
    assert kinds(of="ledger.account:none", who="STAFF:none") == []
    assert kinds(kind="card:") == ["Blocked"]
    assert kinds(kind="entry:ISSUE", who="anna") == ["Issue"]
    assert kinds(kind="activity:LIMIT_CHANGED", door="admin") == ["Limit changed"]
    assert kinds(door="api", who="anna") == []
    day = NOW.date().isoformat()
    assert kinds(who="anna", on_from=day, on_to=day) == kinds(who="anna")
    assert kinds(who="anna", on_to=(NOW - timedelta(days=1)).date().isoformat()) == []


def test_pages_follow_each_other_there_and_back_without_a_gap(finance, monkeypatch):
    anna = UserFactory.create(username="anna")
    given_a_week_of(anna)
    for kind in (ActivityKind.EXPORTED, ActivityKind.PRINTED, ActivityKind.IMPORTED):
        record_activity(actor=acting_as(anna), kind=kind, now=NOW - timedelta(minutes=5))
    monkeypatch.setattr(ActivityAdmin, "list_per_page", 3)
    url = f"{list_url(Activity)}?who=anna"

    def kinds(page) -> list[str]:
        return [deed.kind for deed in page.context["cl"].result_list]

    first = finance.client.get(url)
    second = finance.client.get(list_url(Activity) + first.context["cl"].next_url)
    third = finance.client.get(list_url(Activity) + second.context["cl"].next_url)
    back = finance.client.get(list_url(Activity) + third.context["cl"].previous_url)

    assert [*kinds(first), *kinds(second), *kinds(third)] == [
        "Limit changed", "Comment", "Account changed",
        "Blocked", "Account changed", "Imported",
        "Statement or receipt opened", "Exported", "Issue",
    ]  # fmt: skip
    assert kinds(back) == kinds(second)
    assert not third.context["cl"].next_url
    assert finance.client.get(f"{url}&p=%3Enonsense").status_code == 400


def test_who_may_not_see_it_is_not_led_there_and_refused(agent):
    customer = given_customer()

    page = agent.open(page_url(customer))

    assert list_url(Activity) not in page.content.decode()
    assert agent.client.get(list_url(Activity)).status_code == 403


def test_what_was_said_of_a_card_is_told_to_whoever_sees_cards():
    Comment.objects.create(
        card=GiftCard.objects.get(pk=given_card().id), author=UserFactory.create(), text="He rang", created_at=NOW
    )
    rights = ["audit.view_activity", "ledger.view_customer", "credits.view_creditrequest"]
    clerk = Staff(username="clerk", permissions=rights)
    cashier = Staff(username="cashier", permissions=[*rights, "giftcards.view_giftcard"])

    shown = {staff.user.username: "He rang" in text_of(staff.open(list_url(Activity))) for staff in (clerk, cashier)}

    assert shown == {"clerk": False, "cashier": True}


def test_what_is_taken_out_of_it_leaves_a_row_of_its_own(finance):
    take(finance, Activity, "?who=anna").getvalue()

    said = Activity.objects.filter(kind="EXPORTED").order_by("pk").values_list("subject_label", "details__text")
    assert list(said) == [
        ("Activities", "Began to export as CSV: who anna"),
        ("Activities", "Exported as CSV: 0 rows"),
    ]


def test_doors_of_a_kind_are_asked_one_by_one_and_none_through_which_nothing_came(finance):
    customer = given_customer()
    for minutes, door in enumerate(("api:glu", "command:sweep", "api:tiquo", "api:glu")):
        actor = Actor(kind=ActorKind.SYSTEM, id="sweep", label=f"sweep {minutes}", door=door)
        given_credit("5.00 GBP", customer=customer, actor=actor, now=NOW + timedelta(minutes=minutes))

    def found(door: str) -> list[str]:
        return [line[0] for line in listed(finance, door=door, kind="entry:")]

    assert found("api") == ["sweep 3", "sweep 2", "sweep 0"]
    assert found("api:glu") == ["sweep 3", "sweep 0"]
    assert found("command") == ["sweep 1"]
    [entries] = [source for source in SOURCES if source.name == "entry"]
    assert len(entries.find(Asked(door="api"))) == 2
    assert entries.find(Asked(door="api:fabric")) == []


def test_what_commands_did_is_asked_of_the_doors_that_there_are(finance):
    for minutes, door in enumerate(("command:sweep", "admin", "command:seal", "commander")):
        actor = Actor(kind=ActorKind.SYSTEM, id="sweep", label=f"sweep {minutes}", door=door)
        ActivityFactory.create(actor=actor, now=NOW - timedelta(minutes=9 - minutes))

    [activities] = [source for source in SOURCES if source.name == "activity"]

    assert [line[0] for line in listed(finance, door="command", kind="activity:")] == ["sweep 2", "sweep 0"]
    assert len(activities.find(Asked(door="command"))) == 2
    assert [line[0] for line in listed(finance, door="admin", kind="activity:SETTING_CHANGED")] == ["sweep 1"]


def test_the_rows_that_activities_name_are_read_at_once(finance):
    def count_statements(people: int) -> int:
        for role in GroupFactory.create_batch(people):
            named = {"roles": [role.pk], "owner_id": UserFactory.create().pk}
            ActivityFactory.create(before={}, after=named, now=NOW - timedelta(minutes=1))
        with CaptureQueriesContext(connection) as statements:
            page = finance.open(list_url(Activity), kind="activity:SETTING_CHANGED")
        assert text_of(page).count("Roles: – → ") == Activity.objects.filter(kind="SETTING_CHANGED").count()
        return len(statements)

    count_statements(1)
    assert count_statements(1) == count_statements(7)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"who": "anna"},
        {"who": "anna", "on_from": "2020-01-01"},
        {"of": "giftcards.giftcard:1"},
        {"of": "auth.user:1"},
        {"kind": "activity:EXPORTED"},
        {"kind": "activity:", "door": "admin"},
        {"kind": "entry:VOID"},
    ],
    ids=["all", "a person", "a person's week", "a card", "what was done to a person", "a kind", "a door", "entries"],
)
def test_each_source_begins_at_an_index_that_has_its_order(asked: dict[str, str]):
    UserFactory.create(username="anna")
    form = ActivityFilter(asked, queryset=Activity.objects.all())
    assert form.is_valid()

    with connection.cursor() as cursor:
        # Of tables that hold next to nothing any plan is as good.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    for source in SOURCES:
        for rows in source.find(form.asked):
            query = rows.order_by("-created_at", f"-{source.key}")[:50]
            if not query.query.is_empty():
                plan = query.explain()
                assert "Seq Scan" not in plan, plan
                assert "Sort" not in plan or "of" in asked, plan


@pytest.mark.postgresql
@pytest.mark.parametrize("who", ["API:1", "STAFF:1", "NOBODY:", "a-job"])
def test_entries_of_whoever_has_made_few_are_not_looked_for_among_all(who: str):
    form = ActivityFilter({"who": who, "kind": "entry:"}, queryset=Activity.objects.all())
    assert form.is_valid()
    [entries] = [source for source in SOURCES if source.name == "entry"]

    [rows] = entries.find(form.asked)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    plan = rows.order_by("-created_at", "-number")[:50].explain()
    assert "using ledger_transaction_by_actor" in plan, plan


def test_what_their_keys_did_stands_with_what_they_did_and_not_with_the_next_owner(finance):
    anna, ben = (UserFactory.create(username=name) for name in ("anna", "ben"))
    client = given_client(["customers:read"], name="till", owner=anna).client
    till = Actor(kind=ActorKind.API, id=str(client.pk), label="till", door="api:tiquo", owner="anna")
    account = given_credit("5.00 GBP", actor=till, now=NOW - timedelta(minutes=3))
    change_api_client(client_id=client.pk, changes={"owner": ben}, now=NOW)
    given_credit("6.00 GBP", to=account, actor=replace(till, owner="ben"), now=NOW - timedelta(minutes=2))
    given_credit("7.00 GBP", to=account, actor=acting_as(anna), now=NOW - timedelta(minutes=1))

    def told(**asked: str) -> list[tuple[str, str]]:
        return [(line[0], line[4]) for line in listed(finance, kind="entry:", **asked)]

    five, six, seven = (
        ("till, with a key of anna", "'+£5.00"),
        ("till, with a key of ben", "'+£6.00"),
        ("anna", "'+£7.00"),
    )
    assert told(who="anna") == [seven, five]
    assert told(who="anna", door="api") == [five]
    assert told(who="anna", of=account.number) == [seven, five]
    assert told(who="ben") == [six]
    assert told(who="till") == [six, five]
