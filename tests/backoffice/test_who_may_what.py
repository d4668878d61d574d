"""What a person may do and why, and who has a right and through what."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.backoffice.staff import Staff, page_url, table_of, text_of
from tests.callers import given_client
from tests.credits.requests import given_issue_limit, given_limit
from tests.factories.people import UserFactory, permissions_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ISSUING = "Account · Can issue credit"


def test_a_persons_page_says_everything_they_may_do_and_why(administrator):
    # given somebody with two roles, a right of their own, limits, and a client that acts for them
    bob = UserFactory.create(
        username="bob",
        groups=Group.objects.filter(name__in=["Agent", "Approver"]),
        permissions=["ledger.adjust_credit"],
    )
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 USD")
    given_limit(bob, "100.00 USD", "250.00 USD")
    given_client(["store_credit:issue", "gift_cards:reveal"], name="Desk", owner=bob)

    page = administrator.open(reverse("admin:person_rights", args=[bob.pk]))

    # then each right stands with what it comes through
    rights = Permission.objects.filter(group__user=bob).distinct().count() + 1
    through = {row["Right"]: row["Through"] for row in table_of(page, f"{rights} rights")}
    assert len(through) == rights
    told = {ISSUING: "Agent", "Account · Can adjust credit": "given to them alone"}
    assert {right: through[right] for right in told} == told
    assert {name for name in through.values() if "," in name} == {"Agent , Approver"}
    assert table_of(page, "Limits") == [
        {"What": "Issues alone at once", "How much": "$50.00", "Through": "Agent"},
        {
            "What": "Gives alone in a day",
            "How much": "$10,000.00, of which $10,000.00 are left today",
            "Through": "Agent",
        },
        {"What": "Approves", "How much": "$100.00 a request, $250.00 a day", "Through": "given to them alone"},
    ]
    # of a client's scopes those that its owner may
    assert table_of(page, "API clients that act for them") == [
        {"API client": "Desk", "May": "Issue store credit", "Keys that work": "1"}
    ]
    assert reverse("admin:person_rights", args=[bob.pk]) in administrator.open(page_url(bob)).content.decode()


def test_a_rights_page_names_everybody_who_has_it_and_through_what(administrator):
    bob = UserFactory.create(username="bob", groups=Group.objects.filter(name="Agent"))
    UserFactory.create(username="carol", permissions=["ledger.issue_credit"])
    UserFactory.create(username="dora", groups=Group.objects.filter(name="Viewer"))
    UserFactory.create(username="root", is_superuser=True)
    given_client(["store_credit:issue"], name="Till")
    given_client(["store_credit:issue"], name="Desk", owner=bob)
    [right] = permissions_named("ledger.issue_credit")

    page = administrator.open(reverse("admin:right", args=[right.pk]))

    assert table_of(page, "People") == [
        {"Person": "bob", "Through": "Agent"},
        {"Person": "carol", "Through": "given to them alone"},
        {"Person": "root", "Through": "Superuser"},
    ]
    assert [(row["API client"], row["Owner"]) for row in table_of(page, "API clients")] == [
        ("Desk", "bob"),
        ("Till", "–"),
    ]
    of_role = text_of(administrator.open(reverse("admin:rights"), role=str(bob.groups.get().pk)))
    assert ISSUING in of_role
    assert "Can adjust" not in of_role


def test_others_see_their_own_alone():
    agent, other = Staff("Agent"), UserFactory.create(username="other")
    pages = [reverse("admin:person_rights", args=[other.pk]), reverse("admin:rights"), reverse("admin:right", args=[1])]

    assert agent.open(reverse("admin:person_rights", args=[agent.user.pk])).status_code == 200
    assert {agent.open(page).status_code for page in pages} == {403}
    assert Staff("Administrator").open(reverse("admin:person_rights", args=[999])).status_code == 404


def test_what_many_rights_come_through_is_read_at_once(administrator):
    few = UserFactory.create(username="few", groups=Group.objects.filter(name="Approver"))
    many = UserFactory.create(username="many", groups=Group.objects.exclude(name="Viewer"))

    def count_statements(person: User) -> int:
        with CaptureQueriesContext(connection) as statements:
            administrator.open(reverse("admin:person_rights", args=[person.pk]))
        return len(statements)

    count_statements(few)
    assert count_statements(many) == count_statements(few)
