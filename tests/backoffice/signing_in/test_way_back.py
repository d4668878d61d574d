"""Whoever has lost what they sign in with comes back by another's hand, and never by their own."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from storecredit.backoffice.models import AccessChange, Notice, NoticeKind
from storecredit.backoffice.models.factors import FactorUnreadable
from tests.backoffice.signing_in.people import (
    SECOND_STEP,
    SECURITY,
    code_of,
    give_code,
    give_password,
    newcomer,
    set_up_app,
    told_of,
)
from tests.backoffice.staff import Staff, changes_of, page_url, step_url, text_of

pytestmark = pytest.mark.django_db

CHOSEN = "a horse of another colour"


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def administrator(db):
    person = newcomer("Administrator", email="ada@example.com")
    give_password(person)
    set_up_app(person)
    return person


@pytest.fixture
def second(db):
    """Another administrator."""
    person = newcomer("Administrator", username="second", email="second@example.com")
    give_password(person)
    set_up_app(person)
    return person


@pytest.fixture
def grace(db):
    """Signed in, with a factor that she loses."""
    person = newcomer("Agent", username="grace", email="grace@example.com")
    give_password(person)
    set_up_app(person)
    return person


def choose_password(path: str) -> Client:
    browser = Client()
    opened: Any = browser.get(path)
    browser.post(opened.url, {"new_password1": CHOSEN, "new_password2": CHOSEN})
    return browser


def path_in(text: str) -> str:
    return text.split("http://testserver")[1].split()[0]


def factors_of(person: Staff) -> int:
    return Authenticator.objects.filter(user=person.user).count()


def test_two_administrators_take_the_lost_factor_away_and_she_begins_anew(
    administrator, second, grace, django_capture_on_commit_callbacks
):
    reviewed = administrator.review(step_url(grace.user, "take-factors"), why="Phone lost; I called her")
    assert changes_of(reviewed) == [
        ("Second factors", "1", "0"),
        ("Password", "set", "to be chosen anew, by a link"),
    ]
    assert factors_of(grace) == 2

    with django_capture_on_commit_callbacks(execute=True):
        administrator.confirm(reviewed)

    # nothing is so before another administrator agrees, and she is told
    change = AccessChange.objects.get()
    assert (change.state, factors_of(grace), grace.client.get("/admin/").status_code) == ("WAITING", 2, 200)
    (asked,) = mail.outbox
    assert (asked.to, asked.subject) == (["grace@example.com"], "Your second factor is to be taken away")
    assert "administrator asks to take away the second factor" in str(asked.body)
    assert "/admin/password/" not in str(asked.body)
    again = administrator.client.get(step_url(change, "approve"))
    assert "you asked for it: somebody else has to decide." in text_of(again)
    with django_capture_on_commit_callbacks(execute=True):
        approved = second.review(step_url(change, "approve"), note="")
        assert changes_of(approved) == [("Second factors", "1", "0")]
        assert "Phone lost; I called her" in text_of(approved)
        second.confirm(approved)

    assert (factors_of(grace), grace.client.get("/admin/").status_code) == (0, 302)
    assert give_password(grace, Client()).status_code == 200
    _, message = mail.outbox
    assert (message.to, message.subject) == (["grace@example.com"], "Sign in anew")
    assert "administrator asked for it, and another administrator agreed." in str(message.body)
    grace.client = choose_password(path_in(str(message.body)))
    give_password(grace, password=CHOSEN)
    assert grace.client.get("/admin/").url == SECURITY
    set_up_app(grace)
    assert grace.client.get("/admin/").status_code == 200
    told = told_of(grace)
    assert ("ACCESS_ASKED", "administrator") in told
    assert ("FACTORS_TAKEN", "second") in told


def test_what_was_asked_is_not_done_once_she_has_found_her_phone_and_set_up_another_app(administrator, second, grace):
    administrator.do(step_url(grace.user, "take-factors"), why="Phone lost")
    Authenticator.objects.filter(user=grace.user).delete()
    set_up_app(grace)

    answer = second.client.post(step_url(AccessChange.objects.get(), "approve"), {"note": ""})

    assert "things are not any more as they were" in text_of(answer)
    assert factors_of(grace) == 2


def test_where_the_only_other_administrator_lost_the_phone_nobody_alone_lets_them_in(administrator, second):
    administrator.do(step_url(second.user, "take-factors"), why="Phone lost")

    change = AccessChange.objects.get()
    page = text_of(administrator.open(page_url(change)))
    assert "there is none who may approve it" in page
    # nor does the person whose factor it is
    assert second.client.post(step_url(change, "approve"), {"note": ""}).status_code == 409
    call_command("decide_access_change", change.pk, approve=True, stdout=StringIO())
    assert (factors_of(second), factors_of(administrator)) == (0, 2)


FORGOTTEN = "/admin/password/forgotten/"


def test_whoever_forgot_their_password_is_sent_a_link_and_still_gives_the_second_factor(grace):
    assert FORGOTTEN in Client().get("/admin/login/").content.decode()

    asked: Any = Client().post(FORGOTTEN, {"email": "Grace@example.com"})

    (message,) = mail.outbox
    assert (message.to, "Your sign-in name is grace" in str(message.body)) == (["grace@example.com"], True)
    browser = choose_password(path_in(str(message.body)))
    assert grace.client.get("/admin/").status_code == 302
    assert give_password(grace, browser, password=CHOSEN).url == SECOND_STEP
    kinds = [kind for kind, _ in told_of(grace)]
    assert (kinds.count("PASSWORD_ASKED"), kinds.count("PASSWORD_CHANGED")) == (1, 1)
    # whose address it is that nobody has, nobody learns
    stranger: Any = Client().post(FORGOTTEN, {"email": "nobody@example.com"})
    assert (asked.status_code, asked.url, asked.content) == (stranger.status_code, stranger.url, stranger.content)
    assert "If somebody who may sign in here has this address" in text_of(Client().get(stranger.url))
    assert len(mail.outbox) == 1


def test_whoever_asks_for_links_too_often_is_stopped_and_the_person_is_sent_three(grace):
    answers = [Client().post(FORGOTTEN, {"email": "grace@example.com"}) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert "Too many links were asked for." in text_of(answers[-1])
    assert len(mail.outbox) == 3


def test_nobody_takes_their_own_factor_away_and_no_agent_anybodys(administrator, grace):
    own = administrator.client.get(step_url(administrator.user, "take-factors"))
    agents = grace.client.get(step_url(administrator.user, "take-factors"))

    assert "nobody does it to themselves: ask a colleague who manages the staff." in text_of(own)
    assert (agents.status_code, factors_of(administrator), factors_of(grace)) == (403, 2, 2)


def test_a_colleague_lifts_the_lock_of_whoever_mistyped_too_often(administrator, grace):
    at_door = Client()
    for _ in range(5):
        give_password(grace, at_door, password="wrong")
    assert give_password(grace, at_door).status_code == 429

    administrator.do(step_url(grace.user, "lift-lock"), why="Caps lock")

    assert give_password(grace, at_door).url == SECOND_STEP
    assert ("LOCK_LIFTED", "administrator") in told_of(grace)
    again = administrator.client.get(step_url(grace.user, "lift-lock"))
    assert "nothing wrong was given in their name lately." in text_of(again)


def test_the_last_administrator_comes_back_from_the_shell_which_is_written_down(administrator, capsys):
    with pytest.raises(CommandError, match="--why"):
        call_command("let_back_in", "administrator")

    call_command("let_back_in", "administrator", why="Phone in the river")

    assert factors_of(administrator) == 0
    assert ("FACTORS_TAKEN", "let_back_in") in told_of(administrator)
    administrator.client = choose_password(path_in(capsys.readouterr().out))
    give_password(administrator, password=CHOSEN)
    set_up_app(administrator)
    assert administrator.client.get("/admin/").status_code == 200


def test_the_shell_helps_nobody_whom_two_colleagues_can_help(administrator, second, grace):
    with pytest.raises(CommandError, match="administrator and second manage the staff: ask them"):
        call_command("let_back_in", "grace", why="Phone lost")

    assert factors_of(grace) == 2
    call_command("let_back_in", "grace", why="Ada is on leave", even_so=True, stdout=StringIO())
    assert factors_of(grace) == 0


def test_the_shell_helps_whom_one_colleague_alone_cannot_help_in_the_place_of_what_waits(administrator, grace):
    administrator.do(step_url(grace.user, "take-factors"), why="Phone lost")

    call_command("let_back_in", "grace", why="Ada is the only other one", stdout=StringIO())

    assert factors_of(grace) == 0
    asked, done = AccessChange.objects.order_by("pk")
    assert (asked.state, asked.decided_by, asked.decided_door, asked.note) == (
        "REFUSED",
        None,
        "command:let_back_in",
        "Another change was made on the command line in its place.",
    )
    assert (done.state, done.asked_by) == ("APPLIED", None)
    told = Notice.objects.filter(change=asked, kind=NoticeKind.CHANGED)
    assert [notice.person for notice in told] == [administrator.user]


@pytest.mark.parametrize("why", ["no mail goes out", "the address was emptied"])
def test_nothing_is_taken_while_no_link_can_come_to_them(administrator, second, grace, settings, why):
    administrator.do(step_url(grace.user, "take-factors"), why="Phone lost")
    change = AccessChange.objects.get()
    if why == "no mail goes out":
        settings.MAIL_GOES_OUT = False
    else:
        User.objects.filter(pk=grace.user.pk).update(email="")

    answer = second.client.post(step_url(change, "approve"), {"note": ""})
    with pytest.raises(CommandError, match="no link to begin anew would come to them"):
        call_command("decide_access_change", change.pk, approve=True)

    assert answer.status_code == 409
    assert "no link to begin anew would come to them" in text_of(second.client.get(step_url(change, "approve")))
    change.refresh_from_db()
    assert (change.state, factors_of(grace)) == ("WAITING", 2)
    # and the shell, which prints the link, helps them whoever else there is
    call_command("let_back_in", "grace", why="No mail", stdout=StringIO())
    assert factors_of(grace) == 0


def test_the_mail_says_that_nobody_agreed_where_the_server_approved_it(
    administrator, grace, django_capture_on_commit_callbacks
):
    administrator.do(step_url(grace.user, "take-factors"), why="Phone lost")

    with django_capture_on_commit_callbacks(execute=True):
        call_command("decide_access_change", AccessChange.objects.get().pk, approve=True, stdout=StringIO())

    text = str(mail.outbox[-1].body)
    assert "administrator asked for it, and it was approved on the server, where no other administrator agreed." in text
    assert "and another administrator agreed" not in text


def test_the_secrets_of_factors_follow_the_keys_and_open_no_more_without_theirs(grace, settings):
    old = settings.CODE_KEYS
    settings.CODE_KEYS = ["another-key-for-the-tests-alone-which-hides-nothing", *old]
    give_password(grace, at_door := Client())

    call_command("rotate_code_keys", json=True)
    settings.CODE_KEYS = settings.CODE_KEYS[:1]

    assert give_code(grace, code_of(grace, 1), at_door).url == "/admin/"
    settings.CODE_KEYS = old
    with pytest.raises(FactorUnreadable):
        code_of(grace)
