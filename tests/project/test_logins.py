"""Guessing passwords is cut short, and a lock on one login is no lock on the others."""

from datetime import timedelta

import pytest
import time_machine
from axes.handlers.database import AxesDatabaseHandler
from django.db import IntegrityError
from django.utils import timezone

from storecredit.client_address import client_address
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


@pytest.fixture
def staff():
    for name in ("ann", "bob"):
        UserFactory.create(username=name, password="right horse")


def log_in(client, name, password="right horse", address="192.0.2.1"):
    return client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def guess(client, name, times, address="192.0.2.1"):
    for _ in range(times):
        response = log_in(client, name, password="wrong", address=address)
    return response


def test_the_right_password_opens_the_admin(client, staff):
    response = log_in(client, "ann")

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


def test_five_wrong_passwords_lock_the_login_even_for_the_right_one(client, staff):
    assert guess(client, "ann", 4).status_code == 200
    assert guess(client, "ann", 1).status_code == 429
    assert log_in(client, "ann").status_code == 429


def test_whoever_is_locked_out_is_told_for_how_long(client, staff):
    page = guess(client, "ann", 5).content.decode()

    assert "a right password does not help now. Wait for a quarter of an hour" in page
    assert f'href="{LOGIN}"' in page
    assert "backoffice/errors" in page


def test_the_lock_is_on_that_login_from_that_address_alone(client, staff):
    guess(client, "ann", 5)

    assert log_in(client, "bob").status_code == 302
    client.logout()
    assert log_in(client, "ann", address="192.0.2.2").status_code == 302


def test_a_success_forgets_the_failures_before_it(client, staff):
    guess(client, "ann", 4)
    log_in(client, "ann")
    client.logout()

    assert guess(client, "ann", 4).status_code == 200


def test_a_mistake_is_counted_though_a_success_of_the_same_moment_forgets_the_row_it_is_added_to(
    client, staff, monkeypatch
):
    count, forgets = AxesDatabaseHandler.user_login_failed, iter([True])

    def count_or_find_it_gone(self, *args, **kwargs):
        if next(forgets, False):
            raise IntegrityError
        count(self, *args, **kwargs)

    monkeypatch.setattr(AxesDatabaseHandler, "user_login_failed", count_or_find_it_gone)

    assert guess(client, "ann", 4).status_code == 200
    assert guess(client, "ann", 1).status_code == 429


def test_the_lock_ends_after_a_quarter_of_an_hour(client, staff):
    guess(client, "ann", 5)

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert log_in(client, "ann").status_code == 302


def test_twelve_names_from_one_address_are_stopped_at_the_tenth_and_nobody_comes_in_from_there(client, staff):
    statuses = [guess(client, f"name-{n}", 1).status_code for n in range(12)]

    assert statuses == [200] * 9 + [429] * 3
    assert log_in(client, "ann").status_code == 429
    assert log_in(client, "ann", address="192.0.2.2").status_code == 302


def test_few_names_are_stopped_by_the_number_of_guesses_from_one_address(client, staff):
    statuses = [guess(client, f"name-{n}", 4).status_code for n in range(7)]

    assert statuses == [200] * 7
    assert [guess(client, "name-8", 1).status_code, guess(client, "bob", 1).status_code] == [200, 429]
    assert log_in(client, "ann").status_code == 429


def test_an_office_may_mistype_now_and_then(client, staff):
    for n in range(6):
        guess(client, f"colleague-{n}", 3)

    assert log_in(client, "ann").status_code == 302


def test_one_name_from_many_addresses_is_stopped_also_from_one_that_never_guessed(client, staff):
    statuses = [guess(client, "ann", 1, address=f"198.51.100.{n}").status_code for n in range(12)]

    assert statuses == [200] * 9 + [429] * 3
    assert log_in(client, "ann", address="203.0.113.5").status_code == 429
    assert log_in(client, "bob", address="203.0.113.5").status_code == 302


