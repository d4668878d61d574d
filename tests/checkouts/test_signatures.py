"""Who may send the vendor's events: secrets, their rotation, and how long a signature is good."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings

from storecredit.checkouts.errors import (
    SecretMalformed,
    SecretNotFound,
    SignatureInvalid,
    TooManySecrets,
)
from storecredit.checkouts.models import WebhookSecret
from storecredit.checkouts.operations import (
    reseal_webhook_secrets,
    retire_webhook_secret,
    sign,
    verify_signature,
)
from tests.checkouts.events import (
    SECRET,
    accepted,
    cancelled,
    credit,
    deductions,
    deliver,
    given_secret,
)
from tests.checkouts.stage import refused
from tests.scenarios import NOW, STAFF, balance_of, given_account, given_credit

pytestmark = pytest.mark.django_db
FIVE_MINUTES = timedelta(minutes=5)
OTHER = "another-secret-98765432109876543210"


@pytest.fixture(autouse=True)
def _a_secret(db: None) -> None:
    given_secret()


def test_takes_the_signature_that_the_vendor_documents():
    body, epoch = b'{"id": "1"}', str(int(NOW.timestamp()))
    digest = hmac.new(SECRET.encode(), f"{epoch}.".encode() + body, hashlib.sha256).hexdigest()

    for header in (
        f"t={epoch},v1={digest}",
        f"t={epoch}, v1={digest.upper()}",
        f"v1={'0' * 64},t={epoch},v1={digest},v0=00",
    ):
        assert verify_signature(header, body, [OTHER, SECRET], NOW, FIVE_MINUTES) == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "v1=00",
        "t=1",
        "garbage",
        "t=1,t=2,v1=00",
        "t=99999999999999,v1=00",
        "t=é,v1=00",
        "t=٣,v1=00",
        ",".join(["v1=00"] * 500),
    ],
)
def test_refuses_a_header_that_is_none(header):
    with pytest.raises(SignatureInvalid):
        verify_signature(header, b"{}", [SECRET], NOW, FIVE_MINUTES)


def test_refuses_another_secret_body_or_time():
    body = b'{"id": "1"}'
    header = sign(body, SECRET, NOW)
    again = header.replace(str(int(NOW.timestamp())), str(int(NOW.timestamp()) + 1))

    for spoilt in (
        (header, body, [OTHER]),
        (header, body + b" ", [SECRET]),
        (again, body, [SECRET]),
        (header, body, []),
    ):
        with pytest.raises(SignatureInvalid):
            verify_signature(*spoilt, NOW, FIVE_MINUTES)


@pytest.mark.parametrize(("seconds", "fits"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_takes_a_signature_for_five_minutes_either_way(seconds, fits):
    header = sign(b"{}", SECRET, NOW)
    now = NOW + timedelta(seconds=seconds)

    if fits:
        assert verify_signature(header, b"{}", [SECRET], now, FIVE_MINUTES) == 0
    else:
        with pytest.raises(SignatureInvalid):
            verify_signature(header, b"{}", [SECRET], now, FIVE_MINUTES)


def test_stores_nothing_that_is_not_signed():
    with refused(SignatureInvalid):
        deliver(accepted(), secret=OTHER)


def test_lets_one_secret_replace_another_without_a_gap():
    first = WebhookSecret.objects.get()
    given_secret(OTHER)
    with refused(TooManySecrets):
        given_secret("a-third-secret-00000000000000000000")

    assert deliver(cancelled("1")).state == deliver(cancelled("2"), secret=OTHER).state == "PROCESSED"
    retire_webhook_secret(secret_id=first.pk, actor=STAFF, now=NOW)

    with refused(SignatureInvalid):
        deliver(cancelled("3"))
    with refused(SecretNotFound):
        retire_webhook_secret(secret_id=first.pk, actor=STAFF, now=NOW)
    given_secret("a-third-secret-00000000000000000000")


@pytest.mark.parametrize("secret", ["", "short", "x" * 31, "with a blank in it" * 2, "é" * 40, "x" * 201])
def test_refuses_a_secret_that_is_none(secret):
    with refused(SecretMalformed):
        given_secret(secret, test_mode=True)


def test_keeps_secrets_as_ciphertext_and_seals_them_anew_with_the_newest_key():
    row = WebhookSecret.objects.get()
    assert SECRET.encode() not in bytes(row.cipher)
    newer = "a-newer-key-for-the-tests-which-hides-nothing-at-all"

    with override_settings(CODE_KEYS=[newer, *settings.CODE_KEYS]):
        assert (reseal_webhook_secrets().sealed, reseal_webhook_secrets().sealed) == (1, 0)
    with override_settings(CODE_KEYS=[newer]):
        assert deliver(cancelled()).state == "PROCESSED"
    with refused(SignatureInvalid):
        deliver(cancelled())


def test_lets_a_test_secret_move_test_money_only():
    live, test = given_credit("10.00 GBP"), given_account(test_mode=True)
    given_credit("10.00 GBP", to=test)
    given_secret(OTHER, test_mode=True)

    deliver(accepted(credit(live, "4.00", "a"), credit(test, "4.00", "b")), secret=OTHER)

    assert (balance_of(live), balance_of(test)) == ("10.00", "6.00")
    assert deductions() == [("a", "4.00", "0.00", "0.00", "4.00"), ("b", "4.00", "4.00", "0.00", "0.00")]
