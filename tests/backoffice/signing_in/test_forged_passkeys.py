"""A passkey's answer is believed once, for this very site and to this very question."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from django.test import Client

from tests.backoffice.signing_in.passkeys import FLAG, PASSKEY, Device, asked
from tests.backoffice.signing_in.people import SECOND_STEP, Newcomer, give_password, is_in, newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def grace(settings) -> Newcomer:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    return newcomer()


@pytest.fixture
def device(grace: Newcomer) -> Device:
    return Device(grace.user)


FORGED: dict[str, dict[str, Any]] = {
    "for another site": {"origin": "https://evil.example", "site": b"evil.example"},
    "at another site's page": {"origin": "https://evil.example"},
    "at a page whose name begins like this site's": {"origin": "https://testserver.evil.example"},
    "at a page that anybody between could have written": {"origin": "http://testserver"},
    "with a key for another site": {"site": b"evil.example"},
    "by nobody who was seen": {"flags": FLAG(0)},
    "by whoever holds the device": {"flags": FLAG.UP},
    "as one that is made": {"kind": "webauthn.create"},
    "with another key": {"key": ec.generate_private_key(ec.SECP256R1())},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_an_answer_that_was_given_elsewhere_lets_nobody_in(grace, device, forged):
    client = Client()

    client.post(PASSKEY, device.answer(asked(client), **forged), secure=True)

    assert not is_in(client)
    client.post(PASSKEY, device.answer(asked(client)), secure=True)
    assert is_in(client)


def test_an_answer_lets_in_once(grace, device):
    client, thief = Client(), Client()
    answer = device.answer(asked(client))
    client.post(PASSKEY, answer, secure=True)
    assert is_in(client)

    client.logout()
    client.post(PASSKEY, answer, secure=True)
    asked(thief)
    thief.post(PASSKEY, answer, secure=True)
    give_password(grace, thief)
    thief.get(SECOND_STEP)
    thief.post(SECOND_STEP, answer, secure=True)

    assert (is_in(client), is_in(thief)) == (False, False)


def test_the_passkey_of_one_person_is_none_of_anothers(grace, device):
    other = newcomer(username="other")
    Device(other.user)
    client = Client()
    device.person = other.user

    client.post(PASSKEY, device.answer(asked(client)), secure=True)

    assert not is_in(client)


def test_whoever_is_switched_off_comes_in_by_no_passkey(grace, device):
    client = Client()
    challenge = asked(client)
    User.objects.filter(pk=grace.user.pk).update(is_active=False)

    client.post(PASSKEY, device.answer(challenge), secure=True)

    assert not is_in(client)