def test_what_strangers_guess_does_not_lock_a_person_out_where_they_have_logged_in_before(client, staff):
    log_in(client, "ann", address="203.0.113.5")
    client.logout()
    for n in range(12):
        guess(client, "ann", 1, address=f"198.51.100.{n}")

    assert log_in(client, "ann", address="203.0.113.6").status_code == 429
    assert log_in(client, "ann", address="203.0.113.5").status_code == 302


def test_a_success_does_not_take_anything_from_the_count_of_its_address(client, staff):
    for n in range(6):
        guess(client, f"name-{n}", 4)
    guess(client, "ann", 4)
    assert log_in(client, "ann").status_code == 302
    client.logout()

    assert [guess(client, "ann", 1).status_code, guess(client, "ann", 1).status_code] == [200, 429]
    assert log_in(client, "bob").status_code == 429


def test_the_locks_on_an_address_and_on_a_name_end_after_a_quarter_of_an_hour(client, staff):
    for n in range(12):
        guess(client, f"name-{n}", 1)
        guess(client, "ann", 1, address=f"198.51.100.{n}")

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert log_in(client, "ann").status_code == 302


def test_behind_a_trusted_proxy_the_caller_is_counted_and_not_the_proxy(client, staff, settings):
    settings.TRUSTED_PROXIES = ["192.0.2.1"]
    for n in range(12):
        client.post(
            LOGIN,
            {"username": f"name-{n}", "password": "wrong"},
            REMOTE_ADDR="192.0.2.1",
            HTTP_X_FORWARDED_FOR=f"1.1.1.{n}, 203.0.113.5",
        )

    def come_in(address):
        return client.post(
            LOGIN,
            {"username": "ann", "password": "right horse"},
            REMOTE_ADDR="192.0.2.1",
            HTTP_X_FORWARDED_FOR=address,
        ).status_code

    assert (come_in("203.0.113.5"), come_in("203.0.113.6")) == (429, 302)


def test_of_ipv6_the_whole_network_of_a_caller_is_one_address(client, staff):
    for n in range(12):
        guess(client, f"name-{n}", 1, address=f"2001:db8:1:1::{n + 1}")

    assert log_in(client, "ann", address="2001:db8:1:1:ffff::9").status_code == 429
    assert log_in(client, "ann", address="2001:db8:1:2::9").status_code == 302


def test_an_address_of_ipv4_is_one_address_whichever_way_it_came(client, staff, settings):
    for n in range(12):
        guess(client, f"name-{n}", 1, address="::ffff:192.0.2.7")

    assert [log_in(client, "ann", address=f"{mapped}192.0.2.7").status_code for mapped in ("", "::ffff:")] == [429, 429]
    assert log_in(client, "ann", address="::ffff:192.0.2.8").status_code == 302


@pytest.mark.parametrize("trusted", ["10.0.0.0/8", "::ffff:10.0.0.0/104"])
@pytest.mark.parametrize("proxy", ["10.0.0.1", "::ffff:10.0.0.1", "::ffff:a00:1"])
def test_a_proxy_is_trusted_whichever_way_it_came(rf, settings, trusted, proxy):
    settings.TRUSTED_PROXIES = [trusted]

    seen = [
        client_address(rf.get("/", REMOTE_ADDR=proxy, HTTP_X_FORWARDED_FOR=told))
        for told in ("203.0.113.9", "203.0.113.9, ::ffff:10.0.0.2", "::ffff:203.0.113.9", "no address", "")
    ]

    assert seen == ["203.0.113.9", "203.0.113.9", "203.0.113.9", "10.0.0.1", "10.0.0.1"]
    assert client_address(rf.get("/", REMOTE_ADDR="::ffff:11.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1")) == "11.0.0.1"


def test_the_limits_are_settings(client, staff, settings):
    settings.LOGIN_NAMES_PER_ADDRESS = 2

    assert [guess(client, name, 1).status_code for name in ("one", "two")] == [200, 429]
