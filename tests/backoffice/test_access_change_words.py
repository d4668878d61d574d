"""What a second administrator reads of a change before they decide: what it changes, and nothing else."""

import pytest
from django.contrib.auth.models import Group, Permission

from storecredit.api.scopes import Scope
from storecredit.backoffice.changes.forms import say_who_decides
from storecredit.backoffice.changes.subjects import CLIENT_FIELDS, state_of
from storecredit.backoffice.models import ChangeKind
from tests.backoffice.staff import changes_of, page_url, step_url, table_of, text_of, told_by
from tests.credits.requests import given_policy
from tests.factories.api import ApiClientFactory
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.people import PreferencesFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
TITLE = "What would change"


def rows_of(page):
    return [tuple(row.values()) for row in table_of(page, TITLE)]


def test_of_what_a_role_may_do_only_that_is_told_which_it_would_gain_or_lose(colleague):
    viewer = Group.objects.get(name="Viewer")
    before = state_of(ChangeKind.ROLE, viewer)
    gained = Permission.objects.get(codename="issue_credit")
    lost = Permission.objects.get(codename="view_hold")
    after = {"permissions": sorted({*before["permissions"], gained.pk} - {lost.pk})}
    change = AccessChangeFactory.create(
        kind=ChangeKind.ROLE, subject_id=str(viewer.pk), subject_label="Viewer", before=before, after=after
    )

    page = colleague.open(page_url(change))

    assert len(before["permissions"]) > 20
    told = [("Account · Can issue credit", "no", "yes"), ("Hold · Can view: hold", "yes", "no")]
    assert rows_of(page) == told
    assert changes_of(colleague.review(step_url(change, "approve"), note="")) == told


def test_of_what_a_client_may_do_likewise_and_of_a_new_one_all(colleague):
    client = ApiClientFactory.create(scopes=[Scope.CUSTOMERS_READ, Scope.REPORTS_READ])
    before = state_of(ChangeKind.CLIENT, client)
    wider = before | {"scopes": sorted([*before["scopes"], Scope.CREDITS_APPROVE]), "networks": ["10.0.0.0/8"]}
    asked = {"kind": ChangeKind.CLIENT, "subject_id": str(client.pk), "subject_label": client.name}

    page = colleague.open(page_url(AccessChangeFactory.create(before=before, after=wider, **asked)))

    assert rows_of(page) == [
        ("Allowed networks", "from anywhere", "10.0.0.0/8"),
        ("Approve requested credits", "no", "yes"),
    ]
    new = dict.fromkeys(CLIENT_FIELDS) | {"scopes": before["scopes"]}
    asked |= {"subject_id": ""}
    page = colleague.open(page_url(AccessChangeFactory.create(before=None, after=new, **asked)))
    assert ("Scopes", "–", "Read customers, Read reports") in rows_of(page)


def test_what_is_blank_before_and_after_is_no_change(colleague):
    policy = given_policy("GBP", second="500.00")
    before = state_of(ChangeKind.POLICY, policy)
    change = AccessChangeFactory.create(
        kind=ChangeKind.POLICY, subject_id=str(policy.pk), subject_label=str(policy), before=before, after=None
    )

    assert rows_of(colleague.open(page_url(change))) == [
        ("Currency", "GBP", "removed"),
        ("Second approval above", "£500.00", "removed"),
    ]


def test_why_a_factor_is_taken_away_is_a_reason_and_no_change(colleague):
    bob = UserFactory.create(username="bob", email="bob@example.com")
    change = AccessChangeFactory.create(
        kind=ChangeKind.FACTORS,
        subject_id=str(bob.pk),
        subject_label="bob",
        before={"factors": [1, 2]},
        after={"factors": [], "why": "Lost her phone on the train"},
    )

    page, form = colleague.open(page_url(change)), colleague.open(step_url(change, "approve"))

    assert rows_of(page) == [("Second factors", "2", "0")]
    assert told_by(page)["Why"] == "Lost her phone on the train"
    assert "Why Lost her phone on the train Second factors 2 → 0" in text_of(form)
    assert "This waits for a second administrator: colleague." in text_of(page)


@pytest.mark.parametrize("kind", [ChangeKind.FACTORS, ChangeKind.KEY, ChangeKind.CUSTOMER, ChangeKind.SECRET])
def test_what_raises_nothing_is_not_said_to(kind):
    assert say_who_decides(AccessChangeFactory.build(kind=kind)) == (
        "This waits for a second administrator, and there is none who may approve it. Whoever runs this server makes "
        "one with createsuperuser, or decides it with decide_access_change."
    )


def test_a_policy_for_all_requests_is_called_so_in_the_language_of_whoever_reads(administrator):
    policy = given_policy("GBP", second="500.00")
    PreferencesFactory.create(person=administrator.user, language="de")

    assert "Richtlinie Standard GBP" in text_of(administrator.open(page_url(policy)))
