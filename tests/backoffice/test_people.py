"""Colleagues: added by one form that invites them, let in by their role, and never by a password that another chose."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse

from storecredit.backoffice.models import AccessChange
from tests.backoffice.staff import (
    PASSWORD,
    Staff,
    approve_waiting,
    errors_of,
    list_url,
    page_url,
    said,
    step_url,
    text_of,
)
from tests.factories.people import UserFactory
from tests.scenarios import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADD = "/admin/auth/user/add/"
CHOSEN = "four candles on a Tuesday"


def role(name):
    return Group.objects.get(name=name).pk


def grace(**fields):
    return {
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace.h@example.com",
        "groups": [role("Agent")],
    } | fields


def link_in(message: Any) -> str:
    (link,) = re.findall(r"http://testserver(\S+)", message.body)
    return link


def choose(link, password=CHOSEN):
    """Open a link as a stranger and choose a password; gives the browser and the answer."""
    browser = Client()
    opened: Any = browser.get(link)
    return browser, browser.post(opened.url, {"new_password1": password, "new_password2": password})


def test_one_form_makes_a_colleague_who_chooses_a_password_and_signs_in(administrator, colleague):
    added = administrator.send(ADD, **grace())

    person = User.objects.get(username="grace-h")
    assert (added.status_code, person.is_active, person.is_staff, person.is_superuser) == (302, True, False, False)
    assert (person.get_full_name(), person.has_usable_password()) == ("Grace Hopper", False)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["grace.h@example.com"], "Your access to store credit")
    assert "administrator has given you access" in message.body
    assert "Your sign-in name is grace-h." in message.body
    assert "A link to choose a password is on its way to grace.h@example.com." in said(added)

    approve_waiting(colleague)
    browser, chosen = choose(link_in(message))
    assert chosen.url == reverse("admin:login")
    assert "Your password is set. Sign in as grace-h." in text_of(browser.get(chosen.url))
    browser.post(chosen.url, {"username": "grace-h", "password": CHOSEN})
    overview = browser.get(reverse("admin:index"))
    assert (overview.status_code, overview.wsgi_request.user.get_username()) == (200, "grace-h")
    assert User.objects.get(pk=person.pk).has_perm("ledger.issue_credit")
    assert "Chose a password by a link" in LogEntry.objects.filter(user=person).latest("pk").get_change_message()


def test_the_link_works_once(administrator):
    administrator.send(ADD, **grace())
    link = link_in(mail.outbox[0])
    choose(link)

    again: Any = Client().get(link)

    assert "This link no longer works" in text_of(again)
    assert User.objects.get(username="grace-h").check_password(CHOSEN)


@pytest.mark.parametrize(("later", "works"), [(timedelta(days=3), True), (timedelta(days=3, seconds=1), False)])
def test_the_link_works_for_three_days(administrator, time_machine, later, works):
    administrator.send(ADD, **grace())
    time_machine.move_to(NOW + later, tick=False)

    opened: Any = Client().get(link_in(mail.outbox[0]), follow=True)

    assert ("Your sign-in name is grace-h" in text_of(opened)) is works
    assert ("This link no longer works" in text_of(opened)) is not works


def test_the_link_of_somebody_who_was_switched_off_lets_nobody_in(administrator):
    administrator.send(ADD, **grace())
    User.objects.filter(username="grace-h").update(is_active=False)

    assert "This link no longer works" in text_of(Client().get(link_in(mail.outbox[0]), follow=True))


@pytest.mark.parametrize(
    "since",
    [
        {"email": "new@example.com"},
        {"email": ""},
        {"last_login": NOW},
        {"password": "another"},
        {"is_active": False},
    ],
    ids=lambda since: next(iter(since)),
)
def test_the_link_ends_with_whatever_it_was_sent_for(administrator, since):
    administrator.send(ADD, **grace())
    link = link_in(mail.outbox[0])
    # somebody stands before the page on which a password is chosen
    browser, opened = Client(), Client()
    at_page: Any = opened.get(link)
    User.objects.filter(username="grace-h").update(**since)

    chosen = opened.post(at_page.url, {"new_password1": CHOSEN, "new_password2": CHOSEN})

    assert "This link no longer works" in text_of(browser.get(link, follow=True))
    assert "This link no longer works" in text_of(chosen)
    assert not User.objects.get(username="grace-h").check_password(CHOSEN)


@pytest.mark.parametrize("left_out", ["first_name", "last_name", "email", "groups"])
def test_a_colleague_has_a_name_an_address_and_a_role(administrator, left_out):
    data = grace()
    del data[left_out]

    answer = administrator.send(ADD, **data)

    assert list(errors_of(answer)) == [left_out]
    assert (User.objects.count(), mail.outbox) == (1, [])


def test_an_address_belongs_to_one_person(administrator):
    UserFactory.create(username="hopper", email="Grace.H@example.com")

    answer = administrator.send(ADD, **grace())

    assert errors_of(answer) == {"email": ["That is the address of hopper, who is here already."]}
    assert mail.outbox == []


def test_a_sign_in_name_that_is_taken_gets_a_number_and_a_name_of_ones_own_is_kept(administrator):
    UserFactory.create(username="grace-h")

    administrator.send(ADD, **grace())
    administrator.send(ADD, **grace(email="g@example.com", username="amazing.grace"))

    assert set(User.objects.filter(first_name="Grace").values_list("username", flat=True)) == {
        "grace-h-2",
        "amazing.grace",
    }


def test_a_form_sent_twice_invites_once(administrator):
    form = administrator.open(ADD)
    address = form.wsgi_request.get_full_path()

    for _ in range(2):
        administrator.send(address, **grace())

    assert (User.objects.filter(first_name="Grace").count(), len(mail.outbox)) == (1, 1)


def test_whoever_is_given_a_role_can_sign_in_and_whoever_loses_all_cannot(administrator, colleague):
    person = UserFactory.create(username="paul", email="paul@example.com", is_staff=False)
    form = {"username": "paul", "email": "paul@example.com", "is_active": "on"}

    administrator.send(page_url(person), **form, groups=[role("Viewer")])
    approve_waiting(colleague)
    person.refresh_from_db()
    assert person.is_staff

    administrator.send(page_url(person), **form)
    person.refresh_from_db()
    assert (person.is_staff, person.is_active) == (False, True)


def test_the_form_asks_for_no_staff_status_and_calls_things_what_the_menu_calls_them(administrator):
    person = UserFactory.create(username="paul")

    pages = {
        url: text_of(administrator.open(url))
        for url in (ADD, page_url(person), list_url(User), list_url(Group), "/admin/auth/group/add/")
    }

    for words in pages.values():
        # The icon of the menu's customers has that name, and what Django calls its permissions is Django's.
        words = words.replace("group Customers", "Customers").partition(" Permissions ")[0]
        assert not re.search(r"(?i)staff status|authentication and authorization|\busers?\b|\bgroups?\b", words), words
        assert "Access" in words
    assert "Add person" in pages[ADD]
    assert administrator.open(list_url(User)).context["title"] == "Staff"
    assert administrator.open(list_url(Group)).context["title"] == "Roles"


def test_the_invitation_is_sent_again_from_the_persons_page(administrator):
    administrator.send(ADD, **grace())
    person = User.objects.get(username="grace-h")
    assert "Send a link to choose a password" in text_of(administrator.open(page_url(person)))

    reviewed = administrator.review(step_url(person, "send-link"))
    assert len(mail.outbox) == 1
    done = administrator.confirm(reviewed)
    administrator.confirm(reviewed)

    assert len(mail.outbox) == 2
    assert "A link to choose a password is on its way to grace.h@example.com." in said(done)
    assert choose(link_in(mail.outbox[1]))[1].status_code == 302
    assert User.objects.get(pk=person.pk).check_password(CHOSEN)


def test_somebody_without_an_address_or_switched_off_is_sent_nothing(administrator):
    homeless = UserFactory.create(username="paul")
    gone = UserFactory.create(username="carol", email="carol@example.com", is_active=False)

    pages = [text_of(administrator.open(step_url(person, "send-link"))) for person in (homeless, gone)]

    assert "there is no e-mail address to send it to." in pages[0]
    assert "they are switched off." in pages[1]


def test_without_mail_the_pages_say_so_and_show_nobody_the_link(administrator, settings):
    settings.MAIL_GOES_OUT = False

    form = administrator.open(ADD)
    added = administrator.send(ADD, **grace())

    told = "No mail goes out from here: EMAIL_URL is not set."
    assert told in text_of(form)
    assert any(words.startswith(f"grace-h was sent nothing. {told}") for words in said(added))
    page = administrator.open(page_url(User.objects.get(username="grace-h")))
    assert told in text_of(page)
    assert "/admin/password/" not in page.content.decode()
    assert mail.outbox == []


def test_a_mail_server_that_is_down_costs_the_invitation_and_not_the_colleague(administrator, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)

    added = administrator.send(ADD, **grace())

    told = "The mail to grace.h@example.com could not be sent (ConnectionRefusedError). Send it again later."
    assert told in said(added)
    assert User.objects.filter(username="grace-h").exists()


def test_nobody_sends_a_colleague_s_links_elsewhere_without_a_second_administrator(
    administrator, colleague, django_capture_on_commit_callbacks
):
    person = UserFactory.create(username="paul", email="paul@example.com")
    form = {"username": "paul", "email": "else@example.com", "is_active": "on"}

    # when an administrator names another address, it waits, and the present one is told
    administrator.send(page_url(person), **form)

    person.refresh_from_db()
    assert person.email == "paul@example.com"
    (asked,) = mail.outbox
    assert (asked.to, asked.subject) == (["paul@example.com"], "Another e-mail address is asked for you")

    # and until then a link goes to the present one
    administrator.do(step_url(person, "send-link"))
    assert mail.outbox[1].to == ["paul@example.com"]

    # when another administrator agrees, it is so, and the former one is told
    change = AccessChange.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        colleague.do(step_url(change, "approve"), note="")
    person.refresh_from_db()
    assert person.email == "else@example.com"
    assert (mail.outbox[2].to, mail.outbox[2].subject) == (["paul@example.com"], "Your e-mail address was changed")


def test_nobody_makes_a_superuser_but_a_superuser(administrator):
    form = {"username": "administrator", "is_active": "on", "is_superuser": "on", "groups": [role("Administrator")]}

    administrator.send(page_url(administrator.user), **form)
    administrator.send(ADD, **grace(is_superuser="on"))

    assert not User.objects.filter(is_superuser=True).exists()


def test_an_administrator_cannot_take_over_a_superuser(administrator):
    root = Staff(username="root", is_superuser=True, email="root@example.com").user

    changed = administrator.send(page_url(root), username="root", email="mine@example.com")
    reset = administrator.send(step_url(root, "send-link"))

    assert (changed.status_code, reset.status_code, mail.outbox) == (403, 403, [])
    root.refresh_from_db()
    assert (root.email, root.check_password(PASSWORD)) == ("root@example.com", True)


def test_nobody_chooses_a_password_for_another(administrator):
    person = UserFactory.create(username="paul", password=PASSWORD)

    answer = administrator.client.post(
        f"/admin/auth/user/{person.pk}/password/", {"password1": CHOSEN, "password2": CHOSEN}, follow=True
    )

    assert "/password/" not in answer.request["PATH_INFO"]
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_list_is_not_filtered_by_what_a_password_begins_with(administrator):
    assert administrator.client.get(list_url(User), {"password__startswith": "md5"}).status_code == 400


def test_a_log_never_holds_the_link():
    from storecredit.settings.logs import mask

    assert mask("GET /admin/password/Mg/abc123-0f0f0f/ 200") == "GET /admin/password/****/ 200"
