"""What a sign-in leaves behind is of no use to a thief: used codes, known devices, links, sessions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Account, Customer
from storecredit.api.models import ApiClient
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import ImportRun
from storecredit.finance.models import Period
from tests.backoffice.signing_in.people import (
    SECOND_STEP,
    SECURITY,
    code_of,
    enrol,
    give_code,
    give_password,
    is_in,
    newcomer,
    set_up_app,
    told_of,
)
from tests.backoffice.staff import PASSWORD, Staff, list_url, step_url, text_of
from tests.scenarios import given_credit, nothing_moves

pytestmark = pytest.mark.django_db

ANOTHER = "four candles on a Tuesday"


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def grace(db):
    return enrolled("grace")


def enrolled(name: str) -> Any:
    return enrol(newcomer("Agent", username=name, email=f"{name}@example.com"))


def test_a_code_that_was_used_on_one_machine_is_used_up_on_all(grace):
    thief, code = Client(), code_of(grace, 1)
    for client in (grace.client, thief):
        give_password(grace, client)

    give_code(grace, code)
    # What a process remembers by itself, another one does not know.
    cache.clear()
    give_code(grace, code, thief)

    assert (is_in(grace.client), is_in(thief)) == (True, False)
    cache.clear()
    grace.client.post(f"{SECURITY}again/", {"code": code})
    thief_of_proof = grace.client.post(f"{SECURITY}again/", {"code": code})
    assert "That is not right." in text_of(thief_of_proof)


def test_the_code_that_an_app_was_set_up_with_is_used_up_as_well(grace):
    thief = Client()
    give_password(grace, thief)

    give_code(grace, code_of(grace), thief)

    assert not is_in(thief)


def test_a_recovery_code_that_was_used_proves_nothing_any_more(grace):
    give_password(grace)
    give_code(grace, grace.codes[3])
    cache.clear()

    again = grace.client.post(f"{SECURITY}again/", {"code": grace.codes[3]})

    assert "That is not right." in text_of(again)


def test_the_code_of_one_person_is_none_of_anothers(grace):
    eve = enrolled("eve")
    give_password(eve)

    for code in (code_of(grace, 1), grace.codes[0]):
        give_code(eve, code)

    assert not is_in(eve.client)


def remembered(person: Any) -> Client:
    give_password(person)
    give_code(person, code_of(person, 1), remember="1")
    browser: Client = person.client
    browser.post(reverse("admin:logout"))
    return browser


def test_a_device_that_remembers_one_person_lets_no_other_in(grace):
    eve, browser = enrolled("eve"), remembered(grace)

    answer = give_password(eve, browser)

    assert (answer.url, is_in(browser)) == (SECOND_STEP, False)


def changes_password(person: Any) -> None:
    person.user.set_password(ANOTHER)
    person.user.save()


def removes_factor(person: Any) -> None:
    person.user.authenticator_set.all().delete()
    person.client = Client()
    give_password(person)
    set_up_app(person)


@pytest.mark.parametrize("change", [changes_password, removes_factor])
def test_a_device_is_forgotten_by_whoever(grace, change: Callable[[Any], None]):
    browser = remembered(grace)

    change(grace)
    password = ANOTHER if change is changes_password else PASSWORD
    answer = give_password(grace, browser, password=password)

    assert (answer.url, is_in(browser)) == (SECOND_STEP, False)


@pytest.mark.parametrize("change", [{"password": True}, {"is_active": False}, {"is_staff": False}])
def test_a_sign_in_that_is_half_done_ends_with_what_it_began_with(grace, change):
    thief = Client()
    give_password(grace, thief)
    if "password" in change:
        changes_password(grace)
    else:
        User.objects.filter(pk=grace.user.pk).update(**change)

    answer = give_code(grace, code_of(grace, 1), thief, remember="1")

    assert (answer.url, is_in(thief)) == ("/admin/sign-in/", False)
    assert "remembered_device" not in thief.cookies
    assert told_of(grace).count(("SIGNED_IN", "grace")) == 1


class TestLinks:
    """Under which somebody chooses a password."""

    @pytest.fixture(autouse=True)
    def no_second_factor(self, settings):
        settings.SECOND_FACTOR = False

    @pytest.fixture
    def hopper(self, db):
        return newcomer("Agent", username="hopper", email="hopper@example.com")

    def link_to(self, person):
        Client().post("/admin/password/forgotten/", {"email": person.user.email})
        return mail.outbox[-1].body.split("http://testserver")[1].split()[0]

    def choose(self, opened, client, password=ANOTHER):
        return client.post(opened, {"new_password1": password, "new_password2": password})

    @pytest.mark.parametrize(
        "change",
        [
            {"email": "moved@example.com"},
            {"is_active": False},
            {"password": "a new horse battery"},
            {"is_staff": False, "is_active": False},
        ],
    )
    def test_one_that_was_opened_before_is_of_no_use_after(self, hopper, change):
        browser = Client()
        opened: Any = browser.get(self.link_to(hopper))
        if "password" in change:
            hopper.user.set_password(change["password"])
            hopper.user.save()
        else:
            User.objects.filter(pk=hopper.user.pk).update(**change)

        answer = self.choose(opened.url, browser)

        assert answer.status_code == 200
        assert not User.objects.get(pk=hopper.user.pk).check_password(ANOTHER)

    def test_two_who_open_one_choose_once(self, hopper):
        link, first, second = self.link_to(hopper), Client(), Client()
        opened: list[Any] = [client.get(link) for client in (first, second)]

        answers = [self.choose(opened[0].url, first), self.choose(opened[1].url, second, "a new horse battery")]

        assert [answer.status_code for answer in answers] == [302, 200]
        assert User.objects.get(pk=hopper.user.pk).check_password(ANOTHER)

    def test_of_two_that_were_sent_the_other_ends_with_the_one_that_is_used(self, hopper):
        older, newer = self.link_to(hopper), self.link_to(hopper)
        browser, other = Client(), Client()
        opened: Any = browser.get(newer)
        self.choose(opened.url, browser)

        found: Any = other.get(older)

        assert found.status_code == 200
        assert "new_password1" not in found.content.decode()


LOST: dict[str, Callable[[Any], object]] = {
    "the role": lambda person: person.groups.clear(),
    "the login": lambda person: User.objects.filter(pk=person.pk).update(is_active=False),
    "being staff": lambda person: User.objects.filter(pk=person.pk).update(is_staff=False),
    "the person": lambda person: User.objects.filter(pk=person.pk).update(is_active=False, is_staff=False),
}


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("lost", LOST)
def test_a_session_lives_no_longer_than(lost, settings):
    settings.SECOND_FACTOR = False
    staff, account = Staff(*ROLES, username="bea"), given_credit("40.00 GBP")
    lists = [list_url(model) for model in (Customer, Account, GiftCard, ApiClient, ImportRun, Period)]
    issue = step_url(account, "issue")
    assert {staff.open(page).status_code for page in lists} == {200}

    LOST[lost](staff.user)
    with nothing_moves():
        seen = [staff.open(page) for page in lists]
        sent = [staff.send(page, amount="1", reason="GW") for page in (issue, f"{issue}?intent={'x' * 32}")]

    assert {answer.status_code for answer in seen} == {403 if lost == "the role" else 302}
    for answer in sent:
        assert answer.status_code == 403 or 'id="login-form"' in answer.content.decode()
