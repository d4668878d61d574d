"""One administrator alone becomes no colleague: not by any step that hands over a login, nor by all of them in turn."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from storecredit.backoffice.changes.deciding import WAITS_FOR
from storecredit.backoffice.models import AccessChange
from tests.backoffice.signing_in.people import SECOND_STEP, give_code, give_password, newcomer, set_up_app
from tests.backoffice.staff import list_url, page_url, step_url, text_of
from tests.factories.backoffice import AccessChangeFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

_EVE = "eve@example.com"


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR = True


def given(role: str, name: str) -> Any:
    person = newcomer(role, username=name, email=f"{name}@example.com")
    give_password(person)
    set_up_app(person)
    return person


@pytest.fixture
def eve(db):
    """An administrator who wants to approve as somebody else."""
    return given("Administrator", "eve-admin")


@pytest.fixture
def approver(db):
    return given("Approver", "berta")


def form_of(person: User, **fields: Any) -> dict[str, Any]:
    roles = list(person.groups.values_list("pk", flat=True))
    stands = {"first_name": "B", "last_name": "B", "email": person.email, "is_active": "on", "groups": roles}
    return stands | {"username": person.username} | fields


def given_change(asker: Any, **fields: Any) -> AccessChange:
    """A change that waits, as an earlier release or nobody knows who has written it."""
    now = timezone.now()
    return AccessChangeFactory.create(asked_by=asker.user, created_at=now, expires_at=now + WAITS_FOR, **fields)


def mails_to(address: str) -> list[str]:
    return [str(message.body) for message in mail.outbox if address in message.to]


def test_a_single_administrator_comes_in_as_no_approver_whatever_they_press(
    eve, approver, django_capture_on_commit_callbacks
):
    berta = approver.user
    page = page_url(berta)

    # when the whole chain is tried: another address, no factor, a link, switched off and on again, another name
    with django_capture_on_commit_callbacks(execute=True):
        eve.send(page, **form_of(berta, email=_EVE))
        eve.do(step_url(berta, "take-factors"), why="Phone lost")
        eve.do(step_url(berta, "send-link"))
        Client().post(reverse("admin_password_reset"), {"email": _EVE})
        eve.send(page, **form_of(berta, is_active=""))
        eve.send(page, **form_of(berta))
        eve.send(page, **form_of(berta, username="somebody-else"))
        for change in AccessChange.objects.filter(state="WAITING"):
            assert eve.client.post(step_url(change, "approve"), {"note": ""}).status_code == 409

    # then no way leads in: nothing came to another mailbox, and all of it waits and was told to her
    assert mails_to(_EVE) == []
    assert len(mails_to("berta@example.com")) >= 3
    berta.refresh_from_db()
    assert (berta.username, berta.email, berta.has_usable_password()) == ("berta", "berta@example.com", True)
    assert sorted(AccessChange.objects.values_list("kind", "state")) == [("FACTORS", "WAITING"), ("PERSON", "WAITING")]
    # and a factor is asked for of whoever knows her password
    User.objects.filter(pk=berta.pk).update(is_active=True)
    assert give_password(approver, stranger := Client()).url == SECOND_STEP
    assert give_code(approver, "000000", stranger).status_code == 200
    assert stranger.get("/admin/").status_code == 302


def test_whoever_was_switched_off_is_signed_out_for_good(eve, approver):
    assert approver.client.get("/admin/").status_code == 200

    eve.send(page_url(approver.user), **form_of(approver.user, is_active=""))
    User.objects.filter(pk=approver.user.pk).update(is_active=True)

    assert approver.client.get("/admin/").status_code == 302


def test_nobody_is_called_what_a_colleague_is_called_in_the_books(eve, approver):
    other = UserFactory.create(username="clara", email="clara@example.com")

    own = eve.client.get(page_url(eve.user))
    eve.send(page_url(approver.user), **form_of(approver.user, username="gone"))
    eve.send(page_url(other), **form_of(other, username="klara"))

    assert "username" not in own.context["adminform"].form.fields
    approver.user.refresh_from_db()
    other.refresh_from_db()
    # somebody who has never come in is called otherwise as long as the books do not name them
    assert (approver.user.username, other.username) == ("berta", "klara")


def test_what_was_asked_before_the_update_is_approved_as_it_was_asked(eve):
    colleague = given("Administrator", "colleague")
    bob = UserFactory.create(username="bob", email="bob@example.com")
    before = {"roles": [], "superuser": False}
    change = given_change(
        eve, subject_id=str(bob.pk), subject_label="bob", before=before, after=before | {"superuser": True}
    )
    assert colleague.open(list_url(AccessChange)).status_code == 200
    page = text_of(colleague.open(page_url(change)))
    assert "Superuser no yes" in page

    colleague.do(step_url(change, "approve"), note="")

    bob.refresh_from_db()
    assert (bob.is_superuser, bob.email, bob.is_active) == (True, "bob@example.com", True)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("PERSON", {}, {}),
        ("PERSON", {"roles": []}, {"superuser": True}),
        ("CLIENT", {"scopes": []}, {"scopes": ["cards:issue"]}),
        ("ROLE", {"permissions": []}, {"permissions": [1]}),
    ],
)
def test_what_nobody_can_do_any_more_is_refused_with_words_and_can_be_ended(eve, kind, before, after):
    colleague = given("Administrator", "colleague")
    change = given_change(eve, kind=kind, subject_id="987654", before=before, after=after)

    page = colleague.open(page_url(change))
    answer = colleague.client.post(step_url(change, "approve"), {"note": ""})

    assert page.status_code == 200
    assert "things are not any more as they were when it was asked. Refuse it, and ask again." in text_of(answer)
    colleague.do(step_url(change, "refuse"), note="")
    change.refresh_from_db()
    assert change.state == "REFUSED"


def test_the_page_of_a_change_says_where_the_persons_mail_goes(eve):
    colleague = given("Administrator", "colleague")
    bob = UserFactory.create(username="bob", email="bob@elsewhere.example")

    eve.send(page_url(bob), **form_of(bob, groups=[colleague.user.groups.get().pk]))

    page = text_of(colleague.open(page_url(AccessChange.objects.get())))
    assert "Their e-mail bob@elsewhere.example" in page
