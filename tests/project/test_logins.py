"""Guessing passwords is cut short, and a lock on one login is no lock on the others."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


@pytest.fixture
def staff():
    for name in ("ann", "bob"):
        get_user_model().objects.create_user(name, password="right horse", is_staff=True)


def log_in(client, name, password="right horse", address="192.0.2.1"):
    return client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def guess(client, name, times):
    for _ in range(times):
        response = log_in(client, name, password="wrong")
    return response


def test_the_right_password_opens_the_admin(client, staff):
    response = log_in(client, "ann")

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


def test_five_wrong_passwords_lock_the_login_even_for_the_right_one(client, staff):
    assert guess(client, "ann", 4).status_code == 200
    assert guess(client, "ann", 1).status_code == 429
    assert log_in(client, "ann").status_code == 429


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


def test_the_lock_ends_after_a_quarter_of_an_hour(client, staff):
    guess(client, "ann", 5)

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert log_in(client, "ann").status_code == 302
