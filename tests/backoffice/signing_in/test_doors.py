"""What opens the doors of the admin where a second factor is asked for, as it is in production."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from storecredit.backoffice.access.signing_in.sessions import list_sessions
from tests.backoffice.signing_in.people import (
    OVERVIEW,
    SECOND_STEP,
    SECURITY,
    code_of,
    enrol,
    give_code,
    give_password,
    is_in,
    newcomer,
    recovery_codes_in,
    set_up_app,
    told_of,
)
from tests.backoffice.staff import PASSWORD, said, text_of

pytestmark = pytest.mark.django_db


def app_of(person: Any) -> Authenticator:
    return Authenticator.objects.get(user=person.user, type=Authenticator.Type.TOTP)


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def grace(db):
    return newcomer("Agent", username="grace", email="grace@example.com")


@pytest.fixture
def enrolled(grace):
    return enrol(grace)


def test_whoever_has_no_second_factor_yet_sees_nothing_but_where_it_is_set_up(grace):
    give_password(grace)

    seen = [grace.client.get(path) for path in (OVERVIEW, "/admin/ledger/customer/", "/admin/ledger/customer/export/")]
    changed = grace.client.post("/admin/password_change/", {"old_password": PASSWORD})

    assert [answer.url for answer in [*seen, changed]] == [SECURITY] * 4
    assert "Set up a second factor first" in text_of(grace.client.get(SECURITY))

    codes = set_up_app(grace)

    assert (is_in(grace.client), len(set(codes))) == (True, 10)
    assert told_of(grace) == [
        ("SIGNED_IN", "grace"),
        ("PERSON_CHANGED", "grace"),
        ("FACTOR_ENROLLED", "grace"),
        ("RECOVERY_CODES_MADE", "grace"),
        ("PERSON_CHANGED", "grace"),
    ]


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(enrolled):
    asked = give_password(enrolled)

    assert (asked.url, is_in(enrolled.client)) == (SECOND_STEP, False)
    assert give_code(enrolled, "000000").status_code == 200
    assert not is_in(enrolled.client)
    assert give_code(enrolled, code_of(enrolled, 1)).url == OVERVIEW
    assert is_in(enrolled.client)


def test_a_code_of_the_app_is_used_up_and_a_recovery_code_for_ever(enrolled):
    code, other = code_of(enrolled, 1), Client()
    for client in (enrolled.client, other):
        give_password(enrolled, client)
    give_code(enrolled, code)
    give_code(enrolled, code, other)
    assert not is_in(other)

    assert give_code(enrolled, enrolled.codes[0], other).url == OVERVIEW
    again = Client()
    give_password(enrolled, again)
    give_code(enrolled, enrolled.codes[0], again)
    assert (is_in(other), is_in(again)) == (True, False)
    assert ("RECOVERY_CODE_USED", "grace") in told_of(enrolled)
    assert "9 are left." in text_of(other.get(SECURITY))


def test_guessed_codes_are_counted_with_guessed_passwords(enrolled):
    give_password(enrolled)

    answers = [give_code(enrolled, "000000").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert give_code(enrolled, code_of(enrolled, 1)).status_code == 429
    assert give_password(enrolled, Client()).status_code == 429
    assert told_of(enrolled)[-2:] == [("SIGN_IN_FAILED", "at the door"), ("LOCKED_OUT", "at the door")]


def test_a_remembered_device_is_not_asked_again_until_the_factors_change(enrolled):
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1), remember="1")
    enrolled.client.post(reverse("admin:logout"))

    assert (give_password(enrolled).url, is_in(enrolled.client)) == (OVERVIEW, True)
    assert give_password(enrolled, Client()).url == SECOND_STEP

    everywhere = enrolled.client.post(f"{SECURITY}sessions/end/")
    assert "Is it still you?" in text_of(everywhere)
    enrolled.client.post("/admin/security/again/", {"code": enrolled.codes[0]})
    enrolled.client.post(f"{SECURITY}sessions/end/")
    assert not is_in(enrolled.client)
    assert give_password(enrolled).url == SECOND_STEP


def test_a_link_to_choose_a_password_does_not_lead_round_the_second_factor(enrolled):
    administrator = newcomer("Administrator")
    give_password(administrator)
    set_up_app(administrator)
    administrator.do(f"/admin/auth/user/{enrolled.user.pk}/send-link/")
    path = mail.outbox[-1].body.split("http://testserver")[1].split()[0]
    stranger = Client()
    opened: Any = stranger.get(path)
    stranger.post(opened.url, {"new_password1": "a new horse battery", "new_password2": "a new horse battery"})

    assert not is_in(stranger)
    answer = give_password(enrolled, stranger, password="a new horse battery")
    assert (answer.url, is_in(stranger)) == (SECOND_STEP, False)


def test_an_enrolled_app_ends_the_sessions_that_a_password_alone_began(grace):
    thief = Client()
    give_password(grace, thief)
    give_password(grace)

    set_up_app(grace)

    assert thief.get(SECURITY).headers["Location"].startswith("/admin/login/")


def test_where_somebody_is_signed_in_is_listed_and_ended(enrolled):
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1))
    phone = Client(
        HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", REMOTE_ADDR="192.0.2.9"
    )
    give_password(enrolled, phone)
    give_code(enrolled, enrolled.codes[0], phone)
    rows = enrolled.client.get(SECURITY).context["sessions"].rows
    elsewhere = list_sessions(enrolled.user)[0]

    assert [row[:2] for row in rows if row[0] == "Safari, iPhone"] == [["Safari, iPhone", "192.0.2.9"]]
    ended = enrolled.client.post(f"{SECURITY}sessions/{elsewhere.pk}/end/")

    assert said(ended) == ["That session is over."]
    assert (is_in(phone), is_in(enrolled.client)) == (False, True)
    assert told_of(enrolled)[-1] == ("SESSIONS_ENDED", "grace")


def test_nobody_ends_the_session_or_removes_the_factor_of_another(enrolled):
    other = newcomer("Agent", username="eve")
    give_password(other)
    set_up_app(other)
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1))
    session, factor = list_sessions(enrolled.user)[0], app_of(enrolled)

    other.client.post(f"{SECURITY}sessions/{session.pk}/end/")
    removed = other.client.post(f"{SECURITY}{factor.pk}/remove/")

    assert (removed.status_code, is_in(enrolled.client)) == (404, True)


def test_the_only_factor_stays_where_one_is_asked_for(enrolled):
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1))

    kept = enrolled.client.post(f"{SECURITY}{app_of(enrolled).pk}/remove/")

    assert "it is your only one. Set up another one first." in text_of(kept)
    assert len(enrolled.client.get(SECURITY).context["factors"].rows) == 1


def test_new_recovery_codes_take_the_place_of_the_old_ones(enrolled):
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1))

    made = recovery_codes_in(enrolled.client.post(f"{SECURITY}codes/"))

    assert (len(made), set(made) & set(enrolled.codes)) == (10, set())
    assert set(made).isdisjoint(enrolled.client.get(SECURITY).content.decode().split())
    other = Client()
    give_password(enrolled, other)
    give_code(enrolled, enrolled.codes[1], other)
    assert not is_in(other)
    give_code(enrolled, made[1], other)
    assert is_in(other)


def test_a_session_is_noted_as_seen_at_most_once_in_five_minutes(enrolled, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    give_password(enrolled)
    give_code(enrolled, code_of(enrolled, 1))

    seen = []
    for minutes in (4, 6, 10):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        is_in(enrolled.client)
        enrolled.client.get(SECURITY)
        seen.append(list_sessions(enrolled.user)[0].last_seen_at - start)

    assert seen == [timedelta(0), timedelta(minutes=6), timedelta(minutes=6)]


@pytest.mark.parametrize(
    "sent", ["", "5", "[]", "{}", '{"id": "x"}', '{"response": {"userHandle": 7}}', '{"response": []}']
)
def test_what_is_no_passkey_is_refused_and_never_an_error(enrolled, sent):
    refused = Client().post("/admin/sign-in/passkey/", {"credential": sent})
    assert (refused.status_code, refused.headers["Location"]) == (302, "/admin/sign-in/")

    give_password(enrolled)
    assert enrolled.client.post(SECOND_STEP, {"credential": sent}).status_code == 200
    assert not is_in(enrolled.client)


def test_without_a_second_factor_being_asked_for_a_password_is_enough_and_the_page_says_so(grace, settings):
    settings.SECOND_FACTOR = False

    assert "No second factor is asked for here: SECOND_FACTOR is off" in text_of(grace.client.get("/admin/login/"))
    assert (give_password(grace).url, is_in(grace.client)) == (OVERVIEW, True)


def test_nobody_signs_up_and_only_staff_come_in(client):
    person = newcomer("Agent", is_staff=False)

    assert client.get("/admin/sign-in/signup/").status_code == 404
    give_password(person)
    assert not is_in(person.client)
