"""What raises rights or limits waits for a second administrator, and nobody changes what bears on themselves."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from storecredit.audit.models import Activity
from storecredit.backoffice.changes.deciding import AccessChangeRefused, approve_change, expire_changes
from storecredit.backoffice.changes.raising import is_raising
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import AccessChange, ChangeKind, ChangeState, Notice, NoticeKind
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, IssueCeiling, IssueLimit, PersonCustomer
from tests.backoffice.staff import Staff, changes_of, list_url, page_url, said, step_url, text_of
from tests.credits.requests import given_issue_limit, given_limit, given_policy
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.credits import PersonCustomerFactory
from tests.factories.defaults import SYSTEM
from tests.factories.ledger import CustomerFactory
from tests.factories.people import UserFactory
from tests.scenarios import NOW, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def role(name):
    return Group.objects.get(name=name)


def form_of(person, **fields):
    return {"username": person.username, "email": person.email, "is_active": "on"} | fields


def test_a_role_for_somebody_waits_until_another_administrator_agrees(administrator, colleague):
    # given a colleague who is to become an agent besides
    bob = UserFactory.create(username="bob", email="bob@example.com", groups=[role("Viewer")])
    roles = [role("Agent").pk, role("Viewer").pk]

    # when it is asked for
    asked = administrator.send(page_url(bob), **form_of(bob, groups=roles))

    # then nothing is so yet, the page says who can approve it, and they are told by mail
    change = AccessChange.objects.get()
    assert "This raises what may be done, so it waits for a second administrator: colleague." in said(asked)
    assert (change.state, change.asked_by, change.after) == (
        "WAITING",
        administrator.user,
        {"roles": sorted(roles), "superuser": False, "email": "bob@example.com", "active": True},
    )  # fmt: skip
    assert not bob.has_perm("ledger.issue_credit")
    assert [notice.person for notice in Notice.objects.filter(kind=NoticeKind.CHANGE)] == [colleague.user]
    assert "1" in text_of(colleague.open(list_url(AccessChange)))

    # and whoever asked does not approve it, whatever they post
    own = administrator.send(step_url(change, "approve"), note="")
    assert own.status_code == 409
    assert "you asked for it: somebody else has to decide." in text_of(administrator.open(page_url(change)))

    # when the colleague does, it is so
    review = colleague.review(step_url(change, "approve"), note="Needed at the desk")
    assert changes_of(review) == [("Roles", "Viewer", "Agent, Viewer")]
    assert not AccessChange.objects.filter(state="APPLIED").exists()
    colleague.confirm(review)

    change.refresh_from_db()
    assert (change.state, change.decided_by, change.note) == ("APPLIED", colleague.user, "Needed at the desk")
    assert User.objects.get(pk=bob.pk).has_perm("ledger.issue_credit")
    assert [notice.person for notice in Notice.objects.filter(kind=NoticeKind.CHANGED)] == [administrator.user]
    told = Activity.objects.filter(kind__in=["ACCESS_ASKED", "ACCESS_DECIDED"]).order_by("pk")
    assert [(row.kind, row.actor_label, row.subject_id) for row in told] == [
        ("ACCESS_ASKED", "administrator", str(bob.pk)),
        ("ACCESS_DECIDED", "colleague", str(bob.pk)),
    ]


def test_what_lowers_is_so_at_once_and_what_raises_in_the_same_form_waits(administrator):
    bob = UserFactory.create(username="bob", email="bob@example.com", groups=[role("Agent")])

    administrator.send(page_url(bob), **form_of(bob, groups=[role("Viewer").pk]))

    assert not bob.groups.exists()
    assert AccessChange.objects.get().before == {
        "roles": [],
        "superuser": False,
        "email": "bob@example.com",
        "active": True,
    }


def test_a_change_is_not_done_if_things_are_not_as_they_were(administrator, colleague):
    bob = UserFactory.create(username="bob", email="bob@example.com")
    administrator.send(page_url(bob), **form_of(bob, groups=[role("Agent").pk]))
    change = AccessChange.objects.get()
    bob.groups.add(role("Viewer"))

    answer = colleague.send(step_url(change, "approve"), note="")

    assert "things are not any more as they were when it was asked" in text_of(answer)
    change.refresh_from_db()
    assert (change.state, list(bob.groups.all())) == ("WAITING", [role("Viewer")])


def test_a_second_change_of_the_same_is_not_asked_before_the_first_is_decided(administrator, colleague):
    bob = UserFactory.create(username="bob", email="bob@example.com")
    administrator.send(page_url(bob), **form_of(bob, groups=[role("Agent").pk]))

    answer = colleague.send(page_url(bob), **form_of(bob, groups=[role("Finance").pk]))

    assert "A change of bob waits already: it is decided or withdrawn first." in said(answer)
    assert AccessChange.objects.count() == 1


def test_what_was_asked_is_withdrawn_by_who_asked_refused_by_others_and_ends_by_itself(administrator, colleague):
    mine, theirs, late = (AccessChangeFactory.create(asked_by=administrator.user) for _ in range(3))

    administrator.do(step_url(mine, "refuse"), note="A mistake")
    colleague.do(step_url(theirs, "refuse"), note="")
    ended = expire_changes(actor=SYSTEM, now=NOW + timedelta(days=14))

    assert ended == 1
    assert [AccessChange.objects.get(pk=each.pk).state for each in (mine, theirs, late)] == [
        "WITHDRAWN", "REFUSED", "EXPIRED",
    ]  # fmt: skip
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_changes_what_they_themselves_may_do(is_superuser):
    # given somebody who keeps people, with a role, a limit of their own and one of the role
    me = Staff("Administrator", username="me", is_superuser=is_superuser)
    mine = role("Administrator")
    limits = [
        given_limit(me.user, "10.00 USD"),
        ApproverLimit.objects.create(group=mine, currency="USD", per_request=money("10.00 USD")),
        given_issue_limit(mine, "10.00 USD"),
    ]
    before = state_of(ChangeKind.PERSON, me.user), state_of(ChangeKind.ROLE, mine)

    # when they try to raise and to lower all of it, on every form
    me.send(page_url(me.user), **form_of(me.user, groups=[role("Agent").pk], is_superuser="on"))
    me.send(page_url(me.user), **form_of(me.user))
    answers = [
        me.send(page_url(mine), name="Administrator", permissions=[]),
        me.send(reverse("admin:auth_group_delete", args=[mine.pk]), post="yes"),
        *(me.send(page_url(limit), amount="99", per_request="99", per_day="") for limit in limits),
        *(me.send(page_url(limit), amount="1", per_request="1", per_day="") for limit in limits),
        *(me.send(reverse(f"admin:{limit._meta.label_lower.replace('.', '_')}_delete", args=[limit.pk]), post="yes")
          for limit in limits),
    ]  # fmt: skip
    added = me.send(reverse("admin:credits_approverlimit_add"), group=mine.pk, currency="EUR", per_request="5")

    # then nothing is other, and nothing waits
    assert {answer.status_code for answer in answers} == {403}
    assert "This bears on yourself: somebody else has to change it." in text_of(added)
    me.user.refresh_from_db()
    assert (state_of(ChangeKind.PERSON, me.user), state_of(ChangeKind.ROLE, mine)) == before
    assert me.user.is_active
    assert [type(limit)._default_manager.values_list("currency", flat=True).get(pk=limit.pk) for limit in limits] == [
        "USD"
    ] * 3
    assert (ApproverLimit.objects.count(), AccessChange.objects.count()) == (2, 0)


def test_a_superuser_sets_no_ceiling_for_themselves_and_no_policy():
    root = Staff(username="root", is_superuser=True)
    pages = [reverse("admin:credits_issueceiling_add"), reverse("admin:credits_approvalpolicy_add")]

    answers = [root.send(page, currency="USD", amount="5", second_approval_above="5") for page in pages]

    assert ["This bears on yourself" in text_of(answer) for answer in answers] == [True, True]
    assert not IssueCeiling.objects.exists()
    assert not ApprovalPolicy.objects.exists()


def test_a_superuser_is_made_by_two_people(colleague):
    root = Staff(username="root", is_superuser=True)
    bob = UserFactory.create(username="bob", email="bob@example.com")
    fields = form_of(bob, is_superuser="on")

    root.send(page_url(bob), **fields)
    assert not User.objects.get(pk=bob.pk).is_superuser
    colleague.do(step_url(AccessChange.objects.get(), "approve"), note="")

    assert User.objects.get(pk=bob.pk).is_superuser


def test_what_a_role_gains_waits_and_a_member_of_it_does_not_approve_that(administrator):
    member = Staff("Administrator", "Agent", username="member")
    agent = role("Agent")
    wanted = [*agent.permissions.values_list("pk", flat=True), Permission.objects.get(codename="adjust_credit").pk]

    administrator.send(page_url(agent), name="Agent", permissions=wanted)
    change = AccessChange.objects.get()

    assert not agent.permissions.filter(codename="adjust_credit").exists()
    assert member.send(step_url(change, "approve"), note="").status_code == 409
    page = text_of(administrator.open(page_url(change)))
    assert "there is none who may approve it" in page
    assert "createsuperuser" in page


def test_whoever_may_not_change_roles_approves_no_change_of_one_by_any_door():
    change, stranger = AccessChangeFactory.create(), Staff("Finance", username="stranger").user

    with pytest.raises(AccessChangeRefused, match="it is not yours to decide"):
        approve_change(change_id=change.pk, person=stranger, actor=SYSTEM, now=NOW)

    change.refresh_from_db()
    assert change.state == ChangeState.WAITING


def test_where_there_is_no_second_administrator_the_command_line_decides_and_says_so(administrator):
    bob = UserFactory.create(username="bob", email="bob@example.com")
    administrator.send(page_url(bob), **form_of(bob, groups=[role("Agent").pk]))
    change = AccessChange.objects.get()

    with pytest.raises(CommandError, match="Say --approve or --refuse"):
        call_command("decide_access_change", change.pk)
    call_command("decide_access_change", change.pk, "--approve", "--note", "First day", stdout=StringIO())

    change.refresh_from_db()
    assert (change.state, change.decided_by, change.decided_door) == ("APPLIED", None, "command:decide_access_change")
    assert list(bob.groups.all()) == [role("Agent")]
    assert Activity.objects.filter(kind="ACCESS_DECIDED", door="command:decide_access_change").exists()
    with pytest.raises(CommandError, match="it is approved"):
        call_command("decide_access_change", change.pk, "--refuse")


OWN_BY_SQL = {
    "approved by who asked": "UPDATE backoffice_accesschange SET state = 'APPLIED', decided_by_id = {me},"
    " decided_door = 'admin', decided_at = created_at WHERE id = {change}",
    "approved by nobody": "UPDATE backoffice_accesschange SET state = 'APPLIED', decided_door = 'admin',"
    " decided_at = created_at WHERE id = {change}",
    "approved for themselves": "UPDATE backoffice_accesschange SET state = 'APPLIED', decided_by_id = {subject},"
    " decided_door = 'admin', decided_at = created_at WHERE id = {change}",
    "another asked": "UPDATE backoffice_accesschange SET asked_by_id = {subject} WHERE id = {change}",
    "another thing": "UPDATE backoffice_accesschange SET after = '{{}}' WHERE id = {change}",
    "gone": "DELETE FROM backoffice_accesschange WHERE id = {change}",
}


@pytest.mark.parametrize("statement", OWN_BY_SQL)
def test_the_database_refuses_what_the_pages_do(administrator, statement):
    change = AccessChangeFactory.create(asked_by=administrator.user)
    sql = OWN_BY_SQL[statement].format(me=administrator.user.pk, change=change.pk, subject=change.subject_id)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert AccessChange.objects.get(state="WAITING") == change


def test_the_database_takes_no_change_that_somebody_asks_for_themselves(administrator):
    me = administrator.user
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessChangeFactory.create(asked_by=me, subject_id=str(me.pk))
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessChangeFactory.create(
            asked_by=me, kind=ChangeKind.ROLE, subject_id=str(role("Administrator").pk), before={}, after={}
        )
    assert not AccessChange.objects.exists()


def test_a_limit_is_raised_by_all_that_it_does_to_people():
    agent, desk = role("Agent"), role("Card manager")
    both = UserFactory.create(groups=[agent, desk])
    UserFactory.create(groups=[desk])
    of_agent = state_of(ChangeKind.ISSUE_LIMIT, given_issue_limit(agent, "50.00 USD"))

    def issue(group, amount, currency="USD"):
        return {"group_id": group.pk, "currency": currency, "amount": amount}

    kind = ChangeKind.ISSUE_LIMIT
    assert is_raising(kind, of_agent, issue(agent, "50.01"))
    assert not is_raising(kind, of_agent, issue(agent, "49.99"))
    # a day that is not said is the ceiling's, and a day that is said lowers
    by_day = issue(agent, "50.00") | {"per_day": "200.00"}
    assert not is_raising(kind, of_agent, by_day)
    assert is_raising(ChangeKind.ISSUE_CEILING, None, {"currency": "USD", "amount": "1.00", "per_day": "10000.01"})
    assert not is_raising(ChangeKind.ISSUE_CEILING, None, {"currency": "USD", "amount": "1.00", "per_day": "10000.00"})
    ceiling = {"currency": "USD", "amount": "50.00", "per_day": "100.00"}
    assert is_raising(ChangeKind.ISSUE_CEILING, ceiling, ceiling | {"per_day": None})
    assert not is_raising(ChangeKind.ISSUE_CEILING, ceiling | {"per_day": None}, ceiling)
    # without its only limit a role issues up to the ceiling
    assert is_raising(kind, of_agent, None)
    # the desk's first limit lowers the desk, but whoever is an agent besides issues more by it
    assert is_raising(kind, None, issue(desk, "60.00"))
    assert not is_raising(kind, None, issue(desk, "40.00"))
    # in a currency without a limit whoever has one issues nothing
    assert is_raising(kind, None, issue(agent, "1.00", "EUR"))
    # whoever leaves the role that limits them keeps the one that does not
    stood = state_of(ChangeKind.PERSON, both)
    assert is_raising(ChangeKind.PERSON, stood, stood | {"roles": [desk.pk]})
    assert not is_raising(ChangeKind.PERSON, stood, stood | {"roles": [agent.pk]})


def test_an_approver_limit_is_raised_also_by_the_end_of_a_smaller_one_of_ones_own():
    approver = role("Approver")
    bob = UserFactory.create(groups=[approver])
    own = state_of(ChangeKind.APPROVER_LIMIT, given_limit(bob, "10.00 USD", "20.00 USD"))
    kind = ChangeKind.APPROVER_LIMIT

    assert not is_raising(kind, own, None)
    assert is_raising(kind, own, own | {"per_day": None})
    assert not is_raising(kind, own, own | {"per_request": "9.00"})
    ApproverLimit.objects.create(group=approver, currency="USD", per_request=Decimal(99))
    assert is_raising(kind, own, None)


def test_a_policy_is_loosened_by_its_amounts_and_by_what_decides_without_it():
    policy = state_of(ChangeKind.POLICY, given_policy(second="50.00"))
    kind = ChangeKind.POLICY

    assert not is_raising(kind, policy, policy | {"second_approval_above_minor": 4000})
    assert is_raising(kind, policy, policy | {"second_approval_above_minor": None})
    assert is_raising(kind, policy, policy | {"auto_approve_up_to_minor": 100})
    assert is_raising(kind, policy, None)
    assert is_raising(kind, None, policy | {"code": "RET", "second_approval_above_minor": 6000})
    assert not is_raising(kind, None, policy | {"code": "RET", "second_approval_above_minor": 4000})


def test_the_limits_that_wait_are_made_so_exactly(administrator, colleague):
    administrator.send(reverse("admin:credits_issueceiling_add"), currency="KWD", amount="1000.125")
    limit = given_issue_limit(role("Agent"), "50.00 USD")
    administrator.send(page_url(limit), amount="75.5")
    administrator.send(reverse("admin:credits_issuelimit_delete", args=[limit.pk]), post="yes")

    assert (IssueCeiling.objects.count(), IssueLimit.objects.get().amount) == (0, money("50.00 USD"))
    for change in AccessChange.objects.order_by("pk"):
        colleague.do(step_url(change, "approve"), note="")

    assert IssueCeiling.objects.get().amount == money("1000.125 KWD")
    assert IssueLimit.objects.get().amount == money("75.50 USD")
    assert set(AccessChange.objects.values_list("state", flat=True)) == {ChangeState.APPLIED}


def test_a_link_to_a_customer_holds_at_once_and_ends_as_a_second_administrator_agrees(administrator, colleague):
    # given Bob, who buys here, too
    bob = UserFactory.create(username="bob")
    customer = CustomerFactory.create(number="CUST-000077")

    # when an administrator links him, it is so at once, and told
    review = administrator.review(step_url(bob, "link-customer"), customer="cust-000077")
    assert changes_of(review) == [("Customer", "–", str(customer))]
    administrator.confirm(review)
    assert PersonCustomer.objects.get().person == bob
    told = Activity.objects.get(kind="PERSON_CHANGED", after__customer="CUST-000077")
    assert (told.actor_label, told.subject_kind, told.subject_id) == ("administrator", "auth.user", str(bob.pk))
    page = text_of(administrator.open(page_url(bob)))
    assert "they move none of that customer's money and decide nothing about it." in page

    # when the link is to end, it waits, and whoever asked cannot approve it
    administrator.do(step_url(bob, "unlink-customer"), why="He left the shop")
    change = AccessChange.objects.get()
    assert (change.kind, change.state, change.before, change.after) == (
        "CUSTOMER", "WAITING", {"customer_id": customer.pk}, {"customer_id": None},
    )  # fmt: skip
    assert administrator.send(step_url(change, "approve"), note="").status_code == 409
    assert PersonCustomer.objects.exists()

    # when a colleague agrees, it ends
    colleague.do(step_url(change, "approve"), note="")
    assert not PersonCustomer.objects.exists()
    assert Activity.objects.get(kind="PERSON_CHANGED", before__customer="CUST-000077").actor_label == "colleague"


def test_nobody_links_themselves_or_decides_about_their_own_link(administrator, colleague):
    link = PersonCustomerFactory.create(person=colleague.user)
    administrator.do(step_url(colleague.user, "unlink-customer"), why="Not them")
    change = AccessChange.objects.get()

    answers = [
        administrator.send(step_url(administrator.user, "link-customer"), customer=link.customer.number),
        colleague.send(step_url(colleague.user, "unlink-customer"), why="x"),
        colleague.send(step_url(change, "approve"), note=""),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert PersonCustomer.objects.get() == link
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessChange.objects.filter(pk=change.pk).update(
            state="APPLIED", decided_by=colleague.user, decided_door="admin", decided_at=NOW
        )
