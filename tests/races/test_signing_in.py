"""A second factor is one row, and several write into it at once: a code that was given stays used."""

import secrets
import threading

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from storecredit.backoffice.access.signing_in import sessions
from tests.backoffice.signing_in.people import code_of, enrol, give_code, give_password, is_in, newcomer
from tests.races.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def grace():
    return enrol(newcomer(username="grace", email="grace@example.com"))


def at_the_door(person) -> Client:
    """A machine where somebody has given the password alone."""
    client = Client()
    give_password(person, client)
    # What a process remembers by itself, another one does not know.
    cache.clear()
    return client


def test_a_code_that_is_given_while_devices_are_forgotten_stays_used(grace, monkeypatch):
    hers, thief, code = at_the_door(grace), at_the_door(grace), code_of(grace, 1)
    read, given = threading.Event(), threading.Event()

    def word_after_the_reading(_length: int) -> str:
        read.set()
        # The other has given the code by then, or waits for this one to end.
        given.wait(0.5)
        return "another word"

    monkeypatch.setattr(secrets, "token_hex", word_after_the_reading)

    def forget() -> None:
        with transaction.atomic():
            sessions.forget_devices(grace.user)

    def give_meanwhile() -> None:
        assert read.wait(10)
        give_code(grace, code, hers)
        given.set()

    together(forget, give_meanwhile)
    cache.clear()
    give_code(grace, code, thief)

    assert (is_in(hers), is_in(thief)) == (True, False)


def test_a_code_that_is_given_on_many_machines_at_once_lets_one_in(grace):
    machines, code = [at_the_door(grace) for _ in range(4)], code_of(grace, 1)

    together(*[lambda machine=machine: give_code(grace, code, machine) for machine in machines])

    assert sum(is_in(machine) for machine in machines) == 1


def test_a_recovery_code_that_is_given_on_many_machines_at_once_lets_one_in(grace):
    machines, code = [at_the_door(grace) for _ in range(4)], grace.codes[3]

    together(*[lambda machine=machine: give_code(grace, code, machine) for machine in machines])

    assert sum(is_in(machine) for machine in machines) == 1
